// Data flow for ranks that go in step: in each turn a rank takes the messages of its round, goes on to the next one and
// sends. What a turn does is done for a group of neighbours, one thing after the other: their messages are looked up,
// their clocks advanced, their programs resumed, their sends served. Where neighbours do alike, clocks are advanced by
// vectors (clock_arrays.hpp), and rounds that repeat are repeated without asking the programs.
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
#include "sim/step_group.hpp"
#include "sim/step_mail.hpp"
#include "sim/step_service.hpp"

namespace ringwood {

namespace {

template <LogGopsForm kForm>
class InStep {
 public:
  explicit InStep(const SimulationInput& input)
      : input_(input),
        ranks_(input.schedule.ranks()),
        bytes_(input.layout),
        instance_(input.schedule),
        service_(input),
        programs_(static_cast<std::size_t>(ranks_)),
        mail_(ranks_),
        due_(ranks_),
        wanted_(programs_.size()),
        rounds_(programs_.size()),
        running_(ranks_) {}

  [[nodiscard]] std::optional<SimulationReport> run() {
    for (Rank first = 0; first < ranks_ && !gave_up_; first += kBlock) {
      for (Rank rank = first; rank < std::min(first + kBlock, ranks_); ++rank) {
        programs_[index(rank)] = instance_.program(rank);
        due_.add(rank / kGroup, bit(rank % kGroup));
      }
      go_on_in_block(due_.next_block(first / kBlock));
    }
    for (bool any = true; any && !gave_up_;) {
      any = false;
      for (Rank block = due_.next_block(0); block >= 0 && !gave_up_; block = due_.next_block(block + 1)) {
        any = true;
        go_on_in_block(block);
      }
    }
    // Of a deadlock another engine says whose it is.
    return gave_up_ || running_ > 0 || mail_.any() ? std::nullopt : std::optional(report());
  }

 private:
  template <typename Value>
  using OfRanks = std::vector<Value, HugePageAllocator<Value>>;

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
    if (!alike_.empty() && alike_[index(group)].left > 0) {
      if (!mail_.take_from_each(first, count, &wanted_[index(first)], taken_)) {
        return;
      }
      service_.receive(taken_, first, count, reduces);
      send_alike(first, count, alike_[index(group)]);
    } else {
      take_messages(first, count, due);
      service_.receive(taken_, first, count, reduces);
      pull_rounds(first, count);
    }
    if (!gave_up_) {
      service_.send(sent_, false);
      deliver();
    }
    gave_up_ |= service_.too_late();
  }

  [[nodiscard]] static std::uint64_t all_of(Rank count) {
    return ~std::uint64_t{0} >> static_cast<unsigned>(64 - count);
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

  void pull_rounds(Rank first, Rank count) {
    std::uint64_t again = 0;
    alike_count_ = 0;
    for (std::size_t i = 0; i < going_count_; ++i) {
      const Rank rank = going_[i];
      Wanted& wanted = wanted_[index(rank)];
      if (wanted.next() != 0 && !finish_round(rank, wanted)) [[unlikely]] {
        continue;
      }
      programs_[std::min(index(rank) + kAhead, programs_.size() - 1)].prefetch();
      Program& program = programs_[index(rank)];
      switch (program.advance()) {
        case Step::kRound:
          begin_round(rank, wanted, program);
          again |= bit(rank - first);
          break;
        case Step::kFork:
          gave_up_ = true;
          return;
        case Step::kEnd:
          program = Program();  // its frame is the next one's
          wanted.peer = kEnded;
          --running_;
          break;
      }
    }
    due_.add(first / kGroup, again);
    sent_.alike = sent_.count == index(count) && different_ == 0;
    if (alike_count_ == count && alike_different_ == 0) {
      begin_alike(first, count);
    }
  }

  [[gnu::always_inline]] void begin_round(Rank rank, Wanted& wanted, Program& program) {
    const std::span<const Operation> round = program.round();
    if (round.size() == 2 && round[0].kind == OperationKind::kSend &&
        (round[1].kind == OperationKind::kReceive || round[1].kind == OperationKind::kReceiveReduce)) [[likely]] {
      const Bytes sent = bytes_.of(round[0].chunks);
      const Bytes received = bytes_.of(round[1].chunks);
      if (sent > 0 && received > 0) [[likely]] {
        add_send(rank, round[0].peer, sent);
        want(wanted, round[1], received, 0);
        ++rounds_[index(rank)];
        if (program.alike() > 0) {
          compare(rank, round[0].peer, {sent, received, 0, program.alike(), wanted.rest});
        }
        return;
      }
    }
    begin_any_round(rank, wanted, round);
  }

  /// Whether the ranks of a group all repeat the same.
  [[gnu::noinline]] void compare(Rank rank, Rank peer, AlikeGroup alike) {
    alike.distance = modulo(peer - rank, ranks_);
    if (alike_count_++ == 0) {
      candidate_ = alike;
      alike_different_ = bytes_.all_alike() ? 0 : 1;  // chunks may be of several sizes
    }
    alike_different_ |= alike.difference(candidate_);
  }

  void begin_alike(Rank first, Rank count) {
    if (alike_.empty()) {
      alike_.resize(index((ranks_ + kGroup - 1) / kGroup));
    }
    alike_[index(first / kGroup)] = candidate_;
    for (Rank rank = first; rank < first + count; ++rank) {
      rounds_[index(rank)] += static_cast<std::int32_t>(candidate_.left);
      programs_[index(rank)].skip(candidate_.left);
    }
  }

  void send_alike(Rank first, Rank count, AlikeGroup& alike) {
    --alike.left;
    for (Rank i = 0; i < count; ++i) {
      const Rank peer = first + i + alike.distance - (first + i + alike.distance < ranks_ ? 0 : ranks_);
      sent_.ranks[index(i)] = first + i;
      sent_.peers[index(i)] = peer;
      sent_.bytes[index(i)] = alike.sent;
      sent_.classes[index(i)] = service_.class_of(first + i, peer);
      different_ |= sent_.classes[index(i)] ^ sent_.classes[0];
      outside_ |= index(peer ^ block_);
    }
    sent_.count = index(count);
    sent_.alike = different_ == 0;
    due_.add(first / kGroup, all_of(count));
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

  [[nodiscard]] SimulationReport report() {
    SimulationReport report;
    report.finish.resize(input_.mapping.size());
    service_.write(report);
    report.rounds = *std::max_element(rounds_.begin(), rounds_.end());
    report.memory = instance_.reserved() + service_.reserved() + mail_.reserved() + due_.reserved() +
                    alike_.size() * sizeof(AlikeGroup) +
                    programs_.size() * (sizeof(Program) + sizeof(Wanted) + sizeof(std::int32_t));
    report.engine = Engine::kDataFlow;
    report.evaluated = ranks_;
    return report;
  }

  static constexpr std::size_t kAhead = 8;  // ranks whose frames are on their way into the cache
  const SimulationInput& input_;
  const Rank ranks_;
  const ChunkBytes bytes_;
  ScheduleInstance instance_;
  StepService<kForm> service_;
  OfRanks<Program> programs_;
  StepMail mail_;
  DueRanks due_;
  OfRanks<Wanted> wanted_;
  OfRanks<std::int32_t> rounds_;
  std::vector<AlikeGroup> alike_;  // of each group; empty until there is one
  // Of the group whose turn it is.
  Messages taken_;
  Messages sent_;
  std::array<Rank, kGroup> going_;  // those that go on to their next round
  std::size_t going_count_ = 0;
  std::uint64_t different_ = 0;  // not 0: what is sent is not alike
  AlikeGroup candidate_;
  Rank alike_count_ = 0;  // ranks whose rounds repeat
  std::int64_t alike_different_ = 0;
  Rank block_ = 0;           // the first rank of its block
  std::size_t outside_ = 0;  // at least kBlock if a peer was not in its block
  Rank running_;
  bool gave_up_ = false;
};

}  // namespace

std::optional<SimulationReport> run_in_step(const SimulationInput& input) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return InStep<LogGopsForm::kTextbook>(input).run();
    case LogGopsForm::kSimulator:
      return InStep<LogGopsForm::kSimulator>(input).run();
  }
  return std::nullopt;
}

}  // namespace ringwood
