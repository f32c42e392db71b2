// An MSCCL program as rounds. The file's thread blocks are carried out in step: in each round a thread block sends at
// most one step's data, receives at most one step's, and does what local work it can. Both ends of a message are in
// rounds of the same number, a rank's rounds are in ascending order, and a round posts all its messages at once: so
// the rounds end even if every send waits for its receive. What a file overwrites between the two is copied first.

#include <deque>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "formats/msccl_cells.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

using msccl::Block;
using msccl::Cells;
using msccl::Location;
using msccl::Step;
using msccl::StepKind;

class Machine {
 public:
  Machine(const msccl::Program& program, const std::string& name, const FormatLimits& limits)
      : program_(program), name_(name), most_operations_(limits.operations) {}

  RecordedSchedule run() {
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

 private:
  // A thread block on its way.
  struct Thread {
    Rank gpu = 0;
    std::size_t index = 0;
    const Block* block = nullptr;
    std::size_t next = 0;                 // step
    bool must_send = false;               // the step has received, and has to send on
    bool has_received = false;            // in this round
    std::vector<Location> received = {};  // what it has to send on
    bool owns_received = false;           // in places that it took for that
  };

  static constexpr std::size_t kOwned = static_cast<std::size_t>(-1);

  struct Message {
    std::vector<Location> from;
    std::vector<std::size_t> cells;  // that must not change until it is read; kOwned: it has a place of its own
    const Step* step = nullptr;
  };

  struct Gpu {
    std::deque<Cells> cells;  // one; made late
    std::vector<Thread> threads;
    RecordedStep round;
    std::set<std::pair<Chunk, Plane>> written_by_receives;  // in this round
  };

  using Connection = std::tuple<Rank, Rank, std::int32_t>;  // source, destination, channel

  template <typename Visit>
  void for_each_thread(Visit&& visit) {
    for (Gpu& gpu : gpus_) {
      for (Thread& thread : gpu.threads) {
        visit(thread);
      }
    }
  }

  void prepare() {
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

  [[nodiscard]] Gpu& gpu_of(const Thread& thread) { return gpus_[static_cast<std::size_t>(thread.gpu)]; }

  [[nodiscard]] Cells& cells_of(const Thread& thread) { return gpu_of(thread).cells.front(); }

  [[nodiscard]] static bool ended(const Thread& thread) { return thread.next == thread.block->steps.size(); }

  [[nodiscard]] bool may_start(const Thread& thread) {
    const Step& step = thread.block->steps[thread.next];
    return step.awaited_block < 0 || step.awaited_step < 0 ||
           gpu_of(thread).threads[static_cast<std::size_t>(step.awaited_block)].next >
               static_cast<std::size_t>(step.awaited_step);
  }

  void finish_step(Thread& thread) {
    ++thread.next;
    running_ -= ended(thread) ? 1 : 0;
  }

  [[nodiscard]] std::size_t cell(Thread& thread, const Step& step, msccl::Buffer buffer, std::int64_t offset) {
    const auto found = cells_of(thread).find(buffer, offset);
    if (!found) {
      fail_at(name_, step.place, "offset " + std::to_string(offset) + " is not in its buffer");
    }
    return *found;
  }

  [[nodiscard]] std::size_t source(Thread& thread, const Step& step, std::int64_t i) {
    return cell(thread, step, step.source, step.source_offset + i);
  }

  [[nodiscard]] std::size_t target(Thread& thread, const Step& step, std::int64_t i) {
    return cell(thread, step, step.target, step.target_offset + i);
  }

  [[nodiscard]] Location held(Thread& thread, const Step& step, std::size_t at) {
    const Location found = cells_of(thread).at(at);
    if (found.chunk < 0) {
      fail_at(name_, step.place, "gpu " + std::to_string(thread.gpu) + " reads a chunk that nobody has written");
    }
    return found;
  }

  // What a send reads, it reads as the round begins: so it is issued before anything else in the round.
  void issue(Thread& thread) {
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
  bool proceed(Thread& thread) {
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

  [[nodiscard]] bool may_write(Thread& thread, std::size_t at) {
    const Location& location = cells_of(thread).at(at);
    return cells_of(thread).unread(at) == 0 &&
           !gpu_of(thread).written_by_receives.contains({location.chunk, location.plane});
  }

  bool receive(Thread& thread, const Step& step) {
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
  void take_message(Thread& thread, const Step& step, const Message& message) {
    std::vector<Location> into;
    std::vector<Location> local;
    bool at_once = reduces_incoming(step.kind);
    thread.owns_received = step.kind == StepKind::kReceiveReduceSend;
    for (std::int64_t i = 0; i < step.count; ++i) {
      const Chunk chunk = message.from[static_cast<std::size_t>(i)].chunk;
      if (reduces_incoming(step.kind)) {
        local.push_back(held(thread, step, source(thread, step, i)));
        check_same(step, local.back().chunk, chunk);
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

  /// A place for the chunk in the step's target, or one of its own for i = -1.
  [[nodiscard]] Location place_for(Thread& thread, const Step& step, std::int64_t i, Chunk chunk) {
    Cells& cells = cells_of(thread);
    const auto place = i < 0 ? cells.take(chunk) : cells.bind(target(thread, step, i), chunk);
    if (!place) {
      fail_at(name_, step.place,
              "more than 256 versions of one chunk on gpu " + std::to_string(thread.gpu) +
                  ", which is more than a schedule has planes");
    }
    return *place;
  }

  void check_same(const Step& step, Chunk own, Chunk incoming) const {
    if (own != incoming) {
      fail_at(name_, step.place,
              "chunk " + std::to_string(incoming) + " of the vector is reduced into chunk " + std::to_string(own));
    }
  }

  void emit_messages(Thread& thread, const Step& step, const Message& message, const std::vector<Location>& into,
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

  bool work(Thread& thread, const Step& step) {
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
        check_same(step, into.chunk, from.chunk);
        emit(thread.gpu, step, reduce(chunk, from.plane, into.plane, Side::kLeft));
      } else if (source(thread, step, i) != target(thread, step, i)) {
        emit(thread.gpu, step, copy(chunk, from.plane, place_for(thread, step, i, from.chunk).plane));
      }
    }
    finish_step(thread);
    return true;
  }

  void emit(Rank gpu, const Step& step, const Operation& operation) {
    if (++operations_ > most_operations_) {
      fail_at(name_, step.place,
              "more operations than " + std::to_string(most_operations_) + ", which is the most accepted");
    }
    RecordedStep& round = gpus_[static_cast<std::size_t>(gpu)].round;
    round.operations.push_back(operation);
    round.lines.push_back(static_cast<std::uint32_t>(step.place.line));
  }

  void end_round() {
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

  // MSCCL has buffers for messages: a step may overwrite what was sent and not yet received. Here that is put aside
  // first, for one thread block at a time. False if that is not what the program waits for.
  bool make_room() {
    for (Gpu& gpu : gpus_) {
      for (Thread& thread : gpu.threads) {
        if (ended(thread) || thread.must_send || !may_start(thread)) {
          continue;
        }
        const Step& step = thread.block->steps[thread.next];
        const bool writes = step.kind != StepKind::kNothing && step.kind != StepKind::kSend &&
                            step.kind != StepKind::kReceiveReduceSend;
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

  bool put_aside(Thread& thread, const Step& step, std::size_t at) {
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

  [[noreturn]] void report_stuck() {
    for (Gpu& gpu : gpus_) {
      for (Thread& thread : gpu.threads) {
        if (ended(thread)) {
          continue;
        }
        const Step& step = thread.block->steps[thread.next];
        const std::string who = "step " + std::to_string(thread.next) + " of thread block " +
                                std::to_string(thread.index) + " of gpu " + std::to_string(thread.gpu);
        if (!may_start(thread)) {
          fail_at(name_, step.place,
                  who + " waits forever for step " + std::to_string(step.awaited_step) + " of thread block " +
                      std::to_string(step.awaited_block));
        }
        fail_at(name_, step.place,
                who + " waits forever for a message from gpu " + std::to_string(thread.block->receive_peer));
      }
    }
    throw std::logic_error("a program of which nothing is left is stuck");
  }

  void check_all_received() const {
    for (const auto& [connection, messages] : connections_) {
      if (!messages.empty()) {
        fail_at(name_, messages.front().step->place,
                "a message that gpu " + std::to_string(std::get<1>(connection)) + " never receives");
      }
    }
  }

  // Results go to where ours are: plane 0.
  void deliver() {
    for (std::size_t i = 0; i < gpus_.size(); ++i) {
      const Cells& cells = gpus_[i].cells.front();
      for (const Cells::Wanted& wanted : cells.wanted()) {
        const Location found = cells.at(wanted.cell);
        if (found.chunk != wanted.chunk) {
          fail_at(name_, program_.gpus[i].place,
                  "gpu " + std::to_string(i) + " ends with " +
                      (found.chunk < 0 ? "nothing" : "chunk " + std::to_string(found.chunk)) +
                      " in its output buffer where chunk " + std::to_string(wanted.chunk) + " belongs");
        }
        if (found.plane != 0) {
          gpus_[i].round.operations.push_back(copy(ChunkSet::interval(found.chunk, 1), found.plane, 0));
          gpus_[i].round.lines.push_back(static_cast<std::uint32_t>(program_.gpus[i].place.line));
        }
      }
    }
    end_round();
  }

  const msccl::Program& program_;
  const std::string& name_;
  std::size_t most_operations_;
  RecordedSchedule schedule_;
  std::vector<Gpu> gpus_;
  std::map<Connection, std::deque<Message>> connections_;
  std::size_t running_ = 0;  // thread blocks
  std::size_t operations_ = 0;
  bool moved_ = false;
};

}  // namespace

RecordedSchedule read_msccl_xml(std::string_view text, const std::string& name, const FormatLimits& limits) {
  msccl::Program program = msccl::parse(text, name, limits);
  try {
    return Machine(program, name, limits).run();
  } catch (const Error&) {
    if (program.in_place || !program.may_be_in_place) {
      throw;
    }
  }
  program.in_place = true;
  return Machine(program, name, limits).run();
}

}  // namespace ringwood
