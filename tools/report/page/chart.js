// A chart on the screen: uPlot draws lines and bands, we draw the marks and tell the values under the cursor.
//
// A model has: title, summary, x, xLabel, yLabel, xScale, yScale ("log2", "log10", "linear"), xFormat, yFormat, rules
// (lines across, with a value) and series. A series has: name, values (null where there is none), low, high (of its
// band, if it has one), colour (null: that of text), dash, mark, shown, and may be `lineless` or `unnamed`.

const CHART_HEIGHT = 380;

function uplotScale(scale, range) {
  if (scale === "linear") {
    return {time: false, range: () => range};
  }
  return {time: false, distr: 3, log: scale === "log2" ? 2 : 10, range: () => range};
}

function uplotAxis(label, scale, range, format, colours, more) {
  return {
    label, stroke: colours.text, labelFont: "13px system-ui, sans-serif", font: "12px system-ui, sans-serif", labelSize: 22,
    grid: {stroke: colours.grid, width: 1}, ticks: {stroke: colours.grid, width: 1},
    splits: () => ticksOf(scale, range, more.most), filter: (_, splits) => splits,
    values: (_, splits) => splits.map(format), ...more
  };
}

function translucent(colour) {
  return colour.length === 7 ? colour + "2e" : colour;
}

/** uPlot knows one list of values a series: a band is one between two invisible ones. */
function uplotSeries(model, colours) {
  const data = [model.x];
  const series = [{}];
  const bands = [];
  for (const one of model.series) {
    const colour = one.colour || colours.text;
    const shared = {show: one.shown, spanGaps: true, points: {show: false}};
    if (one.low) {
      data.push(one.high, one.low);
      series.push({...shared, width: 0}, {...shared, width: 0});
      bands.push({series: [data.length - 2, data.length - 1], fill: translucent(colour)});
    }
    data.push(one.values);
    series.push({...shared, label: one.name, stroke: colour, width: one.lineless ? 0 : one.width || 2, dash: one.dash});
  }
  return {data, series, bands};
}

function drawMarks(plot, model, colours) {
  const context = plot.ctx;
  const ratio = devicePixelRatio;
  context.save();
  for (const series of model.series.filter((one) => one.shown && one.mark)) {
    context.fillStyle = series.colour || colours.text;
    const corners = markCorners(series.mark, 3.4 * ratio);
    model.x.forEach((value, index) => {
      if (!(series.values[index] > 0)) {
        return;
      }
      const x = plot.valToPos(value, "x", true);
      const y = plot.valToPos(series.values[index], "y", true);
      context.beginPath();
      if (corners.length === 0) {
        context.arc(x, y, 3.4 * ratio, 0, 2 * Math.PI);
      }
      corners.forEach(([dx, dy], corner) => context[corner === 0 ? "moveTo" : "lineTo"](x + dx, y + dy));
      context.fill();
    });
  }
  context.restore();
}

function drawRules(plot, model, colours) {
  const context = plot.ctx;
  context.save();
  context.strokeStyle = colours.text;
  context.setLineDash([4, 4]);
  for (const rule of model.rules) {
    const y = plot.valToPos(rule.value, "y", true);
    context.beginPath();
    context.moveTo(plot.bbox.left, y);
    context.lineTo(plot.bbox.left + plot.bbox.width, y);
    context.stroke();
  }
  context.restore();
}

class Chart {
  constructor(model) {
    this.model = model;
    this.canvas = element("div", {
      class: "canvas", tabindex: 0, role: "img", "aria-label": model.title + ". " + model.summary,
      keydown: (event) => this.moveCursor(event)
    });
    this.readout = element("p", {class: "readout", "aria-live": "polite"});
    this.paper = element("div", {class: "paper"});
    this.node = element("figure", {class: this.model.square ? "chart square" : "chart", "data-chart": model.name},
      element("figcaption", {}, model.title), this.canvas, this.readout, this.paper, this.buttons());
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.canvas);
  }

  buttons() {
    const name = "ringwood-" + this.model.name;
    return element("p", {class: "buttons"},
      element("button", {
        type: "button", click: () => download(name + ".svg", "image/svg+xml",
          new XMLSerializer().serializeToString(figureOf(this.model)))
      }, "Save as SVG"),
      element("button", {type: "button", click: () => download(name + ".csv", "text/csv", this.csv())}, "Save as CSV"));
  }

  /** One column a series, as the chart shows them. */
  csv() {
    const shown = this.model.series.filter((series) => series.shown);
    const head = [this.model.xLabel, ...shown.map((series) => series.name)];
    const rows = this.model.x.map((x, index) => [x, ...shown.map((series) => series.values[index])]);
    return csvText([head, ...rows]);
  }

  draw() {
    this.plot?.destroy();
    const width = this.canvas.clientWidth;
    if (width === 0) {
      return;
    }
    const model = this.model;
    const colours = themeColours(false);
    const ranges = rangesOfModel(model);
    const {data, series, bands} = uplotSeries(model, colours);
    const most = Math.max(3, Math.floor(width / 75));
    this.plot = new uPlot({
      width, height: CHART_HEIGHT, series, bands,
      legend: {show: false}, cursor: {drag: {x: false, y: false}, points: {show: false}},
      scales: {x: uplotScale(model.xScale, ranges.x), y: uplotScale(model.yScale, ranges.y)},
      axes: [
        uplotAxis(model.xLabel, model.xScale, ranges.x, model.xFormat, colours, {most, size: 34}),
        uplotAxis(model.yLabel, model.yScale, ranges.y, model.yFormat, colours, {most: 7, size: 68})
      ],
      hooks: {
        draw: [(plot) => { drawRules(plot, model, colours); drawMarks(plot, model, colours); }],
        setCursor: [(plot) => this.tell(plot.cursor.idx)]
      }
    }, data, this.canvas);
    const shown = model.series.filter((one) => one.shown);
    this.node.dataset.series = shown.length;
    this.node.dataset.points = shown.reduce((sum, one) => sum + one.values.filter((value) => value > 0).length, 0);
  }

  resize() {
    const width = this.canvas.clientWidth;
    if (this.plot !== undefined && width > 0 && width !== this.plot.width) {
      this.draw();
    }
  }

  tell(index) {
    if (index === null || index === undefined) {
      this.readout.textContent = this.model.hint || "";
      return;
    }
    const values = this.model.series
      .filter((series) => series.shown && !series.unnamed && series.values[index] > 0)
      .map((series) => [series.values[index], series.name]);
    values.sort((a, b) => (this.model.largestFirst ? b[0] - a[0] : a[0] - b[0]));
    const texts = values.slice(0, 12).map(([value, name]) => name + "\u00a0" + this.model.yFormat(value));
    this.readout.textContent = this.model.xFormat(this.model.x[index]) + ": " + texts.join("; ");
  }

  moveCursor(event) {
    const steps = {ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity};
    const step = steps[event.key];
    if (step === undefined || this.plot === undefined) {
      return;
    }
    event.preventDefault();
    const last = this.model.x.length - 1;
    const from = this.plot.cursor.idx ?? (step > 0 ? -1 : last + 1);
    const index = Math.min(last, Math.max(0, from + step));
    this.plot.setCursor({left: this.plot.valToPos(this.model.x[index], "x"), top: CHART_HEIGHT / 3});
  }

  drawForPaper() {
    this.paper.replaceChildren(figureOf(this.model));
  }

  end() {
    this.observer.disconnect();
    this.plot?.destroy();
  }
}
