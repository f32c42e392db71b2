// Hierarchical: direct reduce-scatters inside the nodes, rings across them, direct allgathers inside: what the
// expression hier(direct, ring) is, under a name.
//
// Cho et al.: BlueConnect, MLSys 2019; Träff, Hunold: Decomposing MPI collectives for exploiting multi-lane
// communication, CLUSTER 2020.
// N nodes of L ranks: 2 + 2(N-1) rounds, 2(p-1)/p of the vector, of which 2(N-1)/(NL) cross nodes: the partition bound.
// Needs to know who shares a node; nodes of unequal sizes fold first. The operator must commute. Same bits on all
// ranks.

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

Part part_of(std::initializer_list<const Algorithm*> algorithms) {
  Part part;
  for (const Algorithm* algorithm : algorithms) {
    part.algorithms[static_cast<std::size_t>(algorithm->collective)] = algorithm;
  }
  return part;
}

// The problem as hier's: what is done inside a node, and what across.
Problem in_levels(const Problem& problem) {
  static const Part parts[] = {part_of({&reduce_scatter_direct, &allgather_direct}), part_of({&allreduce_ring})};
  Problem in_parts = problem;
  in_parts.parts = parts;
  return in_parts;
}

Program program(const Problem& problem, Rank me) {
  const Problem in_parts = in_levels(problem);
  co_yield combinator_hier.program(in_parts, me);
}

Chunk pieces(const Problem& problem) {
  return combinator_hier.pieces(in_levels(problem));
}

std::string objection(const Problem& problem) {
  return combinator_hier.objection(in_levels(problem));
}

}  // namespace

constinit const Algorithm allreduce_hierarchical{
    .name = "hierarchical",
    .collective = Collective::kAllreduce,
    .cost = "2Na + 2(p-1)/p nb + (p-1)/p nc for N nodes of p/N ranks; 2(N-1)/p nb of it between nodes",
    .reference = "Cho et al. 2019; Träff, Hunold 2020",
    .needs = {.commutative = true, .placement = true},
    .program = program,
    .pieces = pieces,
    .objection = objection,
};

}  // namespace ringwood
