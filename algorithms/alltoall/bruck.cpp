// Bruck's alltoall: in round k, whatever has a distance with bit k still to go moves 2^k ranks ahead, all in one
// message.
//
// Bruck, Ho, Kipnis, Upfal, Weathersby: Efficient algorithms for all-to-all communications in multiport message-passing
// systems, IEEE TPDS 1997.
// Any p; ceil(log2 p) rounds; log2(p)/2 times what a rank holds: for short blocks. O(p) intervals a message.

#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/pair_blocks.hpp"

namespace ringwood {

namespace {

// The blocks that `holder` sends in the round of `bit`: those of distance x with that bit, which have come x mod bit
// ranks.
ChunkSet moving(const Problem& problem, Rank holder, Rank bit, std::vector<ChunkInterval>& storage) {
  const Rank p = problem.ranks;
  storage.clear();
  for (Rank distance = bit; distance < p; ++distance) {
    if ((distance & bit) != 0) {
      const Rank source = modulo(holder - distance % bit, p);
      storage.push_back(pair_block(problem, source, modulo(source + distance, p)).front());
    }
  }
  return ChunkSet::list(storage);
}

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  std::vector<ChunkInterval> there;
  std::vector<ChunkInterval> here;
  for (Rank bit = 1; bit < p; bit *= 2) {
    const Rank to = modulo(me + bit, p);
    const Rank from = modulo(me - bit, p);
    const Round round{send(to, moving(problem, me, bit, there)), receive(from, moving(problem, from, bit, here))};
    co_yield round;
  }
}

}  // namespace

constinit const Algorithm alltoall_bruck{
    .name = "bruck",
    .collective = Collective::kAlltoall,
    .cost = "ceil(log2 p)a + about log2(p)/2 nb",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .needs = {},
    .program = program,
    .pieces = one_piece_per_pair,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
