// How much of its capacity each link of the machine carries, of one simulated collective: a map of the machine, the
// levels of links, and the hottest ones.

const LINK_MAP = {width: 960, row: 110, margin: 46, cell: 96};
const MOST_LINKS_DRAWN = 1500;
const LINKS_TOLD = 10;

/** Deeper from 0 to 1; readable on light and dark, and in grey. */
function useColour(use) {
  const stops = [[0, [178, 190, 202]], [0.5, [47, 127, 193]], [1, [200, 16, 46]]];
  const part = Math.min(1, Math.max(0, use));
  const upper = Math.max(1, stops.findIndex(([at]) => at >= part));
  const [[from, low], [to, high]] = [stops[upper - 1], stops[upper]];
  const mixed = low.map((value, index) => Math.round(value + ((part - from) / (to - from)) * (high[index] - value)));
  return "rgb(" + mixed.join(",") + ")";
}

/** "(1,4,0)" as [1, 4, 0]; null for other names. */
function coordinatesOf(name) {
  const match = /^\((\d+(?:,\d+)*)\)$/.exec(name);
  return match === null ? null : match[1].split(",").map(Number);
}

/** Both directions of a cable are one line; the busier one counts. */
function cablesOf(picture) {
  const cables = new Map();
  for (const [from, to, bytes, use] of picture.links) {
    const key = Math.min(from, to) + "/" + Math.max(from, to);
    const known = cables.get(key);
    if (known === undefined) {
      cables.set(key, {from, to, bytes, use});
    } else {
      known.bytes = Math.max(known.bytes, bytes);
      known.use = Math.max(known.use, use);
    }
  }
  return [...cables.values()];
}

/** Hosts on a grid stand on it; other machines have a row for each distance from the hosts. */
function placesOf(picture) {
  const grid = picture.vertices.map(coordinatesOf);
  if (grid.every((at) => at !== null)) {
    const planeWidth = 1 + Math.max(...grid.map(([x]) => x));
    const places = grid.map(([x, y = 0, ...rest]) => {
      const plane = rest.reduce((sum, value) => sum * 8 + value, 0);
      return [LINK_MAP.margin + (x + plane * (planeWidth + 0.6)) * LINK_MAP.cell, LINK_MAP.margin + y * LINK_MAP.cell];
    });
    return {places, width: Math.max(...places.map(([x]) => x)) + LINK_MAP.margin, height: Math.max(...places.map(([, y]) => y)) + LINK_MAP.margin};
  }
  const kind = (name) => name.replace(/[\d().,]+/g, "").trim();
  const hosts = kind(picture.vertices[0]);
  const depth = picture.vertices.map((name) => (kind(name) === hosts ? 0 : Infinity));
  const cables = cablesOf(picture);
  for (let changed = true; changed;) {
    changed = false;
    for (const {from, to} of cables) {
      for (const [a, b] of [[from, to], [to, from]]) {
        if (depth[a] + 1 < depth[b]) {
          depth[b] = depth[a] + 1;
          changed = true;
        }
      }
    }
  }
  const rows = [];
  depth.forEach((row, vertex) => { (rows[Number.isFinite(row) ? row : 0] ??= []).push(vertex); });
  const places = [];
  const width = LINK_MAP.width;
  const height = 2 * LINK_MAP.margin + (rows.length - 1) * LINK_MAP.row;
  rows.forEach((vertices, row) => vertices.forEach((vertex, index) => {
    places[vertex] = [LINK_MAP.margin + ((index + 0.5) / vertices.length) * (width - 2 * LINK_MAP.margin), height - LINK_MAP.margin - row * LINK_MAP.row];
  }));
  return {places, width, height};
}

class LinkMap {
  constructor(picture) {
    this.picture = picture;
    const cables = cablesOf(picture);
    const drawn = picture.links.length > 0 && picture.links.length <= MOST_LINKS_DRAWN;
    this.node = element("figure", {class: "chart links", "data-chart": "links", "data-links": cables.length},
      element("figcaption", {}, "Use of links: " + picture.name + ", " + formatSeconds(picture.time)),
      ...(drawn ? [element("div", {class: "scroller", tabindex: 0, role: "region", "aria-label": "map of links"}, this.map(cables)), this.scale()]
        : [element("p", {}, "The machine has " + plural(picture.links.length, "used link") + ", too many to be drawn.")]),
      element("div", {class: "pair"}, this.levelTable(), this.hottestTable()));
  }

  map(cables) {
    const {vertices} = this.picture;
    const {places, width, height} = placesOf(this.picture);
    const most = Math.max(...cables.map(({bytes}) => bytes), 1);
    const lines = [...cables].sort((a, b) => a.use - b.use).map(({from, to, bytes, use}) => {
      const [[x1, y1], [x2, y2]] = [places[from], places[to]];
      const what = vertices[from] + " \u2013 " + vertices[to] + ": " + formatBytes(bytes) + ", " + formatPercent(use) + " of the time";
      // What goes round the end of a grid would lie on the links between.
      const far = Math.hypot(x2 - x1, y2 - y1) > 1.5 * LINK_MAP.cell && coordinatesOf(vertices[from]) !== null;
      const bend = far ? 26 : 0;
      const path = "M" + x1 + " " + y1 + "Q" + ((x1 + x2) / 2 - (y1 === y2 ? 0 : bend)) + " " + ((y1 + y2) / 2 - (y1 === y2 ? bend : 0)) + " " + x2 + " " + y2;
      return svgElement("path", {d: path, fill: "none", stroke: useColour(use), "stroke-width": (1 + 4 * Math.sqrt(bytes / most)).toFixed(2), "stroke-linecap": "round"},
        svgElement("title", {}, what));
    });
    const few = vertices.length <= 160;
    const dots = vertices.map((name, vertex) => svgElement("circle", {cx: places[vertex][0].toFixed(1), cy: places[vertex][1].toFixed(1), r: few ? 4 : 2, class: "vertex"},
      svgElement("title", {}, name)));
    const names = few ? vertices.map((name, vertex) => svgElement("text", {x: places[vertex][0].toFixed(1), y: (places[vertex][1] + 18).toFixed(1), "text-anchor": "middle", class: "vertex-name"},
      coordinatesOf(name) === null && vertices.length > 24 ? name.replace(/^\D+(?=\d)/, "") : name)) : [];
    return svgElement("svg", {viewBox: "0 0 " + width.toFixed(0) + " " + height.toFixed(0), class: "link-map", role: "img",
      "aria-label": "Map of the machine; the table beside it names the hottest links"}, ...lines, ...dots, ...names);
  }

  scale() {
    const parts = [0, 0.25, 0.5, 0.75, 1].map((use) => {
      const swatch = element("span", {class: "swatch", "aria-hidden": "true"});
      paint(swatch, [useColour(use)], 1);
      return element("span", {}, swatch, formatPercent(use));
    });
    return element("p", {class: "buttons"}, "part of the time in use: ", ...parts, "the wider a line, the more bytes");
  }

  levelTable() {
    const rows = this.picture.levels.map(({level, links, bytes, mean, highest}) =>
      [level, String(links), formatBytes(bytes), formatPercent(mean), formatPercent(highest)]);
    return smallTable("Levels", ["level", "links", "bytes", "mean use", "most"], rows);
  }

  hottestTable() {
    const {links, vertices} = this.picture;
    const rows = [...links].sort((a, b) => b[3] - a[3]).slice(0, LINKS_TOLD)
      .map(([from, to, bytes, use]) => [vertices[from] + " \u2192 " + vertices[to], formatBytes(bytes), formatPercent(use)]);
    return smallTable("The hottest links", ["link", "bytes", "use"], rows);
  }
}

class LinkMaps {
  constructor(pictures) {
    this.node = element("section", {"aria-labelledby": "links-title"}, element("h2", {id: "links-title"}, "Where the bytes go"),
      ...pictures.map((picture) => new LinkMap(picture).node));
    this.node.hidden = pictures.length === 0;
  }
}
