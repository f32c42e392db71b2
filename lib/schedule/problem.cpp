#include "ringwood/problem.hpp"

namespace ringwood {

Problem Problem::part_of(Rank group_ranks, Chunk part_chunks) const {
  Problem part = *this;
  part.ranks = group_ranks;
  part.chunks = part_chunks;
  part.root = 0;
  part.placement = nullptr;
  return part;
}

std::int64_t Problem::parameter(const ParameterInfo& info) const {
  const auto* values = parameters == nullptr ? nullptr : parameters->find(info.name);
  return values == nullptr ? info.fallback : values->front();
}

}  // namespace ringwood
