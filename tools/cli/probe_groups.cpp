#include "tools/cli/probe_groups.hpp"

#include <algorithm>
#include <numeric>
#include <random>

namespace ringwood::cli {

namespace {

// Two messages that share a cable take twice as long. Less may be chance.
constexpr double kSlow = 1.4;

// Most pairs between two groups must be fast for them to be one, and few for them to be two: a pair between groups may
// have been alone on its cable whenever it was seen.
constexpr double kMostly = 0.6;

/// Hosts sorted by group, and by number within one.
[[nodiscard]] std::vector<std::size_t> by_group(const std::vector<std::size_t>& groups) {
  std::vector<std::size_t> order(groups.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return groups[a] < groups[b]; });
  return order;
}

/// Renumbers in the order of first appearance.
[[nodiscard]] std::vector<std::size_t> renumbered(const std::vector<std::size_t>& groups) {
  std::vector<std::size_t> known;
  std::vector<std::size_t> result;
  for (const std::size_t group : groups) {
    const auto at = std::find(known.begin(), known.end(), group);
    result.push_back(static_cast<std::size_t>(at - known.begin()));
    if (at == known.end()) {
      known.push_back(group);
    }
  }
  return result;
}

}  // namespace

std::vector<Pairing> tournament(std::size_t players, std::uint64_t seed) {
  std::vector<std::size_t> seats(players + players % 2);
  std::iota(seats.begin(), seats.end(), 0);
  std::mt19937_64 random(seed);
  for (std::size_t i = players; i > 1; --i) {
    std::swap(seats[i - 1], seats[random() % i]);
  }
  std::vector<Pairing> rounds;
  for (std::size_t round = 0; round + 1 < seats.size(); ++round) {
    Pairing& pairs = rounds.emplace_back();
    for (std::size_t i = 0; i < seats.size() / 2; ++i) {
      const std::size_t a = seats[i];
      const std::size_t b = seats[seats.size() - 1 - i];
      if (a < players && b < players) {
        pairs.emplace_back(std::min(a, b), std::max(a, b));
      }
    }
    // The first seat stays, all others move on by one.
    std::rotate(seats.begin() + 1, seats.end() - 1, seats.end());
  }
  return rounds;
}

Pairing pairs_inside(const std::vector<std::size_t>& groups) {
  Pairing pairs;
  const std::vector<std::size_t> order = by_group(groups);
  for (std::size_t i = 0; i + 1 < order.size();) {
    if (groups[order[i]] == groups[order[i + 1]]) {
      pairs.emplace_back(order[i], order[i + 1]);
      i += 2;
    } else {
      i += 1;
    }
  }
  return pairs;
}

Pairing pairs_across(const std::vector<std::size_t>& groups) {
  Pairing pairs;
  const std::vector<std::size_t> order = by_group(groups);
  const std::size_t half = order.size() / 2;
  for (std::size_t i = 0; i < half; ++i) {
    const std::size_t a = order[i];
    const std::size_t b = order[i + half];
    if (groups[a] != groups[b]) {
      pairs.emplace_back(std::min(a, b), std::max(a, b));
    }
  }
  return pairs;
}

void Slowdowns::add(std::size_t a, std::size_t b, double factor) {
  seen_[std::min(a, b) * hosts_ + std::max(a, b)].push_back(factor);
}

double Slowdowns::typical(std::size_t a, std::size_t b) const {
  std::vector<double> factors = seen_[a * hosts_ + b];
  if (factors.empty()) {
    return 0;
  }
  const auto middle = factors.begin() + static_cast<std::ptrdiff_t>(factors.size() / 2);
  std::nth_element(factors.begin(), middle, factors.end());
  return *middle;
}

/// Of the pairs between two groups that were seen, how many are fast; below 0 if none was seen.
double Slowdowns::fast_part(const std::vector<std::size_t>& groups, std::size_t a, std::size_t b) const {
  double seen = 0;
  double fast = 0;
  for (std::size_t i = 0; i < hosts_; ++i) {
    for (std::size_t j = i + 1; j < hosts_; ++j) {
      const bool between = (groups[i] == a && groups[j] == b) || (groups[i] == b && groups[j] == a);
      const double factor = between ? typical(i, j) : 0;
      if (factor > 0) {
        seen += 1;
        fast += factor < kSlow ? 1 : 0;
      }
    }
  }
  return seen == 0 ? -1 : fast / seen;
}

std::vector<std::size_t> Slowdowns::groups() const {
  std::vector<std::size_t> groups(hosts_);
  std::iota(groups.begin(), groups.end(), 0);
  const std::vector<std::size_t> one(hosts_, 0);
  while (true) {
    double best = kMostly;
    std::pair<std::size_t, std::size_t> joined{0, 0};
    for (std::size_t i = 0; i < hosts_; ++i) {
      for (std::size_t j = i + 1; j < hosts_; ++j) {
        const double part = groups[i] == groups[j] ? -1 : fast_part(groups, groups[i], groups[j]);
        if (part > best) {
          best = part;
          joined = {groups[i], groups[j]};
        }
      }
    }
    if (joined.first == joined.second) {
      break;
    }
    std::replace(groups.begin(), groups.end(), joined.second, joined.first);
  }
  groups = renumbered(groups);
  const std::size_t count = hosts_ == 0 ? 0 : *std::max_element(groups.begin(), groups.end()) + 1;
  return count == hosts_ ? one : groups;  // where all slow down all, there is nothing to be told apart
}

}  // namespace ringwood::cli
