#pragma once

#include <concepts>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "ringwood/problem.hpp"
#include "ringwood/renumbering.hpp"
#include "ringwood/round.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

struct Lanes;

/// What one `advance` of a program found.
enum class Step : std::uint8_t {
  kRound,  ///< operations to carry out: Program::round
  kFork,   ///< programs to run side by side before going on: Program::lanes
  kEnd,    ///< the program has ended
};

/// How rounds follow from each other: what is done to the distance of the peers, and to the number of chunks of each
/// operation, from each round to the next. By default nothing.
struct Course {
  bool exclusive_or : 1 = false;  ///< distance: peer ^ me; otherwise peer - me, modulo the number of ranks
  std::int8_t peers : 2 = 0;      ///< 1: the distance is doubled, -1: halved
  std::int8_t chunks : 2 = 0;     ///< 1: the number of chunks is doubled, -1: halved

  friend bool operator==(const Course&, const Course&) = default;
};

/// Rounds that follow on another, and how.
struct Series {
  std::uint32_t left = 0;
  Course course;

  friend bool operator==(const Series&, const Series&) = default;
};

/// One rank's part of a schedule: a coroutine that yields rounds. A function with this return type, whose first
/// parameter is `const Problem&`, may
///
///     const Round round{send(...), receive_reduce(...)};
///     co_yield round;                                   // one round of operations known here
///     co_yield std::span<const Operation>(list);        // one round of any number, none included
///     step += co_yield alike(round, left);              // one round, of which more like it follow
///     const SeriesRound<2> round{{send(...), receive(...)}, series(left, course)};
///     step += co_yield round;                           // one round, from which those that follow can be told
///     co_yield other_program;                           // run another program in place
///     co_yield Lanes{std::move(a), std::move(b)};       // run several side by side, then go on
///
/// A round is a local first, and yielded then: temporaries of a `co_yield` expression would live in the frame, and make
/// it half as large again and its rounds three times as slow (GCC 12).
///
/// Whoever interprets it calls `advance` until kEnd. Frames come from Problem::arena. Move-only.
class Program {
 public:
  struct promise_type;
  using Handle = std::coroutine_handle<promise_type>;

  Program() = default;

  Program(Program&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}

  Program& operator=(Program&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  ~Program() {
    if (handle_) {
      handle_.destroy();
    }
  }

  /// Runs the program to its next step. Not to be called again after kEnd, nor between kFork and the end of all lanes.
  /// What the program throws comes out here.
  Step advance();

  /// After kRound: the operations, in the names of the outermost program. Valid until the next `advance`.
  [[nodiscard]] std::span<const Operation> round() const;

  /// After kRound: how many of the rounds that follow are alike this one (ringwood::alike). A promise of the program,
  /// which whoever has no use for it may ignore.
  [[nodiscard]] std::uint32_t alike() const;

  /// After kRound: how many of the rounds that follow can be told from this one (ringwood::SeriesRound), those
  /// that are alike included. A promise like that.
  [[nodiscard]] Series series() const;

  /// After kRound: the next `advance` leaves out so many of the rounds that were promised.
  void skip(std::uint32_t rounds);

  /// After kFork: the programs to be run; they stay here and are destroyed when this program goes on.
  [[nodiscard]] std::span<Program> lanes() const;

  /// The number that matches this program's messages with those of other ranks: messages from one rank to another
  /// match in order within a lane. Lanes that run side by side differ, on every rank in the same way.
  [[nodiscard]] Lane lane() const;

  /// Brings a program that will be advanced soon into the cache: an interpreter of very many ranks knows which. Of none
  /// there is nothing to bring.
  void prefetch() const {
    if (handle_ == nullptr) {
      return;
    }
    const auto* frame = static_cast<const std::byte*>(handle_.address());
    for (std::size_t line = 0; line < 4; ++line) {
      __builtin_prefetch(frame + line * 64, 1);
    }
  }

 private:
  friend Program on(RankMap ranks, ChunkMap chunks, Program program);

  explicit Program(Handle handle) : handle_(handle) {}

  [[nodiscard]] std::span<const Operation> renumbered_round() const;

  Handle handle_ = nullptr;
};

/// Several programs of one rank that run side by side; the rank goes on when all have ended. What one lane writes no
/// other touches: the verifier proves it.
struct Lanes {
  template <std::same_as<Program>... Programs>
  explicit Lanes(Programs&&... lanes) {
    programs.reserve(sizeof...(lanes));
    (programs.push_back(std::move(lanes)), ...);
  }

  explicit Lanes(std::vector<Program> lanes) : programs(std::move(lanes)) {}

  std::vector<Program> programs;
};

/// A round, and a promise of those that follow on it: each differs from the one before in its chunks, in what its
/// course says, and on which side of the operator operands go, and in nothing else. Who wants no more of them, as a
/// simulation does where all chunks are of one size, need not ask for each: `co_yield` says how many have been left
/// out, and the program goes on behind them. Whoever asks for every round gets 0, and all of them. A distance that is
/// halved by rotation is less than half of the ranks at first: it would have two signs.
template <std::size_t kCount>
struct SeriesRound {
  Operation operations[kCount];
  Series series;
};

/// The same of a list. To be yielded at once.
struct SeriesList {
  std::span<const Operation> operations;
  Series series;
};

/// To be yielded at once: a round, and a promise that the `left` rounds after it differ from it in nothing but the
/// chunks, of which each operation has as many.
template <std::size_t kCount>
[[nodiscard]] SeriesList alike(const Round<kCount>& round, Rank left) {
  return {std::span<const Operation>(round.operations, kCount), {static_cast<std::uint32_t>(left), {}}};
}

/// A promise of `left` rounds.
[[nodiscard]] inline Series series(Rank left, Course course) {
  return {static_cast<std::uint32_t>(left), course};
}

/// The program of a group's member as a program of the whole: ranks and chunks are renumbered, round by round.
[[nodiscard]] Program on(RankMap ranks, ChunkMap chunks, Program program);

struct Program::promise_type {
  template <typename... Arguments>
  static void* operator new(std::size_t size, const Problem& problem, const Arguments&...) {
    return problem.arena->allocate(size);
  }

  static void operator delete(void* frame, std::size_t size) noexcept { Arena::release(frame, size); }

  promise_type() = default;
  promise_type(const promise_type&) = delete;
  promise_type& operator=(const promise_type&) = delete;

  ~promise_type() {
    delete renumbering;
    delete[] translated;
  }

  Program get_return_object() { return Program(Handle::from_promise(*this)); }

  std::suspend_always initial_suspend() noexcept { return {}; }

  void return_void() noexcept {}

  // Out of `resume`, to whoever called `advance`; the enclosing programs are then destroyed, never resumed.
  void unhandled_exception() { throw; }

  /// Goes back into the program that this one is nested in, if any.
  struct Return {
    bool await_ready() noexcept { return false; }

    std::coroutine_handle<> await_suspend(Handle ended) noexcept {
      promise_type& promise = ended.promise();
      if (promise.root == &promise) {
        promise.step = Step::kEnd;
        return std::noop_coroutine();
      }
      promise.root->leaf = promise.enclosing;
      return Handle::from_promise(*promise.enclosing);
    }

    void await_resume() noexcept {}
  };

  Return final_suspend() noexcept { return {}; }

  template <std::size_t kCount>
  std::suspend_always yield_value(const Round<kCount>& round) noexcept {
    return yield_value(std::span<const Operation>(round.operations, kCount));
  }

  std::suspend_always yield_value(std::span<const Operation> round) noexcept {
    root->operations = round.data();
    root->count = static_cast<std::uint32_t>(round.size());
    root->left = 0;
    root->step = Step::kRound;
    return {};
  }

  /// Comes back with the number of rounds that were left out.
  struct Skipped {
    const promise_type* root;

    bool await_ready() const noexcept { return false; }

    void await_suspend(Handle) const noexcept {}

    [[nodiscard]] Rank await_resume() const noexcept { return static_cast<Rank>(root->skipped); }
  };

  template <std::size_t kCount>
  Skipped yield_value(const SeriesRound<kCount>& round) noexcept {
    return yield_value(SeriesList{std::span<const Operation>(round.operations, kCount), round.series});
  }

  Skipped yield_value(const SeriesList& rounds) noexcept {
    yield_value(rounds.operations);
    root->left = rounds.series.left;
    root->course = rounds.series.course;
    root->skipped = 0;
    return {root};
  }

  std::suspend_always yield_value(Lanes&& fork);

  /// Goes into another program, which stays in the frame that yielded it until it has ended.
  struct Enter {
    Program program;

    bool await_ready() noexcept { return false; }

    std::coroutine_handle<> await_suspend(Handle outer) noexcept {
      program.handle_.promise().nest_in(outer.promise());
      return program.handle_;
    }

    void await_resume() noexcept {}
  };

  Enter yield_value(Program&& program) noexcept { return {std::move(program)}; }

  void nest_in(promise_type& outer) noexcept {
    enclosing = &outer;
    root = outer.root;
    root->leaf = this;
    renumbered = renumbering != nullptr || outer.renumbered;
  }

  promise_type* root = this;
  promise_type* enclosing = nullptr;  ///< the program that yielded this one, in place or as a lane
  Renumbering* renumbering = nullptr;
  promise_type* leaf = this;              // this and what follows is the root's only
  TranslatedRound* translated = nullptr;  // two of them, made with the first round that is renumbered

  union {
    const Operation* operations = nullptr;
    Lanes* fork;
  };

  std::uint32_t count = 0;
  std::uint32_t left = 0;     // rounds after this one that are promised
  std::uint32_t skipped = 0;  // of them
  Lane lane = 0;
  Lane lane_stride = 1;
  Step step = Step::kRound;
  bool renumbered = false;
  Course course;  // of those that are left
};

inline Step Program::advance() {
  promise_type& root = handle_.promise();
  Handle::from_promise(*root.leaf).resume();
  return root.step;
}

inline std::span<const Operation> Program::round() const {
  const promise_type& root = handle_.promise();
  return root.leaf->renumbered ? renumbered_round() : std::span<const Operation>(root.operations, root.count);
}

inline std::uint32_t Program::alike() const {
  const promise_type& root = handle_.promise();
  return root.course == Course{} ? root.left : 0;
}

inline Series Program::series() const {
  const promise_type& root = handle_.promise();
  // Distances are not what they were once ranks have other names.
  const bool holds = root.course == Course{} || !root.leaf->renumbered;
  return {holds ? root.left : 0, root.course};
}

inline void Program::skip(std::uint32_t rounds) {
  handle_.promise().skipped = rounds;
}

inline Lane Program::lane() const {
  return handle_.promise().lane;
}

}  // namespace ringwood
