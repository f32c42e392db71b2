// Data flow for ranks that go in step: in each turn a rank takes the messages of its round, goes on to the next one and
// sends. What a turn does is done for a group of neighbours, one thing after the other: their messages are looked up,
// their clocks advanced, their programs resumed, their sends served. Where neighbours do alike, clocks are advanced by
// vectors (clock_arrays.hpp). For as long as all ranks do alike, LockStep goes ahead.
//
// Posted order fixes the order of everything that one rank does, so that the order in which ranks are visited is free,
// and every time is what any other engine computes. A rank that has to wait is asked again when a message has come.

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/due_ranks.hpp"
#include "sim/engine.hpp"
#include "sim/lock_step.hpp"
#include "sim/step_group.hpp"
#include "sim/step_mail.hpp"
#include "sim/step_service.hpp"

namespace ringwood {

namespace {

template <LogGopsForm kForm>
class InStep {
 public:
  explicit InStep(StepRanks<kForm>& all)
      : all_(all),
        ranks_(all.ranks),
        bytes_(all.bytes),
        service_(all.service),
        programs_(all.programs),
        mail_(ranks_),
        due_(ranks_),
        wanted_(programs_.size()),
        rounds_(programs_.size()),
        running_(ranks_) {}

  /// From where ranks in lock-step stopped. False: another engine has to do it.
  [[nodiscard]] bool run() {
    for (Rank first = 0; first < ranks_ && !gave_up_; first += kBlock) {
      for (Rank rank = first; rank < std::min(first + kBlock, ranks_); ++rank) {
        programs_[index(rank)] = all_.start(rank);
        due_.add(rank / kGroup, bit(rank % kGroup));
      }
      if (const Rank block = due_.next_block(first / kBlock); block >= 0) {
        go_on_in_block(block);
      }
    }
    for (bool any = true; any && !gave_up_;) {
      any = false;
      for (Rank block = due_.next_block(0); block >= 0 && !gave_up_; block = due_.next_block(block + 1)) {
        any = true;
        go_on_in_block(block);
      }
    }
    // Of a deadlock another engine says whose it is.
    return !gave_up_ && running_ == 0 && !mail_.any();
  }

  [[nodiscard]] std::int32_t rounds() const { return *std::max_element(rounds_.begin(), rounds_.end()); }

  /// Bytes that it takes besides what it was given.
  [[nodiscard]] std::size_t reserved() const {
    return mail_.reserved() + due_.reserved() + programs_.size() * (sizeof(Wanted) + sizeof(std::int32_t));
  }

 private:
  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  [[nodiscard]] static std::uint64_t bit(Rank rank) { return std::uint64_t{1} << static_cast<unsigned>(rank); }

  void go_on_in_block(Rank block) {
    block_ = block * kBlock;
    const Rank end = (std::min(block_ + kBlock, ranks_) + kGroup - 1) / kGroup;
    bool any = true;
    do {
      any = false;
      outside_ = 0;
      for (Rank group = block_ / kGroup; group < end && !gave_up_; ++group) {
        if (const std::uint64_t due = due_.take(group); due != 0) {
          any = true;
          turn(group, due);
        }
      }
    } while (any && !gave_up_ && outside_ < kBlock);
    if (any) {
      due_.leave(block);
    }
  }

  void turn(Rank group, std::uint64_t due) {
    const Rank first = group * kGroup;
    const Rank count = std::min(kGroup, ranks_ - first);
    const auto reduces = [this](Rank rank) { return wanted_[index(rank)].reduces(); };
    sent_.count = 0;
    different_ = 0;
    take_messages(first, count, due);
    service_.receive(taken_, first, count, reduces);
    pull_rounds(first, count);
    if (!gave_up_) {
      service_.send(sent_, false);
      deliver();
    }
    gave_up_ |= service_.gives_up();
  }

  void take_messages(Rank first, Rank count, std::uint64_t due) {
    Messages& taken = taken_;
    std::size_t messages = 0;
    std::size_t going = 0;
    std::uint64_t different = 0;
    StepMail::Message slot;
    for (; due != 0; due &= due - 1) {
      const Rank rank = first + std::countr_zero(due);
      const Wanted& wanted = wanted_[index(rank)];
      if (wanted.peer >= 0) [[likely]] {
        if (!mail_.take(rank, wanted.peer, slot)) {
          continue;
        }
        taken.heads[messages] = slot.head;
        taken.ranks[messages] = rank;
        taken.classes[messages] = slot.cost_class;
        taken.bytes[messages] = wanted.bytes;
        different |= static_cast<std::uint64_t>(wanted.bytes ^ taken.bytes[0]) | (slot.cost_class ^ taken.classes[0]) |
                     (wanted.rest ^ wanted_[index(first)].rest);
        ++messages;
      } else if (wanted.peer == kEnded) {
        continue;
      }
      going_[going++] = rank;
    }
    taken.count = messages;
    taken.alike = messages == index(count) && different == 0;
    going_count_ = going;
  }

  /// The rest of a round that takes more than a message. False: there is something that it has to wait for.
  [[gnu::noinline]] bool finish_round(Rank rank, Wanted& wanted) {
    const std::span<const Operation> round = programs_[index(rank)].round();
    for (std::size_t i = wanted.next() - 1U; i < round.size(); ++i) {
      const Operation& operation = round[i];
      const Bytes bytes = operation.kind == OperationKind::kSend ? 0 : bytes_.of(operation.chunks);
      if (bytes == 0 || operation.kind == OperationKind::kCopy) {
        continue;
      }
      if (operation.kind == OperationKind::kReduce) {
        service_.reduce(rank, bytes);
        continue;
      }
      want(wanted, operation, bytes, i + 2);
      StepMail::Message message;
      if (!mail_.take(rank, wanted.peer, message)) {
        return false;
      }
      service_.receive(rank, message.head, message.cost_class, bytes, wanted.reduces());
    }
    return true;
  }

  [[gnu::always_inline]] void want(Wanted& wanted, const Operation& operation, Bytes bytes, std::size_t next) {
    look_at(operation.peer);
    wanted.bytes = bytes;
    wanted.peer = operation.peer;
    wanted.rest = Wanted::rest_of(next, operation.kind == OperationKind::kReceiveReduce);
  }

  /// Of bad peers other engines say whose they are.
  [[gnu::always_inline]] void look_at(Rank peer) {
    outside_ |= index(peer ^ block_);
    gave_up_ |= static_cast<std::uint32_t>(peer) >= static_cast<std::uint32_t>(ranks_);
  }

  /// Goes about what a program was advanced to. Whether it goes on.
  [[gnu::always_inline]] bool found(Rank rank, Step step) {
    Program& program = programs_[index(rank)];
    switch (step) {
      case Step::kRound:
        begin_round(rank, wanted_[index(rank)], program.round());
        return true;
      case Step::kFork:
        gave_up_ = true;
        return false;
      case Step::kEnd:
        program = Program();  // its frame is the next one's
        wanted_[index(rank)].peer = kEnded;
        --running_;
        return false;
    }
    return false;
  }

  void pull_rounds(Rank first, Rank count) {
    std::uint64_t again = 0;
    for (std::size_t i = 0; i < going_count_; ++i) {
      const Rank rank = going_[i];
      Wanted& wanted = wanted_[index(rank)];
      if (wanted.next() != 0 && !finish_round(rank, wanted)) [[unlikely]] {
        continue;
      }
      programs_[std::min(index(rank) + StepRanks<kForm>::kAhead, programs_.size() - 1)].prefetch();
      again |= found(rank, programs_[index(rank)].advance()) ? bit(rank - first) : 0;
    }
    due_.add(first / kGroup, again);
    sent_.alike = sent_.count == index(count) && different_ == 0;
  }

  [[gnu::always_inline]] void begin_round(Rank rank, Wanted& wanted, std::span<const Operation> round) {
    if (round.size() == 2 && round[0].kind == OperationKind::kSend &&
        (round[1].kind == OperationKind::kReceive || round[1].kind == OperationKind::kReceiveReduce)) [[likely]] {
      const Bytes sent = bytes_.of(round[0].chunks);
      const Bytes received = bytes_.of(round[1].chunks);
      if (sent > 0 && received > 0) [[likely]] {
        add_send(rank, round[0].peer, sent);
        want(wanted, round[1], received, 0);
        ++rounds_[index(rank)];
        return;
      }
    }
    begin_any_round(rank, wanted, round);
  }

  [[gnu::noinline]] void begin_any_round(Rank rank, Wanted& wanted, std::span<const Operation> round) {
    wanted = {};
    bool carries = false;
    bool has_first = false;  // of what is not a send
    for (std::size_t i = 0; i < round.size(); ++i) {
      const Operation& operation = round[i];
      const Bytes bytes = bytes_.of(operation.chunks);
      if (bytes == 0) {
        continue;
      }
      carries = true;
      if (operation.kind == OperationKind::kSend) {
        add_send(rank, operation.peer, bytes);
      } else if (operation.kind != OperationKind::kCopy) {
        if (!has_first && operation.kind != OperationKind::kReduce) {
          want(wanted, operation, bytes, 0);
        } else if (wanted.next() == 0) {
          wanted.rest = Wanted::rest_of(i + 1, wanted.reduces());
        }
        has_first = true;
      }
    }
    rounds_[index(rank)] += carries ? 1 : 0;
  }

  [[gnu::always_inline]] void add_send(Rank rank, Rank peer, Bytes bytes) {
    look_at(peer);
    if (gave_up_) [[unlikely]] {
      return;
    }
    if (sent_.count == kMostMessages) [[unlikely]] {
      make_room();
    }
    mail_.prefetch(peer);
    const CostClass cost_class = service_.class_of(rank, peer);
    const std::size_t i = sent_.count++;
    sent_.ranks[i] = rank;
    sent_.peers[i] = peer;
    sent_.classes[i] = cost_class;
    sent_.bytes[i] = bytes;
    different_ |= static_cast<std::uint64_t>(bytes ^ sent_.bytes[0]) | (cost_class ^ sent_.classes[0]) |
                  (static_cast<std::uint64_t>(rank - sent_.ranks[0]) ^ i);
  }

  [[gnu::noinline]] void make_room() {
    sent_.alike = false;
    service_.send(sent_, true);
    deliver();
    sent_.count = 0;
    different_ = 1;
  }

  /// Neighbours send to neighbours, mostly: these become due together.
  void deliver() {
    Rank group = kNobody;
    std::uint64_t receivers = 0;
    for (std::size_t i = 0; i < sent_.count; ++i) {
      const Rank peer = sent_.peers[i];
      mail_.deliver(peer, sent_.heads[i], sent_.ranks[i], sent_.classes[i]);
      if (peer / kGroup != group) {
        if (receivers != 0) {
          due_.add(group, receivers);
        }
        group = peer / kGroup;
        receivers = 0;
      }
      receivers |= bit(peer % kGroup);
    }
    if (receivers != 0) {
      due_.add(group, receivers);
    }
  }

  const StepRanks<kForm>& all_;
  const Rank ranks_;
  const ChunkBytes& bytes_;
  StepService<kForm>& service_;
  OfRanks<Program>& programs_;
  StepMail mail_;
  DueRanks due_;
  OfRanks<Wanted> wanted_;
  OfRanks<std::int32_t> rounds_;
  // Of the group whose turn it is.
  Messages taken_;
  Messages sent_;
  std::array<Rank, kGroup> going_;  // those that go on to their next round
  std::size_t going_count_ = 0;
  std::uint64_t different_ = 0;  // not 0: what is sent is not alike
  Rank block_ = 0;               // the first rank of its block
  std::size_t outside_ = 0;      // at least kBlock if a peer was not in its block
  Rank running_;
  bool gave_up_ = false;
};

template <LogGopsForm kForm>
[[nodiscard]] std::optional<SimulationReport> run_form(const SimulationInput& input) {
  StepRanks<kForm> all(input);
  const LockStepEnd end = LockStep<kForm>(all).run();
  SimulationReport report;
  report.rounds = end.rounds;
  report.memory = end.reserved;
  if (all.service.gives_up()) {
    return std::nullopt;
  }
  if (!end.everybody_ended) {
    InStep<kForm> rest(all);
    if (!rest.run()) {
      return std::nullopt;
    }
    report.rounds += rest.rounds();
    report.memory = std::max(report.memory, rest.reserved());
  }
  report.memory += all.reserved();
  report.finish.resize(input.mapping.size());
  all.service.write(report);
  report.engine = Engine::kDataFlow;
  report.evaluated = all.ranks;
  return report;
}

}  // namespace

std::optional<SimulationReport> run_in_step(const SimulationInput& input) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return run_form<LogGopsForm::kTextbook>(input);
    case LogGopsForm::kSimulator:
      return run_form<LogGopsForm::kSimulator>(input);
  }
  return std::nullopt;
}

}  // namespace ringwood
