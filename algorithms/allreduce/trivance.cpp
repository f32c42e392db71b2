// Trivance, latency version: everybody swaps whole vectors with both ranks at distance 3^s at once.
//
//   p = 9    s = 0: 8 - 0 - 1     s = 1: 6 - 0 - 3     rank 0 has {8 0 1}, then everything
//
// Jürß, Addanki, Schmid: Trivance: latency-optimal allreduce by shortcutting multiport networks, 2026 (preprint).
// p = 3^m; m rounds of a whole vector on each of 2 ports. Ranks associate differently: bits may differ between them.
// The ranks merged go round the end: the operator must commute.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  for (Rank distance = 1; distance < p; distance *= 3) {
    const Rank below = modulo(me - distance, p);
    const Rank above = modulo(me + distance, p);
    const ChunkSet all = problem.whole();
    const Round round{send(above, all), send(below, all), receive_reduce(below, all, Side::kLeft),
                      receive_reduce(above, all, Side::kRight)};
    co_yield round;
  }
}

std::string objection(const Problem& problem) {
  Rank power = 1;
  while (power < problem.ranks) {
    power *= 3;
  }
  return power == problem.ranks ? "" : "it needs a power of three of ranks, not " + std::to_string(problem.ranks);
}

}  // namespace

constinit const Algorithm allreduce_trivance{
    .name = "trivance",
    .collective = Collective::kAllreduce,
    .cost = "log3(p)(a + nb) with 2 ports + 2log3(p)nc",
    .reference = "Jürß, Addanki, Schmid 2026",
    .needs = {.commutative = true},
    .program = program,
    .pieces = one_piece,
    .objection = objection,
};

}  // namespace ringwood
