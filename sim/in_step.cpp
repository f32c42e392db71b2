// Data flow for ranks that go in step: in each turn a rank takes the messages of its round, goes on to the next one and
// sends. What a turn does is done for a group of neighbours, one thing after the other: their messages are looked up,
// their clocks advanced, their programs resumed, their sends served. Where neighbours do alike, as they do in nearly
// every algorithm that is the same for all ranks, clocks are advanced by vectors (clock_arrays.hpp).
//
// Posted order fixes the order of everything that one rank does, so that the order in which ranks are visited is free,
// and every time is what any other engine computes. A rank that has to wait is asked again in the next turn. Where that
// comes to many questions, or chunks are of several sizes, nothing is gained: then there is no result.

#include <algorithm>
#include <array>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/clock_arrays.hpp"
#include "sim/engine.hpp"
#include "sim/kept_charges.hpp"
#include "sim/step_group.hpp"
#include "sim/step_mail.hpp"

namespace ringwood {

namespace {

constexpr Rank kBlock = 1024;  // ranks that go on as long as they talk among themselves: in the second-level cache
constexpr std::size_t kMostSizes = 1U << 16U;    // of messages
constexpr std::int64_t kQuestionsAMessage = 16;  // of ranks that wait

template <LogGopsForm kForm>
class InStep {
 public:
  explicit InStep(const SimulationInput& input)
      : input_(input),
        ranks_(input.schedule.ranks()),
        bytes_(input.layout),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma),
        clocks_(ranks_),
        programs_(static_cast<std::size_t>(ranks_)),
        mail_(ranks_),
        wanted_(programs_.size()),
        bytes_sent_(programs_.size()),
        rounds_(programs_.size()),
        running_(ranks_) {}

  [[nodiscard]] std::optional<SimulationReport> run() {
    for (Rank first = 0; first < ranks_ && !gave_up_; first += kBlock) {
      for (Rank rank = first; rank < std::min(first + kBlock, ranks_); ++rank) {
        programs_[index(rank)] = instance_.program(rank);
      }
      go_on_in_block(first);
    }
    while (running_ > 0 && !gave_up_) {
      const std::int64_t before = went_on_;
      for (Rank first = 0; first < ranks_ && !gave_up_; first += kBlock) {
        go_on_in_block(first);
      }
      // Of a deadlock another engine says whose it is.
      gave_up_ = gave_up_ || went_on_ == before || questions_ > kQuestionsAMessage * (messages_ + ranks_);
    }
    return gave_up_ || mail_.any() ? std::nullopt : std::optional(report());
  }

 private:
  template <typename Value>
  using OfRanks = std::vector<Value, HugePageAllocator<Value>>;

  [[nodiscard]] static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  void go_on_in_block(Rank first) {
    const Rank end = std::min(first + kBlock, ranks_);
    std::int64_t before = went_on_;
    do {
      before = went_on_;
      outside_ = 0;
      for (Rank group = first; group < end && !gave_up_; group += kGroup) {
        turn(group, std::min(kGroup, end - group));
      }
    } while (!gave_up_ && went_on_ != before && outside_ < kBlock);
  }

  void turn(Rank first, Rank count) {
    take_messages(first, count);
    serve_taken(first, count);
    pull_rounds(first, count);
    serve_sent(first, count);
    deliver();
  }

  void take_messages(Rank first, Rank count) {
    Messages& taken = taken_;
    std::size_t messages = 0;
    std::size_t going = 0;
    std::uint64_t different = 0;
    StepMail::Message slot;
    for (Rank rank = first; rank < first + count; ++rank) {
      const Wanted& wanted = wanted_[index(rank)];
      if (wanted.peer >= 0) [[likely]] {
        if (!mail_.take(rank, wanted.peer, slot)) {
          ++questions_;
          continue;
        }
        taken.heads[messages] = slot.head;
        taken.ranks[messages] = rank;
        taken.classes[messages] = slot.cost_class;
        taken.bytes[messages] = wanted.bytes;
        different |= static_cast<std::uint64_t>(wanted.bytes ^ taken.bytes[0]) | (slot.cost_class ^ taken.classes[0]);
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

  void note(const ServedTogether& served) {
    order_sensitive_ += served.order_sensitive;
    gave_up_ |= served.too_late;
  }

  void serve_taken(Rank first, Rank count) {
    const auto reduces = [this](Rank rank) { return wanted_[index(rank)].reduces; };
    bool alike = taken_.alike;
    for (Rank rank = first; alike && rank < first + count; ++rank) {
      alike = reduces(rank) == reduces(first);
    }
    if (alike) {
      const ChargeTable::Entry& entry = charges_.of(taken_.classes[0], taken_.bytes[0]);
      note(clocks_.receive(kForm, first, count, entry, reduces(first), taken_.heads.data()));
      return;
    }
    for (std::size_t i = 0; i < taken_.count; ++i) {
      const Rank rank = taken_.ranks[i];
      serve_receive_of(rank, {taken_.heads[i], 0, taken_.classes[i]}, taken_.bytes[i], reduces(rank));
    }
  }

  void serve_receive_of(Rank rank, const StepMail::Message& message, Bytes bytes, bool reduces) {
    const ChargeTable::Entry& entry = charges_.of(message.cost_class, bytes);
    RankClocks clocks = clocks_.at(rank);
    order_sensitive_ += serve_receive<kForm>(clocks, message.head, entry.charges).order_sensitive ? 1 : 0;
    if (reduces) {
      serve_reduction(clocks, entry.reduction);
    }
    clocks_.set(rank, clocks);
    gave_up_ = gave_up_ || clocks.cpu > kLatestTime;
  }

  /// The rest of a round that takes more than a message. False: there is something that it has to wait for.
  bool finish_round(Rank rank, Wanted& wanted) {
    const std::span<const Operation> round = programs_[index(rank)].round();
    for (std::size_t i = wanted.next - 1U; i < round.size(); ++i) {
      const Operation& operation = round[i];
      const Bytes bytes = operation.kind == OperationKind::kSend ? 0 : bytes_.of(operation.chunks);
      if (bytes == 0 || operation.kind == OperationKind::kCopy) {
        continue;
      }
      if (operation.kind == OperationKind::kReduce) {
        RankClocks clocks = clocks_.at(rank);
        serve_reduction(clocks, charges_.reduction(bytes));
        clocks_.set(rank, clocks);
        continue;
      }
      wanted = wanted_by(operation, bytes, i + 2);
      StepMail::Message message;
      if (!mail_.take(rank, wanted.peer, message)) {
        return false;
      }
      serve_receive_of(rank, message, bytes, wanted.reduces);
    }
    return true;
  }

  [[nodiscard]] Wanted wanted_by(const Operation& operation, Bytes bytes, std::size_t next) {
    look_at(operation.peer);
    return {bytes, operation.peer, static_cast<std::uint8_t>(next), operation.kind == OperationKind::kReceiveReduce};
  }

  /// Of bad peers other engines say whose they are.
  [[gnu::always_inline]] void look_at(Rank peer) {
    outside_ |= index(peer ^ block_);
    gave_up_ |= static_cast<std::uint32_t>(peer) >= static_cast<std::uint32_t>(ranks_);
  }

  void pull_rounds(Rank first, Rank count) {
    block_ = first - first % kBlock;
    sent_.count = 0;
    different_ = 0;
    for (std::size_t i = 0; i < going_count_; ++i) {
      const Rank rank = going_[i];
      Wanted& wanted = wanted_[index(rank)];
      if (wanted.next != 0 && !finish_round(rank, wanted)) [[unlikely]] {
        continue;
      }
      ++went_on_;
      if (!repeated_.empty() && repeated_[index(rank)].left > 0) {
        Repeated& repeated = repeated_[index(rank)];
        --repeated.left;  // it waits for the same again
        add_send(rank, repeated.peer, repeated.bytes);
        continue;
      }
      programs_[std::min(index(rank) + kAhead, programs_.size() - 1)].prefetch();
      Program& program = programs_[index(rank)];
      switch (program.advance()) {
        case Step::kRound:
          begin_round(rank, wanted, program);
          break;
        case Step::kFork:
          gave_up_ = true;
          return;
        case Step::kEnd:
          program = Program();  // its frame is the next one's
          wanted = {0, kEnded, 0, false};
          --running_;
          break;
      }
    }
    sent_.alike = sent_.count == index(count) && different_ == 0;
  }

  [[gnu::always_inline]] void begin_round(Rank rank, Wanted& wanted, Program& program) {
    const std::span<const Operation> round = program.round();
    if (round.size() == 2 && round[0].kind == OperationKind::kSend &&
        (round[1].kind == OperationKind::kReceive || round[1].kind == OperationKind::kReceiveReduce)) [[likely]] {
      const Bytes sent = bytes_.of(round[0].chunks);
      const Bytes received = bytes_.of(round[1].chunks);
      if (sent > 0 && received > 0) [[likely]] {
        add_send(rank, round[0].peer, sent);
        wanted = wanted_by(round[1], received, 0);
        ++rounds_[index(rank)];
        if (program.alike() > 0) {
          repeat(rank, program, {sent, round[0].peer, program.alike()});
        }
        return;
      }
    }
    begin_any_round(rank, wanted, round);
  }

  void repeat(Rank rank, Program& program, const Repeated& repeated) {
    if (repeated_.empty()) {
      repeated_.resize(programs_.size());
    }
    repeated_[index(rank)] = repeated;
    rounds_[index(rank)] += static_cast<std::int32_t>(repeated.left);
    program.skip(repeated.left);
  }

  void begin_any_round(Rank rank, Wanted& wanted, std::span<const Operation> round) {
    wanted = {};
    bool carries = false;
    bool has_first = false;  // of what is not a send
    gave_up_ |= round.size() > kMostSends;
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
          wanted = wanted_by(operation, bytes, 0);
        } else if (wanted.next == 0) {
          wanted.next = static_cast<std::uint8_t>(i + 1);
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
    mail_.prefetch(peer);
    const CostClass cost_class = costs_.class_of(rank, peer);
    const std::size_t i = sent_.count++;
    sent_.ranks[i] = rank;
    sent_.peers[i] = peer;
    sent_.classes[i] = cost_class;
    sent_.bytes[i] = bytes;
    different_ |= static_cast<std::uint64_t>(bytes ^ sent_.bytes[0]) | (cost_class ^ sent_.classes[0]) |
                  (static_cast<std::uint64_t>(rank - sent_.ranks[0]) ^ i);
  }

  void serve_sent(Rank first, Rank count) {
    messages_ += static_cast<std::int64_t>(sent_.count);
    if (gave_up_ || sent_.count == 0) {
      return;
    }
    if (sent_.alike) {
      const ChargeTable::Entry& entry = charges_.of(sent_.classes[0], sent_.bytes[0]);
      note(clocks_.send(first, count, entry.charges, sent_.heads.data()));
      const auto begin = bytes_sent_.begin() + first;
      std::for_each(begin, begin + count, [&entry](Bytes& bytes) { bytes += entry.bytes; });
      return;
    }
    Rank last = -1;
    Picoseconds ready = 0;  // the start of the round
    for (std::size_t i = 0; i < sent_.count; ++i) {
      const Rank rank = sent_.ranks[i];
      RankClocks clocks = clocks_.at(rank);
      ready = rank == last ? ready : clocks.cpu;
      last = rank;
      const MessageCharges& charges = charges_.of(sent_.classes[i], sent_.bytes[i]).charges;
      const ServedSend served = serve_send(clocks, ready, charges);
      clocks_.set(rank, clocks);
      sent_.heads[i] = served.head;
      order_sensitive_ += served.order_sensitive ? 1 : 0;
      gave_up_ = gave_up_ || clocks.cpu > kLatestTime;
      bytes_sent_[index(rank)] += sent_.bytes[i];
    }
  }

  void deliver() {
    if (gave_up_) {
      return;
    }
    for (std::size_t i = 0; i < sent_.count; ++i) {
      mail_.deliver(sent_.peers[i], {sent_.heads[i], sent_.ranks[i], sent_.classes[i]});
    }
    gave_up_ = charges_.size() > kMostSizes;
  }

  [[nodiscard]] SimulationReport report() {
    SimulationReport report;
    report.finish.resize(input_.mapping.size());
    for (Rank rank = 0; rank < ranks_; ++rank) {
      report.finish[index(rank)] = clocks_.cpu(rank);
      report.rounds = std::max<std::int64_t>(report.rounds, rounds_[index(rank)]);
      report.bytes_sent_max = std::max(report.bytes_sent_max, bytes_sent_[index(rank)]);
      report.bytes_sent_total += bytes_sent_[index(rank)];
    }
    report.time = *std::max_element(report.finish.begin(), report.finish.end());
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
    report.memory = instance_.reserved() + clocks_.reserved() + repeated_.size() * sizeof(Repeated) +
                    programs_.size() * (sizeof(Program) + sizeof(Wanted) + sizeof(Bytes) + sizeof(std::int32_t));
    report.engine = Engine::kDataFlow;
    report.evaluated = ranks_;
    return report;
  }

  static constexpr std::size_t kAhead = 8;  // ranks whose frames are on their way into the cache

  const SimulationInput& input_;
  const Rank ranks_;
  const ChunkBytes bytes_;
  ScheduleInstance instance_;
  PairCosts costs_;
  KeptCharges charges_;
  ClockArrays clocks_;
  OfRanks<Program> programs_;
  StepMail mail_;
  OfRanks<Wanted> wanted_;
  OfRanks<Bytes> bytes_sent_;
  OfRanks<std::int32_t> rounds_;
  OfRanks<Repeated> repeated_;  // empty until there is one
  // Of the group whose turn it is.
  Messages taken_;
  Messages sent_;
  std::array<Rank, kGroup> going_;  // those that go on to their next round
  std::size_t going_count_ = 0;
  std::uint64_t different_ = 0;  // not 0: what is sent is not alike
  Rank block_ = 0;               // the first rank of its block
  std::size_t outside_ = 0;      // at least kBlock if a peer was not in its block
  Rank running_;
  std::int64_t went_on_ = 0;    // rounds that have ended
  std::int64_t questions_ = 0;  // of ranks that wait
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
  bool gave_up_ = false;
};

}  // namespace

std::optional<SimulationReport> run_in_step(const SimulationInput& input) {
  if (!ChunkBytes(input.layout).all_alike()) {
    return std::nullopt;  // neighbours would not do alike
  }
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return InStep<LogGopsForm::kTextbook>(input).run();
    case LogGopsForm::kSimulator:
      return InStep<LogGopsForm::kSimulator>(input).run();
  }
  return std::nullopt;
}

}  // namespace ringwood
