#include "schedule/contract.hpp"

namespace ringwood {

const Contract& contract_of(Collective collective) {
  static constexpr Contract kAllreduce{Holding::kWhole, Holding::kWhole, true, false};
  static constexpr Contract kReduceScatter{Holding::kWhole, Holding::kOwnBlock, true, false};
  static constexpr Contract kAllgather{Holding::kOwnBlock, Holding::kWhole, false, false};
  static constexpr Contract kBroadcast{Holding::kRootWhole, Holding::kWhole, false, false};
  static constexpr Contract kReduce{Holding::kWhole, Holding::kRootWhole, true, false};
  static constexpr Contract kGather{Holding::kOwnBlock, Holding::kRootWhole, false, false};
  static constexpr Contract kScatter{Holding::kRootWhole, Holding::kOwnBlock, false, false};
  static constexpr Contract kAlltoall{Holding::kRow, Holding::kColumn, false, false};
  static constexpr Contract kBarrier{Holding::kWhole, Holding::kWhole, true, true};
  switch (collective) {
    case Collective::kAllreduce:
      return kAllreduce;
    case Collective::kReduceScatter:
      return kReduceScatter;
    case Collective::kAllgather:
      return kAllgather;
    case Collective::kBroadcast:
      return kBroadcast;
    case Collective::kReduce:
      return kReduce;
    case Collective::kGather:
      return kGather;
    case Collective::kScatter:
      return kScatter;
    case Collective::kAlltoall:
      return kAlltoall;
    case Collective::kBarrier:
      return kBarrier;
  }
  return kAllreduce;
}

bool holds(Holding holding, Rank me, Chunk chunk, Chunk chunks, Rank ranks, Rank root) {
  switch (holding) {
    case Holding::kWhole:
      return true;
    case Holding::kOwnBlock:
      return chunk / (chunks / ranks) == me;
    case Holding::kRootWhole:
      return me == root;
    case Holding::kRow:
      return chunk / (chunks / ranks) == me;
    case Holding::kColumn:
      return chunk / (chunks / ranks / ranks) % ranks == me;
  }
  return false;
}

Chunk blocks_of(const Contract& contract, Rank ranks) {
  if (contract.before == Holding::kRow) {
    return Chunk{ranks} * ranks;
  }
  return contract.before == Holding::kOwnBlock || contract.after == Holding::kOwnBlock ? Chunk{ranks} : 1;
}

}  // namespace ringwood
