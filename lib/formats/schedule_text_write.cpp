#include <fmt/format.h>

#include <iterator>

#include "ringwood/formats.hpp"

namespace ringwood {

namespace {

/// Neighbours that follow each other are one.
[[nodiscard]] std::vector<ChunkInterval> joined(const ChunkSet& chunks) {
  std::vector<ChunkInterval> intervals;
  chunks.for_each_interval([&](ChunkInterval piece) {
    if (piece.count == 0) {
      return;
    }
    if (!intervals.empty() && intervals.back().first + intervals.back().count == piece.first) {
      intervals.back().count += piece.count;
    } else {
      intervals.push_back(piece);
    }
  });
  return intervals;
}

class Writer {
 public:
  std::string write(const RecordedSchedule& schedule) {
    line(0, "ringwood.schedule/1");
    line(0, "collective {}", name_of(schedule.collective));
    if (!schedule.algorithm.empty()) {
      line(0, "algorithm {}", schedule.algorithm);
    }
    line(0, "ranks {}", schedule.ranks);
    line(0, "root {}", schedule.root);
    line(0, "chunks {}", schedule.chunks);
    line(0, "operator {}", schedule.commutative ? "commutative" : "any");
    for (std::size_t rank = 0; rank < schedule.programs.size(); ++rank) {
      line(0, "rank {}", rank);
      strand(schedule.programs[rank], 1);
    }
    return std::move(text_);
  }

 private:
  template <typename... Arguments>
  void line(int depth, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    text_.append(2 * static_cast<std::size_t>(depth), ' ');
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }

  void strand(const RecordedStrand& strand, int depth) {
    for (const RecordedStep& step : strand.steps) {
      if (step.lanes.empty()) {
        line(depth, "round");
        for (const Operation& operation : step.operations) {
          write_operation(operation, depth + 1);
        }
        continue;
      }
      line(depth, "fork");
      for (const RecordedStrand& lane : step.lanes) {
        line(depth, "lane");
        this->strand(lane, depth + 1);
      }
      line(depth, "join");
    }
  }

  void write_operation(const Operation& operation, int depth) {
    const std::string chunks = chunks_text(operation.chunks);
    const std::string plane = operation.plane == 0 ? "" : fmt::format(" plane {}", operation.plane);
    const char* const side = operation.side == Side::kLeft ? "left" : "right";
    switch (operation.kind) {
      case OperationKind::kSend:
        return line(depth, "send {} {}{}", operation.peer, chunks, plane);
      case OperationKind::kReceive:
        return line(depth, "receive {} {}{}", operation.peer, chunks, plane);
      case OperationKind::kReceiveReduce:
        return line(depth, "receive-reduce {} {} {}{}", operation.peer, chunks, side, plane);
      case OperationKind::kReduce:
        return line(depth, "reduce {} from {} to {} {}", chunks, operation.plane, operation.target_plane, side);
      case OperationKind::kCopy:
        return line(depth, "copy {} from {} to {}", chunks, operation.plane, operation.target_plane);
    }
  }

  [[nodiscard]] static std::string chunks_text(const ChunkSet& chunks) {
    const std::vector<ChunkInterval> intervals = joined(chunks);
    std::string text;
    for (std::size_t i = 0; i < intervals.size();) {
      const ChunkInterval first = intervals[i];
      fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ",", first.first);
      if (first.count > 1) {
        fmt::format_to(std::back_inserter(text), "-{}", first.first + first.count - 1);
      }
      const std::size_t repeat = equal_steps(intervals, i);
      if (repeat > 1) {
        fmt::format_to(std::back_inserter(text), "+{}x{}", intervals[i + 1].first - first.first, repeat);
      }
      i += repeat;
    }
    return text;
  }

  /// How many intervals from `begin` on are as long as the first, at equal distances upwards; 1 if fewer than three.
  [[nodiscard]] static std::size_t equal_steps(const std::vector<ChunkInterval>& intervals, std::size_t begin) {
    std::size_t end = begin + 1;
    while (end < intervals.size() && intervals[end].count == intervals[begin].count &&
           intervals[end].first > intervals[end - 1].first &&
           intervals[end].first - intervals[end - 1].first == intervals[begin + 1].first - intervals[begin].first) {
      ++end;
    }
    return end - begin < 3 ? 1 : end - begin;
  }

  std::string text_;
};

}  // namespace

std::string write_schedule_text(const RecordedSchedule& schedule) {
  return Writer().write(schedule);
}

}  // namespace ringwood
