#pragma once

#include <mpi.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/choose.hpp"
#include "api/plan_cache.hpp"
#include "api/settings.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/node_executor.hpp"
#include "interpret/mpi/node_run.hpp"
#include "interpret/mpi/node_transport.hpp"
#include "interpret/mpi/transport.hpp"

namespace ringwood {

/// What a communicator has of this rank's node: memory that its ranks share, and what moves messages through it. Calls
/// that wait and calls in steps have channels of their own, so that neither meets the other's pieces. Those in steps
/// are used under the lock of the communicator's SteppedCalls.
class NodeSide {
 public:
  /// `node.segment` is there. `here`: the same on all ranks of the communicator. `communicator` is the private one;
  /// `others` carries messages to other nodes.
  NodeSide(Node node, const Settings& settings, Cores here, MPI_Comm communicator, MpiTransport& others);

  /// Whether nobody is elsewhere.
  [[nodiscard]] bool is_all() const { return shape(Manner::kWaiting).ranks == static_cast<Rank>(rank_of_.size()); }

  /// The plan in the form for a node, if it has one: of one lane, where all ranks share the node. All ranks decide
  /// alike.
  [[nodiscard]] std::optional<FusedPlan> fused(const Schedule& schedule, const Layout& layout, const Plan& plan,
                                               Bytes element, Manner manner) const;

  [[nodiscard]] NodeEndpoint& endpoint() { return waiting_; }

  /// For a rank that waits in vain for `elsewhere`: what the ranks of the node are doing.
  [[nodiscard]] std::string whereabouts(const std::string& elsewhere);

  [[nodiscard]] NodeTransport& transport() { return transport_; }

  [[nodiscard]] NodeExecutor& executor() { return executor_; }

  [[nodiscard]] NodeEndpoint& stepped() { return stepped_; }

  /// Of each rank of the communicator: its number on this node, negative if it is elsewhere.
  [[nodiscard]] const std::vector<Rank>& rank_of() const { return rank_of_; }

 private:
  [[nodiscard]] const NodeShape& shape(Manner manner) const {
    return manner == Manner::kWaiting ? segment_->waiting().shape : segment_->stepped().shape;
  }

  [[nodiscard]] const NodeEndpoint& endpoint(Manner manner) const {
    return manner == Manner::kWaiting ? waiting_ : stepped_;
  }

  std::unique_ptr<NodeSegment> segment_;
  std::vector<Rank> rank_of_;
  std::vector<Rank> ranks_;  // of the node, as the communicator numbers them
  NodeEndpoint waiting_;
  NodeEndpoint stepped_;
  NodeTransport transport_;
  NodeExecutor executor_;
};

}  // namespace ringwood
