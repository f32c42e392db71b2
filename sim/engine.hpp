#pragma once

#include <optional>
#include <string>

#include "ringwood/error.hpp"
#include "sim/orbits.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

/// What every engine is given; simulate() has checked that the parts fit together.
struct SimulationInput {
  const Schedule& schedule;
  const Layout& layout;
  const Machine& machine;
  const Mapping& mapping;
  const SimulationOptions& options;
};

/// One rank of each orbit, as run_data_flow would all. Exact where the schedule and its costs are what `orbits` says.
/// Nothing if a program forks. For options without trace, log and stragglers.
[[nodiscard]] std::optional<SimulationReport> run_quotient(const SimulationInput& input, const Orbits& orbits);

/// Ranks that are alike but for stragglers: an orbit's times as piecewise affine functions of the number of the member.
/// For rotations, the same options but stragglers, and nothing that may have to wait for its receive. Nothing if a
/// program forks or if there would be too many pieces for this to pay.
[[nodiscard]] std::optional<SimulationReport> run_piecewise_affine(const SimulationInput& input, const Orbits& orbits);

/// Rank by rank, without a queue: a rank runs until it needs a message that was not sent yet. Exact for ranks of one
/// lane, since posted order then fixes the order of everything. Nothing if a program forks.
[[nodiscard]] std::optional<SimulationReport> run_data_flow(const SimulationInput& input);

/// The same by groups of ranks, several of them at a time: what run_data_flow() tries first. Nothing if a program
/// forks or a message is not eager, and for whatever is wrong: run_data_flow() says what. No option asks for more than
/// the times.
[[nodiscard]] std::optional<SimulationReport> run_in_step(const SimulationInput& input);

/// Operation by operation in the total order (time at which it is ready, rank, lane). Any schedule.
[[nodiscard]] SimulationReport run_event_queue(const SimulationInput& input);

/// The same under first come, first served (sim/first_come.hpp). Any schedule; without a critical path.
[[nodiscard]] SimulationReport run_first_come(const SimulationInput& input);

/// Flows that share links (sim/flow/flow_engine.hpp). Any schedule.
[[nodiscard]] SimulationReport run_flow(const SimulationInput& input);

/// No event can be later, so that sums of a few times never overflow.
inline constexpr Picoseconds kLatestTime = Picoseconds{1} << 62U;

[[noreturn]] inline void throw_too_late(Rank rank) {
  throw Error(ErrorKind::kUsage, "rank " + std::to_string(rank) + " would still be busy after " +
                                     std::to_string(kLatestTime / kPicosecondsPerSecond) +
                                     " s, which is the longest time that can be simulated");
}

[[noreturn]] inline void throw_bad_peer(Rank rank, std::int64_t round, Rank peer, Rank ranks) {
  throw Error(ErrorKind::kUsage, "rank " + std::to_string(rank) + " names rank " + std::to_string(peer) +
                                     " as its peer in round " + std::to_string(round) + "; there are " +
                                     std::to_string(ranks) + " ranks");
}

[[noreturn]] inline void throw_deadlock(Rank rank, std::int64_t round, Rank peer, bool in_send) {
  const std::string message = in_send ? " waits for rank " + std::to_string(peer) + " to take a message"
                                      : " waits for a message from rank " + std::to_string(peer);
  throw Error(ErrorKind::kUsage, "the schedule deadlocks: rank " + std::to_string(rank) + " in round " +
                                     std::to_string(round) + message + ", and it never does");
}

[[noreturn]] inline void throw_unreceived(Rank receiver, Rank source) {
  throw Error(ErrorKind::kUsage, "the schedule leaves a message from rank " + std::to_string(source) + " to rank " +
                                     std::to_string(receiver) + " that is never received");
}

}  // namespace ringwood
