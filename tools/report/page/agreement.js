// Measured against simulated: the same points of both, and how far they lie apart.

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

/** Points of one collective that were measured and simulated. */
function pairsOf(results, collective) {
  const key = (point) => point.name + "/" + point.ranks + "/" + point.bytes;
  const points = results.points.filter((point) => point.collective === collective && point.time > 0);
  const simulated = new Map(points.filter((point) => !point.measured).map((point) => [key(point), point]));
  return points.filter((point) => point.measured && simulated.has(key(point)))
    .map((point) => ({measured: point, simulated: simulated.get(key(point)), error: simulated.get(key(point)).time / point.time}));
}

class Agreement {
  constructor() {
    this.node = element("section", {"aria-labelledby": "agreement-title"});
    this.charts = [];
  }

  show(results, palette, context) {
    this.charts.forEach((chart) => chart.end());
    this.charts = [];
    const pairs = pairsOf(results, context.collective);
    this.node.hidden = pairs.length === 0;
    if (this.node.hidden) {
      return;
    }
    const chart = new Chart(this.model(pairs, palette, context));
    this.charts = [chart];
    const within = (factor) => pairs.filter(({error}) => Math.max(error, 1 / error) <= factor).length / pairs.length;
    this.node.replaceChildren(
      element("h2", {id: "agreement-title"}, "Measured against simulated"),
      element("p", {class: "verdict"}, plural(pairs.length, "point") + " are in both: " + formatPercent(within(1.25))
        + " of the predictions are within a factor of 1.25 of the measurement, " + formatPercent(within(2)) + " within 2. "
        + "The median of simulated over measured is " + formatFactor(median(pairs.map(({error}) => error))) + "."),
      chart.node, this.table(pairs));
    chart.draw();
  }

  model(pairs, palette, context) {
    const sorted = [...pairs].sort((a, b) => a.measured.time - b.measured.time);
    const x = sorted.map(({measured}) => measured.time);
    const ends = new Set([0, x.length - 1]);
    const diagonal = (factor, dash, name) => ({
      name, colour: null, dash, mark: null, width: 1, shown: true, unnamed: true,
      values: x.map((time, index) => (ends.has(index) ? time * factor : null))
    });
    const names = [...palette.keys()].filter((name) => pairs.some(({measured}) => measured.name === name));
    const series = names.map((name) => ({
      name, ...palette.get(name), shown: true, lineless: true,
      values: sorted.map((pair) => (pair.measured.name === name ? pair.simulated.time : null))
    }));
    return {
      name: "agreement", square: true, title: "Simulated over measured time: " + context.collective, x, xLabel: "measured", yLabel: "simulated",
      xScale: "log10", yScale: "log10", xFormat: formatSeconds, yFormat: formatSeconds, rules: [],
      series: [diagonal(1, [], "equal"), diagonal(1.25, [4, 4], "25 % more"), diagonal(0.8, [4, 4], "25 % less"), ...series],
      summary: "One mark for each point; on the diagonal the prediction is right.",
      hint: "Broken lines: a factor of 1.25 from the measurement."
    };
  }

  table(pairs) {
    const names = [...new Set(pairs.map(({measured}) => measured.name))];
    const rows = names.map((name) => {
      const errors = pairs.filter(({measured}) => measured.name === name).map(({error}) => error);
      return [name, errors.length, median(errors), Math.min(...errors), Math.max(...errors)];
    });
    rows.sort((a, b) => Math.abs(Math.log(a[2])) - Math.abs(Math.log(b[2])));
    const head = ["algorithm", "points", "median of simulated over measured", "least", "greatest"];
    const lines = rows.map(([name, count, ...factors]) => element("tr", {}, element("th", {scope: "row"}, name),
      element("td", {}, String(count)), ...factors.map((factor) => element("td", {}, formatFactor(factor)))));
    return element("div", {class: "scroller"}, element("table", {class: "small"}, element("caption", {}, "Error of the simulation"),
      element("thead", {}, element("tr", {}, ...head.map((text) => element("th", {scope: "col"}, text)))),
      element("tbody", {}, ...lines)));
  }
}
