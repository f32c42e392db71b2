// Scales and their marks, for charts on the screen and for figures on paper alike.

/** The least and the greatest of many numbers, those that a scale cannot show left aside. */
function rangeOf(lists, isLog) {
  let least = Infinity;
  let greatest = -Infinity;
  for (const list of lists) {
    for (const value of list) {
      if (Number.isFinite(value) && (!isLog || value > 0)) {
        least = Math.min(least, value);
        greatest = Math.max(greatest, value);
      }
    }
  }
  return least > greatest ? [1, 2] : [least, greatest];
}

/** A little room around the data. */
function paddedRange([least, greatest], scale) {
  if (scale === "linear") {
    return [0, greatest * 1.06];
  }
  const room = Math.pow(Math.max(greatest / least, 1.5), 0.03);
  return [least / room, greatest * room];
}

function powersBetween(least, greatest, base, most) {
  const first = Math.ceil(Math.log(least) / Math.log(base) - 1e-9);
  const last = Math.floor(Math.log(greatest) / Math.log(base) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first + 1) / most));
  const ticks = [];
  for (let power = first; power <= last; power += step) {
    ticks.push(Math.pow(base, power));
  }
  return ticks;
}

function decimalTicks(least, greatest, most) {
  const tens = powersBetween(least, greatest, 10, most);
  if (tens.length > 2) {
    return tens;
  }
  const ticks = [];
  for (let power = Math.floor(Math.log10(least)); power <= Math.log10(greatest); ++power) {
    ticks.push(...[1, 2, 5].map((digit) => Number(digit + "e" + power)));
  }
  const inside = ticks.filter((tick) => tick >= least && tick <= greatest);
  if (inside.length < 3) {
    const step = linearTicks(greatest - least, most)[1];
    const first = Math.ceil(least / step);
    return Array.from({length: Math.floor(greatest / step) - first + 1}, (_, index) => Number(((first + index) * step).toPrecision(6)));
  }
  return inside.length > most && tens.length > 0 ? tens : inside;
}

function linearTicks(greatest, most) {
  const rough = greatest / most;
  const power = Math.pow(10, Math.floor(Math.log10(rough)));
  const step = [1, 2, 5, 10].map((digit) => digit * power).find((candidate) => candidate >= rough);
  const ticks = [];
  for (let tick = 0; tick <= greatest; tick += step) {
    ticks.push(Number(tick.toPrecision(12)));
  }
  return ticks;
}

function ticksOf(scale, [least, greatest], most) {
  switch (scale) {
    case "log2": {
      const twos = powersBetween(least, greatest, 2, most);
      return twos.length > 1 ? twos : decimalTicks(least, greatest, most);
    }
    case "log10": return decimalTicks(least, greatest, most);
    default: return linearTicks(greatest, most);
  }
}

function rangesOfModel(model) {
  const visible = model.series.filter((series) => series.shown);
  const lists = visible.flatMap((series) => [series.values, series.low || [], series.high || []]);
  const rules = model.rules.map((rule) => rule.value);
  return {
    x: paddedRange(rangeOf([model.x], true), model.xScale),
    y: paddedRange(rangeOf([...lists, rules], model.yScale !== "linear"), model.yScale)
  };
}
