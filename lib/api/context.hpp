#pragma once

#include <mpi.h>

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/call_trace.hpp"
#include "api/choose.hpp"
#include "api/machine_choice.hpp"
#include "api/meeting.hpp"
#include "api/node_side.hpp"
#include "api/plan_cache.hpp"
#include "api/progress.hpp"
#include "api/recorder.hpp"
#include "api/scratch.hpp"
#include "api/settings.hpp"
#include "api/table_choice.hpp"
#include "api/tags.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/transport.hpp"
#include "ringwood/error.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/checked_transport.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

/// The environment asks for what cannot be done.
class EnvironmentError : public Error {
 public:
  using Error::Error;
};

/// All that the library keeps of one user communicator: its private twin, who shares a node with whom, what the
/// environment asks for, and the prepared calls. One for each communicator, however many Communicator objects and C
/// calls use it (context_cache.hpp).
class Context : public std::enable_shared_from_this<Context> {
 public:
  /// Collective, inside `agreed` (all_ready.hpp). `own` is the twin of a user's communicator; it belongs to the context
  /// once there is one. Throws Error(kSystem) if MPI fails.
  explicit Context(MPI_Comm own);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() = default;

  /// When the user's communicator is freed: calls are refused from now on, and the private one is freed as soon as no
  /// operation is under way.
  void close() noexcept;

  /// When MPI ends: at once. What is under way fails.
  void end() noexcept;

  [[nodiscard]] Rank rank() const { return rank_; }

  [[nodiscard]] Rank ranks() const { return ranks_; }

  /// As Communicator::run.
  void run(const CollectiveCall& call);

  /// What `run` carries out; valid until the next call.
  [[nodiscard]] const PreparedCall& prepared(const CollectiveCall& call) {
    return *known(call, Manner::kWaiting, false);
  }

  /// What `run` carries out for a call that it did just now, if it may be kept and passed to `run_again`: as long as
  /// changes() says the same, or the context is failed or closed. Else nullptr.
  [[nodiscard]] const PlanCache::Known* repeatable(const CollectiveCall& call);

  /// As `run`, of a call that differs in nothing but buffers, neither of which is a null pointer.
  void run_again(const CollectiveCall& call, const PreparedCall& todo);

  /// Grows whenever what was kept of any context of the process may not be used any more.
  [[nodiscard]] static std::uint64_t changes() { return counted_changes().load(std::memory_order_acquire); }

  /// The call to be carried out in steps, once. `kept` as in SteppedCall::Recipe. All ranks make the same, in the order
  /// of their calls.
  [[nodiscard]] std::shared_ptr<SteppedCall> in_steps(const CollectiveCall& call, std::shared_ptr<const void> kept);

  /// The same, to be started again and again, in any order with others. Collective: waits for all ranks.
  [[nodiscard]] std::shared_ptr<SteppedCall> plan(const CollectiveCall& call, std::shared_ptr<const void> kept);

  /// Of this communicator, under way.
  [[nodiscard]] SteppedCalls& stepped() { return *stepped_; }

  /// What this rank shares with its node; nullptr: nothing.
  [[nodiscard]] NodeSide* node() { return node_.get(); }

  /// The private communicator.
  [[nodiscard]] MPI_Comm messages() const { return own_; }

  [[nodiscard]] bool has_own_core() const { return own_core_; }

  [[nodiscard]] std::chrono::milliseconds timeout() const { return settings_.timeout; }

  [[nodiscard]] bool is_closed() const { return closed_; }

  /// Whether messages are followed by checksums.
  [[nodiscard]] bool has_checksums() const { return settings_.checksum; }

  [[nodiscard]] bool has_failed() const { return failed_; }

  /// After a failure of MPI, or of a rank that did not come; `moved`: messages may be under way, so that the
  /// communicator cannot be used any more.
  void note_failure(int code, bool moved);

  /// What RINGWOOD_ALLREDUCE and its like say; empty: nothing. Rank 0's environment counts, so that all ranks agree.
  [[nodiscard]] std::string_view forced(Collective collective) const {
    return forced_[static_cast<std::size_t>(collective)];
  }

  /// Of the last call that succeeded, as users write it; valid until the next one.
  [[nodiscard]] std::string_view last_algorithm() const { return last_algorithm_; }

  /// Who chose it: "call", "environment", "table" or "model".
  [[nodiscard]] std::string_view last_reason() const { return last_reason_; }

  /// Whether the next call of so many bytes is to be left to the MPI library, which RINGWOOD_REPORT compares with: of
  /// the calls of a size (up to a factor of two) one in eight. Counts it.
  [[nodiscard]] bool next_is_compared(Collective collective, std::uint64_t bytes);

  /// Whether there may be such calls on any communicator. Cheap.
  [[nodiscard]] static bool any_is_compared();

  /// How many calls got here.
  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  /// Whether it is this rank's turn to tell the user about the environment: rank 0's, once.
  [[nodiscard]] bool tells_of_environment() { return rank_ == 0 && !std::exchange(told_, true); }

  /// As Communicator::place.
  void place(Placement placement);

  [[nodiscard]] const Placement& placement() const { return placement_; }

  /// Messages over MPI are cut in pieces of at most that.
  [[nodiscard]] Bytes piece() const { return piece_; }

  /// The last calls.
  [[nodiscard]] Recorder& recorder() { return recorder_; }

  /// MPI's code for what made the last call fail, or MPI_SUCCESS if that was not MPI.
  [[nodiscard]] int mpi_code() const { return mpi_code_; }

 private:
  void free() noexcept;
  void share_environment();
  void start_recording();
  void start_comparing();
  [[nodiscard]] PreparedCall prepare(const CollectiveCall& call, Manner manner);
  void agree_on_cores_and_pieces(Cores here);
  [[nodiscard]] const PlanCache::Known& known(const CollectiveCall& call, Manner manner, bool compares);
  const PlanCache::Known& prepare_and_keep(const CollectiveCall& call, Manner manner);

  void check_usable() {
    if (closed_ || failed_ || mpi_code_.load(std::memory_order_relaxed) != MPI_SUCCESS) {
      refuse_or_forget();
    }
  }

  void refuse_or_forget();

  static void change() { counted_changes().fetch_add(1, std::memory_order_acq_rel); }

  static std::atomic<std::uint64_t>& counted_changes() {
    static std::atomic<std::uint64_t> counted = 0;
    return counted;
  }

  void note(const PreparedCall& todo) {
    last_algorithm_ = todo.algorithm;
    last_reason_ = todo.why;
    ++calls_;
  }

  [[nodiscard]] PlanCache::Known prepared_in_steps(const CollectiveCall& call);
  [[nodiscard]] Schedule schedule_for(const CollectiveCall& call, std::string_view tabled,
                                      const Objection& objection) const;
  [[nodiscard]] std::string_view from_machine(const CollectiveCall& call, Manner manner);
  [[nodiscard]] Schedule::Request request_of(const CollectiveCall& call) const;
  [[nodiscard]] std::string_view from_table(const CollectiveCall& call);
  void attach(Node node);
  void keep(const std::shared_ptr<SteppedCall>& made);
  [[nodiscard]] bool goes_at_once(const CollectiveCall& call) const;
  [[nodiscard]] bool run_at_once(const CollectiveCall& call);
  void carry_out_at_once(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers);
  [[nodiscard]] Buffers buffers_of(const CollectiveCall& call, const PreparedCall& todo);
  void execute(const CollectiveCall& call, const PreparedCall& todo);
  void note_failed(const PreparedCall& todo);
  [[noreturn]] void rethrow_with_past(const Error& error);
  void run_natively(const CollectiveCall& call, const PreparedCall& todo);
  void carry_out(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers);
  [[nodiscard]] Transport& fresh_transport();
  void leave_memory();
  void carry_on_with_others();
  void carry_out_traced(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers);

  [[nodiscard]] Surroundings surroundings() const {
    return {.cores = cores_, .medium = one_node_ ? Medium::kMemory : Medium::kMessages};
  }

  MPI_Comm own_ = MPI_COMM_NULL;
  Settings settings_;
  Recorder recorder_;
  Rank rank_ = 0;
  Rank ranks_ = 1;
  bool own_core_ = true;
  bool closed_ = false;
  std::atomic<bool> failed_ = false;  // operations in steps may be gone on with by another thread
  bool told_ = false;
  std::atomic<int> mpi_code_ = MPI_SUCCESS;
  std::string_view last_algorithm_ = "native";  // in the cache of plans
  std::string_view last_reason_;
  std::uint64_t calls_ = 0;
  std::array<std::array<std::uint8_t, 65>, kAllCollectives.size()> sizes_seen_{};
  Placement placement_;
  Cores cores_ = Cores::kEnough;
  std::array<std::string, kAllCollectives.size()> forced_;
  TableChoice table_;
  MachineChoice machine_;
  Bytes piece_ = MpiTransport::kLargestPiece;
  std::unique_ptr<CallTrace> trace_;  // none: nobody asked for one
  std::unique_ptr<MpiTransport> transport_;
  std::unique_ptr<NodeSide> node_;  // none: all messages go over MPI
  std::optional<CheckedTransport> checked_;
  bool one_node_ = false;  // nobody is elsewhere, and they share memory
  Executor executor_;
  Scratch scratch_;
  PlanCache cache_;
  std::unique_ptr<Meeting> meeting_;
  Tags tags_;
  std::vector<std::shared_ptr<SteppedCall>> pool_;  // of calls in steps; those that nobody else holds are free
  std::shared_ptr<SteppedCalls> stepped_ = std::make_shared<SteppedCalls>();
};

}  // namespace ringwood
