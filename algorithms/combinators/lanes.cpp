// lanes(K, A): the vector in K parts, and A on each of them at the same time. Multi-ring, pipelining over segments.
//
// Where blocks belong to ranks (reduce-scatter, allgather, ...) each block is cut in K, and lane i has the i-th piece
// of every block; elsewhere lane i has the i-th K-th of the vector, which keeps messages contiguous.
//
// Träff, Hunold: Decomposing MPI collectives for exploiting multi-lane communication, CLUSTER 2020.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parts.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kLanes{
    .name = "lanes", .meaning = "how many parts", .fallback = 2, .minimum = 1, .maximum = 1024};
constexpr ParameterInfo kParameters[] = {kLanes};

[[nodiscard]] bool blocks_belong_to_ranks(Collective collective) {
  switch (collective) {
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
      return true;
    case Collective::kAllreduce:
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kBarrier:
      return false;
  }
  return false;
}

[[nodiscard]] Problem lane_of(const Problem& problem) {
  return problem.inside(problem.parts[0], problem.collective, problem.ranks,
                        problem.chunks / problem.parameter(kLanes));
}

Program program(const Problem& problem, Rank me) {
  const Chunk lanes = problem.parameter(kLanes);
  const Problem lane = lane_of(problem);
  std::vector<Program> programs;
  programs.reserve(static_cast<std::size_t>(lanes));
  for (Chunk i = 0; i < lanes; ++i) {
    const ChunkMap chunks = blocks_belong_to_ranks(problem.collective)
                                ? ChunkMap{.offset = i, .step = lanes, .width = 1}
                                : ChunkMap{.offset = i * lane.chunks, .step = 1, .width = 1};
    programs.push_back(on(RankMap::identity(), chunks, lane.algorithm->program(lane, me)));
  }
  co_yield Lanes(std::move(programs));
}

Chunk pieces(const Problem& problem) {
  return problem.parameter(kLanes) * pieces_of<lane_of>(problem);
}

constexpr Collective kCollectives[] = {Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather,
                                       Collective::kBroadcast, Collective::kReduce,        Collective::kGather,
                                       Collective::kScatter,   Collective::kAlltoall};

}  // namespace

constinit const Combinator combinator_lanes{
    .name = "lanes",
    .syntax = "lanes(K, A)",
    .meaning = "the vector in K parts, A on each at the same time",
    .reference = "Träff, Hunold 2020",
    .collectives = kCollectives,
    .parameters = kParameters,
    .least_parts = 1,
    .most_parts = 1,
    .program = program,
    .pieces = pieces,
    .objection = objection_of<lane_of>,
};

}  // namespace ringwood
