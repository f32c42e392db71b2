// The results: columns as they stand in the file, and points that the views are made of.

/** Columns become arrays of values; texts stand in the file once, with numbers that refer to them. */
function decodedColumns(data) {
  return data.fields.map((field) => ({
    name: field.name,
    isText: field.words !== undefined,
    values: field.words === undefined
      ? field.values
      : field.values.map((index) => (index === null ? null : field.words[index]))
  }));
}

class Results {
  constructor(data) {
    this.sources = data.sources;
    this.version = data.version;
    this.omitted = data.omitted;
    this.traces = data.traces;
    this.linkMaps = data.linkMaps;
    this.figures = data.figures;
    this.count = data.count;
    this.columns = decodedColumns(data);
    this.byName = new Map(this.columns.map((column) => [column.name, column.values]));
    this.points = Array.from({length: data.count}, (_, row) => this.pointOf(row));
    this.datasets = [...new Set(this.points.map((point) => point.dataset))];
    this.collectives = [...new Set(this.points.map((point) => point.collective))];
  }

  value(name, row) {
    const values = this.byName.get(name);
    return values === undefined ? null : values[row];
  }

  pointOf(row) {
    const text = (name) => String(this.value(name, row) ?? "");
    const number = (name) => {
      const value = this.value(name, row);
      return typeof value === "number" ? value : NaN;
    };
    const measured = text("model") === "real";
    const parameters = text("parameters");
    const time = number("time_s");
    const low = number("ci_low_s");
    const high = number("ci_high_s");
    return {
      row, measured, time,
      collective: text("collective"),
      name: text("algorithm") + (parameters === "" ? "" : ":" + parameters),
      dataset: this.datasetOf(row, measured),
      ranks: number("ranks"),
      bytes: number("bytes"),
      low: Number.isNaN(low) ? time : low,
      high: Number.isNaN(high) ? time : high,
      samples: number("samples"),
      busbw: number("busbw_Bps"),
      bound: number("bound_s"),
      wrong: number("wrong")
    };
  }

  /** What may be compared with each other: one way to get times, on one machine. */
  datasetOf(row, measured) {
    const text = (name) => String(this.value(name, row) ?? "");
    if (measured) {
      const place = [text("machine") || text("host"), text("mpi")].filter((part) => part !== "");
      return ["measured", ...place].join(", ");
    }
    // The machine that stands for "none given" has as many hosts as there are ranks.
    const ranks = this.value("ranks", row);
    const hosts = "hosts=" + ranks;
    const machine = (text("machine") + ",").replace(hosts + ",", "hosts=ranks,").slice(0, -1);
    return ["simulated", text("model"), machine].filter((part) => part !== "").join(", ");
  }

  pointsOf(collective, dataset) {
    return this.points.filter((point) => point.collective === collective && point.dataset === dataset);
  }
}

function ascending(numbers) {
  return [...new Set(numbers)].sort((a, b) => a - b);
}

/** Points by ranks and bytes; a later result of the same algorithm takes the place of an earlier one. */
class Grid {
  constructor(points) {
    this.ranks = ascending(points.map((point) => point.ranks));
    this.sizes = ascending(points.map((point) => point.bytes));
    this.places = new Map();
    for (const point of points) {
      const key = point.ranks + "/" + point.bytes;
      if (!this.places.has(key)) {
        this.places.set(key, new Map());
      }
      this.places.get(key).set(point.name, point);
    }
  }

  at(ranks, bytes) {
    const place = this.places.get(ranks + "/" + bytes);
    return place === undefined ? [] : [...place.values()];
  }

  find(ranks, bytes, name) {
    return this.places.get(ranks + "/" + bytes)?.get(name);
  }

  names() {
    return [...new Set([...this.places.values()].flatMap((place) => [...place.keys()]))];
  }
}
