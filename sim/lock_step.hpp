#pragma once

#include <array>
#include <cstdlib>
#include <utility>

#include "sim/step_ranks.hpp"

namespace ringwood {

/// Ranks that all do the same in each round: they send one message to a peer and take one of as many bytes, and each
/// takes what the one that it names has sent to it. All ranks are then a round apart at most, so that messages need no
/// mailboxes: a round's heads are an array, and whoever takes one knows where it is. Where peers are at the same
/// distance, and programs promise how it goes on (ringwood::SeriesRound), programs are not asked for each round.
///
/// Nothing is taken for granted but that promise: every rank's round is looked at before it is served. Where one does
/// otherwise, what has been served stands, and InStep goes on from there.
template <LogGopsForm kForm>
class LockStep {
 public:
  explicit LockStep(StepRanks<kForm>& all) : all_(all), ranks_(all.ranks) {}

  /// Serves rounds for as long as all ranks do alike, or until a time came out that is not to be told.
  [[nodiscard]] LockStepEnd run() {
    while (!all_.service.gives_up() && pull_all() && level_.step == Step::kRound && matches()) {
      serve();
      end_.advanced = 0;
    }
    end_.step = level_.step;
    end_.everybody_ended = end_.advanced == ranks_ && end_.last.empty() && level_.step == Step::kEnd;
    end_.reserved = to_.size() * 2 * sizeof(Rank) + 2 * sent_[0].heads.size() * sizeof(Picoseconds) +
                    2 * sent_[0].classes.size() * sizeof(CostClass);
    return std::move(end_);
  }

 private:
  /// What every rank does in a round.
  struct Level {
    Step step = Step::kEnd;
    Bytes sent = 0;
    Bytes received = 0;
    bool reduces = false;
    bool exclusive_or = false;  ///< both peers are at distance `to`, by bits
    bool rotation = false;      ///< the one it sends to is at distance `to`, the one it takes from at `from`
    Rank bits = 0;
    Rank to = 0;    // - ranks / 2 .. ranks / 2
    Rank from = 0;  // the same
    Series series;
  };

  /// What was sent in a round.
  struct Sent {
    OfRanks<Picoseconds> heads;
    OfRanks<CostClass> classes;  ///< empty if there is only one
  };

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  /// Of two ranks, by rotation.
  [[nodiscard]] Rank distance(Rank from, Rank to) const {
    const Rank ahead = to >= from ? to - from : to - from + ranks_;
    return 2 * std::int64_t{ahead} > ranks_ ? ahead - ranks_ : ahead;
  }

  [[nodiscard]] Rank rotated(Rank rank, Rank by) const {
    const std::int64_t to = std::int64_t{rank} + by;
    return static_cast<Rank>(to < 0 ? to + ranks_ : to >= ranks_ ? to - ranks_ : to);
  }

  /// The next round of all ranks. False: ranks differ, and those that have been advanced are end_.advanced.
  bool pull_all() {
    for (Rank first = 0; first < ranks_; first += kGroup) {
      const Rank end = std::min(first + kGroup, ranks_);
      if (end_.created < end) {
        for (Rank rank = first; rank < end; ++rank) {
          all_.programs[index(rank)] = all_.instance.program(rank);
        }
        end_.created = end;
      }
      if (!pull(first, end)) {
        return false;
      }
    }
    return true;
  }

  bool pull(Rank first, Rank end) {
    std::array<Step, kGroup> steps;
    bool alike = true;
    for (Rank rank = first; rank < end; ++rank) {
      all_.prefetch_behind(rank);
      Program& program = all_.programs[index(rank)];
      const Step step = program.advance();
      steps[index(rank - first)] = step;
      alike = alike && look_at(rank, step, program);
      if (step == Step::kEnd) {
        program = Program();  // its frame is the next one's
      }
    }
    end_.advanced = end;
    if (!alike) {
      end_.last.assign(steps.begin(), steps.begin() + (end - first));
      ask_for_all();
    }
    return alike;
  }

  /// Takes back that rounds are left out.
  void ask_for_all() {
    end_.step = level_.step;
    for (Rank rank = 0; rank < end_.advanced; ++rank) {
      if (end_.step_of(rank) == Step::kRound) {
        all_.programs[index(rank)].skip(0);
      }
    }
    level_.series.left = 0;
  }

  /// Whether a rank does as all before it.
  [[gnu::always_inline]] bool look_at(Rank rank, Step step, Program& program) {
    if (rank == 0) {
      level_ = Level();
      level_.step = step;
    }
    if (step != Step::kRound || level_.step != Step::kRound) {
      return step == level_.step && step == Step::kEnd;
    }
    const std::span<const Operation> round = program.round();
    if (round.size() != 2 || round[0].kind != OperationKind::kSend ||
        (round[1].kind != OperationKind::kReceive && round[1].kind != OperationKind::kReceiveReduce)) {
      return false;
    }
    const Series promised = all_.bytes.all_alike() ? program.series() : Series{};
    if (promised.left > 0) {
      program.skip(promised.left);
    }
    return look_at(rank, round[0], round[1], promised);
  }

  [[gnu::always_inline]] bool look_at(Rank rank, const Operation& sends, const Operation& takes, Series promised) {
    const Bytes sent = all_.bytes.of(sends.chunks);
    const Bytes received = all_.bytes.of(takes.chunks);
    const bool reduces = takes.kind == OperationKind::kReceiveReduce;
    if (!is_rank(sends.peer) || !is_rank(takes.peer)) {
      return false;
    }
    if (rank == 0) {
      level_.sent = sent;
      level_.received = received;
      level_.reduces = reduces;
      level_.series = promised;
      level_.exclusive_or = sends.peer == takes.peer;
      level_.rotation = true;
      level_.bits = sends.peer;
      level_.to = distance(0, sends.peer);
      level_.from = distance(0, takes.peer);
      return sent > 0 && received > 0 && sends.peer != 0 && takes.peer != 0;
    }
    if (sent != level_.sent || received != level_.received || reduces != level_.reduces || promised != level_.series) {
      return false;
    }
    const bool was_regular = level_.exclusive_or || level_.rotation;
    const bool bits = level_.exclusive_or && sends.peer == (rank ^ level_.bits) && takes.peer == sends.peer;
    const bool turn =
        level_.rotation && sends.peer == rotated(rank, level_.to) && takes.peer == rotated(rank, level_.from);
    if (was_regular && !bits && !turn) [[unlikely]] {
      if (level_.series.left > 0) {
        return false;
      }
      list_peers(rank);
    }
    level_.exclusive_or = bits;
    level_.rotation = turn;
    if (!bits && !turn) {
      to_[index(rank)] = sends.peer;
      from_[index(rank)] = takes.peer;
    }
    return sends.peer != rank && takes.peer != rank;
  }

  [[nodiscard]] bool is_rank(Rank rank) const {
    return static_cast<std::uint32_t>(rank) < static_cast<std::uint32_t>(ranks_);
  }

  /// Of the ranks before `end` the peers are at the same distance, of those behind they are not.
  void list_peers(Rank end) {
    to_.resize(index(ranks_));
    from_.resize(index(ranks_));
    for (Rank rank = 0; rank < end; ++rank) {
      to_[index(rank)] = receiver(level_, rank);
      from_[index(rank)] = source(level_, rank);
    }
  }

  [[nodiscard]] Rank receiver(const Level& level, Rank rank) const {
    return level.exclusive_or ? rank ^ level.bits : level.rotation ? rotated(rank, level.to) : to_[index(rank)];
  }

  [[nodiscard]] Rank source(const Level& level, Rank rank) const {
    return level.exclusive_or ? rank ^ level.bits : level.rotation ? rotated(rank, level.from) : from_[index(rank)];
  }

  /// Whether everybody takes what was sent to them.
  [[nodiscard]] bool matches() {
    if (level_.series.left > 0 && !keeps_promise()) {
      ask_for_all();
    }
    bool all = true;
    if (!level_.exclusive_or && level_.rotation) {
      all = (level_.to + level_.from) % ranks_ == 0;
    } else if (!level_.exclusive_or) {
      for (Rank rank = 0; rank < ranks_ && all; ++rank) {
        all = to_[index(from_[index(rank)])] == rank;
      }
    }
    if (!all) {
      ask_for_all();
    } else if (level_.series.left > 0 && !level_.series.course.exclusive_or) {
      level_.exclusive_or = false;  // with half of the ranks as distance it is either
    }
    return all;
  }

  /// Whether the rounds to come can be what was promised: with peers that there are, and whole chunks.
  [[nodiscard]] bool keeps_promise() const {
    const Course course = level_.series.course;
    const Rank from_zero = course.exclusive_or ? level_.bits : std::max(std::abs(level_.to), std::abs(level_.from));
    const Rank most = course.exclusive_or ? ranks_ - 1 : ranks_ / 2;
    const bool shaped = course.exclusive_or ? level_.exclusive_or && (ranks_ & (ranks_ - 1)) == 0 : level_.rotation;
    return shaped && stays(from_zero, course.peers, most) && stays(level_.sent, course.chunks, all_.bytes.total()) &&
           stays(level_.received, course.chunks, all_.bytes.total());
  }

  /// Whether a value that is doubled or halved in each of the rounds promised neither gets more than `most` nor loses
  /// a half.
  [[nodiscard]] bool stays(std::int64_t value, int by, std::int64_t most) const {
    const std::uint32_t times = level_.series.left;
    return by == 0 || (times < 63 && (by > 0 ? value <= most >> times : value >> times << times == value));
  }

  [[nodiscard]] static std::int64_t scaled(std::int64_t value, int by) {
    return by > 0 ? value * 2 : by < 0 ? value / 2 : value;
  }

  [[nodiscard]] Level follow(const Level& level) const {
    Level next = level;
    const Course course = level.series.course;
    next.sent = scaled(level.sent, course.chunks);
    next.received = scaled(level.received, course.chunks);
    next.bits = static_cast<Rank>(scaled(level.bits, course.peers));
    next.to = static_cast<Rank>(scaled(level.to, course.peers));
    next.from = static_cast<Rank>(scaled(level.from, course.peers));
    --next.series.left;
    return next;
  }

  /// Serves a round of all ranks, and those that were promised to follow.
  void serve() {
    if (sent_[0].heads.empty()) {
      for (Sent& sent : sent_) {
        sent.heads.resize(index(ranks_));
        sent.classes.resize(all_.service.one_class() ? 0 : index(ranks_));
      }
    }
    for (Rank first = 0; first < ranks_; first += kGroup) {
      send(level_, first, sent_[0]);
    }
    count(level_);
    while (level_.series.left > 0 && !all_.service.gives_up()) {
      const Level next = follow(level_);
      for (Rank first = 0; first < ranks_; first += kGroup) {
        receive(level_, first, sent_[0]);
        send(next, first, sent_[1]);
      }
      std::swap(sent_[0], sent_[1]);
      level_ = next;
      count(level_);
    }
    for (Rank first = 0; first < ranks_; first += kGroup) {
      receive(level_, first, sent_[0]);
    }
  }

  void count(const Level& level) {
    all_.service.count_sent_by_all(level.sent);
    ++end_.rounds;
  }

  void send(const Level& level, Rank first, Sent& sent) {
    const Rank size = std::min(kGroup, ranks_ - first);
    Picoseconds* heads = &sent.heads[index(first)];
    CostClass different = 0;
    if (!sent.classes.empty()) {
      CostClass* classes = &sent.classes[index(first)];
      for (Rank i = 0; i < size; ++i) {
        classes[i] = all_.service.class_of(first + i, receiver(level, first + i));
        different |= classes[i] ^ classes[0];
      }
    }
    if (different == 0) {
      all_.service.send_alike(first, size, {class_at(sent, first), level.sent}, heads);
      return;
    }
    for (Rank i = 0; i < size; ++i) {
      heads[i] = all_.service.send_one(first + i, {class_at(sent, first + i), level.sent});
    }
  }

  [[nodiscard]] CostClass class_at(const Sent& sent, Rank rank) {
    return sent.classes.empty() ? all_.service.class_of(0, 1) : sent.classes[index(rank)];
  }

  void receive(const Level& level, Rank first, const Sent& sent) {
    const Rank size = std::min(kGroup, ranks_ - first);
    const Rank begin = source(level, first);
    const bool neighbours = level.exclusive_or ? level.bits % kGroup == 0 : level.rotation && begin + size <= ranks_;
    std::array<Picoseconds, kGroup> gathered;
    const Picoseconds* heads = &sent.heads[index(begin)];
    if (!neighbours) {
      for (Rank i = 0; i < size; ++i) {
        gathered[index(i)] = sent.heads[index(source(level, first + i))];
      }
      heads = gathered.data();
    }
    CostClass different = 0;
    if (!sent.classes.empty()) {
      for (Rank i = 0; i < size; ++i) {
        different |= sent.classes[index(source(level, first + i))] ^ sent.classes[index(begin)];
      }
    }
    if (different == 0) {
      all_.service.receive_alike(first, size, {class_at(sent, begin), level.received}, level.reduces, heads);
      return;
    }
    for (Rank i = 0; i < size; ++i) {
      const CostClass cost_class = class_at(sent, source(level, first + i));
      all_.service.receive(first + i, heads[i], cost_class, level.received, level.reduces);
    }
  }

  StepRanks<kForm>& all_;
  const Rank ranks_;
  Level level_;
  LockStepEnd end_;
  // Of a round whose peers are at various distances.
  OfRanks<Rank> to_;
  OfRanks<Rank> from_;
  std::array<Sent, 2> sent_;  // in this round, and in the next one
};

}  // namespace ringwood
