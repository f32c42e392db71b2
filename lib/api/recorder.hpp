#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "ringwood/mpi/communicator.hpp"
#include "schedule/event_log.hpp"

namespace ringwood {

/// The last calls of a communicator at this rank, whether they ended or not: what a call that nobody answers tells of
/// its past, and, in a file, what anybody may read of a rank that is stuck or was killed. Always on: noting a call
/// allocates nothing and looks at the processor's counter of ticks once (twice where there is a file). Any thread may
/// call any of this.
class Recorder {
 public:
  static constexpr std::size_t kKept = 1024;
  static constexpr std::uint32_t kNoRound = 0xFFFFFFFFU;

  /// Bytes of a line of the file, with its end.
  static constexpr std::size_t kLine = 224;

  enum class State : std::uint8_t { kPreparing, kQueued, kUnderWay, kEnded, kFailed };

  /// An algorithm, by the number that `number_of` gave it.
  enum class Algorithm : std::uint16_t { kUnknown = 0 };

  /// The number of a call on this communicator, from 1 on.
  using Number = std::uint64_t;

  Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  /// From now on all is in that file too, a line a call (in a ring: `sort -n` puts them in order), in memory that the
  /// system writes back even if this process is killed. A new file of mode 0600, in place of one of that name. Throws
  /// Error(kSystem) if it cannot be made.
  void write_to(const std::string& path);

  /// Cold: allocates the first time. Of very many names the last ones are kUnknown.
  [[nodiscard]] Algorithm number_of(std::string_view algorithm);

  /// A call begins, in that state. Of two calls that begin at the very same moment one may be lost.
  Number begin(const CollectiveCall& call, State state, Algorithm algorithm = Algorithm::kUnknown) noexcept;

  /// It is prepared, and its first message is next.
  void carry_out(Number call, Algorithm algorithm) noexcept;

  /// It is over.
  void end(Number call, State state, std::uint32_t round = kNoRound) noexcept;

  /// A fraction of a clock's price; made into times only where somebody reads them.
  [[nodiscard]] static std::uint64_t ticks() {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return static_cast<std::uint64_t>(nanoseconds_now());
#endif
  }

  /// Of a call that waits nowhere else to be seen; where the executor shows it.
  [[nodiscard]] std::atomic<std::uint32_t>& round() {
    return round_;
  }

  /// The last calls, newest first, for the end of an error's message: "; last calls of this rank: #12 allreduce of
  /// ...".
  [[nodiscard]] std::string last_calls() const;

 private:
  /// Everything by itself readable while it is written; `number` is 0 meanwhile.
  struct alignas(64) Record {
    std::atomic<Number> number{0};
    std::atomic<std::uint64_t> begun{0};  // ticks
    std::atomic<std::uint64_t> ended{0};  // 0: not yet, or nobody will ask
    std::atomic<std::uint64_t> elements{0};
    std::atomic<MPI_Datatype> type{MPI_DATATYPE_NULL};
    std::atomic<MPI_Op> op{MPI_OP_NULL};
    std::atomic<std::uint32_t> element_size{0};
    std::atomic<Rank> root{0};
    std::atomic<std::uint32_t> round{kNoRound};
    std::atomic<Algorithm> algorithm{Algorithm::kUnknown};
    std::atomic<std::uint8_t> collective{0};
    std::atomic<State> state{State::kPreparing};
  };

  static_assert(sizeof(Record) == 64);

  /// The same at one moment.
  struct Seen {
    Number number;
    std::uint64_t begun;
    std::uint64_t ended;
    std::uint64_t elements;
    MPI_Datatype type;
    MPI_Op op;
    std::uint32_t element_size;
    Rank root;
    std::uint32_t round;
    Algorithm algorithm;
    Collective collective;
    State state;
  };

  [[nodiscard]] Record& of(Number call) const {
    return ring_[call % kKept];
  }

  [[nodiscard]] bool see(Number call, Seen& seen) const;
  [[nodiscard]] std::string name_of_algorithm(Algorithm algorithm) const;
  [[nodiscard]] std::string in_words(const Seen& seen) const;
  [[nodiscard]] std::string line(const Seen& seen) const;
  void show(Number call) noexcept;

  std::unique_ptr<Record[]> ring_;
  std::atomic<Number> calls_{0};
  std::atomic<std::uint32_t> round_{0};
  mutable std::mutex names_lock_;
  std::deque<std::string> names_;
  std::string path_;
  char* file_ = nullptr;  // kKept + 1 lines
};

inline Recorder::Number Recorder::begin(const CollectiveCall& call, State state, Algorithm algorithm) noexcept {
  constexpr Bytes kMost = std::numeric_limits<std::uint32_t>::max();
  constexpr auto kRelaxed = std::memory_order_relaxed;
  const Number number = calls_.load(kRelaxed) + 1;
  calls_.store(number, kRelaxed);
  Record& record = of(number);
  record.number.store(0, kRelaxed);
  std::atomic_thread_fence(std::memory_order_release);
  record.begun.store(ticks(), kRelaxed);
  record.ended.store(0, kRelaxed);
  record.elements.store(call.elements, kRelaxed);
  record.type.store(call.type, kRelaxed);
  record.op.store(call.op, kRelaxed);
  record.element_size.store(static_cast<std::uint32_t>(std::clamp<Bytes>(call.element_size, 0, kMost)), kRelaxed);
  record.root.store(call.root, kRelaxed);
  record.round.store(kNoRound, kRelaxed);
  record.algorithm.store(algorithm, kRelaxed);
  record.collective.store(static_cast<std::uint8_t>(call.collective), kRelaxed);
  record.state.store(state, kRelaxed);
  record.number.store(number, std::memory_order_release);
  if (file_ != nullptr) {
    show(number);
  }
  return number;
}

// A call that takes longer than 1,024 others has no record any more.
inline void Recorder::carry_out(Number call, Algorithm algorithm) noexcept {
  Record& record = of(call);
  if (record.number.load(std::memory_order_relaxed) == call) {
    record.algorithm.store(algorithm, std::memory_order_relaxed);
    record.state.store(State::kUnderWay, std::memory_order_relaxed);
    if (file_ != nullptr) {
      show(call);
    }
  }
}

inline void Recorder::end(Number call, State state, std::uint32_t round) noexcept {
  Record& record = of(call);
  if (record.number.load(std::memory_order_relaxed) == call) {
    record.round.store(round, std::memory_order_relaxed);
    record.state.store(state, std::memory_order_relaxed);
    if (file_ != nullptr) {
      record.ended.store(ticks(), std::memory_order_relaxed);
      show(call);
    }
  }
}

/// A call that is noted as long as it lives: what has not ended by then has failed.
class RecordedCall {
 public:
  RecordedCall(Recorder& recorder, const CollectiveCall& call, const std::atomic<std::uint32_t>& round)
      : recorder_(recorder), round_(round), number_(recorder.begin(call, Recorder::State::kPreparing)) {}

  /// Of one that is prepared, and under way.
  RecordedCall(Recorder& recorder, const CollectiveCall& call, const std::atomic<std::uint32_t>& round,
               Recorder::Algorithm algorithm)
      : recorder_(recorder),
        round_(round),
        number_(recorder.begin(call, Recorder::State::kUnderWay, algorithm)),
        under_way_(true) {}

  RecordedCall(const RecordedCall&) = delete;
  RecordedCall& operator=(const RecordedCall&) = delete;

  ~RecordedCall() {
    if (number_ != 0) {
      recorder_.end(number_, Recorder::State::kFailed,
                    under_way_ ? round_.load(std::memory_order_relaxed) : Recorder::kNoRound);
    }
  }

  void carry_out(Recorder::Algorithm algorithm) {
    recorder_.carry_out(number_, algorithm);
    under_way_ = true;
  }

  void end() {
    recorder_.end(number_, Recorder::State::kEnded);
    number_ = 0;
  }

 private:
  Recorder& recorder_;
  const std::atomic<std::uint32_t>& round_;
  Recorder::Number number_;
  bool under_way_ = false;
};

}  // namespace ringwood
