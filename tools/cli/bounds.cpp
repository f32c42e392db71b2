#include "tools/cli/bounds.hpp"

#include "base/units.hpp"

namespace ringwood::cli {

double bus_factor(Collective collective, Rank ranks) {
  const double p = ranks;
  switch (collective) {
    case Collective::kAllreduce:
      return 2 * (p - 1) / p;
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kScatter:
    case Collective::kGather:
    case Collective::kAlltoall:
      return (p - 1) / p;
    case Collective::kBroadcast:
    case Collective::kReduce:
      return 1;
    case Collective::kBarrier:
      return 0;
  }
  return 0;
}

double time_bound(Collective collective, Bytes bytes, const Machine& machine, const MachineFacts& facts, Rank ranks,
                  LinkSharing sharing) {
  Mapping mapping(static_cast<std::size_t>(ranks));
  for (Rank rank = 0; rank < ranks; ++rank) {
    mapping[static_cast<std::size_t>(rank)] = rank / machine.ranks_per_host;
  }
  const TimeBounds bounds =
      Bounds(machine, facts, mapping, sharing).of({.collective = collective, .root = 0, .bytes = bytes});
  return seconds(bounds[bounds.binding()]);
}

}  // namespace ringwood::cli
