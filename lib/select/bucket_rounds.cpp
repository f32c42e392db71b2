#include "select/bucket_rounds.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace ringwood {

void BucketRounds::add(const Round& round, std::span<const Load> loads) {
  for (const Load& load : loads) {
    entries_.push_back({rounds_.size(), load});
  }
  rounds_.push_back(round);
}

void BucketRounds::finish(std::span<const double> speeds, double pause_s) {
  pause_s_ = pause_s;
  std::map<std::size_t, std::vector<double>> by_link;
  for (const Entry& entry : entries_) {
    std::vector<double>& loads = by_link[entry.load.link];
    loads.resize(rounds_.size(), 0);
    loads[entry.round] = entry.load.per_byte;
  }
  entries_ = {};
  std::set<std::pair<double, std::vector<double>>> different;
  for (auto& [link, loads] : by_link) {
    different.emplace(speeds[link], std::move(loads));
  }
  // By round, then by link: that is the order in which they are looked at.
  loads_.reserve(different.size() * rounds_.size());
  for (std::size_t round = 0; round < rounds_.size(); ++round) {
    for (const auto& [speed, loads] : different) {
      loads_.push_back(loads[round]);
    }
  }
  for (const auto& [speed, loads] : different) {
    speeds_.push_back(speed);
  }
}

/// One call's way through the rounds.
class BucketRounds::Pass {
 public:
  Pass(const BucketRounds& of, double bytes, const CostView& costs)
      : of_(of), bytes_(bytes), costs_(costs), debts_(of.speeds_.size(), 0) {}

  /// Returns how long links carry in all rounds.
  double go() {
    double all = 0;
    const double* loads = of_.loads_.data();
    for (const Round& round : of_.rounds_) {
      const double corrected = costs_.correction ? costs_.correction(round.longest * bytes_) : 0;
      double before = -1;
      for (double left = round.times; left > 0; --left) {
        const bool same = carry(loads, round.steady_per_byte * bytes_) && before == carried_;
        before = carried_;
        pass_s_ = length_of(round, carried_ + corrected);
        if (same) {  // and so are all that follow
          all += left * (carried_ + corrected);
          break;
        }
        all += carried_ + corrected;
      }
      loads += debts_.size();
    }
    return all;
  }

  void wait(double seconds) { pass_s_ += seconds; }

 private:
  /// As of the whole (ClosedForm::seconds).
  [[nodiscard]] double length_of(const Round& round, double carried) const {
    const double computed = round.busy_s + round.reduced_per_byte * bytes_;
    const double all = std::max(0.0, carried + computed + round.waiting_s);
    return round.lanes <= 1 ? all : std::max({carried, computed, all / round.lanes});
  }

  /// Returns whether all debts are what they were.
  bool carry(const double* loads, double steady) {
    bool same = true;
    carried_ = 0;
    for (std::size_t link = 0; link < debts_.size(); ++link) {
      const double owed = std::max(0.0, debts_[link] - pass_s_);
      const double load = loads[link] * bytes_;
      const double free = std::max(0.0, costs_.burst * of_.speeds_[link] - owed);
      carried_ = std::max(carried_, load - free);
      same = same && debts_[link] == owed + load;
      debts_[link] = owed + load;
    }
    carried_ += steady;
    return same;
  }

  const BucketRounds& of_;
  double bytes_;
  const CostView& costs_;
  std::vector<double> debts_;  // seconds
  double pass_s_ = 0;          // since messages started last
  double carried_ = 0;
};

double BucketRounds::carried(double bytes, const CostView& costs) const {
  Pass pass(*this, bytes, costs);
  static_cast<void>(pass.go());
  pass.wait(pause_s_);
  return pass.go();
}

}  // namespace ringwood
