#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/message_log.hpp"
#include "sim/flow/flow.hpp"
#include "sim/operation_log.hpp"
#include "topology/machine.hpp"

namespace ringwood {

enum class CostModel {
  kLogGops,  ///< LogGOPS for each distance, without contention inside the network (sim/model/loggops.hpp)
  kFlow,     ///< LogGOPS at the ranks, flows that share links between them (sim/flow/flow.hpp)
};

/// The two readings of LogGOPS that are in use; they differ when a CPU receives several messages or could send
/// meanwhile.
enum class LogGopsForm {
  kTextbook,   ///< the NIC takes messages in by itself, the CPU is held o + (m-1)O when the last byte is there
  kSimulator,  ///< LogGOPSim's: the receiver's CPU is held o + (m-1)max(O,G) from the head's arrival
};

/// How to evaluate; kAutomatic takes the fastest that is exact.
enum class Engine { kAutomatic, kDataFlow, kEventQueue };

struct SimulationOptions {
  CostModel model = CostModel::kLogGops;
  LogGopsForm form = LogGopsForm::kTextbook;
  Engine engine = Engine::kAutomatic;
  bool critical_path = false;          ///< keep what is needed to tell it; memory grows with the number of messages
  MessageLog* log = nullptr;           ///< where to append every message, if anywhere
  OperationLog* operations = nullptr;  ///< where to append every operation, if anywhere; takes the event queue
  FlowOptions flow{};                    ///< of the flow model
};

/// Where the time of the last rank to finish went.
struct CriticalPath {
  Picoseconds latency = 0;    ///< L
  Picoseconds overhead = 0;   ///< o, O
  Picoseconds bandwidth = 0;  ///< g, G
  Picoseconds reduction = 0;  ///< gamma
  Picoseconds waiting = 0;    ///< for a resource that served another operation first
  std::int64_t messages = 0;
  std::string text;  ///< "rank 3 round 0 -> rank 4 round 1 -> ...", shortened in the middle
};

struct SimulationReport {
  Picoseconds time = 0;             ///< when the last rank has finished
  std::vector<Picoseconds> finish;  ///< of each rank
  std::int64_t rounds = 0;          ///< most rounds of one rank
  std::int64_t messages = 0;
  Bytes bytes_sent_max = 0;  ///< by the busiest rank
  Bytes bytes_sent_total = 0;
  std::int64_t order_sensitive = 0;    ///< operations that first come, first served would have served in another order
  std::size_t memory = 0;              ///< bytes that the ranks' programs and state, and messages on their way took
  Engine engine = Engine::kAutomatic;  ///< the one used
  CriticalPath critical_path;
  std::optional<FlowReport> flow;  ///< of the flow model
};

/// When the schedule's ranks would finish on a machine. Deterministic: same arguments, same picoseconds.
/// Throws Error(kUsage) for what cannot be simulated, and for schedules that deadlock, with rank, round and peer.
[[nodiscard]] SimulationReport simulate(const Schedule& schedule, const Layout& layout, const Machine& machine,
                                        const Mapping& mapping, const SimulationOptions& options);

}  // namespace ringwood
