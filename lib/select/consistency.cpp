#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>

#include "ringwood/choose.hpp"

namespace ringwood {

namespace {

struct Best {
  std::string algorithm;
  double seconds = 0;
};

using Key = std::tuple<Collective, Rank, Bytes>;
using Results = std::map<Key, Best>;

[[nodiscard]] Results best_of(const std::vector<ResultPoint>& points) {
  Results results;
  for (const ResultPoint& point : points) {
    const auto [entry, is_new] =
        results.emplace(Key{point.collective, point.ranks, point.bytes}, Best{point.algorithm, point.seconds});
    if (!is_new && point.seconds < entry->second.seconds) {
      entry->second = {point.algorithm, point.seconds};
    }
  }
  return results;
}

[[nodiscard]] std::string microseconds(double seconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g us", seconds * 1e6);
  return text;
}

[[nodiscard]] std::string described(const Key& key, const Best& best) {
  return std::string(name_of(std::get<0>(key))) + " on " + std::to_string(std::get<1>(key)) + " ranks with " +
         std::to_string(std::get<2>(key)) + " bytes (" + best.algorithm + ", " + microseconds(best.seconds) + ")";
}

/// Allreduce against its two halves.
void check_composition(const Results& results, double tolerance, std::vector<Inconsistency>& found) {
  for (const auto& [key, best] : results) {
    const auto [collective, ranks, bytes] = key;
    const auto first = results.find({Collective::kReduceScatter, ranks, bytes});
    const auto second = results.find({Collective::kAllgather, ranks, bytes});
    if (collective != Collective::kAllreduce || first == results.end() || second == results.end()) {
      continue;
    }
    const double both = first->second.seconds + second->second.seconds;
    if (best.seconds > both * (1 + tolerance)) {
      found.push_back({described(key, best) + " takes longer than a reduce-scatter and an allgather, " +
                       microseconds(both) + ": take then(" + first->second.algorithm + ", " + second->second.algorithm +
                       ")"});
    }
  }
}

/// Each point against the next one in size and in ranks: what does more should not be done sooner.
void check_growth(const Results& results, double tolerance, std::vector<Inconsistency>& found) {
  for (const auto& [key, best] : results) {
    const auto [collective, ranks, bytes] = key;
    const auto larger = results.upper_bound(key);
    if (larger != results.end() && std::get<0>(larger->first) == collective && std::get<1>(larger->first) == ranks &&
        best.seconds > larger->second.seconds * (1 + tolerance)) {
      found.push_back({described(key, best) + " takes longer than " + described(larger->first, larger->second) +
                       ": take " + larger->second.algorithm + " for both"});
    }
    const auto more = std::find_if(larger, results.end(), [&key = key](const auto& other) {
      return std::get<0>(other.first) == std::get<0>(key) && std::get<1>(other.first) > std::get<1>(key) &&
             std::get<2>(other.first) == std::get<2>(key);
    });
    // Blocks that belong to ranks shrink as ranks are added; what moves and is combined in all does not.
    if (more != results.end() && best.seconds > more->second.seconds * (1 + tolerance)) {
      found.push_back({described(key, best) + " takes longer than " + described(more->first, more->second) + ": try " +
                       more->second.algorithm});
    }
  }
}

}  // namespace

std::vector<Inconsistency> inconsistencies(const std::vector<ResultPoint>& results, double tolerance) {
  const Results best = best_of(results);
  std::vector<Inconsistency> found;
  check_composition(best, tolerance, found);
  check_growth(best, tolerance, found);
  return found;
}

}  // namespace ringwood
