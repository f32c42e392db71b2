#pragma once

#include <array>
#include <string_view>

#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// The collectives that have a contract (lib/schedule/contract.hpp).
enum class Collective {
  kAllreduce,
  kReduceScatter,
  kAllgather,
  kBroadcast,
  kReduce,
  kGather,
  kScatter,
  kAlltoall,
  kBarrier,
};

inline constexpr std::array kAllCollectives{
    Collective::kAllreduce, Collective::kReduceScatter, Collective::kAllgather,
    Collective::kBroadcast, Collective::kReduce,        Collective::kGather,
    Collective::kScatter,   Collective::kAlltoall,      Collective::kBarrier,
};

/// The name that users type, such as "reduce-scatter".
[[nodiscard]] constexpr std::string_view name_of(Collective collective) {
  switch (collective) {
    case Collective::kAllreduce:
      return "allreduce";
    case Collective::kReduceScatter:
      return "reduce-scatter";
    case Collective::kAllgather:
      return "allgather";
    case Collective::kBroadcast:
      return "broadcast";
    case Collective::kReduce:
      return "reduce";
    case Collective::kGather:
      return "gather";
    case Collective::kScatter:
      return "scatter";
    case Collective::kAlltoall:
      return "alltoall";
    case Collective::kBarrier:
      return "barrier";
  }
  return "";
}

}  // namespace ringwood
