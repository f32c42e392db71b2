#pragma once

#include <bit>
#include <type_traits>
#include <utility>

#include "ringwood/program.hpp"

namespace ringwood {

/// How p ranks become a power of two of them, or any smaller number: ranks 2i and 2i + 1 act as one for the first
/// `pairs` pairs. The one that gives is 2i, the one that stays 2i + 1; folding neighbours is what keeps rank order.
class Fold {
 public:
  Fold(Rank ranks, Rank survivors) : survivors_(survivors), pairs_(ranks - survivors) {}

  /// To the largest power of two.
  explicit Fold(Rank ranks) : Fold(ranks, static_cast<Rank>(std::bit_floor(static_cast<unsigned>(ranks)))) {}

  [[nodiscard]] Rank survivors() const { return survivors_; }

  [[nodiscard]] Rank pairs() const { return pairs_; }

  [[nodiscard]] bool in_pair(Rank me) const { return me < 2 * pairs_; }

  /// Whether `me` hands over its data to me + 1 and waits for the result.
  [[nodiscard]] bool gives(Rank me) const { return in_pair(me) && me % 2 == 0; }

  /// The number of `me`, or of whoever acts for it, among the survivors.
  [[nodiscard]] Rank member(Rank me) const { return in_pair(me) ? me / 2 : me - pairs_; }

  /// The lowest rank that survivor `member` acts for; of `survivors()`, the number of ranks.
  [[nodiscard]] Rank first_rank(Rank member) const { return member < pairs_ ? 2 * member : member + pairs_; }

  /// The blocks of the ranks that survivors first .. first + count - 1 act for.
  [[nodiscard]] ChunkSet blocks(const Problem& problem, Rank first, Rank count) const {
    return problem.blocks(first_rank(first), first_rank(first + count) - first_rank(first));
  }

  [[nodiscard]] RankMap ranks() const { return RankMap::folded(pairs_); }

 private:
  Rank survivors_;
  Rank pairs_;
};

/// What a giver hands over, whether that is summed up or new to the one who stays, and what it gets back at the end.
struct FoldExchange {
  ChunkSet before;
  ChunkSet after;
  bool reduces;
};

/// What `folded` does where there are pairs.
template <typename Core>
Program folded_in_pairs(const Problem& problem, const Rank me, const Fold fold, const FoldExchange exchange,
                        const Core core) {
  if (fold.gives(me)) {
    const Round before{send(me + 1, exchange.before)};
    co_yield before;
    const Round after{receive(me + 1, exchange.after)};
    co_yield after;
    co_return;
  }
  if (fold.in_pair(me)) {
    const Round before{exchange.reduces ? receive_reduce(me - 1, exchange.before, Side::kLeft)
                                        : receive(me - 1, exchange.before)};
    co_yield before;
  }
  const Problem inner = problem.part_of(fold.survivors(), problem.chunks);
  co_yield on(fold.ranks(), ChunkMap{}, core(inner, fold, fold.member(me)));
  if (fold.in_pair(me)) {
    const Round after{send(me - 1, exchange.after)};
    co_yield after;
  }
}

/// Runs `core(problem, fold, member)`, a program of the survivors, inside a fold of `me`'s ranks. The core's problem
/// has as many ranks as survive, the chunks are those of the whole. Floor(log2 p) + 2 rounds for a core of one a
/// doubling. Not a coroutine: where nobody folds, the core is the whole program, and a rank has one frame. A core that
/// reads the fold when it runs takes it by value.
template <typename Core>

requires std::is_invocable_r_v<Program, Core, const Problem&, const Fold&, Rank> Program
folded(const Problem& problem, Rank me, const Fold& fold, const FoldExchange& exchange, const Core& core) {
  if (fold.pairs() == 0) {
    return core(problem, fold, me);
  }
  return folded_in_pairs(problem, me, fold, exchange, core);
}

/// An allreduce's fold by halves: a pair swaps halves of the vector, each adds one up, and the giver hands its half
/// over before it waits for the result. One round more than whole vectors, the same bytes, half of the reductions.
template <typename Core>

requires std::is_invocable_r_v<Program, Core, const Problem&, const Fold&, Rank> Program
folded_by_halves(const Problem& problem, const Rank me, const Fold fold, const Core core) {
  const ChunkSet lower = problem.part(0, problem.chunks, problem.chunks / 2);
  const ChunkSet upper = problem.part(problem.chunks / 2, problem.chunks, problem.chunks / 2);
  if (fold.gives(me)) {
    const Round swap{send(me + 1, lower), receive_reduce(me + 1, upper, Side::kRight)};
    co_yield swap;
    const Round before{send(me + 1, upper)};
    co_yield before;
    const Round after{receive(me + 1, problem.whole())};
    co_yield after;
    co_return;
  }
  if (fold.in_pair(me)) {
    const Round swap{send(me - 1, upper), receive_reduce(me - 1, lower, Side::kLeft)};
    co_yield swap;
    const Round before{receive(me - 1, upper)};
    co_yield before;
  }
  const Problem inner = problem.part_of(fold.survivors(), problem.chunks);
  co_yield on(fold.ranks(), ChunkMap{}, core(inner, fold, fold.member(me)));
  if (fold.in_pair(me)) {
    const Round after{send(me - 1, problem.whole())};
    co_yield after;
  }
}

/// The giver of the pair of `me`, where there is one.
[[nodiscard]] inline Rank giver_of(Rank me) {
  return me - me % 2;
}

/// The fold of an allreduce: whole vectors there and back, to the largest power of two of ranks.
template <typename Core>
Program folded_allreduce(const Problem& problem, Rank me, Core core) {
  return folded(problem, me, Fold(problem.ranks), {problem.whole(), problem.whole(), true}, core);
}

}  // namespace ringwood
