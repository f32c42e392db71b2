#include "tools/cli/bounds.hpp"

namespace ringwood::cli {

namespace {

/// The vector of the allreduce that has to move no more than this collective: an allreduce moves everything twice.
[[nodiscard]] Bytes as_allreduce(Collective collective, Bytes bytes, Rank ranks) {
  switch (collective) {
    case Collective::kAllreduce:
      return bytes;
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kGather:
    case Collective::kScatter:
      return bytes / 2;
    case Collective::kAlltoall:
      return bytes / (2 * Bytes{ranks});
    case Collective::kBarrier:
      return 0;
  }
  return 0;
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

double time_bound(Collective collective, Bytes bytes, const Machine& machine, const MachineFacts& facts, Rank ranks) {
  if (bytes == 0 && collective != Collective::kBarrier) {
    return 0;  // nothing is sent
  }
  const Picoseconds bound = allreduce_bound(machine, facts, ranks, as_allreduce(collective, bytes, ranks));
  return static_cast<double>(bound) / static_cast<double>(kPicosecondsPerSecond);
}

}  // namespace ringwood::cli
