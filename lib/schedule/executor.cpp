#include "schedule/executor.hpp"

#include <cstring>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// One execution: the plan's addresses turned into the user's.
class Execution {
 public:
  Execution(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport, MessageLog* log)
      : plan_(plan),
        reduction_(reduction),
        transport_(transport),
        log_(log),
        send_(buffers.send),
        written_{nullptr, buffers.receive, buffers.scratch} {}

  /// Starts a round's transfers. Returns how many.
  std::uint32_t start(const PlanRound& round, Lane lane) {
    for (const Transfer& transfer : plan_.transfers(round.receives)) {
      transport_.start_receive(transfer.peer, lane, {written(transfer.address), size(transfer.bytes)});
    }
    apply(plan_.effects(round.packs));
    for (const Transfer& transfer : plan_.transfers(round.sends)) {
      transport_.start_send(transfer.peer, lane, {read(transfer.address), size(transfer.bytes)});
      if (log_ != nullptr) {
        log_->push_back({plan_.rank(), transfer.peer, lane, transfer.bytes});
      }
    }
    return round.receives.end - round.receives.begin + round.sends.end - round.sends.begin;
  }

  void apply(std::span<const Effect> effects) {
    for (const Effect& effect : effects) {
      switch (effect.kind) {
        case Effect::Kind::kCopy:
          std::memmove(written(effect.result), read(effect.left), size(effect.bytes));
          break;
        case Effect::Kind::kReduce:
          reduction_->apply(read(effect.left), read(effect.right), written(effect.result),
                            size(effect.bytes / reduction_->element_size), reduction_->context);
          break;
      }
    }
  }

  void finish(const PlanRound& round) { apply(plan_.effects(round.effects)); }

  Transport& transport() { return transport_; }

 private:
  static std::size_t size(Bytes bytes) { return static_cast<std::size_t>(bytes); }

  const std::byte* read(Address address) const {
    return address.memory == Memory::kSend ? send_ + address.offset : written(address);
  }

  std::byte* written(Address address) const {
    return written_[static_cast<std::size_t>(address.memory)] + address.offset;
  }

  const Plan& plan_;
  const Reduction* reduction_;
  Transport& transport_;
  MessageLog* log_;
  const std::byte* send_;
  std::byte* written_[3];
};

[[noreturn]] void fail(const Plan& plan, Lane lane, std::size_t round, const Error& error) {
  throw Error(error.kind(), "rank " + std::to_string(plan.rank()) +
                                (plan.strands().size() == 1 ? "" : ", lane " + std::to_string(lane)) + ", round " +
                                std::to_string(round) + ": " + error.what());
}

/// The usual plan of one lane: the transport is all that costs.
void execute_one_lane(const Plan& plan, Execution& execution) {
  const PlanStrand& strand = plan.strands().front();
  const std::span<const PlanRound> rounds = plan.rounds(strand);
  std::size_t index = 0;
  try {
    for (; index < rounds.size(); ++index) {
      const PlanRound& round = rounds[index];
      const std::uint32_t pending = execution.start(round, strand.lane);
      execution.transport().wait_all(pending);
      execution.finish(round);
    }
  } catch (const Error& error) {
    fail(plan, strand.lane, index, error);
  }
}

}  // namespace

/// Several lanes in flight: whichever has all its transfers goes on.
class Executor::Lanes {
 public:
  Lanes(const Plan& plan, Executor& executor, Execution& execution)
      : plan_(plan),
        execution_(execution),
        strands_(executor.strands_),
        strand_of_ticket_(executor.strand_of_ticket_),
        ready_(executor.ready_) {
    strands_.assign(plan.strands().size(), Strand{});
    strand_of_ticket_.clear();
    strand_of_ticket_.reserve(plan.transfer_count());
    ready_.clear();
    ready_.reserve(plan.strands().size());
  }

  void run() {
    begin(0, 0);
    while (!ended_) {
      while (!ready_.empty()) {
        const std::uint32_t strand = ready_.back();
        ready_.pop_back();
        go_on(strand);
      }
      if (!ended_) {
        wait();
      }
    }
  }

 private:
  void wait() {
    try {
      arrived(strand_of_ticket_[execution_.transport().wait_any()]);
    } catch (const Error& error) {
      throw Error(error.kind(), "rank " + std::to_string(plan_.rank()) + ", " + where() + ": " + error.what());
    }
  }

  /// The rounds that transfers are missing in: "lane 0, round 5; lane 2, round 4"; of many, the first few.
  std::string where() const {
    constexpr int kNamed = 4;
    int named = 0;
    std::string text;
    for (std::size_t index = 0; index < strands_.size(); ++index) {
      const Strand& strand = strands_[index];
      if (strand.pending == 0 || strand.forked) {
        continue;
      }
      if (named++ == kNamed) {
        return text + "; ...";
      }
      text += (text.empty() ? "lane " : "; lane ") + std::to_string(plan_.strands()[index].lane) + ", round " +
              std::to_string(strand.round);
    }
    return text;
  }

  void arrived(std::uint32_t index) {
    if (--strands_[index].pending == 0) {
      ready_.push_back(index);
    }
  }

  void begin(std::uint32_t index, std::uint32_t parent) {
    const PlanStrand& planned = plan_.strands()[index];
    strands_[index] = {.round = 0, .pending = 0, .parent = parent, .forked = false};
    if (planned.rounds.empty()) {
      end(index);
    } else {
      start_round(index);
    }
  }

  void start_round(std::uint32_t index) {
    Strand& strand = strands_[index];
    const PlanStrand& planned = plan_.strands()[index];
    try {
      strand.pending = execution_.start(plan_.rounds(planned)[strand.round], planned.lane);
    } catch (const Error& error) {
      fail(plan_, planned.lane, strand.round, error);
    }
    strand_of_ticket_.insert(strand_of_ticket_.end(), strand.pending, index);
    if (strand.pending == 0) {
      ready_.push_back(index);
    }
  }

  // Nothing that the strand's round waits for is left.
  void go_on(std::uint32_t index) {
    Strand& strand = strands_[index];
    const std::span<const PlanRound> rounds = plan_.rounds(plan_.strands()[index]);
    const PlanRound& round = rounds[strand.round];
    if (!strand.forked) {
      execution_.finish(round);
      if (!round.fork.empty()) {
        strand.forked = true;
        strand.pending = round.fork.end - round.fork.begin;
        for (std::uint32_t lane = round.fork.begin; lane < round.fork.end; ++lane) {
          begin(lane, index);
        }
        return;
      }
    }
    strand.forked = false;
    if (++strand.round < rounds.size()) {
      start_round(index);
    } else {
      end(index);
    }
  }

  void end(std::uint32_t index) {
    if (index == 0) {
      ended_ = true;
    } else {
      arrived(strands_[index].parent);
    }
  }

  const Plan& plan_;
  Execution& execution_;
  std::vector<Strand>& strands_;
  std::vector<std::uint32_t>& strand_of_ticket_;
  std::vector<std::uint32_t>& ready_;
  bool ended_ = false;
};

void Executor::execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
                       MessageLog* log) {
  if (reduction == nullptr && plan.reduces()) {
    throw Error(ErrorKind::kUsage, "rank " + std::to_string(plan.rank()) + ": this collective needs a reduction");
  }
  Execution execution(plan, buffers, reduction, transport, log);
  execution.apply(plan.start());
  if (plan.strands().size() == 1) {
    execute_one_lane(plan, execution);
  } else {
    Lanes(plan, *this, execution).run();
  }
  execution.apply(plan.finish());
}

void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
             MessageLog* log) {
  Executor().execute(plan, buffers, reduction, transport, log);
}

}  // namespace ringwood
