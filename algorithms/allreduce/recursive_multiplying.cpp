// Recursive multiplying: groups of up to `radix` ranks swap whole vectors, then groups of such groups.
//
// Other numbers of ranks than products of factors up to the radix: neighbours fold first.
//
// Ruefenacht, Bull, Booth: Generalisation of recursive doubling for allreduce: now with simulation, Parallel Computing
// 2017.
// p = k^m: m rounds with k-1 ports, k-1 whole vectors in each; with a fold two rounds more. Groups are neighbouring
// intervals of ranks, added up in their order: rank order kept, same bits on all ranks, the same tree for every
// element.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"
#include "algorithms/common/member_fold.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/radix.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

Program multiply(const Problem& problem, const Fold&, Rank me) {
  const std::vector<Rank> factors = factors_up_to(static_cast<Rank>(problem.parameter(kRadix)), problem.ranks);
  std::vector<Operation> round;
  Rank stride = 1;
  for (const Rank factor : factors) {
    const Rank digit = me / stride % factor;
    const Members members{.count = factor, .digit = digit, .first = me - digit * stride, .stride = stride};
    round.clear();
    for (Rank i = 0; i < factor - 1; ++i) {
      round.push_back(send(members.rank(members.other(i)), problem.whole()));
    }
    append_member_fold(round, members, problem.whole());
    co_yield std::span<const Operation>(round);
    stride *= factor;
  }
}

Program program(const Problem& problem, Rank me) {
  const Rank survivors = largest_product(static_cast<Rank>(problem.parameter(kRadix)), problem.ranks);
  return folded(problem, me, Fold(problem.ranks, survivors), {problem.whole(), problem.whole(), true}, multiply);
}

}  // namespace

constinit const Algorithm allreduce_recursive_multiplying{
    .name = "recursive-multiplying",
    .collective = Collective::kAllreduce,
    .cost = "m(a + (k-1)nb + (k-1)nc) for p = k^m with k-1 ports; else with a fold",
    .reference = "Ruefenacht, Bull, Booth 2017",
    .needs = {},
    .program = program,
    .pieces = one_piece,
    .parameters = kParameters,
};

}  // namespace ringwood
