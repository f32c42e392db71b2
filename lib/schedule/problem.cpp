#include "ringwood/problem.hpp"

#include "ringwood/expression.hpp"

namespace ringwood {

Problem Problem::part_of(Rank group_ranks, Chunk part_chunks) const {
  Problem part = *this;
  part.ranks = group_ranks;
  part.chunks = part_chunks;
  part.root = 0;
  part.placement = nullptr;
  return part;
}

Problem Problem::inside(const Part& part, Collective part_collective, Rank group_ranks, Chunk part_chunks) const {
  Problem task = *this;
  task.algorithm = &part.algorithm(part_collective);
  task.collective = part_collective;
  task.ranks = group_ranks;
  task.chunks = part_chunks;
  task.root = group_ranks == ranks ? root : 0;
  task.placement = group_ranks == ranks ? placement : nullptr;
  task.parameters = &part.parameters;
  task.parts = part.parts;
  return task;
}

std::int64_t Problem::parameter(const ParameterInfo& info) const {
  const auto* values = parameters == nullptr ? nullptr : parameters->find(info.name);
  return values == nullptr ? info.fallback : values->front();
}

}  // namespace ringwood
