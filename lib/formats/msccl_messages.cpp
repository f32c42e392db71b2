// How messages of an MSCCL program move, and what becomes of what is overwritten under way.

#include "formats/msccl_machine.hpp"

namespace ringwood::msccl {

bool Machine::receive(Thread& thread, const Step& step) {
  std::deque<Message>& waiting = connections_[{thread.block->receive_peer, thread.gpu, thread.block->channel}];
  if (thread.has_received || waiting.empty()) {
    return false;
  }
  const bool stores = step.kind != StepKind::kReceiveReduceSend;
  for (std::int64_t i = 0; stores && i < step.count; ++i) {
    if (!may_write(thread, target(thread, step, i))) {
      return false;
    }
  }
  Message message = std::move(waiting.front());
  waiting.pop_front();
  if (message.from.size() != static_cast<std::size_t>(step.count)) {
    fail_at(name_, step.place,
            "receives " + std::to_string(step.count) + " chunks, and is sent " + std::to_string(message.from.size()) +
                " by line " + std::to_string(message.step->place.line));
  }
  take_message(thread, step, message);
  Cells& sender = gpus_[static_cast<std::size_t>(thread.block->receive_peer)].cells.front();
  for (std::size_t i = 0; i < message.cells.size(); ++i) {
    if (message.cells[i] == kOwned) {
      sender.give_back(message.from[i]);
    } else {
      --sender.unread(message.cells[i]);
    }
  }
  thread.has_received = true;
  if (forwards(step.kind)) {
    thread.must_send = true;
  } else {
    finish_step(thread);
  }
  return true;
}

// Where each chunk of a message goes; then the messages themselves, one for each run of chunks in the same planes;
// then what is done with them on the spot.
void Machine::take_message(Thread& thread, const Step& step, const Message& message) {
  std::vector<Location> into;
  std::vector<Location> local;
  bool at_once = reduces_incoming(step.kind);
  thread.owns_received = step.kind == StepKind::kReceiveReduceSend;
  for (std::int64_t i = 0; i < step.count; ++i) {
    const Chunk chunk = message.from[static_cast<std::size_t>(i)].chunk;
    if (reduces_incoming(step.kind)) {
      local.push_back(addend(thread, step, i, chunk));
      check_same(thread, step, local.back().chunk, chunk);
    }
    into.push_back(place_for(thread, step, thread.owns_received ? -1 : i, chunk));
    at_once = at_once && into.back() == local.back();
  }
  emit_messages(thread, step, message, into, at_once);
  for (std::size_t i = 0; !at_once && i < local.size(); ++i) {
    emit(thread.gpu, step, reduce(ChunkSet::interval(into[i].chunk, 1), local[i].plane, into[i].plane, Side::kLeft));
  }
  thread.received = std::move(into);
}

void Machine::emit_messages(Thread& thread, const Step& step, const Message& message, const std::vector<Location>& into,
                            bool at_once) {
  const std::vector<Location>& from = message.from;
  for (std::size_t begin = 0; begin < from.size();) {
    std::vector<ChunkInterval> chunks;
    std::size_t end = begin;
    for (; end < from.size() && from[end].plane == from[begin].plane && into[end].plane == into[begin].plane; ++end) {
      gpu_of(thread).written_by_receives.insert({into[end].chunk, into[end].plane});
      if (!chunks.empty() && chunks.back().first + chunks.back().count == from[end].chunk) {
        ++chunks.back().count;
      } else {
        chunks.push_back({from[end].chunk, 1});
      }
    }
    const ChunkSet set = schedule_.own(std::move(chunks));
    const Plane plane = into[begin].plane;
    emit(thread.block->receive_peer, *message.step, send(thread.gpu, set, from[begin].plane));
    emit(thread.gpu, step,
         at_once ? receive_reduce(thread.block->receive_peer, set, Side::kLeft, plane)
                 : ringwood::receive(thread.block->receive_peer, set, plane));
    begin = end;
  }
}

// MSCCL has buffers for messages: a step may overwrite what was sent and not yet received. Here that is put aside
// first, for one thread block at a time. False if that is not what the program waits for.
bool Machine::make_room() {
  for (Gpu& gpu : gpus_) {
    for (Thread& thread : gpu.threads) {
      if (ended(thread) || thread.must_send || !may_start(thread)) {
        continue;
      }
      const Step& step = thread.block->steps[thread.next];
      const bool writes =
          step.kind != StepKind::kNothing && step.kind != StepKind::kSend && step.kind != StepKind::kReceiveReduceSend;
      bool moved = false;
      for (std::int64_t i = 0; writes && i < step.count; ++i) {
        moved = put_aside(thread, step, target(thread, step, i)) || moved;
      }
      if (moved) {
        return true;
      }
    }
  }
  return false;
}

bool Machine::put_aside(Thread& thread, const Step& step, std::size_t at) {
  if (cells_of(thread).unread(at) == 0) {
    return false;
  }
  for (auto& [connection, messages] : connections_) {
    if (std::get<0>(connection) != thread.gpu) {
      continue;
    }
    for (Message& message : messages) {
      for (std::size_t i = 0; i < message.cells.size(); ++i) {
        if (message.cells[i] == at) {
          const Location place = place_for(thread, step, -1, message.from[i].chunk);
          emit(thread.gpu, step, copy(ChunkSet::interval(place.chunk, 1), message.from[i].plane, place.plane));
          message.from[i] = place;
          message.cells[i] = kOwned;
        }
      }
    }
  }
  cells_of(thread).unread(at) = 0;
  return true;
}

}  // namespace ringwood::msccl
