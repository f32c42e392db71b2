// Circulant broadcast: n blocks through the circulant graph, in as few rounds as one port allows.
//
//   p = 5, 2 blocks      round  0        1                 2                 3
//   skips 1 2 3          skip   3        1                 2                 3
//                               b0 0>3   b1 0>1, b0 3>4    b1 0>2, b0 4>1    b1 0>3 1>4, b0 4>2
//
// In every round all ranks send the same skip further; over log2 p rounds a rank gets as many new blocks.
//
// Träff: Optimal broadcast schedules in logarithmic time with applications to broadcast, all-broadcast, reduction and
// all-reduction, 2024.
// Any p; n - 1 + ceil(log2 p) rounds of a block, the least there can be; each rank gets each block once.

#include "algorithms/common/circulant.hpp"
#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant_blocks.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kSegments};

Chunk pieces(const Problem& problem) {
  return problem.parameter(kSegments);
}

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const Chunk blocks = problem.parameter(kSegments);
  const Rank mine = modulo(me - problem.root, p);  // as if the root were 0
  const CirculantBlocks own(p, mine, blocks);
  std::vector<CirculantBlocks> targets;
  targets.reserve(static_cast<std::size_t>(doublings(p)));
  for (int skip = 0; skip < doublings(p); ++skip) {
    targets.emplace_back(p, modulo(mine + circulant_skip(p, skip), p), blocks);
  }
  for (Chunk round = 0; p > 1 && round < blocks - 1 + doublings(p); ++round) {
    const auto index = static_cast<int>((round + own.first_skip()) % doublings(p));
    const Rank skip = circulant_skip(p, index);
    std::vector<Operation> operations;
    if (const Chunk block = targets[static_cast<std::size_t>(index)].received(round); block >= 0) {
      operations.push_back(send(modulo(me + skip, p), problem.part(block, blocks)));
    }
    if (const Chunk block = own.received(round); block >= 0) {
      operations.push_back(receive(modulo(me - skip, p), problem.part(block, blocks)));
    }
    co_yield std::span<const Operation>(operations);
  }
}

}  // namespace

constinit const Algorithm broadcast_circulant{
    .name = "circulant",
    .collective = Collective::kBroadcast,
    .cost = "(S-1+ceil(log2 p))(a + nb/S) for S segments",
    .reference = "Träff 2024",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .parameters = kParameters,
};

}  // namespace ringwood
