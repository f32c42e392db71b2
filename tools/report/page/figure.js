// A chart as a drawing of lines, for paper: it prints sharply and can be saved for a publication.

const FIGURE = {width: 640, height: 400, left: 74, right: 16, top: 14, bottom: 48, legendRow: 18};

function placeOn(scale, [least, greatest], from, to) {
  const map = scale === "linear" ? (value) => value : Math.log;
  const start = map(least);
  return (value) => from + ((map(value) - start) / (map(greatest) - start)) * (to - from);
}

function axisParts(model, ranges, at, colours) {
  const parts = [];
  const bottom = FIGURE.height - FIGURE.bottom;
  const right = FIGURE.width - FIGURE.right;
  const text = (x, y, anchor, words, more = {}) =>
    svgElement("text", {x, y, "text-anchor": anchor, fill: colours.text, "font-size": 12, ...more}, words);
  for (const tick of ticksOf(model.xScale, ranges.x, 9)) {
    const x = at.x(tick).toFixed(1);
    parts.push(svgElement("line", {x1: x, x2: x, y1: FIGURE.top, y2: bottom, stroke: colours.grid}));
    parts.push(text(x, bottom + 17, "middle", model.xFormat(tick)));
  }
  for (const tick of ticksOf(model.yScale, ranges.y, 7)) {
    const y = at.y(tick).toFixed(1);
    parts.push(svgElement("line", {x1: FIGURE.left, x2: right, y1: y, y2: y, stroke: colours.grid}));
    parts.push(text(FIGURE.left - 7, Number(y) + 4, "end", model.yFormat(tick)));
  }
  const middle = (FIGURE.top + bottom) / 2;
  parts.push(text((FIGURE.left + right) / 2, FIGURE.height - 10, "middle", model.xLabel));
  parts.push(text(16, middle, "middle", model.yLabel, {transform: "rotate(-90 16 " + middle + ")"}));
  return parts;
}

function pathThrough(xs, ys, at) {
  let path = "";
  xs.forEach((x, index) => {
    if (ys[index] > 0) {
      path += (path === "" ? "M" : "L") + at.x(x).toFixed(1) + " " + at.y(ys[index]).toFixed(1);
    }
  });
  return path;
}

function bandPath(model, series, at) {
  const known = model.x.map((_, index) => index).filter((index) => series.low[index] > 0 && series.high[index] > 0);
  const corner = (index, list) => at.x(model.x[index]).toFixed(1) + " " + at.y(list[index]).toFixed(1);
  const there = known.map((index) => corner(index, series.high));
  const back = known.reverse().map((index) => corner(index, series.low));
  return there.length === 0 ? "" : "M" + [...there, ...back].join("L") + "Z";
}

function markShape(series, x, y, colour) {
  const corners = markCorners(series.mark, 3);
  if (corners.length === 0) {
    return svgElement("circle", {cx: x.toFixed(1), cy: y.toFixed(1), r: 3, fill: colour});
  }
  const points = corners.map(([dx, dy]) => (x + dx).toFixed(1) + "," + (y + dy).toFixed(1)).join(" ");
  return svgElement("polygon", {points, fill: colour});
}

function seriesParts(model, series, at, colours) {
  const colour = series.colour || colours.text;
  const parts = [];
  if (series.low) {
    parts.push(svgElement("path", {d: bandPath(model, series, at), fill: colour, "fill-opacity": 0.18}));
  }
  if (!series.lineless) {
    parts.push(svgElement("path", {
      d: pathThrough(model.x, series.values, at), fill: "none", stroke: colour,
      "stroke-width": series.width || 1.8, "stroke-dasharray": series.dash.join(" ") || "none"
    }));
  }
  if (series.mark) {
    model.x.forEach((x, index) => {
      if (series.values[index] > 0) {
        parts.push(markShape(series, at.x(x), at.y(series.values[index]), colour));
      }
    });
  }
  return parts;
}

function legendParts(series, colours) {
  return series.flatMap((one, index) => {
    const x = FIGURE.left + (index % 2) * 285;
    const y = FIGURE.height + 8 + Math.floor(index / 2) * FIGURE.legendRow;
    const colour = one.colour || colours.text;
    const parts = [svgElement("text", {x: x + 34, y: y + 4, fill: colours.text, "font-size": 12}, one.name)];
    if (!one.lineless) {
      parts.push(svgElement("line", {
        x1: x, x2: x + 28, y1: y, y2: y, stroke: colour, "stroke-width": 1.8,
        "stroke-dasharray": one.dash.join(" ") || "none"
      }));
    }
    if (one.mark) {
      parts.push(markShape(one, x + 14, y, colour));
    }
    return parts;
  });
}

/** The model of a chart (chart.js) as an SVG element, in colours for white paper. */
function figureOf(model) {
  const colours = themeColours(true);
  const ranges = rangesOfModel(model);
  const right = FIGURE.width - FIGURE.right;
  const at = {
    x: placeOn(model.xScale, ranges.x, FIGURE.left, right),
    y: placeOn(model.yScale, ranges.y, FIGURE.height - FIGURE.bottom, FIGURE.top)
  };
  const shown = model.series.filter((series) => series.shown);
  const named = shown.filter((series) => !series.unnamed);
  const height = FIGURE.height + Math.ceil(named.length / 2) * FIGURE.legendRow + 6;
  const rules = model.rules.map((rule) => svgElement("line", {
    x1: FIGURE.left, x2: right, y1: at.y(rule.value), y2: at.y(rule.value), stroke: colours.text, "stroke-dasharray": "3 3"
  }));
  return svgElement("svg", {
    xmlns: SVG_NAMESPACE, viewBox: "0 0 " + FIGURE.width + " " + height, width: FIGURE.width, height,
    "font-family": "Helvetica, Arial, sans-serif", class: "figure", "aria-hidden": "true"
  },
  svgElement("rect", {width: FIGURE.width, height, fill: colours.background}),
  ...axisParts(model, ranges, at, colours), ...rules,
  ...shown.flatMap((series) => seriesParts(model, series, at, colours)), ...legendParts(named, colours));
}
