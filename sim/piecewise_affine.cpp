#include <algorithm>
#include <utility>
#include <vector>

#include "sim/affine_pieces.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/engine.hpp"
#include "sim/rank_charges.hpp"

namespace ringwood {

namespace {

/// When a message's head is at its receiver, for an interval of senders.
struct HeadPiece {
  Rank begin = 0;
  Rank end = 0;
  AffineTime head;
};

/// The same message of all members of an orbit.
struct OrbitMessage {
  Rank source = 0;  ///< as the representative of the receivers sees it
  Rank shift = 0;   ///< member i's goes to member i + shift of the receivers
  CostClass cost_class = 0;
  std::vector<HeadPiece> heads;  ///< by sender
};

struct Orbit {
  Program program;
  std::vector<Piece> pieces;
  std::vector<OrbitMessage> inbox;
  std::span<const Operation> round;
  std::size_t position = 0;
  bool in_round = false;
  bool ended = false;
  bool counted = false;
  std::int64_t rounds = 0;
  Bytes bytes_sent = 0;
};

template <LogGopsForm kForm>
class PiecewiseAffine {
 public:
  PiecewiseAffine(const SimulationInput& input, const Orbits& orbits)
      : input_(input),
        orbits_(orbits),
        size_(orbits.size()),
        bytes_(input.layout),
        instance_(input.schedule),
        costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma, input.options.stragglers),
        states_(static_cast<std::size_t>(orbits.representatives())) {}

  [[nodiscard]] std::optional<SimulationReport> run() {
    for (std::size_t orbit = 0; orbit < states_.size(); ++orbit) {
      states_[orbit].program = instance_.program(static_cast<Rank>(orbit));
      Piece& all = states_[orbit].pieces.emplace_back();
      all.end = size_;
      all.charges = &charges_.usual();
    }
    for (const Straggler& straggler : input_.options.stragglers) {
      set_apart(straggler);
    }
    for (bool goes_on = true; goes_on && !gives_up_;) {
      goes_on = false;
      for (std::size_t orbit = 0; orbit < states_.size() && !gives_up_; ++orbit) {
        goes_on |= run_orbit(states_[orbit], static_cast<Rank>(orbit));
      }
    }
    const bool done = std::all_of(states_.begin(), states_.end(),
                                  [](const Orbit& orbit) { return orbit.ended && orbit.inbox.empty(); });
    return gives_up_ || !done ? std::nullopt : std::optional(report());
  }

 private:
  /// With more pieces a member it is no faster than member by member.
  static constexpr Rank kMembersPerPiece = 8;

  void set_apart(const Straggler& straggler) {
    std::vector<Piece>& pieces = states_[static_cast<std::size_t>(orbits_.representative(straggler.rank))].pieces;
    const Rank member = straggler.rank / orbits_.representatives();
    const auto at = std::find_if(pieces.begin(), pieces.end(), [&](const Piece& piece) { return piece.end > member; });
    const Piece whole = *at;
    std::vector<Piece> parts;
    if (whole.begin < member) {
      parts.push_back(part_of(whole, whole.begin, member));
    }
    parts.push_back(part_of(whole, member, member + 1));
    parts.back().charges = &charges_.of(straggler.rank);
    const AffineTime arrival{straggler.arrival, straggler.arrival};
    parts.back().clocks.cpu = arrival;
    parts.back().clocks.nic_out = arrival;
    if (member + 1 < whole.end) {
      parts.push_back(part_of(whole, member + 1, whole.end));
    }
    pieces.insert(pieces.erase(at), parts.begin(), parts.end());
  }

  /// Until it has to wait. False: it could not go on at all.
  bool run_orbit(Orbit& orbit, Rank me) {
    bool went_on = false;
    while (!orbit.ended && !gives_up_) {
      if (!orbit.in_round) {
        went_on = true;
        const Step step = orbit.program.advance();
        orbit.ended = step == Step::kEnd;
        gives_up_ = step == Step::kFork;
        if (step != Step::kRound) {
          break;
        }
        begin_round(orbit, me);
      }
      if (!finish_round(orbit, went_on)) {
        break;
      }
    }
    return went_on;
  }

  void count(Orbit& orbit) const {
    orbit.rounds += orbit.counted ? 0 : 1;
    orbit.counted = true;
  }

  void begin_round(Orbit& orbit, Rank me) {
    orbit.round = orbit.program.round();
    orbit.position = 0;
    orbit.in_round = true;
    orbit.counted = false;
    for (Piece& piece : orbit.pieces) {
      piece.round_start = piece.clocks.cpu;
    }
    for (const Operation& operation : orbit.round) {
      const Bytes bytes = bytes_.of(operation.chunks);
      if (operation.kind != OperationKind::kSend || bytes == 0) {
        continue;
      }
      if (operation.peer < 0 || operation.peer >= input_.schedule.ranks()) {
        gives_up_ = true;
        return;
      }
      count(orbit);
      orbit.bytes_sent += bytes;
      messages_ += size_;
      send(orbit, me, operation.peer, bytes);
    }
  }

  void send(Orbit& orbit, Rank me, Rank peer, Bytes bytes) {
    OrbitMessage message{orbits_.seen_by_representative(me, peer), peer / orbits_.representatives(),
                         costs_.class_of(me, peer), take_heads()};
    const CostClass cost_class = message.cost_class;
    for_each_piece(orbit.pieces, [&](Piece& piece, CompareAffine compare) {
      const MessageCharges& charges = piece.charges->of(cost_class, bytes).charges;
      piece.head = serve_send(piece.clocks, piece.round_start, charges, compare).head;
      return false;  // where there is one lane no send is order-sensitive: it is ready when the CPU is
    });
    for (const Piece& piece : orbit.pieces) {
      message.heads.push_back({piece.begin, piece.end, piece.head});
    }
    states_[static_cast<std::size_t>(orbits_.representative(peer))].inbox.push_back(std::move(message));
  }

  /// False: it waits for a message.
  bool finish_round(Orbit& orbit, bool& went_on) {
    for (; orbit.position < orbit.round.size(); ++orbit.position) {
      const Operation& operation = orbit.round[orbit.position];
      const Bytes bytes = bytes_.of(operation.chunks);
      if (operation.kind == OperationKind::kSend || bytes == 0) {
        continue;
      }
      count(orbit);
      const bool receives =
          operation.kind == OperationKind::kReceive || operation.kind == OperationKind::kReceiveReduce;
      if (receives && !receive(orbit, operation.peer, bytes)) {
        return false;
      }
      went_on = true;
      if (operation.kind == OperationKind::kReceiveReduce || operation.kind == OperationKind::kReduce) {
        reduce(orbit, bytes);
      }
    }
    orbit.in_round = false;
    for (const Piece& piece : orbit.pieces) {
      gives_up_ |= std::max(piece.clocks.cpu.first, piece.clocks.cpu.last) > kLatestTime;
    }
    gives_up_ |= orbit.pieces.size() > static_cast<std::size_t>(size_ / kMembersPerPiece + 1);
    return true;
  }

  bool receive(Orbit& orbit, Rank peer, Bytes bytes) {
    const auto found = std::find_if(orbit.inbox.begin(), orbit.inbox.end(),
                                    [&](const OrbitMessage& message) { return message.source == peer; });
    if (found == orbit.inbox.end()) {
      return false;
    }
    attach_heads(orbit.pieces, *found);
    const CostClass cost_class = found->cost_class;
    heads_.push_back(std::move(found->heads));
    orbit.inbox.erase(found);
    for_each_piece(orbit.pieces, [&](Piece& piece, CompareAffine compare) {
      const MessageCharges& charges = piece.charges->of(cost_class, bytes).charges;
      const bool order_sensitive = serve_receive<kForm>(piece.clocks, piece.head, charges, compare).order_sensitive;
      // Neither is needed any more: now they keep no pieces apart.
      piece.head = piece.clocks.cpu;
      piece.round_start = piece.clocks.cpu;
      return order_sensitive;
    });
    return true;
  }

  void reduce(Orbit& orbit, Bytes bytes) {
    for (Piece& piece : orbit.pieces) {
      serve_reduction(piece.clocks, piece.charges->reduction(bytes));
    }
  }

  /// Cuts the receivers' pieces where the senders' pieces have their borders, and gives each its part of the heads.
  void attach_heads(std::vector<Piece>& pieces, const OrbitMessage& message) {
    scratch_.clear();
    for (const Piece& piece : pieces) {
      for (Rank at = piece.begin; at < piece.end;) {
        const Rank sender = at >= message.shift ? at - message.shift : at - message.shift + size_;
        const HeadPiece& heads = *std::find_if(message.heads.begin(), message.heads.end(),
                                               [&](const HeadPiece& candidate) { return candidate.end > sender; });
        const Rank end = std::min(piece.end, at + (heads.end - sender));
        scratch_.push_back(part_of(piece, at, end));
        scratch_.back().head =
            part_of(heads.head, heads.end - heads.begin, sender - heads.begin, sender + (end - at) - 1 - heads.begin);
        at = end;
      }
    }
    pieces.swap(scratch_);
  }

  /// Serves an operation on all pieces, cut where times cross each other; `serve` returns whether it was
  /// order-sensitive.
  template <typename Serve>
  void for_each_piece(std::vector<Piece>& pieces, Serve serve) {
    scratch_.clear();
    for (const Piece& piece : pieces) {
      for (Rank begin = piece.begin; begin < piece.end;) {
        Piece part = part_of(piece, begin, piece.end);
        bool order_sensitive = false;
        if (!serves_without_crossing(part, serve, order_sensitive)) {
          part = part_of(piece, begin, border(piece, begin, serve));
          serves_without_crossing(part, serve, order_sensitive);
        }
        order_sensitive_ += order_sensitive ? part.end - part.begin : 0;
        begin = part.end;
        append(scratch_, part);
      }
    }
    pieces.swap(scratch_);
  }

  template <typename Serve>
  static bool serves_without_crossing(Piece& piece, Serve serve, bool& order_sensitive) {
    bool crossing = false;
    order_sensitive = serve(piece, CompareAffine(crossing));
    return !crossing;
  }

  /// The end of the longest part from `begin` on in which nothing crosses. What a comparison says of an affine
  /// difference at both ends of an interval it says all over it: parts without crossing are all those up to a length.
  template <typename Serve>
  static Rank border(const Piece& piece, Rank begin, Serve serve) {
    Rank good = begin + 1;
    Rank bad = piece.end;
    while (bad - good > 1) {
      const Rank middle = good + (bad - good) / 2;
      Piece part = part_of(piece, begin, middle);
      bool order_sensitive = false;
      (serves_without_crossing(part, serve, order_sensitive) ? good : bad) = middle;
    }
    return good;
  }

  [[nodiscard]] std::vector<HeadPiece> take_heads() {
    if (heads_.empty()) {
      return {};
    }
    std::vector<HeadPiece> heads = std::move(heads_.back());
    heads_.pop_back();
    heads.clear();
    return heads;
  }

  [[nodiscard]] SimulationReport report() const {
    SimulationReport report;
    report.finish.resize(input_.mapping.size());
    std::size_t pieces = 0;
    for (std::size_t orbit = 0; orbit < states_.size(); ++orbit) {
      const Orbit& state = states_[orbit];
      for (const Piece& piece : state.pieces) {
        for (Rank member = piece.begin; member < piece.end; ++member) {
          report.finish[static_cast<std::size_t>(member) * states_.size() + orbit] =
              value_at(piece.clocks.cpu, piece.size(), member - piece.begin);
        }
      }
      pieces += state.pieces.size();
      report.rounds = std::max(report.rounds, state.rounds);
      report.bytes_sent_max = std::max(report.bytes_sent_max, state.bytes_sent);
      report.bytes_sent_total += state.bytes_sent * size_;
    }
    report.time = *std::max_element(report.finish.begin(), report.finish.end());
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
    report.memory = instance_.reserved() + states_.size() * sizeof(Orbit) + pieces * sizeof(Piece);
    report.engine = Engine::kPiecewiseAffine;
    report.evaluated = orbits_.representatives();
    return report;
  }

  const SimulationInput& input_;
  const Orbits orbits_;
  Rank size_;  // members of an orbit
  const ChunkBytes bytes_;
  ScheduleInstance instance_;
  PairCosts costs_;
  RankCharges charges_;
  std::vector<Orbit> states_;
  std::vector<Piece> scratch_;
  std::vector<std::vector<HeadPiece>> heads_;  // memory of messages that were received
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
  bool gives_up_ = false;
};

}  // namespace

std::optional<SimulationReport> run_piecewise_affine(const SimulationInput& input, const Orbits& orbits) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return PiecewiseAffine<LogGopsForm::kTextbook>(input, orbits).run();
    case LogGopsForm::kSimulator:
      return PiecewiseAffine<LogGopsForm::kSimulator>(input, orbits).run();
  }
  return std::nullopt;
}

}  // namespace ringwood
