#include "schedule/executor.hpp"

#include <cstring>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

std::size_t size(Bytes bytes) {
  return static_cast<std::size_t>(bytes);
}

std::string place(const Plan& plan, Lane lane, std::size_t round) {
  return (plan.strands().size() == 1 ? "" : "lane " + std::to_string(lane) + ", ") + "round " + std::to_string(round);
}

[[noreturn]] void fail(const Plan& plan, Lane lane, std::size_t round, const Error& error) {
  throw Error(error.kind(),
              "rank " + std::to_string(plan.rank()) + ", " + place(plan, lane, round) + ": " + error.what());
}

}  // namespace

Executor::Job::Job(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
                   MessageLog* log)
    : plan_(&plan),
      reduction_(reduction),
      transport_(&transport),
      log_(log),
      send_(buffers.send),
      written_{nullptr, buffers.receive, buffers.scratch} {
  if (reduction == nullptr && plan.reduces()) {
    throw Error(ErrorKind::kUsage, "rank " + std::to_string(plan.rank()) + ": this collective needs a reduction");
  }
}

inline const std::byte* Executor::Job::read(Address address) const {
  return address.memory == Memory::kSend ? send_ + address.offset : written(address);
}

inline std::byte* Executor::Job::written(Address address) const {
  return written_[static_cast<std::size_t>(address.memory)] + address.offset;
}

/// Starts a round's transfers. Returns how many.
inline std::uint32_t Executor::Job::start(const PlanRound& round, Lane lane) const {
  for (const Transfer& transfer : plan_->transfers(round.receives)) {
    transport_->start_receive(transfer.peer, lane, {written(transfer.address), size(transfer.bytes)});
  }
  apply(plan_->effects(round.packs));
  for (const Transfer& transfer : plan_->transfers(round.sends)) {
    transport_->start_send(transfer.peer, lane, {read(transfer.address), size(transfer.bytes)});
    if (log_ != nullptr) {
      log_->push_back({plan_->rank(), transfer.peer, lane, transfer.bytes});
    }
  }
  return round.receives.end - round.receives.begin + round.sends.end - round.sends.begin;
}

inline void Executor::Job::apply(std::span<const Effect> effects) const {
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

/// The usual plan of one lane in one go: the transport is all that costs.
void Executor::execute_one_lane(const Job& job) const {
  const PlanStrand& strand = job.plan().strands().front();
  const std::span<const PlanRound> rounds = job.plan().rounds(strand);
  std::size_t index = 0;
  try {
    for (; index < rounds.size(); ++index) {
      const PlanRound& round = rounds[index];
      show(index);
      const std::uint32_t pending = job.start(round, strand.lane);
      job.transport().wait_all(pending);
      job.apply(job.plan().effects(round.effects));
    }
  } catch (const Error& error) {
    fail(job.plan(), strand.lane, index, error);
  }
}

void Executor::begin(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
                     MessageLog* log) {
  job_ = Job(plan, buffers, reduction, transport, log);
  strands_.assign(plan.strands().size(), Strand{});
  strand_of_ticket_.clear();
  strand_of_ticket_.reserve(plan.transfer_count());
  ready_.clear();
  ready_.reserve(plan.strands().size());
  ended_ = false;
  job_.apply(plan.start());
  begin_strand(0, 0);
  run_ready();
}

template <typename Ask>
auto Executor::ask(Ask transport) const {
  try {
    return transport(job_.transport());
  } catch (const Error& error) {
    throw Error(error.kind(), where() + ": " + error.what());
  }
}

bool Executor::advance() {
  while (!ended_) {
    const auto ticket = ask([](Transport& transport) { return transport.test_any(); });
    if (!ticket) {
      return false;
    }
    arrived(strand_of_ticket_[*ticket]);
    run_ready();
  }
  return true;
}

void Executor::execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
                       MessageLog* log) {
  if (plan.strands().size() == 1) {
    const Job job(plan, buffers, reduction, transport, log);
    job.apply(plan.start());
    execute_one_lane(job);
    job.apply(plan.finish());
    return;
  }
  begin(plan, buffers, reduction, transport, log);
  while (!ended_) {
    arrived(strand_of_ticket_[ask([](Transport& asked) { return asked.wait_any(); })]);
    run_ready();
  }
}

std::string Executor::where() const {
  constexpr int kNamed = 4;
  int named = 0;
  std::string text = "rank " + std::to_string(job_.plan().rank());
  for (const Strand& strand : strands_) {
    if (strand.pending == 0 || strand.forked) {
      continue;
    }
    const auto index = static_cast<std::size_t>(&strand - strands_.data());
    if (named == kNamed) {
      return text + "; ...";
    }
    text += (named++ == 0 ? ", " : "; ") + place(job_.plan(), job_.plan().strands()[index].lane, strand.round);
  }
  return text;
}

void Executor::run_ready() {
  while (!ready_.empty()) {
    const std::uint32_t strand = ready_.back();
    ready_.pop_back();
    go_on(strand);
  }
}

void Executor::arrived(std::uint32_t index) {
  ++arrivals_;
  if (--strands_[index].pending == 0) {
    ready_.push_back(index);
  }
}

void Executor::begin_strand(std::uint32_t index, std::uint32_t parent) {
  strands_[index] = {.round = 0, .pending = 0, .parent = parent, .forked = false};
  if (job_.plan().strands()[index].rounds.empty()) {
    end_strand(index);
  } else {
    start_round(index);
  }
}

void Executor::start_round(std::uint32_t index) {
  Strand& strand = strands_[index];
  const PlanStrand& planned = job_.plan().strands()[index];
  show(strand.round);
  try {
    strand.pending = job_.start(job_.plan().rounds(planned)[strand.round], planned.lane);
  } catch (const Error& error) {
    fail(job_.plan(), planned.lane, strand.round, error);
  }
  strand_of_ticket_.insert(strand_of_ticket_.end(), strand.pending, index);
  if (strand.pending == 0) {
    ready_.push_back(index);
  }
}

// Nothing that the strand's round waits for is left.
void Executor::go_on(std::uint32_t index) {
  Strand& strand = strands_[index];
  const std::span<const PlanRound> rounds = job_.plan().rounds(job_.plan().strands()[index]);
  const PlanRound& round = rounds[strand.round];
  if (!strand.forked) {
    job_.apply(job_.plan().effects(round.effects));
    if (!round.fork.empty()) {
      strand.forked = true;
      strand.pending = round.fork.end - round.fork.begin;
      for (std::uint32_t lane = round.fork.begin; lane < round.fork.end; ++lane) {
        begin_strand(lane, index);
      }
      return;
    }
  }
  strand.forked = false;
  if (++strand.round < rounds.size()) {
    start_round(index);
  } else {
    end_strand(index);
  }
}

void Executor::end_strand(std::uint32_t index) {
  if (index != 0) {
    arrived(strands_[index].parent);
    return;
  }
  ended_ = true;
  job_.apply(job_.plan().finish());
}

void execute(const Plan& plan, const Buffers& buffers, const Reduction* reduction, Transport& transport,
             MessageLog* log) {
  Executor().execute(plan, buffers, reduction, transport, log);
}

}  // namespace ringwood
