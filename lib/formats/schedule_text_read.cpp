#include <algorithm>
#include <charconv>
#include <optional>

#include "formats/input.hpp"
#include "formats/lines.hpp"

namespace ringwood {

namespace {

constexpr int kDeepestForks = 16;
constexpr std::int64_t kMostLanes = std::int64_t{1} << 20U;  // that one strand's number can tell apart
constexpr Plane kLastPlane = 255;

/// The word of a set of chunks, term by term.
class ChunkReader {
 public:
  ChunkReader(RecordedSchedule& schedule, Lines& lines, std::size_t most_intervals)
      : schedule_(schedule), lines_(lines), most_intervals_(most_intervals), rest_(lines.peek()) {}

  /// The set, and how many intervals it took to hold it.
  std::pair<ChunkSet, std::size_t> read() {
    std::vector<ChunkInterval> intervals;
    do {
      term();
      if (intervals.empty() && rest_.empty()) {
        static_cast<void>(lines_.word());
        return {ChunkSet::strided(first_, count_, step_, repeat_), 1};
      }
      if (static_cast<std::size_t>(repeat_) > most_intervals_ - intervals.size()) {
        lines_.fail_here("more intervals of chunks than " + std::to_string(most_intervals_) +
                         ", which is the most accepted");
      }
      for (Chunk i = 0; i < repeat_; ++i) {
        intervals.push_back({first_ + i * step_, count_});
      }
    } while (accept(','));
    if (!rest_.empty()) {
      fail();
    }
    static_cast<void>(lines_.word());
    const std::size_t count = intervals.size();
    return {schedule_.own(std::move(intervals)), count};
  }

 private:
  void term() {
    first_ = number();
    const Chunk last = accept('-') ? number() : first_;
    if (last < first_) {
      fail();
    }
    count_ = last - first_ + 1;
    step_ = count_;
    repeat_ = 1;
    if (accept('+')) {
      step_ = number();
      if (step_ < count_ || !accept('x')) {
        fail();
      }
      repeat_ = number();
      // Without a division first, the product could leave the numbers.
      if (repeat_ < 1 || (repeat_ - 1) > (schedule_.chunks - 1 - last) / step_) {
        fail();
      }
    }
    if (last >= schedule_.chunks) {
      fail();
    }
  }

  Chunk number() {
    Chunk value = 0;
    const auto [end, status] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (status != std::errc{} || value < 0 || value > schedule_.chunks) {
      fail();
    }
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return value;
  }

  bool accept(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }

  [[noreturn]] void fail() const {
    lines_.fail("chunks from 0 to " + std::to_string(schedule_.chunks - 1) + ", such as 3, 0-5, 0-1+4x3 or 6-7,0-2");
  }

  RecordedSchedule& schedule_;
  Lines& lines_;
  std::size_t most_intervals_;
  std::string_view rest_;
  Chunk first_ = 0;
  Chunk count_ = 1;
  Chunk step_ = 1;
  Chunk repeat_ = 1;
};

class Reader {
 public:
  Reader(std::string_view text, const std::string& name, const FormatLimits& limits)
      : lines_(text, name), limits_(limits) {}

  RecordedSchedule read() {
    lines_.next();
    lines_.expect("ringwood.schedule/1");
    lines_.expect_end();
    header();
    budget_.emplace(schedule_, limits_);
    if (const std::string reason = budget_->check_header(); !reason.empty()) {
      lines_.fail_here(reason);
    }
    schedule_.programs.resize(static_cast<std::size_t>(schedule_.ranks));
    for (rank_ = 0; rank_ < schedule_.ranks; ++rank_) {
      lines_.expect("rank");
      static_cast<void>(lines_.integer("the next rank,", rank_, rank_));
      lines_.expect_end();
      lines_.next();
      static_cast<void>(strand(schedule_.programs[static_cast<std::size_t>(rank_)], 0));
    }
    if (!lines_.peek().empty()) {
      lines_.fail("the end of the file");
    }
    return std::move(schedule_);
  }

 private:
  void next() {
    lines_.expect_end();
    lines_.next();
  }

  void header() {
    lines_.next();
    lines_.expect("collective");
    schedule_.collective = collective();
    next();
    if (lines_.peek() == "algorithm") {
      lines_.expect("algorithm");
      schedule_.algorithm = lines_.take_rest();
      next();
    }
    lines_.expect("ranks");
    schedule_.ranks = static_cast<Rank>(lines_.integer("a number of ranks", 1, limits_.ranks));
    next();
    lines_.expect("root");
    schedule_.root = static_cast<Rank>(lines_.integer("a rank", 0, schedule_.ranks - 1));
    next();
    lines_.expect("chunks");
    // The sets' inline forms have 32 bits.
    schedule_.chunks = lines_.integer("a number of chunks", 1, std::min<std::int64_t>(limits_.cells, INT32_MAX));
    next();
    lines_.expect("operator");
    if (lines_.peek() != "commutative" && lines_.peek() != "any") {
      lines_.fail("'commutative' or 'any'");
    }
    schedule_.commutative = lines_.word() == "commutative";
    next();
  }

  Collective collective() {
    std::vector<std::string> names;
    for (const Collective known : kAllCollectives) {
      if (lines_.peek() == name_of(known)) {
        static_cast<void>(lines_.word());
        return known;
      }
      names.emplace_back(name_of(known));
    }
    std::string accepted;
    for (const std::string& name : names) {
      accepted += (accepted.empty() ? "" : ", ") + name;
    }
    lines_.fail("a collective (" + accepted + ")");
  }

  /// To the first line that is none of the strand. Returns how many numbers its lanes take (Program::lane).
  std::int64_t strand(RecordedStrand& strand, int depth) {
    std::int64_t numbers = 1;
    while (lines_.peek() == "round" || lines_.peek() == "fork") {
      if (lines_.peek() == "round") {
        round(strand.steps.emplace_back());
      } else {
        numbers = std::max(numbers, fork(strand.steps.emplace_back(), depth));
      }
    }
    const std::string_view found = lines_.peek();
    const bool ends = depth == 0 ? found == "rank" || found.empty() : found == "lane" || found == "join";
    if (!ends) {
      lines_.fail(depth == 0 ? "an operation, 'round', 'fork' or 'rank'"
                             : "an operation, 'round', 'fork', 'lane' or 'join'");
    }
    return numbers;
  }

  std::int64_t fork(RecordedStep& step, int depth) {
    if (depth == kDeepestForks) {
      lines_.fail_here("forks inside each other; accepted: " + std::to_string(kDeepestForks) + " levels");
    }
    lines_.expect("fork");
    next();
    if (lines_.peek() != "lane") {
      lines_.fail("'lane'");
    }
    std::int64_t numbers_of_a_lane = 1;
    std::int64_t numbers = 0;
    while (lines_.peek() == "lane") {
      lines_.expect("lane");
      next();
      numbers_of_a_lane = std::max(numbers_of_a_lane, strand(step.lanes.emplace_back(), depth + 1));
      numbers = numbers_of_a_lane * static_cast<std::int64_t>(step.lanes.size());
      if (numbers > kMostLanes) {
        lines_.fail_here("more lanes than " + std::to_string(kMostLanes) + ", which is the most accepted");
      }
    }
    lines_.expect("join");
    next();
    return numbers;
  }

  void round(RecordedStep& step) {
    lines_.expect("round");
    next();
    while (operation(step)) {
      next();
    }
  }

  bool operation(RecordedStep& step) {
    const std::string_view found = lines_.peek();
    const std::size_t line = lines_.number();
    Operation operation;
    if (found == "send") {
      operation = message(OperationKind::kSend);
    } else if (found == "receive") {
      operation = message(OperationKind::kReceive);
    } else if (found == "receive-reduce") {
      operation = message(OperationKind::kReceiveReduce);
    } else if (found == "reduce") {
      operation = local(OperationKind::kReduce);
    } else if (found == "copy") {
      operation = local(OperationKind::kCopy);
    } else {
      return false;
    }
    if (const std::string reason = budget_->add_operation(rank_, operation, intervals_); !reason.empty()) {
      lines_.fail_here(reason);
    }
    step.operations.push_back(operation);
    step.lines.push_back(static_cast<std::uint32_t>(line));
    return true;
  }

  Operation message(OperationKind kind) {
    static_cast<void>(lines_.word());
    Operation operation{.chunks = {}, .kind = kind};
    if (lines_.peek() == std::to_string(rank_)) {
      lines_.fail("another rank");
    }
    operation.peer = static_cast<Rank>(lines_.integer("a rank", 0, schedule_.ranks - 1));
    operation.chunks = chunks();
    if (kind == OperationKind::kReceiveReduce) {
      operation.side = side();
    }
    if (lines_.peek() == "plane") {
      lines_.expect("plane");
      operation.plane = plane();
      operation.target_plane = operation.plane;
    }
    return operation;
  }

  Operation local(OperationKind kind) {
    static_cast<void>(lines_.word());
    Operation operation{.chunks = chunks(), .kind = kind};
    lines_.expect("from");
    operation.plane = plane();
    lines_.expect("to");
    operation.target_plane = plane();
    if (kind == OperationKind::kReduce) {
      operation.side = side();
    }
    return operation;
  }

  ChunkSet chunks() {
    const auto [set, intervals] = ChunkReader(schedule_, lines_, limits_.intervals).read();
    intervals_ = intervals;
    return set;
  }

  Plane plane() { return static_cast<Plane>(lines_.integer("a plane", 0, kLastPlane)); }

  Side side() {
    if (lines_.peek() != "left" && lines_.peek() != "right") {
      lines_.fail("'left' or 'right'");
    }
    return lines_.word() == "left" ? Side::kLeft : Side::kRight;
  }

  Lines lines_;
  FormatLimits limits_;
  RecordedSchedule schedule_;
  std::optional<Budget> budget_;
  Rank rank_ = 0;
  std::size_t intervals_ = 0;  // of the last set of chunks
};

}  // namespace

RecordedSchedule read_schedule_text(std::string_view text, const std::string& name, const FormatLimits& limits) {
  if (text.size() > limits.bytes) {
    fail_at(name, {},
            std::to_string(text.size()) + " bytes; accepted: at most " + std::to_string(limits.bytes) + " bytes");
  }
  return Reader(text, name, limits).read();
}

}  // namespace ringwood
