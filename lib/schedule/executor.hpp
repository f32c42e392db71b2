#pragma once

#include <atomic>
#include <cstddef>
#include <string>
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

/// Carries out plans, one at a time: in one go (`execute`), or in steps that never wait (`begin`, `advance`). Keeps
/// what it allocated for the next one: an execution allocates nothing if an earlier one of this executor had as many
/// lanes and messages, and never if the plan has one lane and is carried out in one go.
class Executor {
 public:
  /// Does one rank's part of a collective; the transport is fresh (its next ticket is 0). `reduction` may be nullptr
  /// where !plan.reduces(). `log` gets each message that this rank sends, in the order of sending. Throws
  /// Error(kSystem) that names rank, round and peer if the transport does; of several lanes, all that wait.
  void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
               MessageLog* log = nullptr);

  /// The same in steps: starts what comes first. What is passed has to live until the end. Throws as `execute` does.
  void begin(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
             MessageLog* log = nullptr);

  /// Goes on with what was begun, as far as there is no need to wait. Returns whether it has come to the end. Throws as
  /// `execute` does; then it is not to be gone on with.
  [[nodiscard]] bool advance();

  /// Writes the number of each round that begins (of several lanes: of the one that gets on) to where others see it;
  /// nullptr: nowhere.
  void show_rounds(std::atomic<std::uint32_t>* at) { shown_round_ = at; }

  /// Where what was begun waits: "rank 3, round 5", or "rank 3, lane 0, round 5; lane 2, round 4"; of many, the first
  /// few.
  [[nodiscard]] std::string where() const;

  /// Grows whenever what was begun gets on.
  [[nodiscard]] std::uint64_t arrivals() const { return arrivals_; }

 private:
  // One lane on its way: which round it is in, and how much that still waits for.
  struct Strand {
    std::uint32_t round = 0;    // of the plan's table of rounds
    std::uint32_t pending = 0;  // transfers, or lanes once the round's fork has begun
    std::uint32_t parent = 0;
    bool forked = false;
  };

  // One execution: the plan's addresses turned into the user's.
  class Job {
   public:
    Job() = default;
    Job(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport, MessageLog* log);

    [[nodiscard]] const Plan& plan() const { return *plan_; }

    [[nodiscard]] Transport& transport() const { return *transport_; }

    std::uint32_t start(const PlanRound& round, Lane lane) const;
    void apply(std::span<const Effect> effects) const;

   private:
    [[nodiscard]] const std::byte* read(Address address) const;
    [[nodiscard]] std::byte* written(Address address) const;

    const Plan* plan_ = nullptr;
    const Reduction* reduction_ = nullptr;
    Transport* transport_ = nullptr;
    MessageLog* log_ = nullptr;
    const std::byte* send_ = nullptr;
    std::byte* written_[3] = {};
  };

  void show(std::size_t round) const {
    if (shown_round_ != nullptr) {
      shown_round_->store(static_cast<std::uint32_t>(round), std::memory_order_relaxed);
    }
  }

  void execute_one_lane(const Job& job) const;
  void run_ready();
  void arrived(std::uint32_t index);
  void begin_strand(std::uint32_t index, std::uint32_t parent);
  void start_round(std::uint32_t index);
  void go_on(std::uint32_t index);
  void end_strand(std::uint32_t index);
  template <typename Ask>
  auto ask(Ask transport) const;

  Job job_;
  std::vector<Strand> strands_;
  std::vector<std::uint32_t> strand_of_ticket_;
  std::vector<std::uint32_t> ready_;
  std::uint64_t arrivals_ = 0;
  bool ended_ = true;
  std::atomic<std::uint32_t>* shown_round_ = nullptr;
};

/// With an executor of its own.
void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
             MessageLog* log = nullptr);

}  // namespace ringwood
