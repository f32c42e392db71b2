#include <algorithm>
#include <set>

#include "ringwood/select.hpp"

namespace ringwood {

namespace {

/// Time that a strand's messages keep its rank busy, time that they are on its links, and time in which they do nothing
/// but arrive.
struct Cost {
  double busy = 0;
  double wire = 0;
  double idle = 0;

  [[nodiscard]] double total() const { return busy + wire + idle; }

  void add(const Cost& next, double times = 1) {
    busy += times * next.busy;
    wire += times * next.wire;
    idle += times * next.idle;
  }
};

/// Messages in one direction of a round.
struct Direction {
  double starts = 0;
  double wire = 0;     // all together
  double longest = 0;  // the longest one
};

/// Walks one rank's program and adds up what its rounds cost.
class Walk {
 public:
  Walk(const Layout& layout, const CostView& costs, Rank me, double enough)
      : layout_(layout),
        costs_(costs),
        me_(me),
        enough_(enough),
        fills_chunks_(layout.total_bytes() >= layout.chunks() * layout.element_size()) {}

  Cost strand(Program& program) {
    Cost total;
    while (total.total() <= enough_) {
      switch (program.advance()) {
        case Step::kRound: {
          // Chunks differ by an element at most.
          const std::uint32_t alike = fills_chunks_ ? program.alike() : 0;
          total.add(cost_of(program.round()), 1.0 + alike);
          if (alike > 0) {
            program.skip(alike);
          }
          break;
        }
        case Step::kFork: {
          total.add(fork(program.lanes()));
          break;
        }
        case Step::kEnd:
          return total;
      }
    }
    return total;
  }

  /// Of all strands so far.
  [[nodiscard]] std::int64_t operations() const { return operations_; }

 private:
  /// Lanes share CPU and links, and wait side by side.
  Cost fork(std::span<Program> lanes) {
    Cost together;
    double longest = 0;
    double longest_wire = 0;
    for (Program& lane : lanes) {
      const Cost one = strand(lane);
      together.busy += one.busy;
      together.wire += one.wire;
      longest_wire = std::max(longest_wire, one.wire);
      longest = std::max(longest, one.total());
      // What is known to be too long need not be known to the end; the program cannot go on, and is not asked to.
      if (together.busy > enough_ || longest > enough_) {
        break;
      }
    }
    together.wire = std::max(together.wire / costs_.ports, longest_wire);
    together.idle = std::max(0.0, longest - together.busy - together.wire);
    return together;
  }

  /// The links of a direction carry a message each.
  [[nodiscard]] double wire_of(const Direction& direction) const {
    return std::max(direction.wire / costs_.ports, direction.longest);
  }

  Cost cost_of(std::span<const Operation> round) {
    operations_ += static_cast<std::int64_t>(round.size());
    Direction sending;
    Direction receiving;
    double reducing = 0;
    double latency = 0;
    for (const Operation& operation : round) {
      const Bytes bytes = layout_.bytes(operation.chunks);
      if (bytes == 0) {
        continue;
      }
      const auto size = static_cast<double>(bytes);
      switch (operation.kind) {
        case OperationKind::kSend:
          add_message(operation.peer, size, sending, latency);
          break;
        case OperationKind::kReceive:
          add_message(operation.peer, size, receiving, latency);
          break;
        case OperationKind::kReceiveReduce:
          add_message(operation.peer, size, receiving, latency);
          reducing += size * costs_.reduce_per_byte;
          break;
        case OperationKind::kReduce:
          reducing += size * costs_.reduce_per_byte;
          break;
        case OperationKind::kCopy:
          break;
      }
    }
    const bool sends_longer = sending.starts + wire_of(sending) > receiving.starts + wire_of(receiving);
    const Direction& longer = sends_longer ? sending : receiving;
    return {longer.starts + reducing, wire_of(longer), latency};
  }

  void add_message(Rank peer, double bytes, Direction& direction, double& latency) {
    if (peer != peer_) {
      peer_ = peer;
      cost_to_peer_ = costs_.between(me_, peer);
    }
    const MessageCost& cost = cost_to_peer_;
    // Each message keeps its rank busy, in whichever lane; what else a single one takes is waiting.
    const double start = std::max(cost.gap, cost.overhead);
    direction.starts += start + (bytes > static_cast<double>(cost.eager) ? cost.rendezvous : 0);
    direction.wire += bytes * cost.per_byte;
    direction.longest = std::max(direction.longest, bytes * cost.per_byte);
    latency = std::max(latency, cost.latency + 2 * cost.overhead - start);
  }

  const Layout& layout_;
  const CostView& costs_;
  Rank me_;
  double enough_;
  bool fills_chunks_;  // else rounds that are alike may send nothing
  std::int64_t operations_ = 0;
  Rank peer_ = -1;  // the last one, which often is the next
  MessageCost cost_to_peer_;
};

// Ranks of so long programs are all alike, or nobody chooses the algorithm: one is sample enough.
constexpr std::int64_t kManyOperations = 100'000;

}  // namespace

double estimate(const Schedule& schedule, const Layout& layout, const CostView& costs, double enough) {
  const Rank p = schedule.ranks();
  // The ends, the middle, and a rank that a fold to a power of two leaves alone: where schedules are irregular.
  const std::set<Rank> sample{0, std::min<Rank>(1, p - 1), p / 3, p / 2, p - 1};
  double longest = 0;
  const ScheduleInstance instance(schedule);
  for (const Rank me : sample) {
    Program program = instance.program(me);
    Walk walk(layout, costs, me, enough);
    longest = std::max(longest, walk.strand(program).total());
    if (longest > enough || walk.operations() > kManyOperations) {
      break;
    }
  }
  return longest;
}

}  // namespace ringwood
