// K-nomial scatter-reduce-allgather: Rabenseifner's allreduce in groups of up to `radix` ranks instead of pairs.
//
//   p = 3 * 2, radix 3    round 1: 0 1 2 and 3 4 5 keep a third each      round 2: 0 3, 1 4 and 2 5 keep half of that
//                         and the same way back
//
// Other numbers of ranks than products of factors up to the radix: neighbours fold whole vectors first.
//
// Ruefenacht, Bull, Booth: Generalisation of recursive doubling for allreduce, Parallel Computing 2017.
// p = f1 f2 ...: two rounds a factor with f-1 ports, 2(p-1)/p of the vector, (p-1)/p reduced: optimal. Neighbouring
// intervals of ranks are merged, downwards on the left and upwards on the right: rank order kept, same bits.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"
#include "algorithms/common/member_fold.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/radix.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

// A rank's group in one round, of whose members each keeps one part: `size` ranks' pieces, from `first` on.
struct Group {
  const Problem& problem;
  Members members;
  Rank first;
  Rank size;

  [[nodiscard]] ChunkSet part(Rank member) const { return problem.part(first + member * size, problem.ranks, size); }

  void scatter_reduce(std::vector<Operation>& round) const {
    round.clear();
    for (Rank i = 0; i < members.count - 1; ++i) {
      round.push_back(send(members.rank(members.other(i)), part(members.other(i))));
    }
    for (Rank i = 0; i < members.count - 1; ++i) {
      const Side side = members.nearest(i) < members.digit ? Side::kLeft : Side::kRight;
      round.push_back(receive_reduce(members.rank(members.nearest(i)), part(members.digit), side));
    }
  }

  void allgather(std::vector<Operation>& round) const {
    round.clear();
    for (Rank i = 0; i < members.count - 1; ++i) {
      const Rank other = members.other(i);
      round.push_back(send(members.rank(other), part(members.digit)));
      round.push_back(receive(members.rank(other), part(other)));
    }
  }
};

Program scatter_and_gather(const Problem& problem, const Fold&, Rank me) {
  const std::vector<Rank> factors = factors_up_to(static_cast<Rank>(problem.parameter(kRadix)), problem.ranks);
  std::vector<Operation> round;
  Rank stride = 1;
  Rank first = 0;
  Rank size = problem.ranks;
  for (const Rank factor : factors) {
    const Rank digit = me / stride % factor;
    size /= factor;
    Group{problem, {factor, digit, me - digit * stride, stride}, first, size}.scatter_reduce(round);
    first += digit * size;
    stride *= factor;
    co_yield std::span<const Operation>(round);
  }
  for (std::size_t level = factors.size(); level-- > 0;) {
    const Rank factor = factors[level];
    stride /= factor;
    const Rank digit = me / stride % factor;
    first -= digit * size;
    Group{problem, {factor, digit, me - digit * stride, stride}, first, size}.allgather(round);
    size *= factor;
    co_yield std::span<const Operation>(round);
  }
}

Fold fold_of(const Problem& problem) {
  return Fold(problem.ranks, largest_product(static_cast<Rank>(problem.parameter(kRadix)), problem.ranks));
}

Program program(const Problem& problem, Rank me) {
  return folded(problem, me, fold_of(problem), {problem.whole(), problem.whole(), true}, scatter_and_gather);
}

Chunk pieces(const Problem& problem) {
  return fold_of(problem).survivors();
}

}  // namespace

constinit const Algorithm allreduce_k_nomial{
    .name = "k-nomial",
    .collective = Collective::kAllreduce,
    .cost = "2ma + 2(p-1)/p nb + (p-1)/p nc for p = f1 ... fm, f-1 ports; else with a fold",
    .reference = "Ruefenacht, Bull, Booth 2017",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
