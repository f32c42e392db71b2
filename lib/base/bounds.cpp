#include "ringwood/bounds.hpp"

#include <algorithm>
#include <numeric>

namespace ringwood {

std::int64_t least_rounds(Rank ranks, std::int32_t ports) {
  std::int64_t rounds = 0;
  for (std::int64_t reached = 1; reached < ranks; reached *= std::max(ports, 1) + 1) {
    ++rounds;
  }
  return rounds;
}

double least_sent(Collective collective, Rank ranks) {
  if (ranks == 1) {
    return 0;
  }
  const double p = ranks;
  switch (collective) {
    case Collective::kAllreduce:
      return 2 * (p - 1) / p;
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kScatter:
      return (p - 1) / p;
    case Collective::kBroadcast:
    case Collective::kReduce:
      return 1;
    case Collective::kGather:
      return 1 / p;
    case Collective::kAlltoall:  // of the p x p blocks a rank has p, and keeps one
      return (p - 1) / (p * p);
    case Collective::kBarrier:
      return 0;
  }
  return 0;
}

double least_moved(Collective collective, Rank ranks) {
  // A rank that receives the most sends as much, except for the root of a gather.
  const double p = ranks;
  return collective == Collective::kGather ? (p - 1) / p : least_sent(collective, ranks);
}

double least_leaving(Collective collective, Rank ranks, Rank inside, bool root_inside) {
  if (inside == 0 || inside == ranks) {
    return 0;
  }
  const double share = static_cast<double>(inside) / ranks;
  switch (collective) {
    case Collective::kAllreduce:
      return 1;
    case Collective::kReduceScatter:
      return 1 - share;
    case Collective::kAllgather:
      return share;
    case Collective::kBroadcast:
      return root_inside ? 1 : 0;
    case Collective::kReduce:
      return root_inside ? 0 : 1;
    case Collective::kScatter:
      return root_inside ? 1 - share : 0;
    case Collective::kGather:
      return root_inside ? 0 : share;
    case Collective::kAlltoall:
      return share * (1 - share);
    case Collective::kBarrier:
      return 0;
  }
  return 0;
}

double least_crossing(Collective collective, std::span<const Rank> groups, std::size_t group_of_root) {
  const double borders = static_cast<double>(groups.size()) - 1;
  double sum = 0;
  switch (collective) {
    case Collective::kAllreduce:
      return 2 * borders;
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kBroadcast:
    case Collective::kReduce:
      return borders;
    case Collective::kScatter:
    case Collective::kGather:
    case Collective::kAlltoall: {
      const Rank ranks = std::accumulate(groups.begin(), groups.end(), Rank{0});
      for (std::size_t group = 0; group < groups.size(); ++group) {
        sum += least_leaving(collective, ranks, groups[group], group == group_of_root);
      }
      return sum;
    }
    case Collective::kBarrier:
      return 0;
  }
  return 0;
}

}  // namespace ringwood
