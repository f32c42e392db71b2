#pragma once

#include <cstdint>
#include <vector>

#include "sim/model/loggops.hpp"
#include "sim/pair_costs.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

/// Number of an operation in a trace; kNoOperation: none.
using OperationId = std::int64_t;

inline constexpr OperationId kNoOperation = -1;

/// What made an operation start when it did.
struct Cause {
  OperationId predecessor = kNoOperation;  ///< the operation that it waited for; none: the beginning
  bool by_message = false;                 ///< it waited for the head of the message that `predecessor` sends
  Picoseconds waiting = 0;                 ///< then, for a resource that served another operation first
};

/// Why a receive started when it did: for its message, sent by operation `sent` and there at `head`, or for what its
/// own lane did before, which was operation `previous` and ended at `lane_end`.
[[nodiscard]] inline Cause cause_of(const ServedReceive& served, Picoseconds head, OperationId sent,
                                    Picoseconds lane_end, OperationId previous) {
  if (served.cpu_ready >= lane_end) {
    return {sent, true, served.cpu_start - served.nic_body - head};
  }
  return {previous, false, served.cpu_start - lane_end};
}

/// One served operation.
struct SimulatedOperation {
  enum class Kind : std::uint8_t {
    kSend,
    kReceive,
    kReduce,
    kMatch,  ///< the end of a rendezvous, at the sender
  };

  Cause cause;
  Bytes bytes = 0;
  Rank rank = 0;
  std::int32_t round = 0;
  CostClass cost_class = 0;
  Kind kind = Kind::kSend;
};

/// Every operation of a simulation, as they were served. 56 bytes each.
class Trace {
 public:
  [[nodiscard]] OperationId add(const SimulatedOperation& operation) {
    operations_.push_back(operation);
    return static_cast<OperationId>(operations_.size()) - 1;
  }

  [[nodiscard]] const SimulatedOperation& operator[](OperationId id) const {
    return operations_[static_cast<std::size_t>(id)];
  }

 private:
  std::vector<SimulatedOperation> operations_;
};

/// The chain of dependencies that ends with `last`, and what it consists of; the parts add up to the time at which
/// `last` ends. A dependency is a message or the program order of a lane; what an operation waits beyond these, for a
/// NIC or for the other lanes' use of the CPU, is waiting.
[[nodiscard]] CriticalPath critical_path(const Trace& trace, OperationId last, const PairCosts& costs,
                                         const ReductionTime& gamma, LogGopsForm form);

}  // namespace ringwood
