// The decision map: for each size and number of ranks the fastest algorithm, and by how much.

const MAP_VIEWS = [["winner", "fastest"], ["native", "speed-up over native"], ["bound", "part of the bound"]];
const LARGEST_MARGIN = 2;
const STRIPES = 2;

/** A colour for factors around 1: blue where faster, orange where slower, none where equal. */
function divergingColour(factor) {
  const strength = Math.min(1, Math.abs(Math.log2(factor)) / 1.5);
  return {colour: factor >= 1 ? "#0072b2" : "#d55e00", strength: 0.85 * strength};
}

function paint(cell, colours, strength) {
  cell.style.setProperty("--strength", (100 * strength).toFixed(0) + "%");
  colours.forEach((colour, index) => cell.style.setProperty("--colour" + (index + 1), colour || "var(--text)"));
  cell.classList.toggle("tied", colours.length > 1);
}

class DecisionMap {
  /** `onPick` is told the number of ranks of a cell that was chosen. */
  constructor(onPick) {
    this.onPick = onPick;
    this.view = "winner";
    this.node = element("section", {"aria-labelledby": "map-title"});
  }

  show(grid, palette, context) {
    Object.assign(this, {grid, palette, context});
    this.verdicts = grid.ranks.flatMap((ranks) => grid.sizes.map((size) => ({ranks, size, verdict: verdictOf(grid.at(ranks, size))})))
      .filter(({verdict}) => verdict !== null);
    this.verdictAt = new Map(this.verdicts.map(({ranks, size, verdict}) => [ranks + "/" + size, verdict]));
    const views = MAP_VIEWS.filter(([view]) => view !== "native" || grid.names().includes(NATIVE))
      .filter(([view]) => view !== "bound" || context.points.some((point) => point.bound > 0));
    if (!views.some(([view]) => view === this.view)) {
      this.view = "winner";
    }
    this.scroller = element("div", {class: "scroller"});
    this.legend = element("div", {class: "map-legend"});
    this.node.replaceChildren(
      element("h2", {id: "map-title"}, "Which algorithm"),
      choiceOfOne("Cells show", "map-view", views, this.view, (view) => { this.view = view; this.fill(); }),
      this.scroller, this.legend, this.advice());
    this.fill();
  }

  fill() {
    const caption = this.context.collective + ", " + this.context.dataset + ": "
      + MAP_VIEWS.find(([view]) => view === this.view)[1] + " by ranks (down) and bytes (across)";
    const head = element("tr", {}, element("th", {scope: "col"}, "ranks"));
    for (const size of this.grid.sizes) {
      head.append(element("th", {scope: "col"}, formatBytes(size)));
    }
    const body = element("tbody");
    this.grid.ranks.forEach((ranks, row) => {
      const line = element("tr", {}, element("th", {scope: "row"}, String(ranks)));
      this.grid.sizes.forEach((size, column) => line.append(this.cell(ranks, size, row, column)));
      body.append(line);
    });
    this.table = element("table", {class: "map", keydown: (event) => this.move(event)},
      element("caption", {}, caption), element("thead", {}, head), body);
    this.table.querySelector("button")?.setAttribute("tabindex", "0");
    this.scroller.replaceChildren(this.table);
    this.fillLegend();
  }

  cell(ranks, size, row, column) {
    const verdict = this.verdictAt.get(ranks + "/" + size);
    if (verdict === undefined) {
      return element("td", {class: "empty"}, "\u2013");
    }
    const content = this.contentOf(verdict, ranks, size);
    const where = formatBytes(size) + " on " + plural(ranks, "rank") + ": ";
    const button = element("button", {
      type: "button", tabindex: -1, "data-row": row, "data-column": column, title: where + content.spoken,
      "aria-label": where + content.spoken, click: () => this.onPick(ranks)
    }, element("span", {class: "name"}, content.name), element("span", {class: "margin"}, content.figure));
    paint(button, content.colours, content.strength);
    return element("td", {"data-winner": verdict.best.name, "data-tie": String(verdict.tied.length > 1)}, button);
  }

  contentOf(verdict, ranks, size) {
    const {best, tied, margin} = verdict;
    if (this.view === "native") {
      return this.nativeContent(verdict, this.grid.find(ranks, size, NATIVE));
    }
    if (this.view === "bound") {
      const part = best.bound / best.time;
      const known = part > 0;
      return {
        name: best.name, figure: known ? formatPercent(part) : "", strength: known ? Math.min(1, part) * 0.75 : 0,
        colours: ["#009e73"], spoken: best.name + (known ? " needs the bound over " + formatPercent(part) : ", no bound is known")
      };
    }
    const colours = tied.slice(0, STRIPES).map((point) => this.palette.get(point.name).colour);
    const strength = margin === null ? 0.5 : 0.25 + 0.6 * Math.min(1, Math.log(margin) / Math.log(LARGEST_MARGIN));
    const next = margin === null ? "" : ", the next one takes " + formatFactor(margin);
    if (tied.length > 1) {
      const names = tied.map((point) => point.name);
      const text = names.length === 2 ? names.join(" = ") : names[0] + " = " + (names.length - 1) + " others";
      return {name: text, figure: "tie", colours, strength: Math.min(strength, 0.4), spoken: "a tie between " + names.join(", ") + next};
    }
    return {
      name: best.name, figure: margin === null ? "alone" : formatFactor(margin), colours, strength,
      spoken: best.name + " in " + formatSeconds(best.time) + (next || ", nothing else was tried")
    };
  }

  nativeContent({best}, native) {
    if (native === undefined) {
      return {name: best.name, figure: "?", colours: ["#888888"], strength: 0, spoken: "native was not measured"};
    }
    const points = [...this.grid.places.get(best.ranks + "/" + best.bytes).values()].filter((one) => !isOfLibrary(one.name));
    const ours = points.length === 0 ? best : points.reduce((a, b) => (b.time < a.time ? b : a));
    const ratio = timeRatio(native, ours);
    const {colour, strength} = divergingColour(ratio.value);
    return {
      name: ours.name, figure: formatFactor(ratio.value) + (ratio.tie ? " (tie)" : ""), colours: [colour],
      strength: ratio.tie ? 0 : strength,
      spoken: ours.name + " is " + formatFactor(ratio.value) + " as fast as native" + (ratio.tie ? ", a tie" : "")
    };
  }

  /** Arrow keys go from cell to cell; one cell is in the order of the tab key. */
  move(event) {
    const steps = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]};
    const step = steps[event.key];
    const from = event.target.closest("button");
    if (step === undefined || from === null) {
      return;
    }
    event.preventDefault();
    let [row, column] = [Number(from.dataset.row), Number(from.dataset.column)];
    let to = null;
    while (to === null && row >= 0 && row < this.grid.ranks.length && column >= 0 && column < this.grid.sizes.length) {
      row += step[0];
      column += step[1];
      to = this.table.querySelector('button[data-row="' + row + '"][data-column="' + column + '"]');
    }
    if (to !== null) {
      from.tabIndex = -1;
      to.tabIndex = 0;
      to.focus();
    }
  }

  fillLegend() {
    if (this.view !== "winner") {
      const meaning = this.view === "native" ? "Blue: faster than native. Orange: slower. Without colour: a tie."
        : "The deeper the green, the nearer to the bound.";
      this.legend.replaceChildren(element("p", {}, meaning));
      return;
    }
    const winners = new Set(this.verdicts.flatMap(({verdict}) => verdict.tied.slice(0, STRIPES).map((point) => point.name)));
    const entries = [...winners].map((name) => {
      const swatch = element("span", {class: "swatch", "aria-hidden": "true"});
      paint(swatch, [this.palette.get(name).colour], 0.8);
      return element("li", {}, swatch, name);
    });
    this.legend.replaceChildren(
      element("p", {}, "The number is the time of the next algorithm over that of the fastest; the deeper the colour, the larger. "
        + "Stripes are ties: algorithms of which nobody can tell which is faster, or by less than 2\u00a0%."),
      element("ul", {}, ...entries));
  }

  /** The map in words: a line for each number of ranks. */
  advice() {
    const list = element("ul");
    for (const ranks of this.grid.ranks) {
      const parts = [];
      let name = null;
      for (const {size, verdict} of this.verdicts.filter((one) => one.ranks === ranks)) {
        // An algorithm is kept as long as it is as good as the best.
        if (!verdict.tied.some((point) => point.name === name)) {
          name = verdict.best.name;
          parts.push(name + (parts.length === 0 ? "" : " from " + formatBytes(size)));
        }
      }
      list.append(element("li", {}, element("strong", {}, plural(ranks, "rank") + ": "), parts.join(", ")));
    }
    return element("details", {class: "advice", open: this.grid.ranks.length <= 4},
      element("summary", {}, "In words"), list);
  }
}
