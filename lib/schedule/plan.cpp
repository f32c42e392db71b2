#include "schedule/plan.hpp"

#include <array>
#include <string>

#include "ringwood/error.hpp"
#include "schedule/plan_buffers.hpp"
#include "schedule/plan_trace.hpp"

namespace ringwood {

namespace {

// Parts of scratch memory start on cache lines: the kernels like it, and lanes do not share lines.
constexpr Bytes kAlignment = 64;

Bytes aligned(Bytes size) {
  return (size + kAlignment - 1) / kAlignment * kAlignment;
}

Bytes bytes_of(std::span<const ByteInterval> pieces) {
  Bytes total = 0;
  for (const ByteInterval& piece : pieces) {
    total += piece.bytes();
  }
  return total;
}

}  // namespace

class PlanCompiler {
 public:
  PlanCompiler(const Schedule& schedule, const Layout& layout, Rank me, BufferUse use)
      : carries_data_(schedule.collective() != Collective::kBarrier),
        trace_(trace(schedule, layout, me)),
        buffers_(buffers_of(schedule, layout, me, use)) {
    plan_.rank_ = me;
    plan_.send_bytes_ = buffers_.send_bytes;
    plan_.receive_bytes_ = buffers_.receive_bytes;
  }

  Plan compile() {
    const Bytes staging = assign_homes();
    plan_.start_ = collect([&] {
      buffers_.saved.for_each([&](ByteInterval vector, Address address) {
        Segments into;
        buffers_.input.for_each_part(vector,
                                     [&](ByteInterval part, const Address* to) { append(into, *to, part.bytes()); });
        add_effects(Effect::Kind::kCopy, {{address, vector.bytes()}}, {}, into);
      });
    });
    plan_.strands_.emplace_back();
    plan_.scratch_bytes_ = add_strand(trace_.strand, 0, staging);
    plan_.finish_ = collect([&] { add_final_copies(); });
    return std::move(plan_);
  }

 private:
  /// One copy of the vector.
  struct PlaneState {
    RegionMap home;       // where its bytes go when they are written
    IntervalSet written;  // what is there by now
  };

  // Adds entries to the plan's effects and says which.
  template <typename Add>
  PlanRange collect(Add&& add) {
    const auto begin = static_cast<std::uint32_t>(plan_.effects_.size());
    add();
    return {begin, static_cast<std::uint32_t>(plan_.effects_.size())};
  }

  PlaneState& plane(Plane number) {
    if (planes_.size() <= number) {
      planes_.resize(number + std::size_t{1});
    }
    return planes_[number];
  }

  std::span<const ByteInterval> pieces(const TracedOperation& operation) const {
    return std::span(trace_.pieces).subspan(operation.pieces.begin, operation.pieces.end - operation.pieces.begin);
  }

  /// Gives every byte that is ever written a place. Returns how much scratch memory that took.
  Bytes assign_homes() {
    plane(0).home = buffers_.home;
    std::vector<IntervalSet> targets;
    for (const TracedOperation& operation : trace_.operations) {
      if (operation.kind == OperationKind::kSend || !carries_data_) {
        continue;
      }
      targets.resize(std::max(targets.size(), operation.target_plane + std::size_t{1}));
      for (const ByteInterval& piece : pieces(operation)) {
        targets[operation.target_plane].insert(piece);
      }
    }
    Bytes scratch = aligned(buffers_.scratch_bytes);
    for (std::size_t number = 0; number < targets.size(); ++number) {
      RegionMap& home = plane(static_cast<Plane>(number)).home;
      const RegionMap given = home;
      targets[number].for_each([&](ByteInterval target) {
        given.for_each_part(target, [&](ByteInterval part, const Address* place) {
          if (place == nullptr) {
            home.add(part, {Memory::kScratch, scratch});
            scratch += aligned(part.bytes());
          }
        });
      });
    }
    return scratch;
  }

  /// Where the bytes are now.
  Segments current(Plane number, std::span<const ByteInterval> wanted) {
    Segments segments;
    number = carries_data_ ? number : Plane{0};
    const PlaneState& state = plane(number);
    for (const ByteInterval& piece : wanted) {
      state.written.for_each_part(piece, [&](ByteInterval part, bool written) {
        const RegionMap& place = written || number != 0 ? state.home : buffers_.input;
        place.for_each_part(part, [&](ByteInterval at, const Address* address) {
          if (address == nullptr || (!written && number != 0)) {
            refuse(at, number);
          }
          append(segments, *address, at.bytes());
        });
      });
    }
    return segments;
  }

  /// Where the bytes go.
  Segments home(Plane number, std::span<const ByteInterval> wanted) {
    Segments segments;
    for (const ByteInterval& piece : wanted) {
      plane(number).home.for_each_part(
          piece, [&](ByteInterval part, const Address* address) { append(segments, *address, part.bytes()); });
    }
    return segments;
  }

  [[noreturn]] void refuse(ByteInterval part, Plane number) const {
    throw Error(ErrorKind::kUsage, "rank " + std::to_string(plan_.rank_) + ", round " + std::to_string(round_) +
                                       ": bytes [" + std::to_string(part.begin) + ", " + std::to_string(part.end) +
                                       ") of plane " + std::to_string(number) +
                                       " are used, and the rank does not hold them; verify says what is wrong");
  }

  void mark_written(const TracedOperation& operation) {
    for (const ByteInterval& piece : pieces(operation)) {
      plane(operation.target_plane).written.insert(piece);
    }
  }

  /// Cuts the three lists, equally long in all, where any of their segments ends. A copy has no `right`.
  void add_effects(Effect::Kind kind, const Segments& left, const Segments& right, const Segments& result) {
    struct Cursor {
      const Segments& segments;
      std::size_t index = 0;
      Bytes done = 0;

      Bytes rest() const { return segments[index].bytes - done; }

      Address take(Bytes bytes) {
        const Address address{segments[index].address.memory, segments[index].address.offset + done};
        done += bytes;
        if (rest() == 0) {
          ++index;
          done = 0;
        }
        return address;
      }
    };

    Cursor from{left};
    Cursor with{kind == Effect::Kind::kCopy ? left : right};
    Cursor into{result};
    while (into.index < result.size()) {
      const Bytes bytes = std::min({from.rest(), with.rest(), into.rest()});
      const Effect effect{kind, from.take(bytes), with.take(bytes), into.take(bytes), bytes};
      if (kind == Effect::Kind::kReduce || effect.left != effect.result) {
        plan_.effects_.push_back(effect);
      }
    }
  }

  /// Returns the end of the scratch memory that the strand's stages need from `stage` on. Rounds that follow each other
  /// use the same, lanes side by side do not.
  Bytes add_strand(const TracedStrand& traced, std::uint32_t index, Bytes stage) {
    std::vector<PlanRound> rounds;
    rounds.reserve(traced.rounds.size());
    Bytes end = stage;
    for (const TracedRound& round : traced.rounds) {
      round_ = rounds.size();
      stage_ = stage;
      rounds.push_back(add_round(round));
      end = std::max(end, stage_);
      if (round.lanes.empty()) {
        continue;
      }
      const auto first = static_cast<std::uint32_t>(plan_.strands_.size());
      const auto count = static_cast<std::uint32_t>(round.lanes.size());
      rounds.back().fork = {first, first + count};
      plan_.strands_.resize(first + count);
      Bytes lane_stage = stage;
      for (std::uint32_t lane = 0; lane < count; ++lane) {
        lane_stage = add_strand(round.lanes[lane], first + lane, lane_stage);
      }
      end = std::max(end, lane_stage);
    }
    const auto begin = static_cast<std::uint32_t>(plan_.rounds_.size());
    plan_.rounds_.insert(plan_.rounds_.end(), rounds.begin(), rounds.end());
    plan_.strands_[index] = {{begin, static_cast<std::uint32_t>(plan_.rounds_.size())}, traced.lane};
    return end;
  }

  PlanRound add_round(const TracedRound& round) {
    const auto operations =
        std::span(trace_.operations).subspan(round.operations.begin, round.operations.end - round.operations.begin);
    PlanRound result;
    used_.clear();
    sends_.clear();
    // Sends come first whatever the order: they see what was there when the round began.
    result.packs = collect([&] {
      for (const TracedOperation& operation : operations) {
        if (operation.kind == OperationKind::kSend) {
          add_send(operation);
        }
      }
    });
    result.receives.begin = static_cast<std::uint32_t>(plan_.transfers_.size());
    result.effects = collect([&] {
      for (const TracedOperation& operation : operations) {
        add_other(operation);
      }
    });
    result.receives.end = result.sends.begin = static_cast<std::uint32_t>(plan_.transfers_.size());
    plan_.transfers_.insert(plan_.transfers_.end(), sends_.begin(), sends_.end());
    result.sends.end = static_cast<std::uint32_t>(plan_.transfers_.size());
    return result;
  }

  Segment new_stage(Bytes bytes) {
    const Segment segment{{Memory::kScratch, stage_}, bytes};
    stage_ += aligned(bytes);
    return segment;
  }

  void add_send(const TracedOperation& operation) {
    const Segments from = current(operation.plane, pieces(operation));
    Segment message = from.front();
    if (from.size() > 1) {
      message = new_stage(bytes_of(pieces(operation)));
      add_effects(Effect::Kind::kCopy, from, {}, {message});
    }
    used_.insert({message});
    sends_.push_back({message.bytes, message.address, operation.peer, false});
  }

  void add_other(const TracedOperation& operation) {
    switch (operation.kind) {
      case OperationKind::kSend:
        return;
      case OperationKind::kReceive:
        return add_receive(operation);
      case OperationKind::kReceiveReduce:
        return add_receive_reduce(operation);
      case OperationKind::kReduce:
      case OperationKind::kCopy:
        return add_local(operation);
    }
  }

  /// A message goes straight where it belongs if nothing before it in the round's order of effects touches that.
  void add_receive(const TracedOperation& operation) {
    if (!carries_data_) {
      start_receive(operation, new_stage(bytes_of(pieces(operation))), true);
      return;
    }
    const Segments into = home(operation.target_plane, pieces(operation));
    if (into.size() == 1 && !used_.overlaps(into.front())) {
      start_receive(operation, into.front(), false);
    } else {
      const Segment message = new_stage(bytes_of(pieces(operation)));
      start_receive(operation, message, true);
      add_effects(Effect::Kind::kCopy, {message}, {}, into);
    }
    used_.insert(into);
    mark_written(operation);
  }

  /// The operand that comes in waits where the result goes, if the rank's own is elsewhere: the send buffer, mostly.
  void add_receive_reduce(const TracedOperation& operation) {
    if (!carries_data_) {
      add_receive(operation);
      return;
    }
    const Segments own = current(operation.target_plane, pieces(operation));
    const Segments into = home(operation.target_plane, pieces(operation));
    const bool direct = into.size() == 1 && !used_.overlaps(into.front()) && !overlap(into.front(), own);
    const Segment message = direct ? into.front() : new_stage(bytes_of(pieces(operation)));
    start_receive(operation, message, !direct);
    add_reduction(operation.side, {message}, own, into);
    used_.insert(own);
    used_.insert(into);
    mark_written(operation);
  }

  void add_local(const TracedOperation& operation) {
    if (!carries_data_) {
      return;
    }
    const Segments from = current(operation.plane, pieces(operation));
    const Segments into = home(operation.target_plane, pieces(operation));
    if (operation.kind == OperationKind::kCopy) {
      add_effects(Effect::Kind::kCopy, from, {}, into);
    } else {
      const Segments own = current(operation.target_plane, pieces(operation));
      add_reduction(operation.side, from, own, into);
      used_.insert(own);
    }
    used_.insert(from);
    used_.insert(into);
    mark_written(operation);
  }

  void add_reduction(Side side, const Segments& incoming, const Segments& own, const Segments& into) {
    plan_.reduces_ = true;
    const bool left = side == Side::kLeft;
    add_effects(Effect::Kind::kReduce, left ? incoming : own, left ? own : incoming, into);
  }

  void start_receive(const TracedOperation& operation, const Segment& message, bool staged) {
    plan_.transfers_.push_back({message.bytes, message.address, operation.peer, staged});
  }

  /// What the rank must hold and is not where the user expects it.
  void add_final_copies() {
    if (!carries_data_) {
      return;
    }
    buffers_.target.for_each([&](ByteInterval vector, Address address) {
      const std::array wanted{vector};
      add_effects(Effect::Kind::kCopy, current(0, wanted), {}, {{address, vector.bytes()}});
    });
  }

  bool carries_data_;
  ProgramTrace trace_;
  BufferMap buffers_;
  Plan plan_;
  std::vector<PlaneState> planes_;

  std::size_t round_ = 0;
  Bytes stage_ = 0;              // where the round's next stage goes
  UsedMemory used_;              // by the round's sends and by what takes effect before
  std::vector<Transfer> sends_;  // of the round
};

Plan compile(const Schedule& schedule, const Layout& layout, Rank me, BufferUse use) {
  return PlanCompiler(schedule, layout, me, use).compile();
}

}  // namespace ringwood
