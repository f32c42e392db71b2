// Who is faster, and whether anybody can know: the rule of tools/cli/statistics.hpp, on logarithms of times.

const NORMAL_95 = 1.959963984540054;
const EQUIVALENT = Math.log(1.02);
// Fewer than six samples have no 95 % interval; theirs, from the least to the greatest, holds the median this surely.
const FEW_SAMPLES = [NORMAL_95, Infinity, 0.674, 1.15, 1.534, 1.863];

/** The standard deviation of the logarithm of a point's median; simulated times have none. */
function deviation(point) {
  if (point.measured && point.samples === 1) {
    return Infinity;  // its interval is a point, which says nothing
  }
  if (!point.measured || point.high === point.low) {
    return 0;
  }
  if (!(point.low > 0)) {
    return Infinity;
  }
  const normal = point.samples < FEW_SAMPLES.length ? FEW_SAMPLES[point.samples] : NORMAL_95;
  return normal === Infinity ? Infinity : Math.log(point.high / point.low) / (2 * normal);
}

/** The time of `a` over that of `b`, with its 95 % interval, and whether the two may be called equal. */
function timeRatio(a, b) {
  const logarithm = a.time === b.time ? 0 : Math.log(a.time / b.time);
  const spread = NORMAL_95 * Math.hypot(deviation(a), deviation(b));
  return {
    value: Math.exp(logarithm),
    low: Math.exp(logarithm - spread),
    high: Math.exp(logarithm + spread),
    tie: logarithm - spread <= EQUIVALENT && logarithm + spread >= -EQUIVALENT
  };
}

/** The fastest of a place, all that may be as fast, and how much slower the next one is. */
function verdictOf(points) {
  const order = points.filter((point) => point.time >= 0).sort((a, b) => a.time - b.time);
  if (order.length === 0) {
    return null;
  }
  const best = order[0];
  const tied = order.filter((point) => point === best || timeRatio(point, best).tie);
  const next = order.find((point) => !tied.includes(point));
  return {best, tied, margin: next === undefined ? null : next.time / best.time, next};
}
