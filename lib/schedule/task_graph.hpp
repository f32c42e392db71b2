#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"

namespace ringwood {

/// What a rank of a workload does at a time.
enum class TaskKind : std::uint8_t {
  kCompute,     ///< its CPU is held for a while
  kSend,        ///< a message to another rank
  kReceive,     ///< a message from another rank
  kCollective,  ///< its part in a collective of a group of ranks
};

/// A receive takes a message from whoever sends it.
inline constexpr Rank kAnyRank = -1;

/// A receive takes a message of any tag.
inline constexpr std::int32_t kAnyTag = -1;

/// CPUs, and NICs, that one rank may have.
inline constexpr std::int32_t kMostTaskResources = 256;

struct Task {
  TaskKind kind = TaskKind::kCompute;
  std::uint8_t cpu = 0;     ///< which CPU of the rank serves it: those of different ones go on side by side
  std::uint8_t nic = 0;     ///< which NIC of the rank its message passes
  std::uint32_t label = 0;  ///< of TaskGraph::labels
  Rank peer = 0;            ///< of a message, or kAnyRank; of a collective: the rank's number in the group
  std::int32_t tag = 0;     ///< of a message, or kAnyTag
  std::int64_t amount = 0;  ///< picoseconds of a computation, bytes of a message, number of a collective call
};

/// A task begins when all that it requires has ended (or has begun).
struct TaskRequirement {
  std::uint32_t task = 0;
  std::uint32_t required = 0;  ///< another task of the rank
  bool begun = false;          ///< it is enough that this one has begun
};

/// What one rank does. Tasks are named by their place in the list, which is the order in which they are posted.
struct RankTasks {
  std::vector<Task> tasks;
  std::vector<TaskRequirement> requirements;
  std::vector<std::uint32_t> lines;  ///< of a file, one a task; empty if it comes from none
};

/// A collective as one of the group's ranks after the other enters it.
struct CollectiveCall {
  Collective collective = Collective::kAllreduce;
  Bytes bytes = 0;          ///< of the whole vector, as everywhere
  std::uint32_t group = 0;  ///< of TaskGraph::groups
  std::uint32_t label = 0;
  std::uint32_t algorithm = 0;  ///< a label: the one that it is to be done with; 0: any
};

/// A program as data: what every rank does, and what it waits for. Ranks compute, exchange messages, which match in
/// order by source and tag, and take part in collectives, whose schedules are not part of it.
struct TaskGraph {
  std::vector<RankTasks> ranks;
  std::vector<std::vector<Rank>> groups;  ///< members in the order of their numbers
  std::vector<CollectiveCall> calls;
  std::vector<std::string> labels{""};

  [[nodiscard]] Rank size() const { return static_cast<Rank>(ranks.size()); }
};

}  // namespace ringwood
