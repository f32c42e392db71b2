// Curves of one number of ranks: times and bus bandwidths over sizes, with bands, the bound, and a legend to choose from.

const MOST_AT_FIRST = 7;

class Curves {
  constructor(onRanks) {
    this.onRanks = onRanks;
    this.node = element("section", {"aria-labelledby": "curves-title"});
    this.charts = [];
    this.hidden = null;
  }

  show(grid, palette, context) {
    Object.assign(this, {grid, palette, context});
    if (!grid.ranks.includes(context.ranks)) {
      context.ranks = grid.ranks[grid.ranks.length - 1];
    }
    this.names = [...palette.keys()].filter((name) =>
      grid.sizes.some((size) => grid.find(context.ranks, size, name) !== undefined));
    if (this.hidden === null) {
      this.hidden = new Set(this.lessInteresting());
    }
    this.render();
  }

  /** What is never near the best is not drawn before somebody asks for it. */
  lessInteresting() {
    const score = new Map(this.names.map((name) => [name, name === NATIVE ? 0 : Infinity]));
    for (const size of this.grid.sizes) {
      const points = this.grid.at(this.context.ranks, size);
      const best = Math.min(...points.map((point) => point.time));
      for (const point of points) {
        score.set(point.name, Math.min(score.get(point.name), point.time / best));
      }
    }
    return [...this.names].sort((a, b) => score.get(a) - score.get(b)).slice(MOST_AT_FIRST);
  }

  render() {
    this.charts.forEach((chart) => chart.end());
    const models = [this.model("latency", "Time", "time", formatSeconds, "log10", (point, value) => value),
      this.model("bandwidth", "Bus bandwidth", "bus bandwidth", formatRate, "linear",
        (point, value) => (point.busbw * point.time) / value)];
    models[1].largestFirst = true;
    this.charts = models.map((model) => new Chart(model));
    const ranks = dropDown("Ranks", this.grid.ranks.map((one) => [String(one), String(one)]), String(this.context.ranks),
      (value) => this.onRanks(Number(value)));
    this.node.replaceChildren(
      element("h2", {id: "curves-title"}, "Time and bandwidth over size"), element("p", {class: "inline"}, ranks),
      this.legend(), element("div", {class: "pair"}, ...this.charts.map((chart) => chart.node)));
    this.charts.forEach((chart) => chart.draw());
  }

  model(name, title, label, format, scale, valueOf) {
    const sizes = this.grid.sizes.filter((size) => size > 0);
    const points = (algorithm) => sizes.map((size) => this.grid.find(this.context.ranks, size, algorithm));
    const listOf = (list, field) => list.map((point) => {
      const value = point === undefined ? NaN : valueOf(point, point[field]);
      return value > 0 && Number.isFinite(value) ? value : null;
    });
    const series = this.names.map((algorithm) => {
      const list = points(algorithm);
      const measured = list.some((point) => point !== undefined && point.high > point.low);
      return {
        name: algorithm, ...this.palette.get(algorithm), shown: !this.hidden.has(algorithm), values: listOf(list, "time"),
        ...(measured ? {low: listOf(list, "low"), high: listOf(list, "high")} : {})
      };
    });
    const bounds = sizes.map((size) => this.grid.at(this.context.ranks, size).find((point) => point.bound > 0));
    if (bounds.some((point) => point !== undefined)) {
      series.push({
        name: "bound", colour: null, dash: [1, 3], mark: null, width: 1.5, shown: !this.hidden.has("bound"),
        values: listOf(bounds, "bound")
      });
    }
    const where = this.context.collective + " on " + plural(this.context.ranks, "rank");
    return {
      name, title: title + ": " + where, x: sizes, xLabel: "bytes", yLabel: label, xScale: "log2", yScale: scale,
      xFormat: formatBytes, yFormat: format, rules: [], series,
      hint: "Point at the chart, or focus it and use the arrow keys, to read values.",
      summary: "Curves of " + plural(this.names.length, "algorithm") + " over " + plural(sizes.length, "size")
        + "; the table at the end has the numbers."
    };
  }

  legend() {
    const names = [...this.names, ...(this.charts[0].model.series.some((series) => series.name === "bound") ? ["bound"] : [])];
    const entries = names.map((name) => {
      const input = element("input", {
        type: "checkbox", checked: !this.hidden.has(name),
        change: () => { this.hidden[input.checked ? "delete" : "add"](name); this.update(); }
      });
      return element("label", {}, input, this.sample(name), element("span", {}, name));
    });
    const set = (list) => { this.hidden = new Set(list); this.render(); };
    return element("fieldset", {class: "legend"}, element("legend", {}, "Algorithms"), ...entries,
      element("button", {type: "button", click: () => set([])}, "all"),
      element("button", {type: "button", click: () => set(this.lessInteresting())}, "the best " + MOST_AT_FIRST),
      element("button", {type: "button", click: () => set(names)}, "none"));
  }

  /** A short piece of an algorithm's line. */
  sample(name) {
    const look = this.palette.get(name) || {colour: null, dash: [1, 3], mark: null};
    const colour = look.colour || "currentColor";
    const line = svgElement("line", {
      x1: 0, x2: 26, y1: 7, y2: 7, stroke: colour, "stroke-width": 2, "stroke-dasharray": look.dash.join(" ") || "none"
    });
    const mark = look.mark === null ? [] : [markShape(look, 13, 7, colour)];
    return svgElement("svg", {width: 26, height: 14, "aria-hidden": "true"}, line, ...mark);
  }

  update() {
    for (const chart of this.charts) {
      for (const series of chart.model.series) {
        series.shown = !this.hidden.has(series.name);
      }
      chart.draw();
    }
  }
}
