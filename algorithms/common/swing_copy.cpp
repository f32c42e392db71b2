#include "algorithms/common/blocks.hpp"
#include "algorithms/common/circulant.hpp"
#include "algorithms/common/parameters.hpp"
#include "algorithms/common/reverse.hpp"
#include "algorithms/common/swing.hpp"

namespace ringwood {

namespace {

SwingGrid grid_of(const Problem& problem, Rank swinging, SwingCopy copy) {
  const std::vector<Rank> sides = dims_given(problem);
  return SwingGrid(sides.empty() ? std::vector<Rank>{swinging} : sides, copy);
}

std::vector<ChunkInterval> message(const Problem& problem, const SwingGrid& grid, Rank sender,
                                   const std::vector<Rank>& blocks_of_first) {
  std::vector<Rank> blocks;
  blocks.reserve(blocks_of_first.size());
  for (const Rank block : blocks_of_first) {
    blocks.push_back(grid.seen_from(sender, block));
  }
  return joined_blocks(problem, std::move(blocks));
}

// With an odd number of ranks, those that exchange a block with the last rank in a step.
struct Share {
  Rank first;
  Rank end;
};

Share share_of(Rank swinging, int step) {
  const int steps = doublings(swinging);
  Rank first = 0;
  for (int i = 0; i < step; ++i) {
    first += (swinging - first + 1) / 2;
  }
  return {first, step == steps - 1 ? swinging : first + (swinging - first + 1) / 2};
}

Program swing(const Problem& problem, Rank me, Rank swinging, SwingCopy copy) {
  const SwingGrid grid = grid_of(problem, swinging, copy);
  const std::vector<std::vector<Rank>> blocks = grid.blocks_of_first();
  const Rank last = problem.ranks - 1;
  for (int step = 0; step < grid.steps(); ++step) {
    const Rank partner = grid.partner(me, step);
    const std::vector<Rank>& sent = blocks[static_cast<std::size_t>(step)];
    const std::vector<ChunkInterval> there = message(problem, grid, me, sent);
    const std::vector<ChunkInterval> back = message(problem, grid, partner, sent);
    std::vector<Operation> round{send(partner, ChunkSet::list(there)), receive_reduce(partner, ChunkSet::list(back))};
    if (const Share share = share_of(swinging, step); swinging == last && me >= share.first && me < share.end) {
      round.push_back(send(last, problem.block(last)));
      round.push_back(receive_reduce(last, problem.block(me)));
    }
    co_yield std::span<const Operation>(round);
  }
}

Program stand_aside(const Problem& problem, Rank me) {
  for (int step = 0; step < doublings(me); ++step) {
    std::vector<Operation> round;
    const Share share = share_of(me, step);
    for (Rank other = share.first; other < share.end; ++other) {
      round.push_back(send(other, problem.block(other)));
      round.push_back(receive_reduce(other, problem.block(me)));
    }
    co_yield std::span<const Operation>(round);
  }
}

}  // namespace

Program swing_reduce_scatter(const Problem& problem, Rank me, SwingCopy copy) {
  const Rank swinging = problem.ranks - problem.ranks % 2;
  return me < swinging ? swing(problem, me, swinging, copy) : stand_aside(problem, me);
}

Program swing_allgather(const Problem& problem, Rank me, SwingCopy copy) {
  return reversed(problem, swing_reduce_scatter(problem, me, copy), Reversal::kIntoCopies);
}

}  // namespace ringwood
