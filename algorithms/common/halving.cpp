#include "algorithms/common/halving.hpp"

#include <bit>

namespace ringwood {

namespace {

constexpr Course kThere{.exclusive_or = true, .peers = 1, .chunks = -1};
constexpr Course kBack{.exclusive_or = true, .peers = -1, .chunks = 1};

}  // namespace

Program halving(const Problem& problem, const Rank me, const HalvingPart part) {
  const Rank p = problem.ranks;
  const Rank mine = halving_piece(me, p);
  const int doublings = std::countr_zero(static_cast<unsigned>(p));
  const int end = part == HalvingPart::kReduceScatter ? doublings : 2 * doublings;
  // One loop, and one round in it, for the way there and back: the frame has room for as many rounds as are written.
  for (int step = part == HalvingPart::kAllgather ? doublings : 0; step < end; ++step) {
    const bool back = step >= doublings;
    const Rank mask = Rank{1} << (back ? 2 * doublings - 1 - step : step);
    const Rank size = p / 2 / mask;
    const Rank partner = me ^ mask;
    const Rank kept = mine & -size;  // the first of the `size` pieces that this rank goes on with, or has
    const ChunkSet own = problem.part(kept, p, size);
    const ChunkSet other = problem.part(kept ^ size, p, size);
    const Side side = partner < me ? Side::kLeft : Side::kRight;
    const SeriesRound<2> round{
        {send(partner, back ? own : other), back ? receive(partner, other) : receive_reduce(partner, own, side)},
        series((back ? 2 * doublings : doublings) - 1 - step, back ? kBack : kThere)};
    step += co_yield round;
  }
}

}  // namespace ringwood
