#pragma once

#include <cstdint>
#include <string>

#include "interpret/mpi/node_endpoint.hpp"
#include "schedule/event_log.hpp"
#include "schedule/executor.hpp"
#include "schedule/plan_fused.hpp"

namespace ringwood {

/// One execution of a fused plan, in one go or in steps that never wait.
class NodeRun {
 public:
  struct Surroundings {
    std::byte* hot = nullptr;    ///< as large as a window; only for plans that keep something hot
    Lane lane = 0;               ///< of all its messages
    EventLog* events = nullptr;  ///< gets what this rank does, a window at a time
  };

  /// What is passed has to live until the end. In steps only if the plan keeps nothing hot.
  NodeRun(NodeEndpoint& endpoint, const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction,
          const Surroundings& surroundings);

  /// Sends what can be sent before anything arrives, as far as there is room. `run` does the rest.
  void begin();

  /// All of it. Throws Error(kSystem) that names the peer.
  void run();

  /// Goes on as far as there is no need to wait. Returns whether it has come to the end. Throws as `run` does; then it
  /// is not to be gone on with.
  [[nodiscard]] bool advance();

  /// "round 3" of where it stopped.
  [[nodiscard]] std::string where() const;

  /// Grows whenever it gets on.
  [[nodiscard]] std::uint64_t arrivals() const { return arrivals_; }

 private:
  using Kind = FusedStep::Kind;
  using Place = FusedStep::Place;

  struct Operands {
    const std::byte* left = nullptr;
    const std::byte* right = nullptr;
  };

  template <typename Ready>
  bool walk(Ready ready);
  [[nodiscard]] bool finds_place(const FusedStep& step);
  [[nodiscard]] bool is_ready(const FusedStep& step, std::size_t bytes);
  void do_step(const FusedStep& step, std::size_t bytes);
  void apply(std::span<const Effect> effects);
  void carry_out(const FusedStep& step, std::size_t bytes);
  [[gnu::noinline]] void carry_out_traced(const FusedStep& step, std::size_t bytes);
  void push(const FusedStep& step, std::size_t bytes);
  void fold(const FusedStep& step, std::size_t bytes);
  [[nodiscard]] const std::byte* await(const FusedStep& step, std::size_t bytes);
  [[noreturn, gnu::noinline]] static void refuse(const FusedStep& step, std::size_t came, std::size_t expected);
  void reduce(const Operands& operands, std::byte* result, std::size_t bytes, bool past_cache);
  void reduce_to_slot(const FusedStep& step, const Operands& operands, std::size_t bytes);

  [[nodiscard]] const std::byte* read(Address address, Bytes offset) const {
    return address.memory == Memory::kSend ? send_ + address.offset + offset : written(address, offset);
  }

  [[nodiscard]] std::byte* written(Address address, Bytes offset) const {
    return written_[static_cast<std::size_t>(address.memory)] + address.offset + offset;
  }

  NodeEndpoint* endpoint_;
  const FusedPlan* plan_;
  const Reduction* reduction_;
  EventLog* events_;
  const std::byte* send_;
  std::byte* written_[3];
  std::byte* hot_;
  std::span<std::byte> slot_;
  Lane lane_;
  Bytes begin_ = 0;  // of the window
  Bytes turn_ = 0;
  Bytes turns_ = 1;
  std::size_t index_ = 0;  // of the step
  bool in_windows_ = false;
  bool ended_ = false;
  std::uint64_t arrivals_ = 0;
};

/// What an execution sends.
void append_messages(MessageLog& log, const FusedPlan& plan, Rank me, Lane lane);

}  // namespace ringwood
