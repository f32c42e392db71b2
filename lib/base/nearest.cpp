#include "base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace ringwood {

namespace {

[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row.back();
}

}  // namespace

std::string did_you_mean(std::string_view given, std::span<const std::string> names) {
  constexpr std::size_t kFarthest = 2;
  constexpr std::size_t kLongestName = 64;
  const std::string* nearest = nullptr;
  std::size_t least = std::min(kFarthest, given.size() / 2) + 1;
  for (const std::string& name : names) {
    if (given.size() > kLongestName) {
      break;
    }
    if (const std::size_t distance = edit_distance(given, name); distance < least) {
      least = distance;
      nearest = &name;
    }
  }
  return nearest == nullptr ? "" : ", did you mean '" + *nearest + "'?";
}

}  // namespace ringwood
