// Elements and numbers for people. Texts go into the page as text nodes only.

const SVG_NAMESPACE = "http://www.w3.org/2000/svg";

function furnish(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") {
      node.addEventListener(name, value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children);
  return node;
}

function element(tag, attributes = {}, ...children) {
  return furnish(document.createElement(tag), attributes, children);
}

function svgElement(tag, attributes = {}, ...children) {
  return furnish(document.createElementNS(SVG_NAMESPACE, tag), attributes, children);
}

function shortNumber(value) {
  const size = Math.abs(value);
  if (size >= 100) {
    return value.toFixed(0);
  }
  return String(Number(value.toPrecision(3)));
}

function scaled(value, steps, blank) {
  const [factor, unit] = steps.find(([least]) => Math.abs(value) >= least) || steps[steps.length - 1];
  return shortNumber(value / factor) + blank + unit;
}

function formatBytes(bytes) {
  const steps = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"], [1, "B"]];
  return scaled(bytes, steps, "\u00a0");
}

function formatSeconds(seconds) {
  const steps = [[1, "s"], [1e-3, "ms"], [1e-6, "\u00b5s"], [1e-9, "ns"], [1e-12, "ps"]];
  return scaled(seconds, steps, "\u00a0");
}

function formatRate(rate) {
  return scaled(rate, [[1e12, "TB/s"], [1e9, "GB/s"], [1e6, "MB/s"], [1e3, "kB/s"], [1, "B/s"]], "\u00a0");
}

function formatFactor(factor) {
  return shortNumber(factor) + "\u00d7";
}

function formatPercent(part) {
  return (100 * part).toFixed(Math.abs(part) < 0.0995 ? 1 : 0) + "\u00a0%";
}

function plural(count, word) {
  return count.toLocaleString("en") + " " + word + (count === 1 ? "" : "s");
}

/** Hands a text to the reader as a file. */
function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = element("a", {href: address, download: name});
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

/** A radio group that looks like one row of buttons. */
function choiceOfOne(label, name, options, chosen, onChange) {
  const group = element("fieldset", {class: "choice"}, element("legend", {}, label));
  for (const [value, text] of options) {
    const input = element("input", {
      type: "radio", name, value, checked: value === chosen, change: () => onChange(value)
    });
    group.append(element("label", {}, input, element("span", {}, text)));
  }
  return group;
}

/** A drop-down list; nothing to choose from is shown as a text. */
function dropDown(label, options, chosen, onChange) {
  const list = element("select", {change: () => onChange(list.value)});
  for (const [value, text] of options) {
    list.append(element("option", {value, selected: value === chosen}, text));
  }
  list.value = chosen;
  return element("label", {class: "drop-down"}, label + " ", list);
}
