#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "ringwood/error.hpp"
#include "sim/model/loggops.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

/// Throws Error(kUsage) for NICs that ranks cannot have, or cannot have under this model.
inline void check_nics(const NicSet& set, CostModel model) {
  if (set.count < 1 || set.count > kMostNics) {
    throw Error(ErrorKind::kUsage, "a rank cannot have " + std::to_string(set.count) + " NICs; accepted: 1 to " +
                                       std::to_string(kMostNics));
  }
  if (set.count > 1 && model == CostModel::kFlow) {
    throw Error(ErrorKind::kUsage,
                "the flow model's NICs are links: those of the machine, or --nic; --nics is for loggops");
  }
}

/// The NICs of all ranks, where a rank has several: each with clocks of its own, in both directions. A message takes
/// one at each end; what LogGOPS says of `nic_out` and `nic_in` is said of that one.
class Nics {
 public:
  Nics(const NicSet& set, Rank ranks)
      : set_(set), out_(static_cast<std::size_t>(ranks) * static_cast<std::size_t>(set.count)), in_(out_.size()) {}

  /// Puts the NIC that a message to `peer` takes into the rank's clocks; give_out() takes it back.
  void take_out(Rank rank, Rank peer, RankClocks& clocks) {
    used_ = choose(out_, rank, peer);
    clocks.nic_out = out_[used_].free;
  }

  void give_out(const RankClocks& clocks) { out_[used_].free = clocks.nic_out; }

  /// The same for a message from `peer`.
  void take_in(Rank rank, Rank peer, RankClocks& clocks) {
    used_ = choose(in_, rank, peer);
    clocks.nic_in = in_[used_].free;
    clocks.latest_head = in_[used_].latest_head;
  }

  void give_in(const RankClocks& clocks) { in_[used_] = {clocks.nic_in, clocks.latest_head}; }

 private:
  struct Clock {
    Picoseconds free = 0;
    Picoseconds latest_head = 0;  // as in RankClocks
  };

  [[nodiscard]] std::size_t choose(const std::vector<Clock>& clocks, Rank rank, Rank peer) const {
    const auto count = static_cast<std::size_t>(set_.count);
    const std::size_t first = static_cast<std::size_t>(rank) * count;
    switch (set_.choice) {
      case NicSet::Choice::kLeastBusy: {
        const auto begin = clocks.begin() + static_cast<std::ptrdiff_t>(first);
        const auto best =
            std::min_element(begin, begin + set_.count, [](const Clock& a, const Clock& b) { return a.free < b.free; });
        return static_cast<std::size_t>(best - clocks.begin());
      }
      case NicSet::Choice::kRail:
        break;
    }
    return first + (static_cast<std::size_t>(rank) + static_cast<std::size_t>(peer)) % count;
  }

  NicSet set_;
  std::vector<Clock> out_;
  std::vector<Clock> in_;
  std::size_t used_ = 0;
};

}  // namespace ringwood
