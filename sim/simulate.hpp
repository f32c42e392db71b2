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
#include "sim/noise.hpp"
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

/// Which operation a rank's CPU and NICs serve next.
enum class ServiceOrder {
  kPosted,     ///< what comes next in the rank's program, even if they are idle until it is ready
  kFirstCome,  ///< what is ready, also messages that no receive was posted for yet (sim/first_come.hpp)
};

/// How to evaluate; kAutomatic takes the fastest that is exact. All give the same times.
enum class Engine {
  kAutomatic,
  kQuotient,         ///< one rank for all that are alike
  kPiecewiseAffine,  ///< the same with a few exceptions: times as piecewise affine functions of the rank
  kDataFlow,         ///< rank by rank without a queue
  kTable,            ///< written down level by level, then evaluated; serves many points in one pass
  kEventQueue,       ///< operation by operation in the order of time; what lanes and first come, first served need
};

/// Sums of times that a slower CPU takes would no longer be sure to be in 64 bits.
inline constexpr std::int64_t kSlowestPercent = 1000;

/// A rank that is not like the others.
struct Straggler {
  Rank rank = 0;
  Picoseconds arrival = 0;         ///< when it begins
  std::int64_t cpu_percent = 100;  ///< what its CPU takes for o, O and gamma, of what others take; 1 to kSlowestPercent
};

/// The NICs of a rank.
struct NicSet {
  enum class Choice {
    kLeastBusy,  ///< a message takes the one that is free first, the lower number where several are
    kRail,       ///< it takes number (source + destination) modulo `count`, at both ends
  };

  std::int32_t count = 1;
  Choice choice = Choice::kLeastBusy;
};

/// More make no difference to anybody.
inline constexpr std::int32_t kMostNics = 64;

struct SimulationOptions {
  CostModel model = CostModel::kLogGops;
  LogGopsForm form = LogGopsForm::kTextbook;
  ServiceOrder order = ServiceOrder::kPosted;
  Engine engine = Engine::kAutomatic;
  bool symmetry = true;                 ///< use what the algorithm declares; the times are the same without
  std::vector<Straggler> stragglers{};  ///< at most one entry a rank
  NoiseModel noise{};                   ///< of the operating systems
  NicSet nics{};                        ///< of LogGOPS; in posted order
  bool critical_path = false;           ///< keep what is needed to tell it; memory grows with the number of messages
  MessageLog* log = nullptr;            ///< where to append every message, if anywhere
  OperationLog* operations = nullptr;   ///< where to append every operation, if anywhere; takes the event queue
  FlowOptions flow{};                   ///< of the flow model
};

/// Where the time of the last rank to finish went.
struct CriticalPath {
  Picoseconds latency = 0;    ///< L
  Picoseconds overhead = 0;   ///< o, O
  Picoseconds bandwidth = 0;  ///< g, G
  Picoseconds sharing = 0;    ///< in the flow model: what messages took longer, since they shared links
  Picoseconds reduction = 0;  ///< gamma
  Picoseconds waiting = 0;    ///< for a resource that served another operation first
  Picoseconds noise = 0;      ///< of the operating systems on its way
  std::int64_t messages = 0;
  std::string text;                   ///< "rank 3 round 0 -> rank 4 round 1 -> ...", shortened in the middle
  std::vector<CriticalStep> steps{};  ///< its operations, first to last; noise is not theirs
};

struct SimulationReport {
  Picoseconds time = 0;             ///< when the last rank has finished
  std::vector<Picoseconds> finish;  ///< of each rank
  std::int64_t rounds = 0;          ///< most rounds of one rank
  std::int64_t messages = 0;
  Bytes bytes_sent_max = 0;  ///< by the busiest rank
  Bytes bytes_sent_total = 0;
  /// The certificate, of posted order: operations that first come, first served might have served earlier. 0: both
  /// rules give the same times. Nothing where first come, first served was evaluated, nor with several NICs.
  std::optional<std::int64_t> order_sensitive;
  std::size_t memory = 0;              ///< bytes that the ranks' programs and state, and messages on their way took
  Engine engine = Engine::kAutomatic;  ///< the one used
  Rank evaluated = 0;                  ///< ranks whose programs were evaluated: the others are like one of these
  std::string claim_refused;           ///< why a symmetry that the algorithm declares is not true, if it is not
  CriticalPath critical_path;
  std::optional<FlowReport> flow;  ///< of the flow model
};

/// When the schedule's ranks would finish on a machine. Deterministic: same arguments, same picoseconds.
/// Throws Error(kUsage) for what cannot be simulated, and for schedules that deadlock, with rank, round and peer.
[[nodiscard]] SimulationReport simulate(const Schedule& schedule, const Layout& layout, const Machine& machine,
                                        const Mapping& mapping, const SimulationOptions& options);

/// A size, as the layout that it makes, and a machine; neither is owned.
struct SimulationPoint {
  const Layout* layout = nullptr;
  const Machine* machine = nullptr;
};

/// One schedule at several points, as simulate() for each of them. Points that have one network, and differ in size and
/// in LogGOPS parameters that hold for all distances, are evaluated in one pass where every rank has to be
/// (Engine::kTable).
[[nodiscard]] std::vector<SimulationReport> simulate_points(const Schedule& schedule,
                                                            std::span<const SimulationPoint> points,
                                                            const Mapping& mapping, const SimulationOptions& options);

}  // namespace ringwood
