#include "tools/cli/effort.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

// A message that was sent and not received, and the operation of the round that will receive it.
constexpr std::int64_t kBytesPerMessage = 56;
constexpr std::int64_t kBytesPerRank = 256;

// A lane has a program, a round of its own, and a place in the event queue.
constexpr std::int64_t kBytesPerLane = 1300;

// Ranks of so long programs are alike: one is sample enough.
constexpr std::int64_t kManyMessages = 100'000;

/// Counts one rank's sends, all of them and the most that one round has, the most lanes that run side by side, and what
/// its messages list.
struct Count {
  std::int64_t all = 0;
  std::int64_t at_once = 0;
  std::int64_t lanes = 0;
  std::int64_t pieces = 0;

  [[nodiscard]] bool above(std::int64_t enough) const { return all > enough || pieces > enough; }
};

// Pieces of a stride are added up, and neither written down nor read.
constexpr std::int64_t kStridesPerPiece = 4;

/// What names more than a few intervals costs its program and the simulation time.
[[nodiscard]] std::int64_t listed_pieces(std::span<const Operation> round) {
  std::int64_t pieces = 0;
  for (const Operation& operation : round) {
    const ChunkSet& chunks = operation.chunks;
    if (chunks.is_list() || chunks.is_strided()) {
      pieces += chunks.repeat() / (chunks.is_list() ? 1 : kStridesPerPiece);
    }
  }
  return pieces;
}

[[nodiscard]] double gibibytes(std::int64_t bytes) {
  return static_cast<double>(bytes) / (1 << 30);
}

void count(Program& program, std::int64_t enough, Count& total) {
  while (!total.above(enough)) {
    switch (program.advance()) {
      case Step::kRound: {
        const std::span<const Operation> round = program.round();
        const auto sends = std::count_if(round.begin(), round.end(), [](const Operation& operation) {
          return operation.kind == OperationKind::kSend;
        });
        total.all += sends;
        total.at_once = std::max<std::int64_t>(total.at_once, sends);
        total.pieces += listed_pieces(round);
        break;
      }
      case Step::kFork:
        total.lanes = std::max(total.lanes, static_cast<std::int64_t>(program.lanes().size()));
        for (Program& lane : program.lanes()) {
          count(lane, enough, total);
        }
        if (total.above(enough)) {
          return;  // a lane may not have ended, so that the program cannot go on
        }
        break;
      case Step::kEnd:
        return;
    }
  }
}

}  // namespace

Effort effort_of(const Schedule& schedule, std::int64_t enough) {
  const std::int64_t ranks = schedule.ranks();
  const ScheduleInstance instance(schedule);
  Count most;
  for (const Rank me : std::set<Rank>{0, schedule.ranks() / 2, schedule.ranks() - 1}) {
    Program program = instance.program(me);
    Count one;
    count(program, enough / ranks, one);
    most.all = std::max(most.all, one.all);
    most.at_once = std::max(most.at_once, one.at_once);
    most.lanes = std::max(most.lanes, one.lanes);
    most.pieces = std::max(most.pieces, one.pieces);
    if (one.above(std::min(kManyMessages, enough / ranks))) {
      break;  // enough is known; of some algorithms it takes long to make a program
    }
  }
  // A root that alone sends much is not what all ranks do: trees send p - 1 messages in all. A lane has a message, be
  // it one that is received.
  return {std::max(most.all, most.lanes) * ranks,
          most.at_once * std::min<std::int64_t>(ranks, 1 + most.all) * kBytesPerMessage +
              ranks * (kBytesPerRank + most.lanes * kBytesPerLane),
          most.lanes, most.pieces * ranks, std::max(most.lanes, most.at_once)};
}

std::int64_t messages_about(const Schedule& schedule) {
  constexpr std::int64_t kSamples = 8;
  const ScheduleInstance instance(schedule);
  std::vector<std::int64_t> sent;
  for (std::int64_t i = 0; i < kSamples; ++i) {
    Program program = instance.program(static_cast<Rank>(i * schedule.ranks() / kSamples));
    Count one;
    count(program, std::numeric_limits<std::int32_t>::max(), one);
    sent.push_back(one.all);
  }
  std::sort(sent.begin(), sent.end());
  return sent[kSamples / 2] * schedule.ranks() + sent.back();
}

std::int64_t memory_of_computer() {
  return std::int64_t{::sysconf(_SC_PHYS_PAGES)} * ::sysconf(_SC_PAGE_SIZE);
}

Effort check_memory(const Schedule& schedule, std::int64_t kept) {
  const Effort effort = effort_of(schedule);
  const double all = static_cast<double>(effort.messages) * static_cast<double>(kept);
  if (all > static_cast<double>(memory_of_computer())) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} over {} ranks sends {} messages, and what is to be kept of them needs about {:.0f} GiB of "
                    "memory; there are {:.0f}; take fewer ranks, or ask for the times alone",
                    schedule.name(), schedule.ranks(), effort.messages, all / (1 << 30),
                    gibibytes(memory_of_computer())));
  }
  if (effort.bytes > memory_of_computer()) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} over {} ranks has so much under way at once that its simulation needs about {:.0f} GiB of "
                    "memory, and there are {:.0f}; take fewer ranks or another algorithm",
                    schedule.name(), schedule.ranks(), gibibytes(effort.bytes), gibibytes(memory_of_computer())));
  }
  return effort;
}

void check_ranks(std::span<const Rank> ranks, Rank most) {
  for (const Rank count : ranks) {
    if (count > most) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("--ranks {}: every piece of every rank is followed here; accepted are up to {} ranks "
                              "(simulate takes more)",
                              count, most));
    }
  }
}

void check_pieces(const Schedule& schedule) {
  constexpr std::int64_t kMostPieces = std::int64_t{1} << 28U;
  if (schedule.chunks() > kMostPieces / schedule.ranks()) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} on {} ranks has {} pieces at each of them; accepted are up to {} at all ranks together",
                            schedule.name(), schedule.ranks(), schedule.chunks(), kMostPieces));
  }
}

}  // namespace ringwood::cli
