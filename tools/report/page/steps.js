// A schedule step by step: who holds what after each round, and what was sent for it.

const MESSAGES_TOLD = 24;

class Steps {
  constructor(figure, number) {
    this.figure = figure;
    this.round = 0;
    this.states = this.statesOf();
    const last = figure.rounds.length;
    this.slider = element("input", {
      type: "range", min: 0, max: last, value: 0, id: "round-" + number, input: () => this.go(Number(this.slider.value))
    });
    this.holder = element("div", {class: "scroller", tabindex: 0, role: "region", "aria-label": "who holds what"});
    this.told = element("p", {class: "readout", "aria-live": "polite"});
    const button = (text, step) => element("button", {type: "button", click: () => this.go(this.round + step)}, text);
    this.node = element("figure", {class: "chart steps", "data-chart": "steps", "data-rounds": last},
      element("figcaption", {}, figure.name + ": " + plural(figure.rounds.length, "round")),
      element("p", {class: "buttons"}, button("back", -1), button("forward", 1), element("label", {for: "round-" + number}, "round "), this.slider),
      this.told, this.holder);
    this.show();
  }

  /** After each round, for each rank and chunk, who has contributed to what it holds. */
  statesOf() {
    const {ranks, chunks} = this.figure;
    const empty = Array.from({length: ranks}, () => Array(chunks).fill(""));
    const apply = (state, changes) => {
      const next = state.map((row) => [...row]);
      const changed = new Set();
      for (const [rank, chunk, contributors] of changes) {
        next[rank][chunk] = contributors;
        changed.add(rank + "/" + chunk);
      }
      return {held: next, changed};
    };
    const states = [apply(empty, this.figure.before)];
    states[0].changed = new Set();
    for (const {changes} of this.figure.rounds) {
      states.push(apply(states[states.length - 1].held, changes));
    }
    return states;
  }

  go(round) {
    this.round = Math.min(this.figure.rounds.length, Math.max(0, round));
    this.slider.value = this.round;
    this.show();
  }

  show() {
    const {ranks, chunks} = this.figure;
    const {held, changed} = this.states[this.round];
    const head = Array.from({length: chunks}, (_, chunk) => element("th", {scope: "col"}, String(chunk)));
    const rows = Array.from({length: ranks}, (_, rank) => element("tr", {}, element("th", {scope: "row"}, "rank " + rank),
      ...held[rank].map((contributors, chunk) => this.cell(contributors, changed.has(rank + "/" + chunk)))));
    this.holder.replaceChildren(element("table", {class: "held"}, element("caption", {}, "chunks across, ranks down; in a cell, whose contributions are in it"),
      element("thead", {}, element("tr", {}, element("th", {scope: "col"}, "chunk"), ...head)), element("tbody", {}, ...rows)));
    this.told.textContent = this.words();
  }

  cell(contributors, changed) {
    const count = contributors === "" ? 0 : contributors.split(" ").length;
    const cell = element("td", {class: changed ? "changed" : null, title: contributors}, this.figure.ranks <= 8 ? contributors.replaceAll(" ", "+") : count === 0 ? "" : String(count));
    cell.style.setProperty("--strength", Math.round((70 * count) / this.figure.ranks) + "%");
    return cell;
  }

  words() {
    if (this.round === 0) {
      return "Before the first round.";
    }
    const {messages} = this.figure.rounds[this.round - 1];
    const texts = messages.slice(0, MESSAGES_TOLD).map(([from, to, reduce, what]) => from + " \u2192 " + to + (reduce ? " adds " : " sends ") + what);
    const more = messages.length > MESSAGES_TOLD ? "; and " + (messages.length - MESSAGES_TOLD) + " more" : "";
    return "Round " + this.round + " of " + this.figure.rounds.length + ": " + texts.join("; ") + more + ".";
  }
}

class StepViews {
  constructor(figures) {
    this.node = element("section", {"aria-labelledby": "steps-title"}, element("h2", {id: "steps-title"}, "Step by step"),
      ...figures.map((figure, number) => new Steps(figure, number).node));
    this.node.hidden = figures.length === 0;
  }
}
