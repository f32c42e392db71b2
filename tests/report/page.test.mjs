// What a reader of the page sees and does, in a real browser.

import assert from "node:assert/strict";
import {execFileSync} from "node:child_process";
import {readFileSync, statSync, writeFileSync} from "node:fs";
import {after, before, test} from "node:test";
import {pathToFileURL} from "node:url";
import {chromium} from "playwright-core";
import {knownResults, manyResults, measured} from "./results.mjs";

let browser;

before(async () => {
  browser = await chromium.launch({executablePath: process.env.CHROMIUM, args: ["--no-sandbox", "--disable-gpu"]});
});

after(() => browser?.close());

function reportOf(name, records) {
  writeFileSync(name + ".jsonl", records.map((record) => JSON.stringify(record) + "\n").join(""));
  execFileSync(process.env.RINGWOOD, ["report", name + ".jsonl", "--output", name + ".html", "--quiet"]);
  return name + ".html";
}

/** Opens a page; whatever it complains of, or asks a network for, is a failure. */
async function opened(file, options = {}) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, acceptDownloads: true, ...options});
  const page = await context.newPage();
  const faults = [];
  const address = pathToFileURL(file).href;
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) { faults.push(message.text()); } });
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => { if (request.url().split("#")[0] !== address && !/^(blob|data):/.test(request.url())) { faults.push("asked for " + request.url()); } });
  page.on("dialog", (dialog) => { faults.push("dialog: " + dialog.message()); dialog.dismiss(); });
  await page.goto(address);
  page.end = async () => {
    assert.deepEqual(faults, []);
    await context.close();
  };
  return page;
}

const cellsOf = (page) => page.$$eval(".map td[data-winner]", (cells) =>
  cells.map((cell) => [cell.dataset.winner, cell.dataset.tie === "true"]));

test("the decision map calls known ties ties, and known differences by their winner", async () => {
  const page = await opened(reportOf("known", knownResults()));
  assert.deepEqual(await cellsOf(page), [["bruck", true], ["native", false], ["ring", false]]);
  assert.match(await page.textContent(".map tbody tr td:nth-of-type(1)"), /bruck = ring.*tie/);
  assert.match(await page.textContent(".map tbody tr td:nth-of-type(2)"), /native1\.25/);
  await page.getByText("speed-up over native", {exact: true}).click();
  assert.match(await page.textContent(".map tbody tr td:nth-of-type(3)"), /ring1\.4\u00d7/);
  await page.end();
});

test("the page and the command line agree on ties", async () => {
  let seed = 1;
  const random = () => { seed = (seed * 48271) % 2147483647; return seed / 2147483647; };
  const records = [];
  for (let place = 0; place < 60; ++place) {
    for (const algorithm of ["ring", "bruck", "swing", "pat"]) {
      records.push(measured({
        algorithm, bytes: 8 * (place + 1), time_s: 1e-6 * (1 + 0.2 * random()), spread: 0.1 * random(),
        samples: 2 + Math.floor(10 * random())
      }));
    }
  }
  const page = await opened(reportOf("random", records));
  writeFileSync("simulated.jsonl", JSON.stringify({...records[0], model: "loggops"}) + "\n");
  const rows = JSON.parse(execFileSync(process.env.RINGWOOD, ["compare", "random.jsonl", "simulated.jsonl", "--format", "json"]));
  const expected = new Map();
  for (const row of rows.filter(({best}) => /fastest|tie/.test(best))) {
    expected.set(row.bytes, [...(expected.get(row.bytes) || []), row.algorithm].sort());
  }
  const labels = await page.$$eval(".map td button", (cells) => cells.map((cell) => cell.getAttribute("aria-label")));
  const shown = labels.map((label) => (/: a tie between ([a-z, ]+?)(, the next one.*)?$/.exec(label)?.[1].split(", ")
    ?? [/: (\w+) in /.exec(label)[1]]).sort());
  assert.deepEqual(shown, [...expected.entries()].sort((a, b) => a[0] - b[0]).map(([, names]) => names));
  assert.ok(shown.some((names) => names.length === 1) && shown.some((names) => names.length > 1));
  await page.end();
});

test("charts have the series and points of the results, and the legend takes them away", async () => {
  const page = await opened("known.html");
  const sizes = () => page.$$eval("figure.chart", (charts) =>
    charts.map((chart) => [chart.dataset.chart, Number(chart.dataset.series), Number(chart.dataset.points)]));
  assert.deepEqual(await sizes(), [["latency", 3, 9], ["bandwidth", 3, 9], ["speedup", 2, 6], ["agreement", 5, 12]]);
  await page.locator(".legend").getByLabel("bruck").uncheck();
  assert.deepEqual((await sizes()).slice(0, 2), [["latency", 2, 6], ["bandwidth", 2, 6]]);
  assert.match(await page.textContent("section:has(#speedup-title)"), /faster at 2, as fast at 0 and slower at 1 of 3 places/);
  assert.match(await page.textContent("section:has(#agreement-title)"), /6 points are in both: 50\u00a0% of the predictions/);
  await page.end();
});

test("what is chosen above changes what is shown below", async () => {
  const page = await opened("known.html");
  await page.locator("#controls").getByLabel("Results").selectOption({index: 1});
  assert.deepEqual((await cellsOf(page)).map(([winner]) => winner), ["ring", "ring", "ring"]);
  assert.equal(await page.locator("section:has(#speedup-title)").isVisible(), false);
  assert.equal(await page.getAttribute('figure[data-chart="latency"]', "data-series"), "3", "two algorithms and the bound");
  await page.locator("#controls").getByLabel("Collective").selectOption("allgather");
  assert.deepEqual(await cellsOf(page), [["ring", false]]);
  await page.end();
});

test("the table is filtered, sorted and saved", async () => {
  const page = await opened("known.html");
  const rows = () => page.locator(".results tbody tr").count();
  const status = () => page.textContent('section:has(#table-title) [role="status"]');
  assert.equal(await rows(), 16);
  await page.locator('input[type="search"]').fill("RING real");
  assert.equal(await rows(), 4);
  assert.equal(await status(), "4 of 16 results");
  await page.getByRole("search").getByLabel("collective").selectOption("allreduce");
  assert.equal(await rows(), 3);
  await page.getByRole("button", {name: "time_s"}).click();
  await page.getByRole("button", {name: "time_s"}).click();
  const column = await page.$$eval(".results th", (heads) => heads.findIndex((head) => head.textContent.startsWith("time_s")));
  const times = await page.$$eval(".results tbody tr", (lines, index) => lines.map((line) => line.children[index].textContent), column);
  assert.deepEqual(times, ["400\u00a0\u00b5s", "7.5\u00a0\u00b5s", "2.02\u00a0\u00b5s"]);
  assert.equal(await page.getAttribute(".results th[aria-sort]", "aria-sort"), "descending");
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("search").getByText("Save as JSON").click()]);
  const saved = JSON.parse(readFileSync(await file.path(), "utf8"));
  assert.equal(saved.length, 3);
  assert.equal(saved[0].time_s, 400e-6);
  const [csv] = await Promise.all([page.waitForEvent("download"), page.getByRole("search").getByText("Save as CSV").click()]);
  assert.equal(readFileSync(await csv.path(), "utf8").trim().split("\n").length, 4);
  await page.locator('input[type="search"]').fill("nothing has this");
  assert.equal(await status(), "0 of 16 results");
  await page.end();
});

test("a figure is saved as a drawing that stands alone", async () => {
  const page = await opened("known.html");
  const [file] = await Promise.all([page.waitForEvent("download"), page.locator('[data-chart="latency"]').getByText("Save as SVG").click()]);
  const drawing = readFileSync(await file.path(), "utf8");
  assert.match(drawing, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
  assert.match(drawing, /bruck/);
  assert.doesNotMatch(drawing, /NaN|undefined|Infinity/);
  await page.end();
});

test("keys reach everything", async () => {
  const page = await opened("known.html");
  await page.locator(".map button").first().focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^1\u00a0KiB on 4 ranks: native in /);
  await page.locator('[data-chart="latency"] .canvas').focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent('[data-chart="latency"] .readout'), /^8\u00a0B: bruck\u00a02\u00a0\u00b5s; ring\u00a02\.02\u00a0\u00b5s; native\u00a02\.6\u00a0\u00b5s/);
  const nameless = await page.$$eval("button, select, input, [role=img], [role=region]", (nodes) => nodes.filter((node) =>
    !(node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length)).length);
  assert.equal(nameless, 0, "every control has a name");
  await page.end();
});

test("a trace becomes a time line that tells what ranks do", async () => {
  const event = (tid, ts, dur, name, bytes) => ({ph: "X", pid: 0, tid, ts, dur, name, args: {round: 0, lane: 0, bytes}});
  const events = [event(0, 0, 4, "send to 1", 4096), event(1, 5, 4, "receive from 0", 4096), event(1, 9, 1, "reduce", 4096),
    {ph: "C", pid: 1, ts: 0, name: "<b>link</b>", args: {percent: 80}}, {ph: "C", pid: 1, ts: 5, name: "<b>link</b>", args: {percent: 0}}];
  writeFileSync("trace.json", JSON.stringify({traceEvents: events}));
  execFileSync(process.env.RINGWOOD, ["report", "known.jsonl", "trace.json", "--output", "trace.html", "--quiet"]);
  const page = await opened("trace.html");
  assert.equal(await page.getAttribute('[data-chart="timeline"]', "data-operations"), "3");
  await page.locator(".timeline canvas").focus();
  await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent('[data-chart="timeline"] .readout'), /rank 0: send to 1 of 4\u00a0KiB \(round 0, 4\u00a0\u00b5s\)/);
  await page.keyboard.press("ArrowDown");
  assert.match(await page.textContent('[data-chart="timeline"] .readout'), /rank 1: waits/);
  assert.match(await page.textContent("section:has(#timeline-title)"), /<b>link<\/b>40\u00a0%80\u00a0%/);
  await page.screenshot({path: "screen-trace.png", fullPage: true});
  await page.end();
});

test("the use of links is drawn, and schedules are stepped through", async () => {
  const made = (name, words) => writeFileSync(name, execFileSync(process.env.RINGWOOD, words));
  execFileSync(process.env.RINGWOOD, ["simulate", "allreduce", "--algorithm", "ring", "--ranks", "8", "--sizes", "64KiB", "--model", "flow",
    "--machine", "fat-tree:leaves=2,hosts-per-leaf=4", "--report", "links.json"]);
  execFileSync(process.env.RINGWOOD, ["simulate", "allreduce", "--algorithm", "ring", "--ranks", "16", "--sizes", "64KiB", "--model", "flow",
    "--machine", "torus:dims=4x4", "--report", "grid.json"]);
  made("steps.json", ["show", "allreduce", "ring", "--ranks", "4", "--format", "json"]);
  execFileSync(process.env.RINGWOOD, ["report", "known.jsonl", "links.json", "grid.json", "steps.json", "--output", "pictures.html", "--quiet"]);
  const page = await opened("pictures.html");
  const maps = page.locator('[data-chart="links"]');
  assert.equal(await maps.count(), 2);
  assert.equal(await maps.nth(0).locator("path").count(), Number(await maps.nth(0).getAttribute("data-links")));
  assert.match(await maps.nth(0).locator("path title").first().textContent(), /host \d+ \u2013 leaf \d+: 11[24]\u00a0KiB, /);
  assert.match(await maps.nth(1).textContent(), /\(0,0\) \u2192 \(1,0\)/);
  const steps = page.locator('[data-chart="steps"]');
  assert.equal(await steps.getAttribute("data-rounds"), "6");
  const cell = (rank, chunk) => steps.locator("tbody tr").nth(rank).locator("td").nth(chunk).textContent();
  assert.equal(await cell(1, 3), "1");
  await steps.getByText("forward").click();
  assert.equal(await cell(1, 3), "0+1");
  assert.match(await steps.locator(".readout").textContent(), /^Round 1 of 6: 0 \u2192 1 adds 3; /);
  await steps.locator("input").press("End");
  assert.equal(await cell(0, 0), "0+1+2+3");
  assert.equal(await steps.getByText("forward").isVisible(), true);
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wider, 0);
  await page.screenshot({path: "screen-pictures.png", fullPage: true});
  await page.end();
});

test("hostile names stay text", async () => {
  const names = ["<script>alert(1)</script>", "<img src=x onerror=alert(2)>", "</script><script>alert(3)</script>",
    "\"><svg onload=alert(4)>", "javascript:alert(5)", "${alert(6)}", "<!--<script>", "__proto__", "constructor", "&lt;b&gt;"];
  const records = names.flatMap((name, index) => [8, 64].map((bytes) => measured({
    algorithm: name, machine: name, host: name, mpi: name, parameters: name, collective: name, bytes, time_s: 1e-6 * (index + 1), id: name + bytes
  })));
  const page = await opened(reportOf("hostile", records));
  for (const name of names) {
    await page.locator("#controls").getByLabel("Collective").selectOption(name);
    assert.ok((await page.textContent(".map td button")).includes(name), name);
  }
  assert.equal(await page.locator("main script, main img, main svg[onload]").count(), 0);
  assert.equal(await page.locator("script").count(), 2);
  const field = "</script><img src=x onerror=alert(7)>";
  await page.end();
  const name = "<img src=x onerror=alert(8)> -> </script><script>alert(9)</script>";
  writeFileSync("hostile-links.json", JSON.stringify([{finish_s:[0], levels:[{level: name, links: 1, bytes: 1, mean_use: 0.1, highest_use: 0.2}],
    links: [{link: name, bytes: 1, use: 0.1}], name, time_s: 1}]));
  writeFileSync("hostile-steps.json", JSON.stringify({format: "ringwood.figure/1", collective: name, algorithm: name, ranks: 1, chunks: 1,
    before: [], rounds: []}));
  execFileSync(process.env.RINGWOOD, ["report", "hostile-links.json", "hostile-steps.json", "--output", "hostile-pictures.html", "--quiet"]);
  const pictures = await opened("hostile-pictures.html");
  assert.ok((await pictures.textContent("main")).includes(name));
  assert.equal(await pictures.locator("main script, main img").count(), 0);
  await pictures.end();
  const other = await opened(reportOf("hostile-field", [{...measured({algorithm: "ring", bytes: 8, time_s: 1e-6}), [field]: "x"}]));
  assert.ok((await other.textContent(".results thead")).includes(field));
  await other.end();
});

test("ten thousand points open, and take less than 5 MB", async () => {
  const file = reportOf("many", manyResults(10000));
  assert.ok(statSync(file).size < 5e6, statSync(file).size + " bytes");
  const page = await opened(file);
  const duration = await page.evaluate(() => performance.getEntriesByType("navigation")[0].domComplete);
  console.log("opened after " + duration.toFixed(0) + " ms, " + statSync(file).size + " bytes");
  assert.equal(await page.locator(".map td[data-winner]").count(), 16 * 25);
  await page.end();
});

test("screens light and dark, wide and narrow, and paper", async () => {
  for (const [name, options] of [["light", {colorScheme: "light"}], ["dark", {colorScheme: "dark"}],
    ["narrow", {colorScheme: "light", viewport: {width: 390, height: 800}}]]) {
    const page = await opened("known.html", options);
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.equal(wider, 0, name + ": only tables may be wider than the screen");
    await page.screenshot({path: "screen-" + name + ".png", fullPage: true});
    await page.end();
  }
  const page = await opened("known.html", {colorScheme: "dark"});
  const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  assert.notEqual(await back(), "rgb(255, 255, 255)");
  await page.emulateMedia({media: "print"});
  assert.equal(await back(), "rgb(255, 255, 255)", "paper is white");
  assert.equal(await page.locator(".paper svg").count(), 4);
  await page.pdf({path: "paper.pdf", preferCSSPageSize: true, printBackground: true});
  await page.end();
});

test("a page without results says so, and breaks nothing", async () => {
  const page = await opened(reportOf("empty", []));
  assert.match(await page.textContent("#summary"), /0 results/);
  await page.end();
});
