#include "formats/msccl_machine.hpp"

#include <algorithm>

#include "ringwood/error.hpp"

namespace ringwood::msccl {

RecordedSchedule Machine::run() {
  prepare();
  while (running_ > 0) {
    moved_ = false;
    for_each_thread([this](Thread& thread) { issue(thread); });
    for (bool more = true; more;) {
      more = false;
      for_each_thread([&](Thread& thread) { more = proceed(thread) || more; });
      moved_ = moved_ || more;
    }
    if (!moved_ && !make_room()) {
      report_stuck();
    }
    end_round();
  }
  check_all_received();
  deliver();
  return std::move(schedule_);
}

void Machine::prepare() {
  const auto ranks = static_cast<Rank>(program_.gpus.size());
  schedule_.collective = program_.collective;
  schedule_.algorithm = program_.name;
  schedule_.ranks = ranks;
  schedule_.root = program_.root;
  schedule_.chunks = program_.chunks * (program_.collective == Collective::kAlltoall ? ranks : 1);
  schedule_.programs.resize(program_.gpus.size());
  gpus_.resize(program_.gpus.size());
  std::set<Connection> senders;
  std::set<Connection> receivers;
  for (Rank me = 0; me < ranks; ++me) {
    Gpu& gpu = gpus_[static_cast<std::size_t>(me)];
    gpu.cells.emplace_back(program_, me);
    for (const Block& block : program_.gpus[static_cast<std::size_t>(me)].blocks) {
      gpu.threads.push_back({.gpu = me, .index = gpu.threads.size(), .block = &block});
      running_ += block.steps.empty() ? 0 : 1;
      if (block.send_peer >= 0 && !senders.insert({me, block.send_peer, block.channel}).second) {
        fail_at(name_, block.place, "a second thread block that sends to the same gpu on the same channel");
      }
      if (block.receive_peer >= 0 && !receivers.insert({block.receive_peer, me, block.channel}).second) {
        fail_at(name_, block.place, "a second thread block that receives from the same gpu on the same channel");
      }
    }
  }
}

bool Machine::may_start(const Thread& thread) {
  const Step& step = thread.block->steps[thread.next];
  return step.awaited_block < 0 || step.awaited_step < 0 ||
         gpu_of(thread).threads[static_cast<std::size_t>(step.awaited_block)].next >
             static_cast<std::size_t>(step.awaited_step);
}

void Machine::finish_step(Thread& thread) {
  ++thread.next;
  running_ -= ended(thread) ? 1 : 0;
}

std::size_t Machine::cell(Thread& thread, const Step& step, Buffer buffer, std::int64_t offset) {
  const auto found = cells_of(thread).find(buffer, offset);
  if (!found) {
    fail_at(name_, step.place, "offset " + std::to_string(offset) + " is not in its buffer");
  }
  return *found;
}

std::size_t Machine::source(Thread& thread, const Step& step, std::int64_t i) {
  return cell(thread, step, step.source, step.source_offset + i);
}

std::size_t Machine::target(Thread& thread, const Step& step, std::int64_t i) {
  return cell(thread, step, step.target, step.target_offset + i);
}

Location Machine::held(Thread& thread, const Step& step, std::size_t at) {
  const Location found = cells_of(thread).at(at);
  if (found.chunk < 0) {
    fail_at(name_, step.place, "gpu " + std::to_string(thread.gpu) + " reads a chunk that nobody has written");
  }
  return found;
}

/// A place for the chunk in the step's target, or one of its own for i = -1.
Location Machine::place_for(Thread& thread, const Step& step, std::int64_t i, Chunk chunk) {
  Cells& cells = cells_of(thread);
  const auto place = i < 0 ? cells.take(chunk) : cells.bind(target(thread, step, i), chunk);
  if (!place) {
    fail_at(name_, step.place,
            "more than 256 versions of one chunk on gpu " + std::to_string(thread.gpu) +
                ", which is more than a schedule has planes");
  }
  if (i >= 0) {
    cells.wrote(target(thread, step, i), step.place.line);
  }
  return *place;
}

bool Machine::may_write(Thread& thread, std::size_t at) {
  const Location& location = cells_of(thread).at(at);
  return cells_of(thread).unread(at) == 0 &&
         !gpu_of(thread).written_by_receives.contains({location.chunk, location.plane});
}

void Machine::check_same(const Thread& thread, const Step& step, Chunk own, Chunk incoming) const {
  if (own != incoming) {
    fail_at(name_, step.place,
            "gpu " + std::to_string(thread.gpu) + " reduces chunk " + std::to_string(incoming) +
                " of the vector into chunk " + std::to_string(own));
  }
}

// What a step adds a message to. Tools write where the sender had the chunk, which mostly is the same place here; where
// it is not, and the target has a version of the chunk, that is meant.
Location Machine::addend(Thread& thread, const Step& step, std::int64_t i, Chunk chunk) {
  const auto named = cells_of(thread).find(step.source, step.source_offset + i);
  if (!named || cells_of(thread).at(*named).chunk != chunk) {
    const auto meant = cells_of(thread).find(step.target, step.target_offset + i);
    if (meant && cells_of(thread).at(*meant).chunk == chunk) {
      return cells_of(thread).at(*meant);
    }
  }
  return held(thread, step, source(thread, step, i));
}

// What a send reads, it reads as the round begins: so it is issued before anything else in the round.
void Machine::issue(Thread& thread) {
  if (ended(thread)) {
    return;
  }
  const Step& step = thread.block->steps[thread.next];
  Message message{.from = {}, .cells = {}, .step = &step};
  if (thread.must_send) {
    message.from = std::move(thread.received);
    for (std::int64_t i = 0; i < step.count; ++i) {
      message.cells.push_back(thread.owns_received ? kOwned : target(thread, step, i));
    }
  } else if (step.kind == StepKind::kSend && may_start(thread)) {
    for (std::int64_t i = 0; i < step.count; ++i) {
      message.cells.push_back(source(thread, step, i));
      message.from.push_back(held(thread, step, message.cells.back()));
    }
  } else {
    return;
  }
  for (const std::size_t at : message.cells) {
    if (at != kOwned) {
      ++cells_of(thread).unread(at);
    }
  }
  connections_[{thread.gpu, thread.block->send_peer, thread.block->channel}].push_back(std::move(message));
  thread.must_send = false;
  moved_ = true;
  finish_step(thread);
}

// Receives and local work, which take effect at the end of the round in the order in which they are found possible.
bool Machine::proceed(Thread& thread) {
  if (ended(thread) || thread.must_send || !may_start(thread)) {
    return false;
  }
  const Step& step = thread.block->steps[thread.next];
  if (receives(step.kind)) {
    return receive(thread, step);
  }
  switch (step.kind) {
    case StepKind::kCopy:
    case StepKind::kReduce:
      return work(thread, step);
    case StepKind::kNothing:
      finish_step(thread);
      return true;
    case StepKind::kSend:  // in the next round
    case StepKind::kReceive:
    case StepKind::kReceiveReduceCopy:
    case StepKind::kReceiveReduceSend:
    case StepKind::kReceiveReduceCopySend:
    case StepKind::kReceiveCopySend:
      return false;
  }
  return false;
}

bool Machine::work(Thread& thread, const Step& step) {
  for (std::int64_t i = 0; i < step.count; ++i) {
    if (cells_of(thread).unread(target(thread, step, i)) > 0) {
      return false;
    }
  }
  for (std::int64_t i = 0; i < step.count; ++i) {
    const Location from = held(thread, step, source(thread, step, i));
    const ChunkSet chunk = ChunkSet::interval(from.chunk, 1);
    if (step.kind == StepKind::kReduce) {
      const Location into = held(thread, step, target(thread, step, i));
      check_same(thread, step, into.chunk, from.chunk);
      emit(thread.gpu, step, reduce(chunk, from.plane, into.plane, Side::kLeft));
    } else if (source(thread, step, i) != target(thread, step, i)) {
      emit(thread.gpu, step, copy(chunk, from.plane, place_for(thread, step, i, from.chunk).plane));
    }
  }
  finish_step(thread);
  return true;
}

void Machine::emit(Rank gpu, const Step& step, const Operation& operation) {
  if (++operations_ > most_operations_) {
    fail_at(name_, step.place,
            "more operations than " + std::to_string(most_operations_) + ", which is the most accepted");
  }
  RecordedStep& round = gpus_[static_cast<std::size_t>(gpu)].round;
  round.operations.push_back(operation);
  round.lines.push_back(static_cast<std::uint32_t>(step.place.line));
}

void Machine::end_round() {
  for (std::size_t i = 0; i < gpus_.size(); ++i) {
    Gpu& gpu = gpus_[i];
    if (!gpu.round.operations.empty()) {
      schedule_.programs[i].steps.push_back(std::exchange(gpu.round, {}));
    }
    gpu.cells.front().end_round();
    gpu.written_by_receives.clear();
    for (Thread& thread : gpu.threads) {
      thread.has_received = false;
    }
  }
}

// Results go to where ours are: plane 0.
void Machine::deliver() {
  for (std::size_t i = 0; i < gpus_.size(); ++i) {
    const Cells& cells = gpus_[i].cells.front();
    for (const Cells::Wanted& wanted : cells.wanted()) {
      const Location found = cells.at(wanted.cell);
      if (found.chunk != wanted.chunk) {
        const std::size_t line = cells.written_by(wanted.cell);
        fail_at(name_, program_.gpus[i].place,
                "gpu " + std::to_string(i) + " ends with " +
                    (found.chunk < 0 ? "nothing" : "chunk " + std::to_string(found.chunk)) +
                    " in its output buffer where chunk " + std::to_string(wanted.chunk) + " belongs; " +
                    (line == 0 ? "no step writes it" : "line " + std::to_string(line) + " writes it last"));
      }
      if (found.plane != 0) {
        gpus_[i].round.operations.push_back(copy(ChunkSet::interval(found.chunk, 1), found.plane, 0));
        gpus_[i].round.lines.push_back(static_cast<std::uint32_t>(program_.gpus[i].place.line));
      }
    }
  }
  end_round();
}

void Machine::check_all_received() const {
  for (const auto& [connection, messages] : connections_) {
    if (!messages.empty()) {
      fail_at(name_, messages.front().step->place,
              "a message that gpu " + std::to_string(std::get<1>(connection)) + " never receives");
    }
  }
}

// The thread block that must move before this one can; nullptr if there is none, or it has ended.
Machine::Thread* Machine::awaited_by(const Thread& thread) {
  const Step& step = thread.block->steps[thread.next];
  if (!may_start(thread)) {
    return &gpu_of(thread).threads[static_cast<std::size_t>(step.awaited_block)];
  }
  if (!receives(step.kind)) {
    return nullptr;
  }
  for (Thread& sender : gpus_[static_cast<std::size_t>(thread.block->receive_peer)].threads) {
    if (sender.block->send_peer == thread.gpu && sender.block->channel == thread.block->channel && !ended(sender)) {
      return &sender;
    }
  }
  return nullptr;
}

std::string Machine::waiting(const Thread& thread) {
  const Step& step = thread.block->steps[thread.next];
  const std::string who = "step " + std::to_string(thread.next) + " of thread block " + std::to_string(thread.index) +
                          " of gpu " + std::to_string(thread.gpu);
  if (!may_start(thread)) {
    return who + " waits forever for step " + std::to_string(step.awaited_step) + " of thread block " +
           std::to_string(step.awaited_block);
  }
  return who + " waits forever for a message from gpu " + std::to_string(thread.block->receive_peer);
}

void Machine::report_stuck() {
  std::vector<Thread*> path;
  for_each_thread([&](Thread& thread) {
    if (path.empty() && !ended(thread)) {
      path.push_back(&thread);
    }
  });
  Thread* next = awaited_by(*path.back());
  while (next != nullptr && std::find(path.begin(), path.end(), next) == path.end()) {
    path.push_back(next);
    next = awaited_by(*next);
  }
  // Without a cycle, the last one waits for what never comes.
  const auto first = next == nullptr ? path.end() - 1 : std::find(path.begin(), path.end(), next);
  std::string text;
  for (auto at = first; at != path.end(); ++at) {
    const TextPlace place = (*at)->block->steps[(*at)->next].place;
    text += (text.empty() ? "" : "; line " + std::to_string(place.line) + ": ") + waiting(**at);
  }
  fail_at(name_, (*first)->block->steps[(*first)->next].place, text);
}

}  // namespace ringwood::msccl
