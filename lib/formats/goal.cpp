#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "ringwood/formats.hpp"

namespace ringwood {

namespace {

/// GOAL has operations and what they wait for; the rounds of a strand become chains. A round's sends wait for all that
/// changed the vector in the rounds before; what is received is reduced right after, as on a rank that takes its
/// messages in posted order.
class Writer {
 public:
  Writer(const Layout& layout, double calc_per_byte) : layout_(layout), calc_per_byte_(calc_per_byte) {}

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
    Labels local = before;  // what a local reduction waits for: all that is listed before it
    for (const Operation& operation : step.operations) {
      const Bytes bytes = layout_.bytes(operation.chunks);
      if (bytes == 0 || operation.kind == OperationKind::kCopy) {
        continue;
      }
      if (operation.kind == OperationKind::kReduce) {
        local.push_back(calculation(bytes, local));
        ends.push_back(local.back());
        continue;
      }
      const bool sends = operation.kind == OperationKind::kSend;
      std::int64_t label = next_label_++;
      line("l{}: {} {}b {} {} tag {}", label, sends ? "send" : "recv", bytes, sends ? "to" : "from", operation.peer,
           lane);
      require(label, before);
      if (operation.kind == OperationKind::kReceiveReduce) {
        label = calculation(bytes, {label});
      }
      ends.push_back(label);
      if (!sends) {
        local.push_back(label);
      }
    }
    return ends.empty() ? before : ends;
  }

  std::int64_t calculation(Bytes bytes, const Labels& before) {
    const std::int64_t label = next_label_++;
    line("l{}: calc {}", label, std::llround(static_cast<double>(bytes) * calc_per_byte_));
    require(label, before);
    return label;
  }

  void require(std::int64_t label, const Labels& before) {
    for (const std::int64_t other : before) {
      line("l{} requires l{}", label, other);
    }
  }

  const Layout& layout_;
  double calc_per_byte_;
  std::string text_;
  std::int64_t next_label_ = 0;  // of the rank
};

}  // namespace

std::string write_goal(const RecordedSchedule& schedule, const Layout& layout, double calc_per_byte) {
  return Writer(layout, calc_per_byte).write(schedule);
}

}  // namespace ringwood
