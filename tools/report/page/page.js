// The page: what is shown, and what changes when somebody chooses.

class Page {
  constructor(results) {
    this.results = results;
    this.context = {collective: results.collectives[0], dataset: results.points[0]?.dataset, ranks: 0};
    this.map = new DecisionMap((ranks) => {
      this.chooseRanks(ranks);
      this.curves.node.scrollIntoView({behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth"});
    });
    this.curves = new Curves((ranks) => this.chooseRanks(ranks));
    this.speedup = new Speedup();
    this.agreement = new Agreement();
    this.timelines = new Timelines(results.traces);
    this.linkMaps = new LinkMaps(results.linkMaps);
    this.steps = new StepViews(results.figures);
  }

  start() {
    const what = this.results.collectives.join(", ");
    document.title = "Ringwood: " + what;
    document.querySelector("h1").textContent = what === "" ? "Collectives: a report" : what[0].toUpperCase() + what.slice(1) + ": a report";
    document.getElementById("summary").append(...this.summary());
    document.getElementById("method").append(...this.method());
    const content = document.getElementById("content");
    if (this.results.count > 0) {
      content.append(this.map.node, this.curves.node, this.speedup.node, this.agreement.node);
      this.choose({});
    }
    content.append(this.linkMaps.node, this.timelines.node, this.steps.node);
    this.timelines.draw(false);
    if (this.results.count > 0) {
      content.append(new ResultsTable(this.results).node);
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    const paper = () => {
      this.charts().forEach((chart) => chart.drawForPaper());
      this.timelines.draw(true);
    };
    addEventListener("beforeprint", paper);
    addEventListener("afterprint", () => this.timelines.draw(false));
    matchMedia("print").addEventListener("change", (event) => { if (event.matches) { paper(); } });
  }

  charts() {
    return [...this.curves.charts, ...this.speedup.charts, ...this.agreement.charts];
  }

  redraw() {
    this.charts().forEach((chart) => chart.draw());
    this.timelines.draw(false);
  }

  choose(change) {
    Object.assign(this.context, change);
    const {results, context} = this;
    const available = new Set(results.points.filter((point) => point.collective === context.collective).map((point) => point.dataset));
    if (!available.has(context.dataset)) {
      context.dataset = [...available][0];
    }
    this.renderControls([...available]);
    context.points = results.pointsOf(context.collective, context.dataset);
    this.grid = new Grid(context.points);
    this.palette = this.paletteFor(context.collective);
    this.curves.hidden = null;
    context.ranks = 0;
    this.map.show(this.grid, this.palette, context);
    this.curves.show(this.grid, this.palette, context);
    this.speedup.show(this.grid, this.palette, context);
    this.agreement.show(results, this.palette, context);
  }

  /** Of all data sets together, so that an algorithm looks the same in each. */
  paletteFor(collective) {
    const points = this.results.points.filter((point) => point.collective === collective);
    const wins = new Map();
    for (const dataset of new Set(points.map((point) => point.dataset))) {
      for (const place of new Grid(points.filter((point) => point.dataset === dataset)).places.values()) {
        const verdict = verdictOf([...place.values()]);
        if (verdict !== null) {
          wins.set(verdict.best.name, (wins.get(verdict.best.name) || 0) + 1);
        }
      }
    }
    return paletteOf([...new Set(points.map((point) => point.name))], wins);
  }

  chooseRanks(ranks) {
    this.context.ranks = ranks;
    this.curves.show(this.grid, this.palette, this.context);
    this.speedup.show(this.grid, this.palette, this.context);
  }

  renderControls(datasets) {
    const named = (list) => list.map((value) => [value, value]);
    document.getElementById("controls").replaceChildren(
      dropDown("Collective", named(this.results.collectives), this.context.collective, (collective) => this.choose({collective})),
      dropDown("Results", named(datasets), this.context.dataset, (dataset) => this.choose({dataset})));
  }

  summary() {
    const {results} = this;
    const points = results.points;
    const files = results.sources.map((source) => element("li", {}, element("code", {}, source.name), ": " + source.what,
      source.remark === "" ? "" : "; " + source.remark));
    const measured = points.filter((point) => point.measured);
    const lines = [plural(results.count, "result") + " of " + results.collectives.join(", ") + "; "
      + measured.length.toLocaleString("en") + " measured, " + (results.count - measured.length).toLocaleString("en") + " simulated."];
    const warnings = [];
    const wrong = measured.filter((point) => point.wrong > 0);
    if (wrong.length > 0) {
      const names = [...new Set(wrong.map((point) => point.collective + " " + point.name))];
      warnings.push(plural(wrong.length, "measurement") + " had wrong data: " + names.join(", ") + ". Their times mean nothing.");
    }
    const few = measured.filter((point) => point.samples < 6).length;
    if (few > 0) {
      warnings.push(plural(few, "measurement") + " with fewer than six repetitions: their intervals go from the least to the greatest time, which is less sure than 95\u00a0%.");
    }
    const wide = measured.filter((point) => point.high - point.low > 0.2 * point.time).length;
    if (wide > 0) {
      warnings.push(plural(wide, "measurement") + " whose 95\u00a0% interval is wider than 20\u00a0% of the median: the machine was not quiet.");
    }
    return [element("p", {}, ...lines), element("ul", {class: "sources"}, ...files),
      ...warnings.map((text) => element("p", {class: "warning"}, element("strong", {}, "Take care: "), text))];
  }

  method() {
    const omitted = this.results.omitted.length === 0 ? "" : " Left out of this page, and in the files: " + this.results.omitted.join(", ") + ".";
    return [element("h2", {}, "How to read this"),
      element("p", {}, "Bytes are those of the whole vector: what one rank passes in for allreduce, what it ends up with for allgather. "
        + "A measured time is the median over repetitions of the slowest rank's time; bands and intervals hold the true median with "
        + "95\u00a0% confidence, whatever the distribution (order statistics). A simulated time is exact for its model and has no interval."),
      element("p", {}, "Two algorithms are called a tie if the 95\u00a0% interval of the ratio of their medians reaches into 0.98 to 1.02. "
        + "Bus bandwidth is bytes over time, times 2(p\u22121)/p for allreduce and (p\u22121)/p for collectives that move each byte once between equals. "
        + "The bound is a time that no schedule on that machine can beat. Lines between marks only lead the eye."),
      element("p", {}, "Made by ringwood " + this.results.version + ". Curves are drawn by uPlot (MIT licence, \u00a9 2022 Leon Sorokin)." + omitted)];
  }
}

new Page(new Results(JSON.parse(document.getElementById("data").textContent))).start();
