// Results that a report is made of: what is known of them is what the tests expect.

export function measured(point) {
  const time = point.time_s;
  const spread = point.spread ?? 0.01;
  return {
    id: [point.collective ?? "allreduce", point.algorithm, point.ranks ?? 4, point.bytes, "real"].join("-"),
    collective: "allreduce", parameters: "", machine: "box", model: "real", ranks: 4,
    algbw_Bps: point.bytes / time, busbw_Bps: (1.5 * point.bytes) / time, rounds: null, messages: null, bytes_sent_max: null,
    bound_s: null, efficiency: null, samples: 50, min_s: time * 0.95, median_s: time, ci_low_s: time * (1 - spread),
    ci_high_s: time * (1 + spread), max_s: time * 1.2, wrong: 0, mpi: "Open MPI 4.1.4", host: "box", ...point
  };
}

export function simulated(point) {
  const time = point.time_s;
  return {
    id: [point.collective ?? "allreduce", point.algorithm, point.ranks ?? 4, point.bytes, "simulated"].join("-"),
    collective: "allreduce", parameters: "", machine: "crossbar:hosts=" + (point.ranks ?? 4), model: "loggops", ranks: 4,
    algbw_Bps: point.bytes / time, busbw_Bps: (1.5 * point.bytes) / time, rounds: 6, messages: 24, bytes_sent_max: point.bytes,
    bound_s: time / 2, efficiency: 0.5, critical_path: "latency 1us; " + point.algorithm, ...point
  };
}

/** Ties and differences that are known: at 8 bytes `bruck` and `ring` are alike, elsewhere there is one winner. */
export function knownResults() {
  const sizes = [8, 1024, 1048576];
  const points = [];
  for (const [index, bytes] of sizes.entries()) {
    const base = [2e-6, 5e-6, 400e-6][index];
    points.push(measured({algorithm: "ring", bytes, time_s: base * [1.01, 1.5, 1][index]}));
    points.push(measured({algorithm: "bruck", bytes, time_s: base * [1, 1, 2][index]}));
    points.push(measured({algorithm: "native", bytes, time_s: base * [1.3, 0.8, 1.4][index]}));
    points.push(simulated({algorithm: "ring", bytes, time_s: base * 0.9}));
    points.push(simulated({algorithm: "bruck", bytes, time_s: base * 1.8}));
  }
  points.push(measured({collective: "allgather", algorithm: "ring", bytes: 8, time_s: 1e-6}));
  return points;
}

export function manyResults(count) {
  const points = [];
  for (let index = 0; points.length < count; ++index) {
    const bytes = 8 * 2 ** (index % 25);
    const ranks = 2 ** (1 + (Math.floor(index / 25) % 16));
    const algorithm = "algorithm-" + Math.floor(index / 400);
    const time_s = 1e-6 * (1 + (index % 7) / 10) * Math.log2(ranks) + (bytes * (1 + ((index * 7919) % 97) / 50)) / 3.1e10;
    points.push(simulated({algorithm, ranks, bytes, time_s, id: "point-" + index}));
  }
  return points;
}
