// What every rank does when, of one simulated collective; and how busy the links are meanwhile.

const OPERATIONS = [["send", "#0072b2"], ["receive", "#e69f00"], ["reduce", "#009e73"]];
const LANE = {left: 64, right: 8, top: 8, bottom: 34, least: 5, most: 26, height: 460};
const ROWS_TOLD = 64;

class Timeline {
  constructor(trace) {
    this.trace = trace;
    this.span = trace.start.reduce((last, start, index) => Math.max(last, start + trace.duration[index]), 1e-12);
    this.view = [0, this.span];
    this.cursor = {time: 0, rank: 0};
    this.rows = Array.from({length: trace.ranks}, () => []);
    trace.rank.forEach((rank, index) => this.rows[rank].push(index));
    this.canvas = element("canvas", {
      tabindex: 0, role: "img", keydown: (event) => this.key(event), mousemove: (event) => this.point(event),
      "aria-label": "Time line of " + plural(trace.ranks, "rank") + " over " + formatSeconds(this.span)
        + ". Left and right go through time, up and down through ranks, plus and minus zoom."
    });
    this.holder = element("div", {class: "timeline"}, this.canvas);
    this.readout = element("p", {class: "readout", "aria-live": "polite"}, "Point at an operation, or focus the chart and use the arrow keys, plus and minus.");
    const button = (text, action) => element("button", {type: "button", click: action}, text);
    this.node = element("figure", {class: "chart", "data-chart": "timeline", "data-operations": trace.start.length},
      element("figcaption", {}, trace.name + ": " + plural(trace.start.length, "operation") + " in " + formatSeconds(this.span)),
      this.holder, this.readout,
      element("p", {class: "buttons"}, ...this.legend(), button("zoom in", () => this.zoom(0.5)), button("zoom out", () => this.zoom(2)),
        button("whole", () => this.zoom(Infinity))),
      element("div", {class: "pair"}, this.rankTable(), ...(trace.links.length === 0 ? [] : [this.linkTable()])));
    new ResizeObserver(() => this.draw()).observe(this.holder);
  }

  legend() {
    return OPERATIONS.map(([name, colour]) => {
      const swatch = element("span", {class: "swatch", "aria-hidden": "true"});
      paint(swatch, [colour], 1);
      return element("span", {}, swatch, name);
    });
  }

  place(width) {
    const inner = width - LANE.left - LANE.right;
    return (time) => LANE.left + ((time - this.view[0]) / (this.view[1] - this.view[0])) * inner;
  }

  get rowHeight() {
    return Math.max(LANE.least, Math.min(LANE.most, (LANE.height - LANE.top - LANE.bottom) / this.trace.ranks));
  }

  draw(forPaper = false) {
    const width = this.holder.clientWidth;
    const height = LANE.top + LANE.bottom + this.rowHeight * this.trace.ranks;
    if (width === 0) {
      return;
    }
    const ratio = forPaper ? 3 : devicePixelRatio;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    this.canvas.style.setProperty("height", height + "px");
    const context = this.canvas.getContext("2d");
    context.scale(ratio, ratio);
    const colours = themeColours(forPaper);
    this.drawAxis(context, colours, width, height);
    const at = this.place(width);
    const {trace} = this;
    context.save();
    context.beginPath();
    context.rect(LANE.left, 0, width - LANE.left - LANE.right, height);
    context.clip();
    for (let index = 0; index < trace.start.length; ++index) {
      const from = at(trace.start[index]);
      const to = at(trace.start[index] + trace.duration[index]);
      if (to >= LANE.left && from <= width) {
        context.fillStyle = OPERATIONS[trace.kind[index]][1];
        context.fillRect(from, LANE.top + trace.rank[index] * this.rowHeight + 1, Math.max(1, to - from), Math.max(1, this.rowHeight - 2));
      }
    }
    context.restore();
  }

  drawAxis(context, colours, width, height) {
    context.fillStyle = colours.text;
    context.strokeStyle = colours.grid;
    context.font = "12px system-ui, sans-serif";
    context.textAlign = "right";
    const step = Math.max(1, Math.ceil(14 / this.rowHeight));
    for (let rank = 0; rank < this.trace.ranks; rank += step) {
      context.fillText("rank " + rank, LANE.left - 6, LANE.top + (rank + 0.5) * this.rowHeight + 4);
    }
    context.textAlign = "center";
    const at = this.place(width);
    const length = this.view[1] - this.view[0];
    const ticks = linearTicks(length, Math.max(2, Math.floor(width / 110)));
    for (const tick of ticks) {
      const x = at(this.view[0] + tick);
      context.beginPath();
      context.moveTo(x, LANE.top);
      context.lineTo(x, height - LANE.bottom + 5);
      context.stroke();
      context.fillText(formatSeconds(this.view[0] + tick), x, height - 12);
    }
  }

  zoom(factor) {
    const length = Math.min(this.span, (this.view[1] - this.view[0]) * factor);
    const start = Math.min(Math.max(0, this.cursor.time - length / 2), this.span - length);
    this.view = [start, start + length];
    this.draw();
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const part = (event.clientX - box.left - LANE.left) / (box.width - LANE.left - LANE.right);
    this.cursor.time = this.view[0] + Math.min(1, Math.max(0, part)) * (this.view[1] - this.view[0]);
    const row = Math.floor((event.clientY - box.top - LANE.top) / this.rowHeight);
    this.cursor.rank = Math.min(this.trace.ranks - 1, Math.max(0, row));
    this.tell();
  }

  key(event) {
    const step = (this.view[1] - this.view[0]) / 100;
    const moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
    if (event.key === "+" || event.key === "-") {
      this.zoom(event.key === "+" ? 0.5 : 2);
    } else if (moves[event.key] !== undefined) {
      const [time, rank] = moves[event.key];
      this.cursor.time = Math.min(this.span, Math.max(0, this.cursor.time + time));
      this.cursor.rank = Math.min(this.trace.ranks - 1, Math.max(0, this.cursor.rank + rank));
      this.tell();
    } else {
      return;
    }
    event.preventDefault();
  }

  tell() {
    const {time, rank} = this.cursor;
    const {trace} = this;
    const now = this.rows[rank].filter((index) => trace.start[index] <= time && time <= trace.start[index] + trace.duration[index]);
    const what = now.map((index) => {
      const bytes = trace.bytes[index] > 0 ? " of " + formatBytes(trace.bytes[index]) : "";
      return trace.labels[trace.label[index]] + bytes + " (round " + trace.round[index] + ", " + formatSeconds(trace.duration[index]) + ")";
    });
    this.readout.textContent = formatSeconds(time) + ", rank " + rank + ": " + (what.join("; ") || "waits");
  }

  rankTable() {
    const {trace} = this;
    const rows = this.rows.slice(0, ROWS_TOLD).map((indices, rank) => {
      const sum = (kind) => indices.reduce((total, index) => total + (trace.kind[index] === kind ? trace.duration[index] : 0), 0);
      const end = indices.reduce((last, index) => Math.max(last, trace.start[index] + trace.duration[index]), 0);
      return [String(rank), ...OPERATIONS.map((_, kind) => formatSeconds(sum(kind))), formatSeconds(end)];
    });
    const more = this.trace.ranks > ROWS_TOLD ? " (the first " + ROWS_TOLD + ")" : "";
    return smallTable("What ranks spend" + more, ["rank", "sending", "receiving", "reducing", "ends at"], rows);
  }

  linkTable() {
    const rows = this.trace.links.slice(0, LINKS_TOLD).map(({name, mean, peak}) => [name, formatPercent(mean / 100), formatPercent(peak / 100)]);
    return smallTable("The hottest links", ["link", "mean use", "most"], rows);
  }
}

function smallTable(title, head, rows) {
  return element("div", {class: "scroller"}, element("table", {class: "small"}, element("caption", {}, title),
    element("thead", {}, element("tr", {}, ...head.map((text) => element("th", {scope: "col"}, text)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text)))))));
}

class Timelines {
  constructor(traces) {
    this.charts = traces.map((trace) => new Timeline(trace));
    this.node = element("section", {"aria-labelledby": "timeline-title"}, element("h2", {id: "timeline-title"}, "What ranks do when"),
      ...this.charts.map((chart) => chart.node));
    this.node.hidden = traces.length === 0;
  }

  draw(forPaper) {
    this.charts.forEach((chart) => chart.draw(forPaper));
  }
}
