#include <algorithm>

#include "ringwood/choose.hpp"

namespace ringwood {

namespace {

struct Grid {
  std::string_view parameter;
  std::array<std::int64_t, 6> values;  // 0: no more
};

// Coarse on purpose: between neighbours costs differ by little, and every value is another candidate.
constexpr Grid kGrids[] = {{"segments", {2, 4, 16, 32, 64, 128}}, {"radix", {2, 3, 8, 16, 0, 0}},
                           {"ports", {2, 3, 4, 8, 0, 0}},         {"arity", {1, 3, 4, 8, 0, 0}},
                           {"aggregation", {1, 2, 4, 8, 16, 0}},  {"rings", {2, 8, 0, 0, 0, 0}}};

}  // namespace

std::vector<std::string> variants_of(const Algorithm& algorithm) {
  const std::string name(algorithm.name);
  std::vector<std::string> variants{name};
  for (const ParameterInfo& info : algorithm.parameters) {
    const auto* const grid =
        std::find_if(std::begin(kGrids), std::end(kGrids), [&](const Grid& one) { return one.parameter == info.name; });
    if (grid == std::end(kGrids)) {
      continue;
    }
    for (const std::int64_t value : grid->values) {
      if (value != 0 && value != info.fallback && value >= info.minimum && value <= info.maximum) {
        variants.push_back(name + ":" + std::string(info.name) + "=" + std::to_string(value));
      }
    }
  }
  return variants;
}

}  // namespace ringwood
