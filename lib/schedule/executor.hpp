#pragma once

#include <cstddef>
#include <vector>

#include "ringwood/reduction.hpp"
#include "schedule/message_log.hpp"
#include "schedule/plan.hpp"
#include "schedule/transport.hpp"

namespace ringwood {

/// The memory that a plan is carried out on; sizes as the plan says. `scratch` should be aligned to 64 bytes.
struct Buffers {
  const std::byte* send = nullptr;
  std::byte* receive = nullptr;
  std::byte* scratch = nullptr;
};

/// Carries out plans, one at a time. Keeps what it allocated for the next one: an execution allocates nothing if an
/// earlier one of this executor had as many lanes and messages, and never if the plan has one lane.
class Executor {
 public:
  /// Does one rank's part of a collective; the transport is fresh (its next ticket is 0). `reduction` may be nullptr
  /// where !plan.reduces(). `log` gets each message that this rank sends, in the order of sending. Throws
  /// Error(kSystem) that names rank, round and peer if the transport does; of several lanes, all that wait.
  void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
               MessageLog* log = nullptr);

 private:
  // One lane on its way: which round it is in, and how much that still waits for.
  struct Strand {
    std::uint32_t round = 0;    // of the plan's table of rounds
    std::uint32_t pending = 0;  // transfers, or lanes once the round's fork has begun
    std::uint32_t parent = 0;
    bool forked = false;
  };

  class Lanes;

  std::vector<Strand> strands_;
  std::vector<std::uint32_t> strand_of_ticket_;
  std::vector<std::uint32_t> ready_;
};

/// With an executor of its own.
void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
             MessageLog* log = nullptr);

}  // namespace ringwood
