#pragma once

#include <memory>

#include "interpret/mpi/node_endpoint.hpp"
#include "schedule/event_log.hpp"
#include "schedule/executor.hpp"
#include "schedule/plan_fused.hpp"

namespace ringwood {

/// Carries out fused plans where all ranks of the communicator share a node.
class NodeExecutor {
 public:
  explicit NodeExecutor(NodeEndpoint& endpoint);

  /// As Executor::execute. `events` gets what this rank does, a window at a time. Throws Error(kSystem) that names
  /// rank, round and peer.
  void execute(const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction, MessageLog* log = nullptr,
               EventLog* events = nullptr);

 private:
  NodeEndpoint& endpoint_;
  std::unique_ptr<std::byte[]> hot_;
};

}  // namespace ringwood
