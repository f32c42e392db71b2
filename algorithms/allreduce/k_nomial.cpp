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
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/radix.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kRadix};

// A rank's group in one round: every `stride`-th rank, each of which keeps one of the group's equal parts.
class Group {
 public:
  Group(const Problem& problem, Rank me, Rank factor, Rank stride, Rank first_piece, Rank size)
      : problem_(problem),
        me_(me),
        stride_(stride),
        first_(first_piece),
        size_(size),
        digit_(me / stride % factor),
        factor_(factor) {}

  [[nodiscard]] std::vector<Operation> scatter_reduce() const {
    std::vector<Operation> round;
    for (Rank other = 0; other < factor_; ++other) {
      if (other != digit_) {
        round.push_back(send(rank(other), part(other)));
      }
    }
    for (Rank other = digit_ - 1; other >= 0; --other) {
      round.push_back(receive_reduce(rank(other), part(digit_), Side::kLeft));
    }
    for (Rank other = digit_ + 1; other < factor_; ++other) {
      round.push_back(receive_reduce(rank(other), part(digit_), Side::kRight));
    }
    return round;
  }

  [[nodiscard]] std::vector<Operation> allgather() const {
    std::vector<Operation> round;
    for (Rank other = 0; other < factor_; ++other) {
      if (other != digit_) {
        round.push_back(send(rank(other), part(digit_)));
        round.push_back(receive(rank(other), part(other)));
      }
    }
    return round;
  }

  [[nodiscard]] Rank first_piece_of_mine() const { return first_ + digit_ * size_; }

 private:
  [[nodiscard]] Rank rank(Rank member) const { return me_ + (member - digit_) * stride_; }

  [[nodiscard]] ChunkSet part(Rank member) const {
    return problem_.part(first_ + member * size_, problem_.ranks, size_);
  }

  const Problem& problem_;
  Rank me_;
  Rank stride_;
  Rank first_;
  Rank size_;
  Rank digit_;
  Rank factor_;
};

Program scatter_and_gather(const Problem& problem, const Fold&, Rank me) {
  const std::vector<Rank> factors = factors_up_to(static_cast<Rank>(problem.parameter(kRadix)), problem.ranks);
  std::vector<Group> groups;
  Rank stride = 1;
  Rank first = 0;
  for (const Rank factor : factors) {
    groups.emplace_back(problem, me, factor, stride, first, problem.ranks / stride / factor);
    const std::vector<Operation> round = groups.back().scatter_reduce();
    co_yield std::span<const Operation>(round);
    first = groups.back().first_piece_of_mine();
    stride *= factor;
  }
  for (; !groups.empty(); groups.pop_back()) {
    const std::vector<Operation> round = groups.back().allgather();
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
