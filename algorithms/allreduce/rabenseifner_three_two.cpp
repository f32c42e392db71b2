// Rabenseifner's allreduce with 3-2 elimination: the first round's pairs take one or two ranks more, which leave at
// once.
//
//   pair (a,b)        a keeps the lower, b the upper half of a+b, in one round
//   triple (a,b,c)    b <-> c: upper and lower half of b+c;   c -> a the lower, a -> b the upper half
//   four (a,c,b,d)    a <-> c, b <-> d: both halves of a+c and b+d;   d -> a the lower, c -> b the upper half
//   and at the end the mirror image of that. Groups are neighbours, those with more ranks first.
//
// Rabenseifner, Träff: More efficient reduction algorithms for non-power-of-two number of processors in message-passing
// parallel systems, EuroPVM/MPI 2004.
// Any p; 2 ceil(log2 p) rounds; p = 2^k: as rabenseifner; else, with p' the power of two below, 3 - 2/p' of the vector
// and 3/2 - 1/p' of it to reduce. Rank order kept, all ranks get the same bits.

#include <algorithm>
#include <bit>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

// How p ranks make p'/2 groups of two to four, and where a rank is in its own.
class Groups {
 public:
  explicit Groups(Rank ranks)
      : core_(static_cast<Rank>(std::bit_floor(static_cast<unsigned>(ranks)))),
        larger_(std::min(ranks - core_, core_ / 2)),
        fours_(ranks - core_ - larger_) {}

  /// How many ranks go on after the first rounds.
  [[nodiscard]] Rank core() const { return core_; }

  [[nodiscard]] Rank group_of(Rank me) const {
    if (me < 4 * fours_) {
      return me / 4;
    }
    const Rank in_threes = me - 4 * fours_;
    const Rank threes = larger_ - fours_;
    return in_threes < 3 * threes ? fours_ + in_threes / 3 : larger_ + (in_threes - 3 * threes) / 2;
  }

  [[nodiscard]] Rank size(Rank group) const { return group < fours_ ? 4 : group < larger_ ? 3 : 2; }

  [[nodiscard]] Rank first(Rank group) const { return 2 * group + std::min(group, larger_) + std::min(group, fours_); }

  /// The rank of core member 2 * group (a) or 2 * group + 1 (b).
  [[nodiscard]] Rank rank(Rank member) const {
    const Rank group = member / 2;
    return first(group) + (member % 2 == 0 ? 0 : size(group) == 4 ? 2 : 1);
  }

 private:
  Rank core_;
  Rank larger_;  // groups of three and four
  Rank fours_;
};

struct Halves {
  ChunkSet lower;
  ChunkSet upper;
};

// What a rank does in the first two rounds, and mirrored in the last two: it swaps halves with one rank, then passes a
// half on to another, or gets one.
struct Elimination {
  Rank swap_with;
  bool keeps_lower;
  Rank passes_to;  // -1: gets instead
  Rank gets_from;  // -1: is not in a group of more than two
};

Elimination elimination_of(Rank me, Rank first, Rank size) {
  const Rank a = first;
  const Rank b = size == 4 ? first + 2 : first + 1;
  if (size == 2) {
    return {me == a ? b : a, me == a, -1, -1};
  }
  const Rank to_lower = first + size - 1;               // c of a triple, d of a four: holds a lower half for a
  const Rank to_upper = size == 4 ? first + 1 : first;  // a of a triple, c of a four: holds an upper half for b
  if (me == to_lower) {
    return {b, true, a, -1};
  }
  if (me == b) {
    return {to_lower, false, -1, to_upper};
  }
  if (size == 3) {
    return {-1, true, b, to_lower};
  }
  return me == a ? Elimination{to_upper, true, -1, to_lower} : Elimination{a, false, b, -1};
}

Program eliminate(const Problem& problem, Rank me, const Elimination mine, const Halves halves) {
  const ChunkSet kept = mine.keeps_lower ? halves.lower : halves.upper;
  const ChunkSet other = mine.keeps_lower ? halves.upper : halves.lower;
  if (mine.swap_with >= 0) {
    const Side side = mine.swap_with < me ? Side::kLeft : Side::kRight;
    const Round swap{send(mine.swap_with, other), receive_reduce(mine.swap_with, kept, side)};
    co_yield swap;
  }
  const Side side = mine.gets_from < me ? Side::kLeft : Side::kRight;
  if (mine.passes_to >= 0 && mine.gets_from >= 0) {  // a of a triple
    const Round exchange{send(mine.passes_to, other), receive_reduce(mine.gets_from, kept, side)};
    co_yield exchange;
  } else if (mine.passes_to >= 0) {
    const Round pass{send(mine.passes_to, kept)};
    co_yield pass;
  } else if (mine.gets_from >= 0) {
    const Round get{receive_reduce(mine.gets_from, kept, side)};
    co_yield get;
  }
  static_cast<void>(problem);
}

// The mirror image: sums go back the way that the parts came.
Program restore(const Problem& problem, const Elimination mine, const Halves halves) {
  const ChunkSet kept = mine.keeps_lower ? halves.lower : halves.upper;
  const ChunkSet other = mine.keeps_lower ? halves.upper : halves.lower;
  if (mine.passes_to >= 0 && mine.gets_from >= 0) {
    const Round exchange{send(mine.gets_from, kept), receive(mine.passes_to, other)};
    co_yield exchange;
  } else if (mine.passes_to >= 0) {
    const Round get{receive(mine.passes_to, kept)};
    co_yield get;
  } else if (mine.gets_from >= 0) {
    const Round give{send(mine.gets_from, kept)};
    co_yield give;
  }
  if (mine.swap_with >= 0) {
    const Round swap{send(mine.swap_with, kept), receive(mine.swap_with, other)};
    co_yield swap;
  }
  static_cast<void>(problem);
}

Program core(const Problem& problem, const Groups groups, Rank member) {
  const Rank p = groups.core();
  Rank kept = member % 2 == 0 ? 0 : p / 2;
  for (Rank mask = 2, size = p / 4; mask < p; mask *= 2, size /= 2) {
    const Rank partner = groups.rank(member ^ mask);
    kept += (member & mask) != 0 ? size : 0;
    const Side side = (member & mask) != 0 ? Side::kLeft : Side::kRight;
    const Round round{send(partner, problem.part(kept ^ size, p, size)),
                      receive_reduce(partner, problem.part(kept, p, size), side)};
    co_yield round;
  }
  for (Rank mask = p / 2, size = 1; mask > 1; mask /= 2, size *= 2) {
    const Rank partner = groups.rank(member ^ mask);
    const Round round{send(partner, problem.part(kept, p, size)), receive(partner, problem.part(kept ^ size, p, size))};
    co_yield round;
    kept &= ~size;
  }
}

Program program(const Problem& problem, Rank me) {
  const Groups groups(problem.ranks);
  if (problem.ranks == 1) {
    co_return;
  }
  const Rank group = groups.group_of(me);
  const Elimination mine = elimination_of(me, groups.first(group), groups.size(group));
  const Halves halves{problem.part(0, 2), problem.part(1, 2)};
  co_yield eliminate(problem, me, mine, halves);
  if (me == groups.rank(2 * group)) {
    co_yield core(problem, groups, 2 * group);
  } else if (me == groups.rank(2 * group + 1)) {
    co_yield core(problem, groups, 2 * group + 1);
  }
  co_yield restore(problem, mine, halves);
}

Chunk pieces(const Problem& problem) {
  return Groups(problem.ranks).core();
}

}  // namespace

constinit const Algorithm allreduce_rabenseifner_three_two{
    .name = "rabenseifner-3-2",
    .collective = Collective::kAllreduce,
    .cost = "2ceil(log2 p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: about 3nb + 3/2 nc",
    .reference = "Rabenseifner, Träff 2004",
    .needs = {},
    .program = program,
    .pieces = pieces,
};

}  // namespace ringwood
