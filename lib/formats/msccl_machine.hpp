#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "formats/msccl_cells.hpp"

namespace ringwood::msccl {

/// Carries an MSCCL program out and writes down its rounds. The file's thread blocks go in step: in each round a thread
/// block sends at most one step's data, receives at most one step's, and does what local work it can. Both ends of a
/// message are in rounds of the same number, a rank's rounds are in ascending order, and a round posts all its messages
/// at once: so the rounds end even if every send waits for its receive. What a file overwrites between the two is
/// copied first.
class Machine {
 public:
  /// Refers to all of them.
  Machine(const Program& program, const std::string& name, const FormatLimits& limits)
      : program_(program), name_(name), most_operations_(limits.operations) {}

  /// Once. Throws Error(kInput) that names the step at which the program cannot go on.
  [[nodiscard]] RecordedSchedule run();

 private:
  // A thread block on its way.
  struct Thread {
    Rank gpu = 0;
    std::size_t index = 0;
    const Block* block = nullptr;
    std::size_t next = 0;                 // step
    bool must_send = false;               // the step has received, and has to send on
    bool has_received = false;            // in this round
    std::vector<Location> received = {};  // what it has to send on
    bool owns_received = false;           // in places that it took for that
  };

  static constexpr std::size_t kOwned = static_cast<std::size_t>(-1);

  struct Message {
    std::vector<Location> from;
    std::vector<std::size_t> cells;  // that must not change until it is read; kOwned: it has a place of its own
    const Step* step = nullptr;
  };

  struct Gpu {
    std::deque<Cells> cells;  // one; made late
    std::vector<Thread> threads;
    RecordedStep round;
    std::set<std::pair<Chunk, Plane>> written_by_receives;  // in this round
  };

  using Connection = std::tuple<Rank, Rank, std::int32_t>;  // source, destination, channel

  template <typename Visit>
  void for_each_thread(Visit&& visit) {
    for (Gpu& gpu : gpus_) {
      for (Thread& thread : gpu.threads) {
        visit(thread);
      }
    }
  }

  void prepare();

  [[nodiscard]] Gpu& gpu_of(const Thread& thread) { return gpus_[static_cast<std::size_t>(thread.gpu)]; }

  [[nodiscard]] Cells& cells_of(const Thread& thread) { return gpu_of(thread).cells.front(); }

  [[nodiscard]] static bool ended(const Thread& thread) { return thread.next == thread.block->steps.size(); }

  [[nodiscard]] bool may_start(const Thread& thread);
  void finish_step(Thread& thread);

  // The cell of a step's `i`-th chunk.
  [[nodiscard]] std::size_t cell(Thread& thread, const Step& step, Buffer buffer, std::int64_t offset);
  [[nodiscard]] std::size_t source(Thread& thread, const Step& step, std::int64_t i);
  [[nodiscard]] std::size_t target(Thread& thread, const Step& step, std::int64_t i);

  [[nodiscard]] Location held(Thread& thread, const Step& step, std::size_t at);
  [[nodiscard]] Location addend(Thread& thread, const Step& step, std::int64_t i, Chunk chunk);
  [[nodiscard]] Location place_for(Thread& thread, const Step& step, std::int64_t i, Chunk chunk);
  [[nodiscard]] bool may_write(Thread& thread, std::size_t at);
  void check_same(const Thread& thread, const Step& step, Chunk own, Chunk incoming) const;

  // What a send reads, it reads as the round begins: so it is issued before anything else in the round. Receives and
  // local work take effect at the end of the round in the order in which they are found possible.
  void issue(Thread& thread);
  [[nodiscard]] bool proceed(Thread& thread);
  [[nodiscard]] bool work(Thread& thread, const Step& step);

  // Messages (msccl_messages.cpp).
  [[nodiscard]] bool receive(Thread& thread, const Step& step);
  void take_message(Thread& thread, const Step& step, const Message& message);
  void emit_messages(Thread& thread, const Step& step, const Message& message, const std::vector<Location>& into,
                     bool at_once);
  [[nodiscard]] bool make_room();
  [[nodiscard]] bool put_aside(Thread& thread, const Step& step, std::size_t at);

  void emit(Rank gpu, const Step& step, const Operation& operation);
  void end_round();
  void deliver();

  void check_all_received() const;
  [[nodiscard]] Thread* awaited_by(const Thread& thread);
  [[nodiscard]] std::string waiting(const Thread& thread);
  [[noreturn]] void report_stuck();

  const Program& program_;
  const std::string& name_;
  std::size_t most_operations_;
  RecordedSchedule schedule_;
  std::vector<Gpu> gpus_;
  std::map<Connection, std::deque<Message>> connections_;
  std::size_t running_ = 0;  // thread blocks
  std::size_t operations_ = 0;
  bool moved_ = false;
};

}  // namespace ringwood::msccl
