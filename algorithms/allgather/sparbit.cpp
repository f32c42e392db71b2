// Sparbit: distances halve while the blocks that a rank has, evenly spread behind it, double: large messages stay near.
//
//   p = 8    distance 4: b_r               to r + 4
//            distance 2: b_r b_(r-4)       to r + 2
//            distance 1: b_r b_(r-2) ...   to r + 1
//
// Loch, Koslovski: Sparbit: a new logarithmic-cost and data locality-aware MPI allgather algorithm, 2021.
// Any p; ceil(log2 p) rounds, (p-1)/p of the vector: both optimal. Where p is no power of two, some rounds withhold the
// last block, which would arrive twice: which ones, the bits of p say.

#include <bit>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/blocks.hpp"
#include "algorithms/common/circulant.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const int zeros = std::countr_zero(static_cast<unsigned>(p));
  const Rank ignoring = (~(p >> zeros) | 1) << zeros;
  std::vector<ChunkInterval> there;
  std::vector<ChunkInterval> here;
  Rank expected = 1;
  for (Rank distance = (Rank{1} << doublings(p)) / 2; distance > 0; distance /= 2) {
    const bool withholds = (distance & ignoring) == distance;
    const Rank count = withholds ? expected - 1 : expected;
    expected += count;
    const Rank spread = 2 * distance;
    if (count == 0) {
      continue;
    }
    // The set ends with the sender's own block.
    const Rank from = modulo(me - distance, p);
    const Round round{
        send(modulo(me + distance, p), strided_blocks(problem, me - (count - 1) * spread, count, spread, there)),
        receive(from, strided_blocks(problem, from - (count - 1) * spread, count, spread, here))};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm allgather_sparbit{
    .name = "sparbit",
    .collective = Collective::kAllgather,
    .cost = "ceil(log2 p)a + (p-1)/p nb",
    .reference = "Loch, Koslovski 2021",
    .needs = {},
    .program = program,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
