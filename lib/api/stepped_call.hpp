#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/plan_cache.hpp"
#include "api/scratch.hpp"
#include "api/tags.hpp"
#include "interpret/mpi/native.hpp"
#include "interpret/mpi/node_run.hpp"
#include "interpret/mpi/node_transport.hpp"
#include "interpret/mpi/transport.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "schedule/checked_transport.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

class Context;

/// One call of a collective that is carried out in steps, once or again and again. Its messages go through the memory
/// of the node, and over MPI to other nodes, with tags of its own. What happens when is for SteppedCalls
/// (progress.hpp), under whose lock all of this is called.
class SteppedCall {
 public:
  /// How a call is prepared.
  struct Recipe {
    std::shared_ptr<const PreparedCall> prepared;
    std::shared_ptr<const void> kept;  ///< what the call refers to and nobody else keeps: a custom operation
    TagRange tags;
    bool again = false;  ///< it may be started more than once
  };

  /// Copies what `call` refers to, but for buffers, a custom reduction's context, and its log.
  SteppedCall(std::shared_ptr<Context> context, const CollectiveCall& call, Recipe recipe);
  SteppedCall(const SteppedCall&) = delete;
  SteppedCall& operator=(const SteppedCall&) = delete;
  ~SteppedCall();

  /// Takes up another call, prepared alike, in place of one that has ended and been reported. Allocates nothing that
  /// the one before did not.
  void take(const CollectiveCall& call, std::shared_ptr<const void> kept, const TagRange& tags);

  /// Whether it can `take` calls that are prepared so.
  [[nodiscard]] bool is_for(const PreparedCall& prepared) const {
    return prepared_.get() == &prepared && !native_ && state_ == State::kIdle;
  }

  [[nodiscard]] const std::shared_ptr<Context>& context() const { return context_; }

  [[nodiscard]] const CollectiveCall& call() const { return call_; }

  /// For how long nothing may move; 0: as long as it takes.
  [[nodiscard]] std::chrono::milliseconds timeout() const;

  [[nodiscard]] const std::string& algorithm() const { return prepared_->algorithm; }

  [[nodiscard]] const TagRange& tags() const { return tags_; }

  /// Started, and its end not yet reported.
  [[nodiscard]] bool is_active() const { return state_ != State::kIdle; }

  [[nodiscard]] bool has_begun() const { return state_ != State::kQueued; }

  [[nodiscard]] bool has_ended() const { return state_ == State::kEnded; }

  /// Takes it up on these buffers. Throws Error(kUsage) if one is missing, or the communicator was freed.
  void bind(const void* send, void* receive);

  /// First messages. What fails is kept for `report`.
  void begin() noexcept;

  /// Goes on without waiting.
  void advance() noexcept;

  /// Ends it as a failure.
  void fail(std::exception_ptr why) noexcept;

  /// After its end: it may be started again. Throws what failed.
  void report();

  /// Grows whenever it gets on. Nothing is known of the MPI library's own collectives.
  [[nodiscard]] std::uint64_t arrivals() const { return run_ ? run_->arrivals() : executor_.arrivals(); }

  [[nodiscard]] bool is_native() const { return native_.has_value(); }

  /// "rank 3, round 5", for somebody who waits too long.
  [[nodiscard]] std::string where() const;

 private:
  enum class State { kIdle, kQueued, kUnderWay, kEnded };

  void begin_plan();
  [[nodiscard]] Transport& fresh_transport();
  void end_messages() noexcept;
  [[nodiscard]] bool advance_plan();
  void look_after_node();
  [[nodiscard]] bool has_moved() const;

  std::shared_ptr<Context> context_;
  CollectiveCall call_;
  std::vector<std::size_t> counts_;
  std::string named_;
  Reduction reduction_;
  std::shared_ptr<const PreparedCall> prepared_;
  std::shared_ptr<const void> kept_;
  TagRange tags_;
  bool again_ = false;
  NodeEndpoint* endpoint_ = nullptr;
  std::optional<MpiTransport> transport_;
  std::optional<NodeTransport> node_transport_;  // to this rank's node and, by transport_, to others
  std::optional<CheckedTransport> checked_;      // either of them with checksums
  std::optional<NodeRun> run_;                   // of the plan in its form for a node
  std::optional<NativeCollective> native_;
  Executor executor_;
  Scratch scratch_;
  State state_ = State::kIdle;
  Recorder::Number recorded_ = 0;
  std::exception_ptr failure_;
  std::uint64_t vain_looks_ = 0;
};

}  // namespace ringwood
