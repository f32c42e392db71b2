// Swing: partners at distances 1, -1, 3, -5, 11, ...: two thirds as far as powers of two, to both sides in turn.
//
//   p = 8    step 0: 0 <-> 1  2 <-> 3  ...     step 1: 0 <-> 7  1 <-> 2  ...     step 2: 0 <-> 3  1 <-> 6  ...
//   rank 0   sends b1 b2 b5 b6 to 1            sends b4 b7 to 7                 sends b3 to 3
//
// A block goes to a partner from which its owner can be reached in the steps that are left. On a grid (dims), steps go
// along each dimension in turn, at the same distances.
//
// De Sensi, Bonato, Saam, Hoefler: Swing: short-cutting rings for higher bandwidth allreduce, NSDI 2024.
// Even p: ceil(log2 p) rounds, (p-1)/p of the vector. A rank can meet a block in two steps where p is not a power of
// two: it sends it in the last. Odd p: the last rank stands aside and exchanges a block with each of the others, half
// of them in the first round, a quarter in the second, ... Sides of a grid are even; sum of ceil(log2 di) rounds. The
// ranks merged go round the end: the operator must commute.

#include "algorithms/common/swing.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/blocks.hpp"
#include "algorithms/common/circulant.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kDims};

SwingGrid grid_of(const Problem& problem, Rank swinging) {
  const std::vector<Rank> sides = dims_given(problem);
  return SwingGrid(sides.empty() ? std::vector<Rank>{swinging} : sides);
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

Program swing(const Problem& problem, Rank me, Rank swinging) {
  const SwingGrid grid = grid_of(problem, swinging);
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

Program program(const Problem& problem, Rank me) {
  const Rank swinging = problem.ranks - problem.ranks % 2;
  return me < swinging ? swing(problem, me, swinging) : stand_aside(problem, me);
}

std::string objection(const Problem& problem) {
  const std::vector<Rank> sides = dims_given(problem);
  for (const Rank side : sides) {
    if (side % 2 != 0) {
      return "the sides of its dims must be even, and " + std::to_string(side) + " is not";
    }
  }
  return sides.empty() ? "" : objection_to_dims(sides, problem.ranks);
}

}  // namespace

constinit const Algorithm reduce_scatter_swing{
    .name = "swing",
    .collective = Collective::kReduceScatter,
    .cost = "ceil(log2 p)a + (p-1)/p nb + (p-1)/p nc; odd p: ceil(log2(p-1))a and a little more nb + nc",
    .reference = "De Sensi, Bonato, Saam, Hoefler 2024",
    .needs = {.commutative = true},
    .program = program,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
