#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "sim/charge_table.hpp"

namespace ringwood {

/// What each rank is charged: the same table for all but stragglers.
class RankCharges {
 public:
  /// `costs` must outlive this.
  RankCharges(const PairCosts& costs, const ReductionTime& gamma, const std::vector<Straggler>& stragglers)
      : usual_(costs, gamma) {
    for (const Straggler& straggler : stragglers) {
      if (straggler.cpu_percent != 100) {
        const auto [table, is_new] = slow_.try_emplace(straggler.cpu_percent, costs, gamma, straggler.cpu_percent);
        of_rank_[straggler.rank] = &table->second;
      }
    }
  }

  RankCharges(const RankCharges&) = delete;
  RankCharges& operator=(const RankCharges&) = delete;

  [[nodiscard]] ChargeTable& usual() { return usual_; }

  /// Of a rank whose CPU takes so many percent; there is such a rank, or it is 100.
  [[nodiscard]] ChargeTable& with_percent(std::int64_t percent) {
    const auto found = slow_.find(percent);
    return found == slow_.end() ? usual_ : found->second;
  }

  [[nodiscard]] ChargeTable& of(Rank rank) {
    if (of_rank_.empty()) {
      return usual_;
    }
    const auto found = of_rank_.find(rank);
    return found == of_rank_.end() ? usual_ : *found->second;
  }

 private:
  ChargeTable usual_;
  std::map<std::int64_t, ChargeTable> slow_;  // by percent
  std::unordered_map<Rank, ChargeTable*> of_rank_;
};

}  // namespace ringwood
