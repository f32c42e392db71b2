#include "api/diagnosis.hpp"

namespace ringwood {

namespace {

// Of many ranks the first few are told.
constexpr std::size_t kMostNamed = 16;

/// What a rank of the node was doing at one moment.
struct Doing {
  explicit Doing(const NodeProgress& progress)
      : calls(progress.calls.load(std::memory_order_relaxed)),
        ended(progress.ended.load(std::memory_order_relaxed)),
        given_up(progress.given_up.load(std::memory_order_relaxed)),
        round(progress.round.load(std::memory_order_relaxed)),
        peer(static_cast<Rank>(progress.waits_for.load(std::memory_order_relaxed)) + NodeEndpoint::kElsewhere) {}

  [[nodiscard]] bool waits() const { return peer != NodeEndpoint::kElsewhere; }

  std::uint64_t calls;
  std::uint64_t ended;
  std::uint64_t given_up;
  std::uint32_t round;
  Rank peer;
};

class Report {
 public:
  Report(NodeEndpoint& endpoint, std::span<const Rank> ranks) : ranks_(ranks), me_(endpoint.rank()) {
    for (Rank rank = 0; rank < endpoint.shape().ranks; ++rank) {
      doing_.emplace_back(endpoint.progress(rank));
    }
    call_ = of(me_).calls;
  }

  [[nodiscard]] std::string text(Rank peer, const std::string& elsewhere) const {
    std::string text = name(me_) + " waits for " + (peer == NodeEndpoint::kElsewhere ? elsewhere : name(peer)) +
                       " in call " + std::to_string(call_) + ", round " + std::to_string(of(me_).round);
    text += missing();
    std::size_t named = 0;
    for (Rank rank = 0; rank < static_cast<Rank>(doing_.size()); ++rank) {
      if (rank == me_ || of(rank).calls < call_) {
        continue;
      }
      if (named++ == kMostNamed) {
        text += "; ...";
        break;
      }
      text += "; " + name(rank) + ' ' + state(rank);
    }
    return text + late(peer);
  }

 private:
  [[nodiscard]] const Doing& of(Rank rank) const { return doing_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] std::string name(Rank rank) const {
    return "rank " + std::to_string(ranks_[static_cast<std::size_t>(rank)]);
  }

  [[nodiscard]] std::string missing() const {
    std::string names;
    std::size_t named = 0;
    for (Rank rank = 0; rank < static_cast<Rank>(doing_.size()); ++rank) {
      if (of(rank).calls < call_ && named++ <= kMostNamed) {
        names += (names.empty() ? "" : ", ") + (named > kMostNamed ? "..." : name(rank));
      }
    }
    return names.empty() ? "; all ranks of the node have begun it" : "; not begun by " + names;
  }

  [[nodiscard]] std::string state(Rank rank) const {
    const Doing& doing = of(rank);
    if (doing.calls > call_ || doing.ended >= call_) {
      return "has ended it";
    }
    const std::string where = "in round " + std::to_string(doing.round);
    if (doing.given_up >= call_) {
      return "has given it up " + where + (doing.waits() ? ", waiting for " + name(doing.peer) : "");
    }
    return doing.waits() ? "waits for " + name(doing.peer) + ' ' + where
                         : "is " + where + " and waits for nobody of the node";
  }

  /// The first, from `peer` on, who does not wait for anybody: in this call, or still in an earlier one, which those
  /// who need nothing more of it have left.
  [[nodiscard]] std::string late(Rank peer) const {
    if (peer == NodeEndpoint::kElsewhere) {
      return "";
    }
    for (std::size_t hops = 0; hops < doing_.size(); ++hops) {
      const Doing& doing = of(peer);
      const bool is_in_earlier_call = doing.calls < call_ && doing.ended < doing.calls;
      if (doing.calls < call_ && !(is_in_earlier_call && doing.waits())) {
        return "; late: " + name(peer) + ", whose last call was " + std::to_string(doing.calls);
      }
      if (doing.calls > call_ || doing.ended >= call_ || !doing.waits()) {
        return "; late: " + name(peer) + ", which " + state(peer);
      }
      peer = doing.peer;
    }
    return "; those who wait do so in a circle";
  }

  std::span<const Rank> ranks_;
  Rank me_;
  std::uint64_t call_ = 0;
  std::vector<Doing> doing_;
};

}  // namespace

std::vector<Rank> ranks_of_node(std::span<const Rank> rank_of) {
  std::vector<Rank> ranks;
  for (std::size_t rank = 0; rank < rank_of.size(); ++rank) {
    if (rank_of[rank] >= 0) {
      ranks.push_back(static_cast<Rank>(rank));
    }
  }
  return ranks;
}

std::string who_has_come(NodeEndpoint& endpoint, std::span<const Rank> ranks, Rank peer, const std::string& elsewhere) {
  return Report(endpoint, ranks).text(peer, elsewhere);
}

}  // namespace ringwood
