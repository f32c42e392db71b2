#include "interpret/verify/run.hpp"

#include <algorithm>
#include <new>

namespace ringwood {

namespace {

/// "0-3,7": the first few intervals of a set.
[[nodiscard]] std::string words_of(const ChunkSet& chunks) {
  constexpr int kMost = 4;
  std::string words;
  int count = 0;
  chunks.for_each_interval([&](ChunkInterval piece) {
    if (++count <= kMost) {
      words += (words.empty() ? "" : ",") + std::to_string(piece.first) +
               (piece.count == 1 ? "" : "-" + std::to_string(piece.first + piece.count - 1));
    }
  });
  return count > kMost ? words + ",..." : words;
}

}  // namespace

Run::Run(const Schedule& schedule, SymbolicState& state, Measure& measure, History* history)
    : schedule_(schedule),
      state_(state),
      measure_(measure),
      history_(history),
      sums_(schedule, state),
      instance_(schedule) {
  // A program that never ends is stopped. The longest sensible ones are pipelines: ranks + pieces rounds, each lane.
  most_rounds_ = 64 * (std::int64_t{schedule.ranks()} + schedule.chunks() + 64);
  most_strands_ = 1024 * (static_cast<std::size_t>(schedule.ranks()) + 64);
}

std::string Run::where(const Strand& strand) {
  std::string text = "rank " + std::to_string(strand.rank) + ", round " + std::to_string(strand.round);
  if (strand.parent != kNone) {
    text += ", lane " + std::to_string(strand.lane);
  }
  return text;
}

Place Run::place_of(const Strand& strand, const Operation& operation) {
  return {.rank = strand.rank,
          .round = strand.round,
          .lane = strand.parent == kNone ? Lane{-1} : strand.lane,
          .kind = operation.kind,
          .peer = operation.peer,
          .source = strand.source + (&operation - strand.operations.data())};
}

std::string Run::line_of(const Strand& strand, const Operation& operation) const {
  return ringwood::line_of(place_of(strand, operation).source, schedule_.recorded());
}

std::string Run::where(const Strand& strand, const Operation& operation) const {
  return text_of(place_of(strand, operation), schedule_.recorded());
}

std::string Run::what(const Operation& operation) {
  return ringwood::what(operation.kind, operation.peer);
}

Run::StrandId Run::add_strand(Program& program, Rank rank, StrandId parent) {
  if (strands_.size() - unused_.size() >= most_strands_) {
    throw Violation("rank " + std::to_string(rank) + " opens more lanes than the verifier follows, " +
                    std::to_string(most_strands_) + " at a time in all");
  }
  StrandId id = strands_.size();
  if (unused_.empty()) {
    strands_.emplace_back();
  } else {
    id = unused_.back();
    unused_.pop_back();
    strands_[id] = Strand();
  }
  Strand& strand = strands_[id];
  strand.program = &program;
  strand.parent = parent;
  strand.rank = rank;
  strand.lane = program.lane();
  strand.level = parent == kNone ? 0 : strands_[parent].level;
  ready_.push_back(id);
  return id;
}

void Run::finish() {
  programs_.reserve(static_cast<std::size_t>(schedule_.ranks()));
  for (Rank rank = 0; rank < schedule_.ranks(); ++rank) {
    try {
      programs_.push_back(instance_.program(rank));
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& thrown) {
      throw Violation("rank " + std::to_string(rank) + ": the program throws: " + thrown.what());
    }
    static_cast<void>(add_strand(programs_.back(), rank, kNone));
  }
  while (!ready_.empty()) {
    const StrandId next = ready_.front();
    ready_.pop_front();
    resume(next);
  }
  if (std::any_of(strands_.begin(), strands_.end(), [](const Strand& strand) { return !strand.ended; })) {
    report_stuck();
  }
  measure_.set_partial_sums(sums_.most());
}

Step Run::advance(Strand& strand) const {
  ++strand.round;
  if (strand.round > most_rounds_) {
    throw Violation(where(strand) + ": the program does not end; it is given " + std::to_string(most_rounds_) +
                    " rounds");
  }
  try {
    return strand.program->advance();
  } catch (const std::bad_alloc&) {
    throw;  // our memory, not their schedule
  } catch (const std::exception& thrown) {
    throw Violation(where(strand) + ": the program throws: " + thrown.what());
  }
}

void Run::resume(StrandId id) {
  Strand& strand = strands_[id];
  while (true) {
    if (strand.in_round) {
      end_round(strand);
    }
    switch (advance(strand)) {
      case Step::kRound:
        post(id);
        if (strand.pending > 0) {
          return;
        }
        break;
      case Step::kFork:
        fork(id);
        if (strand.running > 0) {
          return;
        }
        break;
      case Step::kEnd:
        end_strand(id);
        return;
    }
  }
}

void Run::take_round(Strand& strand) const {
  const std::span<const Operation> round = strand.program->round();
  strand.source = round.data();
  strand.operations.assign(round.begin(), round.end());
  strand.intervals.clear();
  for (const Operation& operation : strand.operations) {
    check_operation(strand, operation);
    if (operation.chunks.is_list()) {
      operation.chunks.for_each_interval([&](ChunkInterval piece) { strand.intervals.push_back(piece); });
    }
  }
  strand.incoming_at.clear();
  std::size_t next_interval = 0;
  std::size_t incoming = 0;
  for (Operation& operation : strand.operations) {
    if (operation.chunks.is_list()) {
      std::size_t count = 0;
      operation.chunks.for_each_interval([&](ChunkInterval) { ++count; });
      operation.chunks = ChunkSet::list(std::span(strand.intervals).subspan(next_interval, count));
      next_interval += count;
    }
    strand.incoming_at.push_back(incoming);
    incoming += is_receive(operation) ? static_cast<std::size_t>(operation.chunks.size()) : 0;
  }
  strand.incoming.resize(incoming);
  strand.moved.assign(strand.operations.size(), 0);
}

void Run::post(StrandId id) {
  Strand& strand = strands_[id];
  take_round(strand);
  check_round_hazards(strand);
  if (strand.parent != kNone) {
    note_touches(strand);
  }
  std::int32_t sends = 0;
  std::int32_t receives = 0;
  for (const Operation& operation : strand.operations) {
    sends += operation.kind == OperationKind::kSend ? 1 : 0;
    receives += is_receive(operation) ? 1 : 0;
  }
  measure_.add_ports(std::max(sends, receives));
  strand.pending = static_cast<std::size_t>(sends) + static_cast<std::size_t>(receives);
  strand.round_level = strand.level;
  strand.in_round = true;
  for (std::size_t i = 0; i < strand.operations.size(); ++i) {
    if (strand.operations[i].kind == OperationKind::kSend) {
      sums_.sent(strand.rank, strand.operations[i].plane, strand.operations[i].chunks);
    }
    if (is_message(strand.operations[i])) {
      post_message(id, i);
    }
  }
}

void Run::post_message(StrandId id, std::size_t index) {
  const Strand& strand = strands_[id];
  const Operation& operation = strand.operations[index];
  const bool sends = operation.kind == OperationKind::kSend;
  const Channel channel =
      sends ? Channel{strand.rank, operation.peer, strand.lane} : Channel{operation.peer, strand.rank, strand.lane};
  const End end{id, index};
  const std::optional<End> found = matching_.post(channel, sends, end);
  if (!found) {
    return;
  }
  const End other = *found;
  move_message(sends ? end : other, sends ? other : end);
  // The strand that is posting goes on by itself; the other one may have waited for this.
  if (strands_[other.strand].pending == 0) {
    ready_.push_back(other.strand);
  }
}

void Run::move_message(End send, End receive) {
  Strand& sender = strands_[send.strand];
  Strand& receiver = strands_[receive.strand];
  const Operation& from = sender.operations[send.operation];
  const Operation& into = receiver.operations[receive.operation];
  if (!same_chunks(from.chunks, into.chunks)) {
    throw Violation(where(sender, from) + ": its chunks " + words_of(from.chunks) + " are not the chunks " +
                    words_of(into.chunks) + " expected in " + where(receiver) + line_of(receiver, into));
  }
  const Chunk chunks = from.chunks.size();
  const auto values =
      std::span(receiver.incoming).subspan(receiver.incoming_at[receive.operation], static_cast<std::size_t>(chunks));
  if (const auto undefined = state_.read(sender.rank, from.plane, from.chunks, values)) {
    throw Violation(where(sender, from) + ": it does not hold chunk " + std::to_string(*undefined) + " of plane " +
                    std::to_string(from.plane));
  }
  const std::int64_t level = 1 + std::max(sender.level, receiver.level);
  measure_.add_message(sender.rank, receiver.rank, level, chunks);
  if (into.kind == OperationKind::kReceiveReduce) {
    measure_.add_reduction(receiver.rank, level, chunks);
  }
  sender.moved[send.operation] = 1;
  receiver.moved[receive.operation] = 1;
  sender.round_level = std::max(sender.round_level, level);
  receiver.round_level = std::max(receiver.round_level, level);
  --sender.pending;
  --receiver.pending;
}

void Run::end_round(Strand& strand) {
  strand.in_round = false;
  strand.level = strand.round_level;
  for (std::size_t i = 0; i < strand.operations.size(); ++i) {
    apply(strand, i);
  }
  sums_.end_round(strand.rank);
}

void Run::apply(Strand& strand, std::size_t index) {
  const Operation& operation = strand.operations[index];
  const auto size = static_cast<std::size_t>(operation.chunks.size());
  std::span<const SymbolicValue> values;
  if (is_receive(operation)) {
    values = std::span(strand.incoming).subspan(strand.incoming_at[index], size);
  } else if (!is_message(operation)) {
    values_.resize(size);
    values = values_;
    if (const auto undefined = state_.read(strand.rank, operation.plane, operation.chunks, values_)) {
      throw Violation(where(strand, operation) + ": it does not hold chunk " + std::to_string(*undefined) +
                      " of plane " + std::to_string(operation.plane));
    }
  }
  switch (operation.kind) {
    case OperationKind::kSend:
      return;
    case OperationKind::kReceive:
    case OperationKind::kCopy:
      return write(strand, operation, values);
    case OperationKind::kReceiveReduce:
      return combine(strand, operation, values);
    case OperationKind::kReduce:
      measure_.add_reduction(strand.rank, strand.level, operation.chunks.size());
      return combine(strand, operation, values);
  }
}

void Run::write(const Strand& strand, const Operation& operation, std::span<const SymbolicValue> values) {
  const SymbolicValue before = watched(strand, operation);
  state_.write(strand.rank, operation.target_plane, operation.chunks, values);
  note(strand, operation, before);
}

void Run::combine(const Strand& strand, const Operation& operation, std::span<const SymbolicValue> values) {
  const SymbolicValue before = watched(strand, operation);
  const auto refusal = state_.combine(strand.rank, operation.target_plane, operation.chunks, values, operation.side);
  if (!refusal) {
    note(strand, operation, before);
    return;
  }
  const std::string chunk = std::to_string(refusal->chunk);
  throw Violation(where(strand, operation) + ": " +
                  (refusal->undefined ? "reduces into chunk " + chunk + " of plane " +
                                            std::to_string(operation.target_plane) + ", which holds nothing"
                                      : "the contribution of rank " + std::to_string(refusal->twice) +
                                            " is counted twice in chunk " + chunk));
}

SymbolicValue Run::watched(const Strand& strand, const Operation& operation) const {
  return history_ == nullptr ? kUndefined : state_.at(strand.rank, operation.target_plane, history_->chunk());
}

void Run::note(const Strand& strand, const Operation& operation, SymbolicValue before) {
  sums_.written(strand.rank, operation.target_plane, operation.chunks);
  if (history_ == nullptr) {
    return;
  }
  operation.chunks.for_each_interval([&](ChunkInterval piece) {
    if (history_->chunk() >= piece.first && history_->chunk() < piece.first + piece.count) {
      history_->add(place_of(strand, operation), operation.target_plane, before);
    }
  });
}

}  // namespace ringwood
