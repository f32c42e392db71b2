#pragma once

#include <memory>

#include "interpret/mpi/node_endpoint.hpp"
#include "interpret/mpi/node_run.hpp"
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

  /// The same in two parts: sends what can be sent at once. What is passed has to live until `finish`.
  [[nodiscard]] NodeRun begin(const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction);

  /// The rest. Throws as `execute` does.
  void finish(NodeRun& run);

 private:
  NodeEndpoint& endpoint_;
  std::unique_ptr<std::byte[]> hot_;
};

}  // namespace ringwood
