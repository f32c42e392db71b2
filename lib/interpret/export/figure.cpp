#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <tuple>

#include "ringwood/error.hpp"
#include "ringwood/export.hpp"
#include "schedule/contract.hpp"
#include "schedule/matching.hpp"

namespace ringwood {

namespace {

constexpr std::int64_t kMostMessages = std::int64_t{1} << 20;

/// One strand's program and the round that it is in.
struct Strand {
  Rank rank = 0;
  Program* program = nullptr;
  Strand* parent = nullptr;
  std::size_t lanes_open = 0;
  std::int64_t time = 0;  // rounds passed
  std::int64_t end = 0;   // when the current round is over, as far as it is known
  std::size_t unmatched = 0;
  std::vector<Operation> operations;
  std::vector<std::vector<ChunkInterval>> chunks;  // of each operation; the program's own may go
  std::vector<std::vector<std::uint64_t>> data;    // of each operation: what is sent, or has arrived
};

/// An operation that waits for its other end.
struct Post {
  Strand* strand;
  std::size_t operation;
};

[[nodiscard]] std::vector<ChunkInterval> intervals_of(const ChunkSet& set) {
  std::vector<ChunkInterval> intervals;
  set.for_each_interval([&](ChunkInterval piece) { intervals.push_back(piece); });
  return intervals;
}

class Tracer {
 public:
  explicit Tracer(const Schedule& schedule) : instance_(schedule), contract_(contract_of(schedule.collective())) {
    figure_.collective = schedule.collective();
    figure_.algorithm = schedule.name();
    figure_.ranks = schedule.ranks();
    figure_.root = schedule.root();
    figure_.chunks = schedule.chunks();
    figure_.with_states = figure_.ranks <= kMostFigureRanks && figure_.chunks <= kMostMessages / kMostFigureRanks;
    sent_.resize(static_cast<std::size_t>(figure_.ranks));
    if (figure_.with_states) {
      fill_before();
    }
  }

  Figure run() {
    programs_.reserve(static_cast<std::size_t>(figure_.ranks));
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      programs_.push_back(instance_.program(rank));
    }
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      start(rank, &programs_[static_cast<std::size_t>(rank)], nullptr, 0);
    }
    while (!ready_.empty()) {
      Strand* const strand = ready_.front();
      ready_.pop_front();
      step(*strand);
    }
    check_all_ended();
    finish();
    return std::move(figure_);
  }

 private:
  void fill_before() {
    for (Rank rank = 0; rank < figure_.ranks; ++rank) {
      for (Chunk chunk = 0; chunk < figure_.chunks; ++chunk) {
        if (holds(contract_.before, rank, chunk, figure_.chunks, figure_.ranks, figure_.root)) {
          figure_.before.push_back({rank, 0, chunk, std::uint64_t{1} << static_cast<unsigned>(rank)});
          cell(rank, 0, chunk) = figure_.before.back().contributors;
        }
      }
    }
  }

  std::uint64_t& cell(Rank rank, Plane plane, Chunk chunk) { return cells_[{rank, plane, chunk}]; }

  void start(Rank rank, Program* program, Strand* parent, std::int64_t time) {
    Strand& strand = strands_.emplace_back();
    strand.rank = rank;
    strand.program = program;
    strand.parent = parent;
    strand.time = time;
    ready_.push_back(&strand);
  }

  void step(Strand& strand) {
    switch (strand.program->advance()) {
      case Step::kRound:
        post(strand);
        return;
      case Step::kFork:
        strand.lanes_open = strand.program->lanes().size();
        strand.end = strand.time;
        for (Program& lane : strand.program->lanes()) {
          start(strand.rank, &lane, &strand, strand.time);
        }
        return;
      case Step::kEnd:
        end(strand);
        return;
    }
  }

  void end(Strand& strand) {
    ++ended_;
    Strand* const parent = strand.parent;
    if (parent == nullptr) {
      return;
    }
    parent->end = std::max(parent->end, strand.time);
    if (--parent->lanes_open == 0) {
      parent->time = parent->end;
      ready_.push_back(parent);
    }
  }

  void post(Strand& strand) {
    const std::span<const Operation> round = strand.program->round();
    strand.operations.assign(round.begin(), round.end());
    strand.chunks.assign(round.size(), {});
    strand.data.assign(round.size(), {});
    strand.end = strand.time;
    strand.unmatched = 0;
    for (std::size_t i = 0; i < round.size(); ++i) {
      strand.chunks[i] = intervals_of(round[i].chunks);
      strand.unmatched += round[i].peer >= 0 ? 1 : 0;
      if (round[i].kind == OperationKind::kSend) {
        read(strand, i);
      }
    }
    if (strand.unmatched == 0) {
      complete(strand);
      return;
    }
    for (std::size_t i = 0; i < strand.operations.size(); ++i) {
      match(strand, i);
    }
  }

  void read(Strand& strand, std::size_t i) {
    const Operation& operation = strand.operations[i];
    for_each_chunk(strand.chunks[i], [&](Chunk chunk) {
      strand.data[i].push_back(figure_.with_states ? cell(strand.rank, operation.plane, chunk) : 0);
    });
  }

  template <typename Visit>
  void for_each_chunk(const std::vector<ChunkInterval>& chunks, Visit&& visit) const {
    if (!figure_.with_states) {
      return;
    }
    for (const ChunkInterval piece : chunks) {
      for (Chunk chunk = piece.first; chunk < piece.first + piece.count; ++chunk) {
        visit(chunk);
      }
    }
  }

  void match(Strand& strand, std::size_t i) {
    const Operation& operation = strand.operations[i];
    if (operation.peer < 0) {
      return;
    }
    const bool sends = operation.kind == OperationKind::kSend;
    const Lane lane = strand.program->lane();
    const Channel channel =
        sends ? Channel{strand.rank, operation.peer, lane} : Channel{operation.peer, strand.rank, lane};
    const Post mine{&strand, i};
    const std::optional<Post> found = matching_.post(channel, sends, mine);
    if (!found) {
      return;
    }
    const Post other = *found;
    deliver(sends ? mine : other, sends ? other : mine, lane);
  }

  void deliver(Post from, Post to, Lane lane) {
    Strand& sender = *from.strand;
    Strand& receiver = *to.strand;
    const std::int64_t time = std::max(sender.time, receiver.time);
    if (++figure_.messages > kMostMessages) {
      throw Error(ErrorKind::kUsage, "the schedule has more than " + std::to_string(kMostMessages) +
                                         " messages, too many for a picture; ask for fewer ranks");
    }
    round(time).messages.push_back({sender.rank, receiver.rank, lane,
                                    receiver.operations[to.operation].kind == OperationKind::kReceiveReduce,
                                    sender.chunks[from.operation]});
    sent_[static_cast<std::size_t>(sender.rank)] += sender.operations[from.operation].chunks.size();
    receiver.data[to.operation] = sender.data[from.operation];
    for (Strand* const strand : {&sender, &receiver}) {
      strand->end = std::max(strand->end, time + 1);
      if (--strand->unmatched == 0) {
        complete(*strand);
      }
    }
  }

  FigureRound& round(std::int64_t time) {
    const auto index = static_cast<std::size_t>(time);
    if (figure_.rounds.size() <= index) {
      figure_.rounds.resize(index + 1);
    }
    return figure_.rounds[index];
  }

  void complete(Strand& strand) {
    strand.time = strand.end;
    for (std::size_t i = 0; i < strand.operations.size(); ++i) {
      take_effect(strand, i);
    }
    ready_.push_back(&strand);
  }

  void take_effect(Strand& strand, std::size_t i) {
    const Operation& operation = strand.operations[i];
    std::size_t next = 0;
    for_each_chunk(strand.chunks[i], [&](Chunk chunk) {
      switch (operation.kind) {
        case OperationKind::kSend:
          return;
        case OperationKind::kReceive:
          write(strand, operation.plane, chunk, strand.data[i].at(next++));
          return;
        case OperationKind::kReceiveReduce:
          write(strand, operation.plane, chunk, cell(strand.rank, operation.plane, chunk) | strand.data[i].at(next++));
          return;
        case OperationKind::kReduce:
          write(strand, operation.target_plane, chunk,
                cell(strand.rank, operation.target_plane, chunk) | cell(strand.rank, operation.plane, chunk));
          return;
        case OperationKind::kCopy:
          write(strand, operation.target_plane, chunk, cell(strand.rank, operation.plane, chunk));
          return;
      }
    });
  }

  void write(const Strand& strand, Plane plane, Chunk chunk, std::uint64_t contributors) {
    cell(strand.rank, plane, chunk) = contributors;
    figure_.planes = std::max(figure_.planes, static_cast<Plane>(plane + 1));
    // What a rank does by itself shows in the round that it follows.
    std::vector<FigureChange>& changes = strand.time == 0 ? figure_.before : round(strand.time - 1).changes;
    changes.push_back({strand.rank, plane, chunk, contributors});
  }

  void check_all_ended() const {
    if (ended_ == strands_.size()) {
      return;
    }
    for (const Strand& strand : strands_) {
      if (strand.unmatched > 0) {
        throw Error(ErrorKind::kUsage, figure_.algorithm + " deadlocks: rank " + std::to_string(strand.rank) +
                                           " waits for ever in round " + std::to_string(strand.time));
      }
    }
  }

  void finish() {
    for (FigureRound& round : figure_.rounds) {
      std::sort(round.messages.begin(), round.messages.end(), [](const FigureMessage& a, const FigureMessage& b) {
        return std::tie(a.from, a.to, a.lane) < std::tie(b.from, b.to, b.lane);
      });
    }
    count_ports();
    figure_.sent_max = *std::max_element(sent_.begin(), sent_.end());
  }

  void count_ports() {
    for (const FigureRound& round : figure_.rounds) {
      std::vector<std::int32_t> sends(sent_.size());
      std::vector<std::int32_t> receives(sent_.size());
      for (const FigureMessage& message : round.messages) {
        figure_.ports = std::max({figure_.ports, ++sends[static_cast<std::size_t>(message.from)],
                                  ++receives[static_cast<std::size_t>(message.to)]});
      }
    }
  }

  ScheduleInstance instance_;
  const Contract& contract_;
  Figure figure_;
  std::vector<Program> programs_;
  std::deque<Strand> strands_;
  std::deque<Strand*> ready_;
  Matching<Post> matching_;
  std::map<std::tuple<Rank, Plane, Chunk>, std::uint64_t> cells_;
  std::vector<Chunk> sent_;
  std::size_t ended_ = 0;
};

}  // namespace

Figure figure_of(const Schedule& schedule) {
  return Tracer(schedule).run();
}

}  // namespace ringwood
