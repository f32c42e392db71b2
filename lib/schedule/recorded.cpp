#include "ringwood/recorded.hpp"

#include <array>
#include <functional>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

class Recorder {
 public:
  explicit Recorder(RecordedSchedule& schedule) : schedule_(schedule) {}

  void record(Program& program, RecordedStrand& strand) {
    while (true) {
      switch (program.advance()) {
        case Step::kRound:
          add_round(program.round(), strand.steps.emplace_back());
          break;
        case Step::kFork:
          if (!program.lanes().empty()) {
            add_fork(program.lanes(), strand.steps.emplace_back());
          }
          break;
        case Step::kEnd:
          return;
      }
    }
  }

 private:
  void add_round(std::span<const Operation> round, RecordedStep& step) {
    operations_ += round.size();
    if (operations_ > kMostRecordedOperations) {
      throw Error(ErrorKind::kUsage, "the schedule has more than " + std::to_string(kMostRecordedOperations) +
                                         " operations, which is the most that can be recorded");
    }
    step.operations.assign(round.begin(), round.end());
    for (Operation& operation : step.operations) {
      if (operation.chunks.is_list()) {
        std::vector<ChunkInterval> intervals;
        operation.chunks.for_each_interval([&](ChunkInterval piece) { intervals.push_back(piece); });
        operation.chunks = schedule_.own(std::move(intervals));
      }
    }
  }

  // One after the other: rounds do not depend on what other strands do.
  void add_fork(std::span<Program> lanes, RecordedStep& step) {
    step.lanes.resize(lanes.size());
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      record(lanes[i], step.lanes[i]);
    }
  }

  RecordedSchedule& schedule_;
  std::size_t operations_ = 0;
};

Program replay([[maybe_unused]] const Problem& problem, const RecordedStrand* strand) {
  for (const RecordedStep& step : strand->steps) {
    if (step.lanes.empty()) {
      co_yield std::span<const Operation>(step.operations);
      continue;
    }
    std::vector<Program> lanes;
    lanes.reserve(step.lanes.size());
    for (const RecordedStrand& lane : step.lanes) {
      lanes.push_back(replay(problem, &lane));
    }
    co_yield Lanes(std::move(lanes));
  }
}

Program program(const Problem& problem, Rank me) {
  return replay(problem, &problem.recorded->programs[static_cast<std::size_t>(me)]);
}

Chunk pieces(const Problem& problem) {
  return problem.recorded->chunks;
}

std::string objection(const Problem& problem) {
  const RecordedSchedule* recorded = problem.recorded;
  if (recorded == nullptr) {
    return "it needs a recorded schedule";
  }
  if (recorded->collective != problem.collective) {
    return "it is recorded for " + std::string(name_of(recorded->collective));
  }
  if (recorded->ranks != problem.ranks || recorded->root != problem.root) {
    return "it is recorded for " + std::to_string(recorded->ranks) + " ranks and root " +
           std::to_string(recorded->root);
  }
  if (recorded->commutative && !problem.commutative) {
    return "it is recorded for a commutative operation";
  }
  return "";
}

constexpr Algorithm algorithm_for(Collective collective) {
  return {.name = "file",
          .collective = collective,
          .cost = "as recorded",
          .reference = "the file that it was read from",
          .needs = {},
          .program = program,
          .pieces = pieces,
          .objection = objection};
}

constexpr std::array kAlgorithms{
    algorithm_for(Collective::kAllreduce), algorithm_for(Collective::kReduceScatter),
    algorithm_for(Collective::kAllgather), algorithm_for(Collective::kBroadcast),
    algorithm_for(Collective::kReduce),    algorithm_for(Collective::kGather),
    algorithm_for(Collective::kScatter),   algorithm_for(Collective::kAlltoall),
    algorithm_for(Collective::kBarrier),
};
static_assert(kAlgorithms.size() == kAllCollectives.size());

std::uint32_t line_in(const RecordedStrand& strand, const Operation* operation) {
  for (const RecordedStep& step : strand.steps) {
    const Operation* const begin = step.operations.data();
    if (!step.lines.empty() && !std::less<>()(operation, begin) &&
        std::less<>()(operation, begin + step.operations.size())) {
      return step.lines[static_cast<std::size_t>(operation - begin)];
    }
    for (const RecordedStrand& lane : step.lanes) {
      if (const std::uint32_t line = line_in(lane, operation); line != 0) {
        return line;
      }
    }
  }
  return 0;
}

}  // namespace

ChunkSet RecordedSchedule::own(std::vector<ChunkInterval> intervals) {
  return ChunkSet::list(intervals.size() == 1 ? std::span<const ChunkInterval>(intervals)
                                              : lists.emplace_back(std::move(intervals)));
}

std::uint32_t RecordedSchedule::line_of(const Operation* operation) const {
  for (const RecordedStrand& strand : programs) {
    if (const std::uint32_t line = line_in(strand, operation); line != 0) {
      return line;
    }
  }
  return 0;
}

RecordedSchedule record(const Schedule& schedule) {
  RecordedSchedule recorded;
  recorded.collective = schedule.collective();
  recorded.algorithm = schedule.name();
  recorded.ranks = schedule.ranks();
  recorded.root = schedule.root();
  recorded.chunks = schedule.chunks();
  recorded.commutative = schedule.commutative();
  recorded.programs.resize(static_cast<std::size_t>(schedule.ranks()));
  ScheduleInstance instance(schedule);
  Recorder recorder(recorded);
  for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
    Program program_of_rank = instance.program(rank);
    recorder.record(program_of_rank, recorded.programs[static_cast<std::size_t>(rank)]);
  }
  return recorded;
}

const Algorithm& recorded_algorithm(Collective collective) {
  return kAlgorithms[static_cast<std::size_t>(collective)];
}

Schedule schedule_of(const RecordedSchedule& recorded) {
  Schedule::Request request;
  request.ranks = recorded.ranks;
  request.root = recorded.root;
  request.commutative = recorded.commutative;
  request.recorded = &recorded;
  return Schedule(recorded_algorithm(recorded.collective), request);
}

}  // namespace ringwood
