// A plug-in as it should be: a broadcast down the line, and an allreduce made of a known algorithm.
#include <ringwood/catalogue.hpp>
#include <ringwood/plugin.hpp>

namespace {

using namespace ringwood;

Program line(const Problem& problem, Rank me) {
  const Rank distance = modulo(me - problem.root, problem.ranks);
  if (distance > 0) {
    const Round take{receive(modulo(me - 1, problem.ranks), problem.whole())};
    co_yield take;
  }
  if (distance + 1 < problem.ranks) {
    const Round pass{send(modulo(me + 1, problem.ranks), problem.whole())};
    co_yield pass;
  }
}

Program borrowed(const Problem& problem, Rank me) {
  const Algorithm& ring = find_algorithm(built_in_catalogue(), Collective::kAllreduce, "ring");
  co_yield ring.program(problem, me);
}

constinit const Algorithm broadcast_line{.name = "line",
                                         .collective = Collective::kBroadcast,
                                         .cost = "(p-1)a + (p-1)nb",
                                         .reference = "a test",
                                         .needs = {},
                                         .program = line,
                                         .pieces = one_piece};
constinit const Algorithm allreduce_borrowed{.name = "borrowed",
                                             .collective = Collective::kAllreduce,
                                             .cost = "2(p-1)a + 2(p-1)/p nb",
                                             .reference = "a test",
                                             .needs = {.commutative = true},
                                             .program = borrowed};

}  // namespace

RINGWOOD_PLUGIN("good", "1.0", &broadcast_line, &allreduce_borrowed)
