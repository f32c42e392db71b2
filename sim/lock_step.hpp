#pragma once

#include <array>
#include <utility>
#include <vector>

#include "sim/common_round.hpp"
#include "sim/step_ranks.hpp"

namespace ringwood {

/// Ranks that all do alike in each round (CommonRound). What a program yields depends on no time, so that each rank's
/// is run alone for many rounds, which are compared with those of rank 0; a program that has ended needs no memory
/// when the next one runs. Then the rounds are served one after the other, of all ranks: these are a round apart at
/// most, so that messages need no mailboxes, and whoever takes one knows where it is. Where programs promise how a
/// series of rounds goes on (ringwood::SeriesRound), they are not asked for each.
///
/// Nothing is taken for granted but that promise: every rank's round is looked at before it is served. Where one does
/// otherwise, all rounds before that one are served, and InStep goes on from there.
template <LogGopsForm kForm>
class LockStep {
 public:
  explicit LockStep(StepRanks<kForm>& all) : all_(all), ranks_(all.ranks) {}

  /// Serves rounds for as long as all ranks do alike, or until a time came out that is not to be told.
  [[nodiscard]] LockStepEnd run() {
    bool goes_on = true;
    while (goes_on && !all_.service.gives_up()) {
      pull();
      const bool alike = complete();
      serve();
      end_.everybody_ended = alike && everybody_ends_;
      goes_on = alike && !everybody_ends_;
      is_first_ = false;
    }
    if (!end_.everybody_ended) {
      std::for_each(all_.programs.begin(), all_.programs.end(), [](Program& program) { program = Program(); });
    }
    end_.reserved = 0;
    for (const Sent& sent : sent_) {
      end_.reserved += sent.heads.size() * sizeof(Picoseconds) + sent.classes.size() * sizeof(CostClass);
    }
    return end_;
  }

 private:
  static constexpr std::size_t kMostRounds = 1024;  // that are compared before they are served

  /// What was sent in a round, a row of all ranks for each of their sends.
  struct Sent {
    OfRanks<Picoseconds> heads;
    OfRanks<CostClass> classes;  ///< empty if there is only one
  };

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  /// Fills rounds_ with the next rounds that all ranks have in common, as far as can be said without their peers.
  void pull() {
    rounds_.clear();
    common_ = kMostRounds;
    everybody_ends_ = false;
    for (Rank rank = 0; rank < ranks_; ++rank) {
      if (rank > 0 && common_ == 0 && !everybody_ends_) {
        return;
      }
      Program& program = all_.programs[index(rank)];
      if (is_first_) {
        program = all_.instance.program(rank);
      }
      pull(rank, program);
      if (common_ < kMostRounds && !everybody_ends_) {
        program = Program();  // InStep has to begin with a new one
      }
    }
  }

  void pull(Rank rank, Program& program) {
    for (std::size_t number = 0; number < common_; ++number) {
      const Step step = next_round(program);
      if (step == Step::kRound && (rank == 0 ? begin(program) : look_at(rank, program, rounds_[number]))) {
        continue;
      }
      everybody_ends_ = step == Step::kEnd && rank == 0;
      common_ = number;
      if (step == Step::kEnd) {
        program = Program();  // its frame is the next one's
      }
      return;
    }
    if (rank > 0 && everybody_ends_) {
      everybody_ends_ = next_round(program) == Step::kEnd;
      if (everybody_ends_) {
        program = Program();
      }
    }
  }

  /// Leaves out rounds in which nothing is.
  [[nodiscard, gnu::always_inline]] Step next_round(Program& program) const {
    Step step = program.advance();
    while (step == Step::kRound && !all_.carries(round_of(program)))
      [[unlikely]] {
        step = program.advance();
      }
    return step;
  }

  [[nodiscard, gnu::flatten]] static std::span<const Operation> round_of(const Program& program) {
    return program.round();
  }

  [[nodiscard]] bool begin(Program& program) {
    const Series promised = all_.bytes.all_alike() ? program.series() : Series{};
    CommonRound& round = rounds_.emplace_back(ranks_);
    if (!round.begin(round_of(program), all_.bytes, promised)) {
      rounds_.pop_back();
      return false;
    }
    program.skip(round.series().left);
    return true;
  }

  [[nodiscard]] bool look_at(Rank rank, Program& program, CommonRound& round) {
    const Series promised = round.series();
    if (promised.left > 0) {
      if (program.series() != promised) {
        return false;
      }
      program.skip(promised.left);
    }
    return round.look_at(rank, round_of(program), all_.bytes);
  }

  /// Whether all of the rounds in rounds_ are what they looked like; those from the first one on that is not are not
  /// there.
  [[nodiscard]] bool complete() {
    const bool alike = everybody_ends_ || common_ == kMostRounds;
    rounds_.erase(rounds_.begin() + static_cast<std::ptrdiff_t>(std::min(common_, rounds_.size())), rounds_.end());
    for (auto round = rounds_.begin(); round != rounds_.end(); ++round) {
      if (!round->complete()) {
        rounds_.erase(round, rounds_.end());
        return false;
      }
    }
    return alike;
  }

  /// Serves all rounds: what is taken in one together with what is sent in the next one, so that clocks are in the
  /// cache.
  void serve() {
    if (rounds_.empty()) {
      return;
    }
    CommonRound* last = nullptr;
    for (CommonRound& round : rounds_) {
      all_.served.push_back(round.series().left);
      serve_after(last, round);
      last = &round;
      while (round.series().left > 0 && !all_.service.gives_up()) {
        if (round.series().course != Course{}) {
          before_ = round;
          last = &before_;
        }
        round.follow();
        serve_after(last, round);
        last = &round;
      }
    }
    for (Rank first = 0; first < ranks_; first += kGroup) {
      receive_group(*last, first);
    }
  }

  void serve_after(const CommonRound* before, const CommonRound& round) {
    make_room(sent_[1], round.sends());
    for (Rank first = 0; first < ranks_; first += kGroup) {
      if (before != nullptr) {
        receive_group(*before, first);
      }
      send_group(round, first);
    }
    std::swap(sent_[0], sent_[1]);
    all_.service.count_sent_by_all(round.sends(), round.bytes_sent());
    ++end_.rounds;
  }

  void make_room(Sent& sent, std::size_t rows) {
    const std::size_t size = rows * index(ranks_);
    if (sent.heads.size() < size) {
      sent.heads.resize(size);
      sent.classes.resize(all_.service.one_class() ? 0 : size);
    }
  }

  /// Calls `serve(first, count)` for those of the group that are served together.
  template <typename Serve>
  void for_each_run(const CommonRound& round, Rank first, Serve&& serve) {
    const Rank end = std::min(first + kGroup, ranks_);
    if (round.together()) {
      serve(first, end - first);
      return;
    }
    for (Rank rank = first; rank < end;) {
      const Rank count = round.run(rank, end - rank);
      serve(rank, count);
      rank += count;
    }
  }

  void send_group(const CommonRound& round, Rank first) {
    for_each_run(round, first, [&](Rank begin, Rank count) {
      std::array<Picoseconds, kGroup> begun;
      const Picoseconds* starts = all_.service.starts(begin);
      if (round.sends() > 1) {
        std::copy(starts, starts + count, begun.begin());
        starts = begun.data();
      }
      for (std::size_t slot = 0; slot < round.sends(); ++slot) {
        send(round, begin, count, slot, starts);
      }
    });
  }

  void send(const CommonRound& round, Rank first, Rank count, std::size_t slot, const Picoseconds* starts) {
    const std::size_t row = slot * index(ranks_) + index(first);
    const CommonRound::Cursor begin = round.at(first);
    const Bytes bytes = round.parts()[begin.part].sends[slot].bytes;
    Picoseconds* heads = &sent_[1].heads[row];
    if (all_.service.one_class()) {
      all_.service.send_alike(first, count, {all_.service.class_of(0, 1), bytes}, starts, heads);
      return;
    }
    CostClass* classes = &sent_[1].classes[row];
    CostClass different = 0;
    CommonRound::Cursor at = begin;
    for (Rank i = 0; i < count; ++i, round.next(at)) {
      const Rank receiver = round.peer(round.parts()[at.part].sends[slot], first + i);
      classes[i] = all_.service.class_of(first + i, receiver);
      different |= classes[i] ^ classes[0];
    }
    if (different == 0) {
      all_.service.send_alike(first, count, {classes[0], bytes}, starts, heads);
      return;
    }
    for (Rank i = 0; i < count; ++i) {
      heads[i] = all_.service.send_one(first + i, {classes[i], bytes}, starts[i]);
    }
  }

  void receive_group(const CommonRound& round, Rank first) {
    for_each_run(round, first, [&](Rank begin, Rank count) {
      const CommonRound::Part& part = round.parts()[round.at(begin).part];
      for (std::size_t i = 0; i < part.rest.size(); ++i) {
        if (part.rest[i].kind == OperationKind::kReduce) {
          all_.service.reduce_alike(begin, count, part.rest[i].bytes);
        } else {
          receive(round, begin, count, i);
        }
      }
    });
  }

  /// The receive that is number `which` of what is not a send.
  void receive(const CommonRound& round, Rank first, Rank count, std::size_t which) {
    const CommonRound::Action& action = round.parts()[round.at(first).part].rest[which];
    const bool reduces = action.kind == OperationKind::kReceiveReduce;
    const bool one_part = round.run(first, count) == count;
    if (all_.service.one_class() && one_part && round.keeps_neighbours(action, first, count)) {
      const Picoseconds* heads = &sent_[0].heads[place(round, action, first)];
      all_.service.receive_alike(first, count, {all_.service.class_of(0, 1), action.bytes}, reduces, heads);
      return;
    }
    std::array<CostClass, kGroup> classes;
    std::array<Picoseconds, kGroup> heads;
    const CostClass of_first = class_at(place(round, action, first));
    CostClass different = 0;
    for_each_place(round, first, count, which, [&](Rank i, std::size_t from) {
      heads[index(i)] = sent_[0].heads[from];
      if (!all_.service.one_class()) {
        classes[index(i)] = sent_[0].classes[from];
        different |= classes[index(i)] ^ of_first;
      }
    });
    if (different == 0) {
      all_.service.receive_alike(first, count, {of_first, action.bytes}, reduces, heads.data());
      return;
    }
    for (Rank i = 0; i < count; ++i) {
      all_.service.receive(first + i, heads[index(i)], classes[index(i)], action.bytes, reduces);
    }
  }

  /// Calls `visit(number, place)` for the messages that `count` ranks from `first` on take.
  template <typename Visit>
  [[gnu::always_inline]] void for_each_place(const CommonRound& round, Rank first, Rank count, std::size_t which,
                                             Visit&& visit) const {
    CommonRound::Cursor at = round.at(first);
    if (!round.together() || round.parts().size() == 1) {
      const CommonRound::Action& action = round.parts()[at.part].rest[which];
      for (Rank i = 0; i < count; ++i) {
        visit(i, place(round, action, first + i));
      }
      return;
    }
    std::array<const CommonRound::Action*, CommonRound::kMostParts> actions;
    for (std::size_t part = 0; part < round.parts().size(); ++part) {
      actions[part] = &round.parts()[part].rest[which];
    }
    for (Rank i = 0; i < count; ++i, round.next(at)) {
      visit(i, place(round, *actions[at.part], first + i));
    }
  }

  /// Of the message that a rank takes.
  [[nodiscard]] std::size_t place(const CommonRound& round, const CommonRound::Action& action, Rank rank) const {
    return action.slot * index(ranks_) + index(round.peer(action, rank));
  }

  [[nodiscard]] CostClass class_at(std::size_t place) {
    return all_.service.one_class() ? all_.service.class_of(0, 1) : sent_[0].classes[place];
  }

  StepRanks<kForm>& all_;
  const Rank ranks_;
  std::vector<CommonRound> rounds_;
  CommonRound before_{0};        // the one before the last of a series
  std::size_t common_ = 0;       // of rounds_, or as many as there may be: what ranks have in common so far
  bool everybody_ends_ = false;  // behind these
  bool is_first_ = true;         // nothing has been pulled before
  LockStepEnd end_;
  std::array<Sent, 2> sent_;  // in the round that is taken, and in the next one
};

}  // namespace ringwood
