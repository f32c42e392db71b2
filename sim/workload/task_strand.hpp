#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/flow/message_table.hpp"
#include "sim/workload/task_groups.hpp"

namespace ringwood {

using TaskStrandId = std::uint32_t;

inline constexpr TaskStrandId kNoTaskStrand = ~TaskStrandId{0};

/// One thing that a strand does: an operation of a program, or a task.
struct RoundItem {
  enum class Kind : std::uint8_t { kSend, kReceive, kReduce, kCompute };

  Kind kind = Kind::kSend;
  bool reduces = false;  ///< what is received is reduced at once
  std::uint8_t cpu = 0;
  std::uint8_t nic = 0;
  Rank peer = 0;
  Lane channel = 0;
  Bytes bytes = 0;
  Picoseconds duration = 0;        ///< of a computation; of one that is done at once with a receive
  TaskId task = kNoTask;           ///< that this is; of an operation of a program, none
  TaskId fused = kNoTask;          ///< that is done at once with it
  MessageId message = kNoMessage;  ///< that a receive takes, once known
};

/// What a strand is there for.
enum class StrandRole : std::uint8_t {
  kGroup,       ///< tasks of a group
  kProgram,     ///< a rank's part in a collective, or a lane of one
  kRendezvous,  ///< the end of a send that waits for its receive
  kCourier,     ///< a message on its way to a rank that takes messages from anybody
};

enum class StrandWaits : std::uint8_t {
  kNot,
  kMessage,     ///< for the message that its next receive takes, or for its end
  kRendezvous,  ///< until what it sent is taken
  kLanes,
  kEnded,
};

/// Something that a rank does side by side with other things.
struct TaskStrand {
  std::vector<RoundItem> round;  ///< sends first
  std::uint32_t position = 0;
  Rank rank = 0;
  Lane order = 0;  ///< among what is ready at one time on the rank
  StrandRole role = StrandRole::kGroup;
  StrandWaits waits = StrandWaits::kNot;
  std::int32_t open_sends = 0;
  std::int32_t open_lanes = 0;
  Picoseconds time = 0;  ///< of its last event: events of a strand are in order
  Picoseconds round_start = 0;
  Picoseconds end = 0;             ///< of its last operation
  Picoseconds latest_match = 0;    ///< of the round's messages that wait for their receives
  TaskGroupId group = 0;           ///< of a group; of a program, the one with its task
  TaskId task = kNoTask;           ///< of a program, rendezvous or courier: what it is part of
  TaskId origin = kNoTask;         ///< of a program: the part whose beginning it has waited for in the end
  MessageId message = kNoMessage;  ///< of a courier
  Program own;
  Program* program = nullptr;
  Lane lane = 0;
  Lane channel = 0;
  std::int32_t pulled = 0;
  TaskStrandId parent = kNoTaskStrand;
};

/// A processor of a rank.
struct TaskCpu {
  Picoseconds free = 0;
  Picoseconds busy_since = 0;  ///< the start of its last busy period
  TaskId last = kNoTask;       ///< that it served
};

struct TaskNic {
  Picoseconds out = 0;
  Picoseconds in = 0;
  Picoseconds latest_head = 0;
};

}  // namespace ringwood
