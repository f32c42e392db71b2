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

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/elimination.hpp"

namespace ringwood {

namespace {

// Its two rounds: partial sums on the way in; on the way back what was sent is received, and sums replace.
class EliminationRounds {
 public:
  EliminationRounds(const Problem& problem, Rank me, const Elimination& mine)
      : me_(me),
        mine_(mine),
        kept_(problem.part(mine.keeps_lower ? 0 : 1, 2)),
        other_(problem.part(mine.keeps_lower ? 1 : 0, 2)) {}

  [[nodiscard]] std::vector<Operation> swap(bool in) const {
    return exchange(mine_.swap_with, other_, mine_.swap_with, in);
  }

  // Who swapped passes on what it kept; who did not has the other half to give.
  [[nodiscard]] std::vector<Operation> pass(bool in) const {
    return exchange(mine_.passes_to, mine_.swap_with < 0 ? other_ : kept_, mine_.gets_from, in);
  }

 private:
  [[nodiscard]] std::vector<Operation> exchange(Rank to, const ChunkSet& passed, Rank from, bool in) const {
    std::vector<Operation> round;
    if (to >= 0) {
      round.push_back(in ? send(to, passed) : receive(to, passed));
    }
    if (from >= 0) {
      round.push_back(in ? receive_reduce(from, kept_, from < me_ ? Side::kLeft : Side::kRight) : send(from, kept_));
    }
    return round;
  }

  Rank me_;
  Elimination mine_;
  ChunkSet kept_;
  ChunkSet other_;
};

Program core(const Problem& problem, const EliminationGroups groups, Rank member) {
  const Rank p = groups.core();
  const auto part = [&problem, p](Rank first, Rank count) { return problem.part(first, p, count); };
  Rank kept = member % 2 == 0 ? 0 : p / 2;
  for (Rank mask = 2, size = p / 4; mask < p; mask *= 2, size /= 2) {
    const Rank partner = groups.rank(member ^ mask);
    kept += (member & mask) != 0 ? size : 0;
    const Side side = (member & mask) != 0 ? Side::kLeft : Side::kRight;
    const Round round{send(partner, part(kept ^ size, size)), receive_reduce(partner, part(kept, size), side)};
    co_yield round;
  }
  for (Rank mask = p / 2, size = 1; mask > 1; mask /= 2, size *= 2) {
    const Rank partner = groups.rank(member ^ mask);
    const Round round{send(partner, part(kept, size)), receive(partner, part(kept ^ size, size))};
    co_yield round;
    kept &= ~size;
  }
}

Program program(const Problem& problem, Rank me) {
  if (problem.ranks == 1) {
    co_return;
  }
  const EliminationGroups groups(problem.ranks);
  const Rank group = groups.group_of(me);
  const EliminationRounds mine(problem, me, elimination_of(me, groups.first(group), groups.size(group)));
  const std::vector<Operation> inwards[] = {mine.swap(true), mine.pass(true)};
  for (const std::vector<Operation>& round : inwards) {
    if (!round.empty()) {
      co_yield std::span<const Operation>(round);
    }
  }
  for (Rank member = 2 * group; member < 2 * group + 2; ++member) {
    if (me == groups.rank(member)) {
      co_yield core(problem, groups, member);
    }
  }
  const std::vector<Operation> outwards[] = {mine.pass(false), mine.swap(false)};
  for (const std::vector<Operation>& round : outwards) {
    if (!round.empty()) {
      co_yield std::span<const Operation>(round);
    }
  }
}

Chunk pieces(const Problem& problem) {
  return EliminationGroups(problem.ranks).core();
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
    .symmetry = same_by_bits,
};

}  // namespace ringwood
