// All results, as they stand in the files: sorted, filtered, and handed out.

const ROWS_ON_PAGE = 50;

function csvCell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  return /[",\r\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text;
}

function csvText(rows) {
  return rows.map((row) => row.map(csvCell).join(",") + "\n").join("");
}

/** The way people read a value; sorting and files have the plain one. */
function shownValue(name, value) {
  if (value === null) {
    return "";
  }
  if (typeof value !== "number") {
    return String(value);
  }
  if (name.endsWith("_Bps")) {
    return formatRate(value);
  }
  if (name.endsWith("_s")) {
    return formatSeconds(value);
  }
  return name === "efficiency" ? formatPercent(value) : name.startsWith("bytes") ? formatBytes(value) : String(value);
}

class ResultsTable {
  constructor(results) {
    this.results = results;
    this.sort = {column: null, down: false};
    this.page = 0;
    this.search = "";
    this.chosen = {collective: "", algorithm: "", ranks: ""};
    this.texts = Array.from({length: results.count}, (_, row) => results.columns.filter((column) => column.isText)
      .map((column) => column.values[row] ?? "").join("\n").toLowerCase());
    this.count = element("p", {role: "status", class: "inline"});
    this.scroller = element("div", {class: "scroller", tabindex: 0, role: "region", "aria-label": "table of results"});
    this.pages = element("p", {class: "buttons"});
    this.node = element("section", {"aria-labelledby": "table-title"}, element("h2", {id: "table-title"}, "All results"),
      this.filters(), this.count, this.scroller, this.pages);
    this.refresh();
  }

  filters() {
    const search = element("input", {
      type: "search", placeholder: "words that must all occur", input: () => { this.search = search.value; this.refresh(); }
    });
    const lists = Object.keys(this.chosen).filter((name) => this.results.byName.has(name)).map((name) => {
      const values = [...new Set(this.results.byName.get(name))].filter((value) => value !== null);
      values.sort((a, b) => (typeof a === "number" ? a - b : a < b ? -1 : 1));
      return dropDown(name, [["", "all"], ...values.map((value) => [String(value), String(value)])], "",
        (value) => { this.chosen[name] = value; this.refresh(); });
    });
    return element("div", {class: "filters", role: "search", "aria-label": "Filter the table"},
      element("label", {}, "Search ", search), ...lists,
      element("button", {type: "button", click: () => download("results.csv", "text/csv", this.csv())}, "Save as CSV"),
      element("button", {type: "button", click: () => download("results.json", "application/json", this.json())}, "Save as JSON"));
  }

  refresh() {
    const words = this.search.toLowerCase().split(/\s+/).filter((word) => word !== "");
    const wanted = Object.entries(this.chosen).filter(([, value]) => value !== "")
      .map(([name, value]) => [this.results.byName.get(name), value]);
    this.rows = [];
    for (let row = 0; row < this.results.count; ++row) {
      if (wanted.every(([values, value]) => String(values[row]) === value) && words.every((word) => this.texts[row].includes(word))) {
        this.rows.push(row);
      }
    }
    this.order();
    this.page = 0;
    this.render();
  }

  order() {
    const {column, down} = this.sort;
    if (column === null) {
      return;
    }
    const values = column.values;
    const sign = down ? -1 : 1;
    this.rows.sort((a, b) => {
      const [x, y] = [values[a], values[b]];
      if (x === null || y === null) {
        return x === y ? a - b : x === null ? 1 : -1;  // what has no value comes last
      }
      return x === y ? a - b : sign * (x < y ? -1 : 1);
    });
  }

  sortBy(column) {
    this.sort = {column, down: this.sort.column === column && !this.sort.down};
    this.order();
    this.page = 0;
    this.render();
    this.scroller.querySelector("th[aria-sort] button")?.focus();
  }

  header(column) {
    const sorted = this.sort.column === column;
    return element("th", {scope: "col", "aria-sort": sorted ? (this.sort.down ? "descending" : "ascending") : null},
      element("button", {type: "button", click: () => this.sortBy(column)}, column.name,
        element("span", {"aria-hidden": "true"}, sorted ? (this.sort.down ? " \u25bc" : " \u25b2") : "")));
  }

  render() {
    const columns = this.results.columns.filter((column) => column.values.some((value) => value !== null && value !== ""));
    const first = this.page * ROWS_ON_PAGE;
    const lines = this.rows.slice(first, first + ROWS_ON_PAGE).map((row) => element("tr", {},
      ...columns.map((column) => element("td", {class: column.isText ? "text" : "number"}, shownValue(column.name, column.values[row])))));
    this.scroller.replaceChildren(element("table", {class: "results"},
      element("thead", {}, element("tr", {}, ...columns.map((column) => this.header(column)))), element("tbody", {}, ...lines)));
    this.count.textContent = this.rows.length === this.results.count ? plural(this.results.count, "result")
      : this.rows.length.toLocaleString("en") + " of " + plural(this.results.count, "result");
    this.renderPages(first);
  }

  renderPages(first) {
    const last = Math.max(0, Math.ceil(this.rows.length / ROWS_ON_PAGE) - 1);
    const go = (text, page) => element("button", {
      type: "button", disabled: page < 0 || page > last || page === this.page, click: () => { this.page = page; this.render(); }
    }, text);
    this.pages.replaceChildren(go("first", 0), go("previous", this.page - 1),
      element("span", {}, " rows " + (this.rows.length === 0 ? 0 : first + 1) + " to " + Math.min(first + ROWS_ON_PAGE, this.rows.length) + " "),
      go("next", this.page + 1), go("last", last));
  }

  csv() {
    const columns = this.results.columns;
    return csvText([columns.map((column) => column.name), ...this.rows.map((row) => columns.map((column) => column.values[row]))]);
  }

  json() {
    const objects = this.rows.map((row) => JSON.stringify(
      Object.fromEntries(this.results.columns.map((column) => [column.name, column.values[row]]))));
    return "[\n" + objects.join(",\n") + "\n]\n";
  }
}
