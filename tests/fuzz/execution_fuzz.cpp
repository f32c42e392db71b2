// Any bytes as a schedule, small changes to one of the catalogue's: what the verifier accepts is carried out on buffers
// of exactly its sizes, by all ranks in turns. It has to come to an end, touch nothing outside of them (which the
// address sanitizer sees), and give what the contract of its collective says.

#include <cstdlib>
#include <optional>

#include "algorithms/catalogue.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/verify.hpp"
#include "tests/built_in_kind.hpp"
#include "tests/fake_ranks.hpp"
#include "tests/fuzz/support.hpp"

namespace ringwood {
namespace {

/// Bytes as decisions; zeros when there are no more.
class Decisions {
 public:
  Decisions(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}

  /// 0 .. below - 1.
  [[nodiscard]] std::size_t operator()(std::size_t below) {
    const std::size_t byte = at_ < size_ ? data_[at_] : 0;
    ++at_;
    return below == 0 ? 0 : byte % below;
  }

  [[nodiscard]] bool any() const { return at_ < size_; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
  std::size_t at_ = 0;
};

/// How many were tried and carried out, told at the end.
class Tally {
 public:
  Tally() = default;
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;

  ~Tally() { std::printf("%ld schedules, %ld accepted and carried out\n", tried_, accepted_); }

  void count(bool accepted) {
    ++tried_;
    accepted_ += accepted ? 1 : 0;
  }

 private:
  long tried_ = 0;
  long accepted_ = 0;
};

/// All strands that have steps, lanes after the strand that they come from.
void collect(RecordedStrand& strand, std::vector<RecordedStrand*>& all) {
  if (!strand.steps.empty()) {
    all.push_back(&strand);
  }
  for (RecordedStep& step : strand.steps) {
    for (RecordedStrand& lane : step.lanes) {
      collect(lane, all);
    }
  }
}

/// Another set of chunks: any interval, also past the end now and then.
ChunkSet any_chunks(Decisions& decide, const RecordedSchedule& schedule) {
  const auto chunks = static_cast<std::size_t>(schedule.chunks);
  const auto first = static_cast<Chunk>(decide(chunks + 1));
  return ChunkSet::interval(first, static_cast<Chunk>(decide(chunks + 1)));
}

void change_operation(Decisions& decide, RecordedSchedule& schedule, Operation& operation) {
  switch (decide(6)) {
    case 0:
      operation.chunks = any_chunks(decide, schedule);
      break;
    case 1:
      operation.peer = static_cast<Rank>(decide(static_cast<std::size_t>(schedule.ranks) + 1)) - 1;
      break;
    case 2:
      operation.plane = static_cast<Plane>(decide(4));
      break;
    case 3:
      operation.target_plane = static_cast<Plane>(decide(4));
      break;
    case 4:
      operation.side = operation.side == Side::kLeft ? Side::kRight : Side::kLeft;
      break;
    default:
      operation.kind = static_cast<OperationKind>(decide(5));
      break;
  }
}

/// A message in two: what comes of it depends on nothing but order, so that many such changes are accepted when the
/// other side is divided as well.
void divide_message(Decisions& decide, RecordedSchedule& schedule, std::vector<Operation>& operations, std::size_t at) {
  std::vector<ChunkInterval> pieces;
  operations[at].chunks.for_each_interval([&](ChunkInterval piece) { pieces.push_back(piece); });
  if (pieces.size() != 1 || pieces.front().count < 2) {
    return;
  }
  const auto front = 1 + static_cast<Chunk>(decide(static_cast<std::size_t>(pieces.front().count) - 1));
  Operation second = operations[at];
  operations[at].chunks = ChunkSet::interval(pieces.front().first, front);
  second.chunks = ChunkSet::interval(pieces.front().first + front, pieces.front().count - front);
  operations.insert(operations.begin() + static_cast<std::ptrdiff_t>(at) + 1, second);
  if (second.kind != OperationKind::kSend) {
    return;
  }
  for (RecordedStrand& program : schedule.programs) {
    std::vector<RecordedStrand*> strands;
    collect(program, strands);
    for (RecordedStrand* strand : strands) {
      for (RecordedStep& step : strand->steps) {
        for (std::size_t i = 0; i < step.operations.size(); ++i) {
          Operation& other = step.operations[i];
          if ((other.kind == OperationKind::kReceive || other.kind == OperationKind::kReceiveReduce) &&
              other.chunks.is_interval() && other.chunks.front() == pieces.front()) {
            Operation rest = other;
            other.chunks = operations[at].chunks;
            rest.chunks = second.chunks;
            step.operations.insert(step.operations.begin() + static_cast<std::ptrdiff_t>(i) + 1, rest);
            return;
          }
        }
      }
    }
  }
}

void change_step(Decisions& decide, RecordedSchedule& schedule, RecordedStrand& strand, std::size_t at) {
  auto& operations = strand.steps[at].operations;
  const std::size_t index = decide(operations.size());
  const auto place = operations.begin() + static_cast<std::ptrdiff_t>(index);
  switch (decide(8)) {
    case 0:
      std::swap(strand.steps[at], strand.steps[decide(strand.steps.size())]);
      break;
    case 1:
      strand.steps.insert(strand.steps.begin() + static_cast<std::ptrdiff_t>(at), RecordedStep());
      break;
    case 2: {  // a round of its own
      RecordedStep step;
      step.operations.push_back(*place);
      operations.erase(place);
      strand.steps.insert(strand.steps.begin() + static_cast<std::ptrdiff_t>(at + decide(2)), std::move(step));
      break;
    }
    case 3:
      operations.erase(place);
      break;
    case 4:
      operations.insert(place, Operation(*place));
      break;
    case 5: {  // a local copy or reduction
      const auto from = static_cast<Plane>(decide(3));
      const auto to = static_cast<Plane>(decide(3));
      const ChunkSet chunks = any_chunks(decide, schedule);
      operations.push_back(decide(2) == 0 ? copy(chunks, from, to) : reduce(chunks, from, to, Side::kLeft));
      break;
    }
    case 6:
      divide_message(decide, schedule, operations, index);
      break;
    default:
      change_operation(decide, schedule, *place);
      break;
  }
}

void change(Decisions& decide, RecordedSchedule& schedule) {
  std::vector<RecordedStrand*> strands;
  collect(schedule.programs[decide(schedule.programs.size())], strands);
  if (strands.empty()) {
    return;
  }
  RecordedStrand& strand = *strands[decide(strands.size())];
  const std::size_t step = decide(strand.steps.size());
  if (!strand.steps[step].operations.empty()) {
    change_step(decide, schedule, strand, step);
  }
}

std::optional<RecordedSchedule> schedule_from(Decisions& decide) {
  static constexpr const char* kCompositions[] = {"", "lanes(2, ", "permute(1, "};
  const std::span<const Algorithm* const> all = built_in_catalogue();
  const Algorithm& algorithm = *all[decide(all.size())];
  const auto ranks = static_cast<Rank>(1 + decide(6));
  const Schedule::Request request{.ranks = ranks,
                                  .root = static_cast<Rank>(decide(static_cast<std::size_t>(ranks))),
                                  .commutative = decide(4) != 0};
  const std::string around = kCompositions[decide(std::size(kCompositions))];
  const std::string text = around + std::string(algorithm.name) + (around.empty() ? "" : ")");
  try {
    return record(Schedule(built_in_library(), algorithm.collective, parse_expression(text), request));
  } catch (const Error&) {
    return std::nullopt;  // it is not for this
  }
}

/// Memory of exactly so many bytes, so that one more is outside; none where there are none.
std::unique_ptr<std::byte[]> exactly(std::span<const std::byte> bytes, Bytes needed) {
  fuzz::require(static_cast<Bytes>(bytes.size()) >= needed, "a plan needs no more than the contract gives");
  auto memory = std::make_unique<std::byte[]>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), memory.get());
  return memory;
}

void carry_out(Decisions& decide, const Schedule& schedule) {
  const ValueKind kind = schedule.commutative() ? built_in_kind(static_cast<ElementType>(decide(10)),
                                                                static_cast<ReduceOperator>(decide(9)))
                                                : matrix_kind();
  const Asked asked{.collective = schedule.collective(),
                    .elements = schedule.collective() == Collective::kBarrier ? 0 : decide(70),
                    .root = schedule.root(),
                    .in_place = decide(2) == 1};
  const Bytes elements = schedule.collective() == Collective::kBarrier ? 1 : static_cast<Bytes>(asked.elements);
  const Layout layout = equal_layout(schedule, elements, kind.reduction.element_size);
  std::deque<RankCase> cases;
  std::vector<Plan> plans;
  std::vector<Buffers> buffers;
  std::vector<std::unique_ptr<std::byte[]>> memory;
  for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
    RankCase& one = cases.emplace_back(kind, asked, rank, schedule.ranks());
    const Plan& plan = plans.emplace_back(
        compile(schedule, layout, rank, asked.in_place ? BufferUse::kInPlace : BufferUse::kSeparate));
    fuzz::require(out_of_bounds(plan).empty(), "a plan stays inside");
    memory.push_back(exactly(one.send(), plan.send_bytes()));
    memory.push_back(exactly(one.receive(), plan.receive_bytes()));
    memory.push_back(std::make_unique<std::byte[]>(static_cast<std::size_t>(plan.scratch_bytes())));
    const auto last = memory.end();
    buffers.push_back({last[-3].get(), last[-2].get(), last[-1].get()});
  }
  FakeNetwork network(schedule.ranks(), FakeNetwork::Bytes::kCopied);
  const std::string stuck = run_in_turns(plans, buffers, &kind.reduction, network);
  fuzz::require(stuck.empty(), "what is accepted comes to an end");
  for (std::size_t rank = 0; rank < cases.size(); ++rank) {
    ByteVector& result = cases[rank].receive();
    std::copy_n(buffers[rank].receive, result.size(), result.begin());
    fuzz::require(cases[rank].wrong().empty(), "what is accepted keeps its contract");
  }
}

}  // namespace
}  // namespace ringwood

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  Decisions decide(data, size);
  std::optional<RecordedSchedule> schedule = schedule_from(decide);
  if (!schedule) {
    return 0;
  }
  for (std::size_t changes = decide(4); changes > 0 && decide.any(); --changes) {
    change(decide, *schedule);
  }
  const Schedule changed = schedule_of(*schedule);
  const VerifyReport report = verify(changed);
  fuzz::require(report.ok == report.error.empty(), "a report is either good or says why not");
  static Tally tally;
  tally.count(report.ok);
  if (report.ok) {
    carry_out(decide, changed);
  }
  return 0;
}
