#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ringwood/formats.hpp"

namespace ringwood {

namespace {

/// GOAL has operations and what they wait for; the rounds of a strand become chains. A round's sends wait for all that
/// changed the vector in the rounds before; its local reductions for its receives.
class Writer {
 public:
  Writer(const Layout& layout, double reduction_ns_per_byte)
      : layout_(layout), reduction_ns_per_byte_(reduction_ns_per_byte) {}

  std::string write(const RecordedSchedule& schedule) {
    line("num_ranks {}", schedule.ranks);
    for (std::size_t rank = 0; rank < schedule.programs.size(); ++rank) {
      line("rank {} {{", rank);
      next_label_ = 0;
      static_cast<void>(strand(schedule.programs[rank], {}, {.first = 0, .stride = 1}));
      line("}}");
    }
    return std::move(text_);
  }

 private:
  using Labels = std::vector<std::int64_t>;

  /// How Program numbers lanes: a fork of n splits the numbers of its strand among n.
  struct Numbers {
    std::int64_t first;
    std::int64_t stride;
  };

  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  /// Returns what has to end before the strand has ended.
  Labels strand(const RecordedStrand& strand, Labels before, Numbers numbers) {
    for (const RecordedStep& step : strand.steps) {
      if (step.lanes.empty()) {
        before = round(step, std::move(before), numbers.first);
        continue;
      }
      Labels ends;
      const auto lanes = static_cast<std::int64_t>(step.lanes.size());
      for (std::int64_t i = 0; i < lanes; ++i) {
        const Labels end = this->strand(step.lanes[static_cast<std::size_t>(i)], before,
                                        {numbers.first + i * numbers.stride, numbers.stride * lanes});
        ends.insert(ends.end(), end.begin(), end.end());
      }
      std::sort(ends.begin(), ends.end());
      ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
      before = std::move(ends);
    }
    return before;
  }

  Labels round(const RecordedStep& step, const Labels& before, std::int64_t lane) {
    Labels ends;
    Labels calculation = before;  // local work is done in the order in which it is listed, after the receives
    bool calculates = false;
    for (const Operation& operation : step.operations) {
      const Bytes bytes = layout_.bytes(operation.chunks);
      if (operation.peer < 0 || bytes == 0) {
        continue;
      }
      const bool sends = operation.kind == OperationKind::kSend;
      const std::int64_t label = next_label_++;
      line("l{}: {} {}b {} {} tag {}", label, sends ? "send" : "recv", bytes, sends ? "to" : "from", operation.peer,
           lane);
      require(label, before);
      ends.push_back(label);
      if (!sends) {
        calculation.push_back(label);
      }
    }
    double reduced = 0;
    for (const Operation& operation : step.operations) {
      if (operation.kind == OperationKind::kReceiveReduce || operation.kind == OperationKind::kReduce) {
        reduced += static_cast<double>(layout_.bytes(operation.chunks));
        calculates = calculates || layout_.bytes(operation.chunks) > 0;
      }
    }
    if (calculates) {
      const std::int64_t label = next_label_++;
      line("l{}: calc {}", label, std::llround(reduced * reduction_ns_per_byte_));
      require(label, calculation);
      ends.push_back(label);
    }
    return ends.empty() ? before : ends;
  }

  void require(std::int64_t label, const Labels& before) {
    for (const std::int64_t other : before) {
      line("l{} requires l{}", label, other);
    }
  }

  const Layout& layout_;
  double reduction_ns_per_byte_;
  std::string text_;
  std::int64_t next_label_ = 0;  // of the rank
};

}  // namespace

std::string write_goal(const RecordedSchedule& schedule, const Layout& layout, double reduction_ns_per_byte) {
  return Writer(layout, reduction_ns_per_byte).write(schedule);
}

}  // namespace ringwood
