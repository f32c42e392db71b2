// Bruck and Ho's windows: every rank's sum covers a window of ranks from its own on, which doubles, or doubles less
// one.
//
//   p = 5, windows 1 2 3 5     rank 0: 0 1;   + {2}, the window of 1 without 1 itself;   + {3 4}, that of 2 without 2
//
// Bruck, Ho: Efficient global combine operations in multi-port message-passing systems, 1993.
// Any p; ceil(log2 p) rounds of a whole vector: no full-vector algorithm needs fewer. Reductions: log2 p for p = 2^k,
// up to 2 ceil(log2 p) - 2 else. Each rank folds from itself around: bits may differ between ranks, and the operator
// must commute. Scratch: the sum without the own operand (plane 1) while it is needed, and what comes in (plane 2).

#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant.hpp"

namespace ringwood {

namespace {

constexpr Plane kWithoutOwn = 1;
constexpr Plane kIncoming = 2;

// Whether a step from window `index` on is one that leaves the own operand out.
bool needed_later(Rank p, int index) {
  for (; index < doublings(p); ++index) {
    if (circulant_skip(p, index + 1) % 2 != 0) {
      return true;
    }
  }
  return false;
}

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const ChunkSet all = problem.whole();
  for (int index = 0; index < doublings(p); ++index) {
    const Rank window = circulant_skip(p, index);
    const bool doubles = circulant_skip(p, index + 1) == 2 * window;
    const Rank distance = doubles ? window : window - 1;
    const Plane sent = doubles ? Plane{0} : kWithoutOwn;
    const Rank to = modulo(me - distance, p);
    const Rank from = modulo(me + distance, p);
    if (!needed_later(p, index + 1)) {
      const Round round{send(to, all, sent), receive_reduce(from, all, Side::kRight)};
      co_yield round;
    } else if (index == 0) {
      const Round round{send(to, all, sent), receive(from, all, kWithoutOwn),
                        reduce(all, kWithoutOwn, 0, Side::kRight)};
      co_yield round;
    } else {
      const Round round{send(to, all, sent), receive(from, all, kIncoming), reduce(all, kIncoming, 0, Side::kRight),
                        reduce(all, kIncoming, kWithoutOwn, Side::kRight)};
      co_yield round;
    }
  }
}

}  // namespace

constinit const Algorithm allreduce_windows{
    .name = "windows",
    .collective = Collective::kAllreduce,
    .cost = "ceil(log2 p)(a + nb) + log2(p)nc; p not 2^k: up to (2ceil(log2 p)-2)nc",
    .reference = "Bruck, Ho 1993",
    .needs = {.commutative = true},
    .program = program,
    .pieces = one_piece,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
