// PAT, parallel aggregated trees: block x goes to rank x - s along the binary digits of s, largest first, in p rotated
// binomial trees at once. Of P = 2^ceil(log2 p) leaves, `aggregation` trees of D = P / aggregation share their
// messages.
//
//   p = 8, aggregation 2 (D = 4): all offsets s, and how far the message goes that brings them
//     4 ahead: s = 4;   then, one subtree after the other: 2 ahead: s = 2, 6;  1: s = 3, 7;  1: s = 1, 5
//
// Jeaugey: PAT: a new algorithm for all-gather and reduce-scatter operations at scale, 2025.
// Any p; (p-1)/p of the vector; log2 A + P/A - 1 rounds: ceil(log2 p) with full aggregation A = P/2, large messages
// going to near ranks; with A = 1, p-1 rounds of one block each, of which few are under way at once.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/blocks.hpp"
#include "algorithms/common/circulant.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kAggregation};

Rank lowest_bit(Rank value) {
  return value & -value;
}

// The offsets 1 .. D-1 of one tree depth first, far child first; 0 comes first and last.
Rank next_offset(Rank offset, Rank tree_size) {
  if (offset == 0) {
    return tree_size / 2;
  }
  if (offset % 2 == 0) {
    return offset + lowest_bit(offset) / 2;
  }
  const Rank parent = offset - 1;
  return parent == 0 ? 0 : parent - lowest_bit(parent) / 2;
}

Rank aggregation_of(const Problem& problem, Rank leaves) {
  const std::int64_t wanted = problem.parameter(kAggregation);
  const Rank most = leaves / 2;
  return wanted == 0 || wanted >= most ? most : static_cast<Rank>(std::bit_floor(static_cast<std::uint64_t>(wanted)));
}

// One message: the blocks at offsets first, first + spread, ... below p have come to offset - distance, and go on.
Program forward(const Problem& problem, Rank me, Rank first, Rank spread, Rank distance) {
  const Rank p = problem.ranks;
  if (first >= p) {
    co_return;
  }
  const Rank count = (p - 1 - first) / spread + 1;
  std::vector<ChunkInterval> there;
  std::vector<ChunkInterval> here;
  const Round round{
      send(modulo(me - distance, p), strided_blocks(problem, me - distance + first, count, spread, there)),
      receive(modulo(me + distance, p), strided_blocks(problem, me + first, count, spread, here))};
  co_yield round;
}

Program program(const Problem& problem, Rank me) {
  if (problem.ranks == 1) {
    co_return;
  }
  const Rank leaves = Rank{1} << doublings(problem.ranks);
  const Rank aggregation = aggregation_of(problem, leaves);
  const Rank tree_size = leaves / aggregation;
  for (Rank distance = leaves / 2; distance >= tree_size; distance /= 2) {
    co_yield forward(problem, me, distance, 2 * distance, distance);
  }
  for (Rank offset = next_offset(0, tree_size); offset != 0; offset = next_offset(offset, tree_size)) {
    co_yield forward(problem, me, offset, tree_size, lowest_bit(offset));
  }
}

}  // namespace

constinit const Algorithm allgather_pat{
    .name = "pat",
    .collective = Collective::kAllgather,
    .cost = "(log2 A + P/A - 1)a + (p-1)/p nb for aggregation A, P = 2^ceil(log2 p); ceil(log2 p)a for A = P/2",
    .reference = "Jeaugey 2025",
    .needs = {},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
