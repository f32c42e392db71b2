#pragma once

#include <vector>

#include "sim/critical_path.hpp"
#include "sim/flow/flow.hpp"
#include "sim/flow/link_table.hpp"

namespace ringwood {

/// One served operation of the flow model, with where its time went.
struct FlowOperation {
  Cause cause;                ///< `by_message`: it waited for the end of the message, not for its head
  Picoseconds service = 0;    ///< on the CPU
  Picoseconds injection = 0;  ///< of a send: from its start until the message leaves the CPU, o
  Picoseconds latency = 0;    ///< of a send: L
  Picoseconds transfer = 0;   ///< of a receive: from the head of its message to the end
  Picoseconds alone = 0;      ///< what that would have taken if the message had shared no link
  Bytes bytes = 0;
  Rank rank = 0;
  std::int32_t round = 0;
  FlowLink bottleneck = kNoFlowLink;  ///< of a receive: what held its message up in the end
  SimulatedOperation::Kind kind = SimulatedOperation::Kind::kSend;
};

/// Every operation of a simulation, as they were served.
class FlowTrace {
 public:
  [[nodiscard]] OperationId add(const FlowOperation& operation) {
    operations_.push_back(operation);
    return static_cast<OperationId>(operations_.size()) - 1;
  }

  [[nodiscard]] const FlowOperation& operator[](OperationId id) const {
    return operations_[static_cast<std::size_t>(id)];
  }

 private:
  std::vector<FlowOperation> operations_;
};

/// The chain of dependencies that ends with `last`, first operation first; all parts of all steps add up to the time at
/// which `last` ends.
[[nodiscard]] std::vector<CriticalStep> critical_steps(const FlowTrace& trace, OperationId last,
                                                       const LinkTable& links);

/// The sums of the steps, and their ranks and rounds as text.
[[nodiscard]] CriticalPath critical_path(const std::vector<CriticalStep>& steps);

}  // namespace ringwood
