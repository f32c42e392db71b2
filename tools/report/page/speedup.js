// How much faster than what the MPI library does by itself; and where it is not.

const WORST_SHOWN = 5;

class Speedup {
  constructor() {
    this.node = element("section", {"aria-labelledby": "speedup-title"});
    this.charts = [];
  }

  show(grid, palette, context) {
    this.charts.forEach((chart) => chart.end());
    this.charts = [];
    Object.assign(this, {grid, context});
    const sizes = grid.sizes.filter((size) => size > 0 && grid.find(context.ranks, size, NATIVE) !== undefined);
    this.node.hidden = sizes.length === 0;
    if (this.node.hidden) {
      return;
    }
    const names = grid.names().filter((name) => name !== NATIVE);
    const series = names.map((name) => this.series(name, palette.get(name), sizes));
    this.keepBest(series);
    const where = context.collective + " on " + plural(context.ranks, "rank");
    const chart = new Chart({
      name: "speedup", title: "Speed-up over native: " + where, x: sizes, xLabel: "bytes", yLabel: "native over algorithm",
      xScale: "log2", yScale: "log2", xFormat: formatBytes, yFormat: formatFactor, rules: [{value: 1}], series, largestFirst: true,
      summary: "Above 1 the algorithm is faster than native.", hint: "Above the broken line: faster than native."
    });
    this.charts = [chart];
    this.node.replaceChildren(element("h2", {id: "speedup-title"}, "Against the MPI library"), chart.node, this.extremes());
    chart.draw();
  }

  series(name, look, sizes) {
    const ratios = sizes.map((size) => {
      const point = this.grid.find(this.context.ranks, size, name);
      return point === undefined ? null : timeRatio(this.grid.find(this.context.ranks, size, NATIVE), point);
    });
    const list = (field) => ratios.map((ratio) => (ratio !== null && ratio[field] > 0 && ratio[field] < Infinity ? ratio[field] : null));
    return {name, ...look, shown: true, values: list("value"), low: list("low"), high: list("high")};
  }

  /** The chart shows those that come out best anywhere; the others are in the table. */
  keepBest(series) {
    const peak = (one) => Math.max(...one.values.map((value) => value || 0));
    [...series].sort((a, b) => peak(b) - peak(a)).slice(MOST_AT_FIRST).forEach((one) => { one.shown = false; });
  }

  /** Over the whole grid: where the best of ours is most behind, and most ahead. */
  extremes() {
    const rows = [];
    for (const place of this.grid.places.values()) {
      const native = place.get(NATIVE);
      const ours = [...place.values()].filter((point) => !isOfLibrary(point.name)).sort((a, b) => a.time - b.time)[0];
      if (native !== undefined && ours !== undefined) {
        rows.push({native, ours, ratio: timeRatio(native, ours)});
      }
    }
    rows.sort((a, b) => a.ratio.value - b.ratio.value);
    const slower = rows.filter(({ratio}) => !ratio.tie && ratio.value < 1);
    const ties = rows.filter(({ratio}) => ratio.tie).length;
    const faster = rows.filter(({ratio}) => !ratio.tie && ratio.value > 1);
    const text = "The best algorithm of ours against native, over all sizes and ranks: faster at " + faster.length + ", as fast at "
      + ties + " and slower at " + slower.length + " of " + plural(rows.length, "place") + ".";
    const tables = [["Where it is slower", slower.slice(0, WORST_SHOWN)], ["Where it is most ahead", faster.slice(-WORST_SHOWN).reverse()]]
      .filter(([, list]) => list.length > 0).map(([title, list]) => this.table(title, list));
    return element("div", {}, element("p", {class: "verdict"}, text), element("div", {class: "pair"}, ...tables));
  }

  table(title, rows) {
    const head = ["ranks", "bytes", "algorithm", "time", "native", "speed-up (95 %)"];
    const lines = rows.map(({native, ours, ratio}) => element("tr", {},
      ...[String(ours.ranks), formatBytes(ours.bytes), ours.name, formatSeconds(ours.time), formatSeconds(native.time),
        formatFactor(ratio.value) + " (" + shortNumber(ratio.low) + " \u2013 " + shortNumber(ratio.high) + ")"]
        .map((text) => element("td", {}, text))));
    return element("div", {class: "scroller"}, element("table", {class: "small"}, element("caption", {}, title),
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", {scope: "col"}, text)))),
      element("tbody", {}, ...lines)));
  }
}
