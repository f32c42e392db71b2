#include <fmt/format.h>

#include "interpret/export/describe.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ink: #1c1e21; --paper: #fff; --line: #c9ced6; --faint: #9aa3ad; --new: #ffe08a; --done: #1a7f45; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e8eb; --paper: #16181b; --line: #3a3f46; --faint: #6b737d; --new: #6b5200; --done: #5fd08b; } }
body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1.1rem; }
.controls { display: flex; gap: .75rem; align-items: center; margin: 1rem 0; }
.controls input { flex: 1; } button { font: inherit; padding: .2rem .8rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; } th, td { border: 1px solid var(--line); padding: .25rem .6rem; text-align: center; }
td.cell { font-family: ui-monospace, monospace; white-space: pre; } td.sends { text-align: left; border: 0; white-space: nowrap; }
td.new { background: var(--new); } td.done { color: var(--done); font-weight: 700; } .absent { color: var(--faint); }
ul { columns: 16rem; padding-left: 1.2rem; }
)css";

constexpr std::string_view kScript = R"js(
const figure = JSON.parse(document.getElementById('figure').textContent);
const slider = document.getElementById('round');
const $ = id => document.getElementById(id);
const key = c => c.rank + '/' + c.plane + '/' + c.chunk;
function chunkText(m) {
  const parts = m.chunks.map(([f, n]) => n > 1 ? f + '-' + (f + n - 1) : '' + f);
  const count = m.chunks.reduce((sum, [, n]) => sum + n, 0);
  return count === figure.chunks ? 'all' : (count === 1 ? 'chunk ' : 'chunks ') + parts.join(',');
}
function element(tag, text, name) { const e = document.createElement(tag); e.textContent = text; if (name) e.className = name; return e; }
function cell(held, chunk, fresh) {
  const td = element('td', '', 'cell' + (fresh ? ' new' : ''));
  const done = figure.finished[chunk];
  if (held && held.length === done.length && held.every((r, i) => r === done[i])) td.className += ' done';
  if (done.length === 1 && figure.ranks > 1) { td.append(held ? '' + chunk : element('span', '\u00b7', 'absent')); return td; }
  const digits = String(figure.ranks - 1).length;
  for (let r = 0; r < figure.ranks; ++r) {
    const text = held && held.includes(r) ? String(r).padStart(digits) : '\u00b7'.padStart(digits);
    td.append(held && held.includes(r) ? text : element('span', text, 'absent'), digits > 1 ? ' ' : '');
  }
  td.title = held ? 'data of rank ' + held.join(', ') : 'nothing';
  return td;
}
function grid(step) {
  const held = new Map(figure.before.map(c => [key(c), c.contributors]));
  const fresh = new Set();
  for (let i = 0; i < step; ++i) for (const c of figure.rounds[i].changes) { held.set(key(c), c.contributors); if (i === step - 1) fresh.add(key(c)); }
  const table = document.createElement('table'), head = table.createTHead().insertRow();
  head.append(element('th', ''));
  for (let c = 0; c < figure.chunks; ++c) head.append(element('th', 'chunk ' + c));
  const body = table.createTBody();
  for (let r = 0; r < figure.ranks; ++r) {
    const row = body.insertRow(); row.append(element('th', 'rank ' + r));
    for (let c = 0; c < figure.chunks; ++c) { const k = key({rank: r, plane: 0, chunk: c}); row.append(cell(held.get(k), c, fresh.has(k))); }
    const sends = step ? figure.rounds[step - 1].messages.filter(m => m.from === r) : [];
    row.append(element('td', sends.map(m => chunkText(m) + ' \u2192 rank ' + m.to).join(', '), 'sends'));
  }
  return table;
}
function list(step) {
  const ul = document.createElement('ul');
  if (step) for (const m of figure.rounds[step - 1].messages) ul.append(element('li', m.from + ' \u2192 ' + m.to + ': ' + chunkText(m)));
  return ul;
}
function draw() {
  const step = +slider.value;
  const phase = figure.phases.find(p => step > p.first && step <= p.last + 1);
  $('title').textContent = step ? 'Round ' + step + ' of ' + figure.rounds.length + (phase ? ': ' + phase.text : '') : 'Start';
  $('picture').replaceChildren(figure.before ? grid(step) : list(step));
  $('back').disabled = step === 0; $('next').disabled = step === figure.rounds.length;
}
slider.max = figure.rounds.length;
slider.value = +location.hash.slice(1) || 0;  // page.html#3 opens after round 3
slider.addEventListener('input', draw);
$('back').addEventListener('click', () => { --slider.value; draw(); });
$('next').addEventListener('click', () => { ++slider.value; draw(); });
addEventListener('keydown', e => {
  if (e.target !== slider && (e.key === 'ArrowLeft' || e.key === 'ArrowRight')) { slider.value = +slider.value + (e.key === 'ArrowRight' ? 1 : -1); draw(); }
});
draw();
)js";

/// For text inside an element.
[[nodiscard]] std::string escaped(const std::string& text) {
  std::string result;
  for (const char character : text) {
    if (character == '<') {
      result += "&lt;";
    } else if (character == '&') {
      result += "&amp;";
    } else {
      result += character;
    }
  }
  return result;
}

/// JSON inside a script element: no string in it may end the element.
[[nodiscard]] std::string json_for_script(const Figure& figure) {
  std::string result;
  for (const char character : export_json(figure)) {
    result += character == '<' ? std::string("\\u003c") : std::string(1, character);
  }
  return result;
}

}  // namespace

std::string export_html(const Figure& figure) {
  const std::string title = escaped(title_of(figure));
  std::string page = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" "
      "content=\"width=device-width\">\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<h1>{}</h1>\n<p>{}</"
      "p>\n",
      title, kStyle, title, escaped(summary_of(figure)));
  page +=
      "<div class=\"controls\"><button id=\"back\">Back</button>"
      "<input id=\"round\" type=\"range\" min=\"0\" value=\"0\" aria-label=\"round\"><button "
      "id=\"next\">Next</button></div>\n"
      "<h2 id=\"title\" aria-live=\"polite\"></h2>\n<div id=\"picture\" class=\"wide\"></div>\n";
  if (figure.with_states) {
    page += fmt::format("<p>{} What has just arrived has a background; what is finished is green.</p>\n",
                        contract_of(figure.collective).reduces ? "A cell tells which ranks' data is summed up in it."
                                                               : "A cell has a number where the rank holds the chunk.");
  }
  page += fmt::format(
      "<script type=\"application/json\" id=\"figure\">{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      json_for_script(figure), kScript);
  return page;
}

}  // namespace ringwood
