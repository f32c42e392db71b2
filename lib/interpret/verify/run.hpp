#pragma once

#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <vector>

#include "interpret/verify/hazards.hpp"
#include "interpret/verify/history.hpp"
#include "interpret/verify/measure.hpp"
#include "interpret/verify/partial_sums.hpp"
#include "interpret/verify/place.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/matching.hpp"
#include "schedule/symbolic.hpp"

namespace ringwood {

[[nodiscard]] constexpr bool is_receive(const Operation& operation) {
  return operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce;
}

[[nodiscard]] constexpr bool is_message(const Operation& operation) {
  return operation.kind == OperationKind::kSend || is_receive(operation);
}

/// How a schedule breaks its contract. Ends a run; never leaves the verifier.
struct Violation : std::runtime_error {
  explicit Violation(const std::string& message, bool waits_forever = false)
      : std::runtime_error(message), deadlock(waits_forever) {}

  bool deadlock;
};

/// Carries out all programs of a schedule on a symbolic state. A rank posts all operations of a round at once, and a
/// message is moved when both of its ends are posted: what ends here ends with any amount of buffering.
class Run {
 public:
  /// With a history, tells it what happens to its chunk.
  Run(const Schedule& schedule, SymbolicState& state, Measure& measure, History* history = nullptr);

  /// To the end of all programs; throws the first Violation.
  void finish();

 private:
  using StrandId = std::size_t;
  static constexpr StrandId kNone = static_cast<StrandId>(-1);

  // A program on its way: a rank from its start, or a lane. Vectors keep their memory from round to round.
  struct Strand {
    Program* program = nullptr;
    StrandId parent = kNone;
    Rank rank = 0;
    Lane lane = 0;
    std::int64_t round = -1;       // counted in the program
    std::int64_t level = 0;        // synchronous rounds that lie behind it
    std::int64_t round_level = 0;  // and that of the round under way
    std::size_t pending = 0;       // messages of the round that have not moved
    bool in_round = false;
    bool ended = false;
    std::vector<StrandId> lanes;        // that it waits for
    std::size_t running = 0;            // of these
    const Operation* source = nullptr;  // the round as the program yielded it, to be named only
    std::vector<Operation> operations;
    std::vector<ChunkInterval> intervals;  // of the operations' lists
    std::vector<std::size_t> incoming_at;  // by operation: where its values begin
    std::vector<SymbolicValue> incoming;
    std::vector<char> moved;     // by operation
    std::vector<Touch> touches;  // of a lane, and all lanes inside it
    std::size_t merged_touches = 0;
  };

  // One end of a message.
  struct End {
    StrandId strand;
    std::size_t operation;
  };

  [[nodiscard]] StrandId add_strand(Program& program, Rank rank, StrandId parent);
  void resume(StrandId id);
  [[nodiscard]] Step advance(Strand& strand) const;

  // One round, from its post to its end.
  void take_round(Strand& strand) const;
  void check_operation(const Strand& strand, const Operation& operation) const;
  void check_round_hazards(const Strand& strand) const;
  void note_touches(Strand& strand) const;
  void post(StrandId id);
  void post_message(StrandId id, std::size_t operation);
  void move_message(End send, End receive);
  void end_round(Strand& strand);
  void apply(Strand& strand, std::size_t operation);
  void write(const Strand& strand, const Operation& operation, std::span<const SymbolicValue> values);
  void combine(const Strand& strand, const Operation& operation, std::span<const SymbolicValue> values);

  // The value of the chunk that the history watches, and that it was written.
  [[nodiscard]] SymbolicValue watched(const Strand& strand, const Operation& operation) const;
  void note(const Strand& strand, const Operation& operation, SymbolicValue before);

  void fork(StrandId id);
  void end_strand(StrandId id);
  void join_lanes(Strand& parent);

  // What is wrong if nothing can go on.
  [[noreturn]] void report_stuck() const;
  [[nodiscard]] std::size_t first_unmoved(const Strand& strand) const;
  [[nodiscard]] StrandId awaited_by(const Strand& strand, const Operation& operation) const;

  [[nodiscard]] static Place place_of(const Strand& strand, const Operation& operation);
  [[nodiscard]] static std::string where(const Strand& strand);
  // With the operation, one of the strand's, and for a schedule from a file its line.
  [[nodiscard]] std::string where(const Strand& strand, const Operation& operation) const;
  [[nodiscard]] std::string line_of(const Strand& strand, const Operation& operation) const;
  [[nodiscard]] static std::string what(const Operation& operation);

  const Schedule& schedule_;
  SymbolicState& state_;
  Measure& measure_;
  History* history_;
  PartialSums sums_;
  ScheduleInstance instance_;
  std::vector<Program> programs_;
  std::deque<Strand> strands_;
  std::vector<StrandId> unused_;
  std::deque<StrandId> ready_;
  Matching<End> matching_;
  std::vector<SymbolicValue> values_;
  std::size_t most_strands_;
  std::int64_t most_rounds_;
};

}  // namespace ringwood
