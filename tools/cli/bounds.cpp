#include "tools/cli/bounds.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace ringwood::cli {

namespace {

// Pairs of ranks that are looked at for the cheapest message: all up to 512 ranks, else all peers of evenly spread
// ones.
constexpr std::int64_t kMostPairs = std::int64_t{1} << 18;

struct CheapestMessage {
  double latency = std::numeric_limits<double>::infinity();  // seconds, L + 2o
  double per_byte = std::numeric_limits<double>::infinity();
};

[[nodiscard]] CheapestMessage cheapest_message(const Machine& machine, const Mapping& mapping) {
  const auto ranks = static_cast<std::int64_t>(mapping.size());
  const std::int64_t sources = std::clamp<std::int64_t>(kMostPairs / ranks, 1, ranks);
  CheapestMessage best;
  for (std::int64_t i = 0; i < sources; ++i) {
    const auto source = static_cast<std::size_t>(i * ranks / sources);
    for (std::size_t peer = 0; peer < mapping.size(); ++peer) {
      if (peer == source) {
        continue;
      }
      const LogGops costs = machine.between(mapping[source], mapping[peer]);
      const auto per_second = static_cast<double>(kPicosecondsPerSecond);
      best.latency = std::min(best.latency, static_cast<double>(costs.L + 2 * costs.o) / per_second);
      const double gap = std::ldexp(static_cast<double>(costs.G.scaled), -32);
      best.per_byte = std::min(best.per_byte, gap / per_second);
    }
  }
  return best;
}

}  // namespace

double bytes_bound(Collective collective, Rank ranks) {
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

std::int64_t rounds_bound(Rank ranks) {
  return std::bit_width(static_cast<std::uint32_t>(ranks - 1));
}

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

double time_bound(Collective collective, Bytes bytes, const Machine& machine, const Mapping& mapping) {
  if (mapping.size() < 2) {
    return 0;
  }
  const auto ranks = static_cast<Rank>(mapping.size());
  const CheapestMessage cheapest = cheapest_message(machine, mapping);
  const double rounds = bytes == 0 && collective != Collective::kBarrier ? 0 : static_cast<double>(rounds_bound(ranks));
  return std::max(rounds * cheapest.latency,
                  bytes_bound(collective, ranks) * static_cast<double>(bytes) * cheapest.per_byte);
}

}  // namespace ringwood::cli
