#include <algorithm>

#include "ringwood/choose.hpp"

namespace ringwood {

namespace {

struct Values {
  std::string_view parameter;
  std::array<std::int64_t, 6> values;  // 0: no more
};

// Coarse on purpose: between neighbours costs differ by little, and every value is another candidate.
constexpr Values kValues[] = {{"segments", {2, 4, 16, 32, 64, 128}}, {"radix", {2, 3, 8, 16, 0, 0}},
                              {"ports", {2, 3, 4, 8, 0, 0}},         {"arity", {1, 3, 4, 8, 0, 0}},
                              {"aggregation", {1, 2, 4, 8, 16, 0}},  {"rings", {2, 8, 0, 0, 0, 0}}};

[[nodiscard]] bool takes(const Algorithm& algorithm, std::string_view parameter) {
  return std::any_of(algorithm.parameters.begin(), algorithm.parameters.end(),
                     [&](const ParameterInfo& info) { return info.name == parameter; });
}

void add_on_grid(const Algorithm& algorithm, std::span<const Rank> grid, std::vector<std::string>& variants) {
  if (grid.empty() || !takes(algorithm, "dims")) {
    return;
  }
  std::string sides;
  for (const Rank side : grid) {
    sides += (sides.empty() ? "" : "x") + std::to_string(side);
  }
  const std::string name = std::string(algorithm.name) + ":dims=" + sides;
  variants.push_back(name);
  for (const std::string_view parameter : {"ports", "rings"}) {
    if (takes(algorithm, parameter)) {
      variants.push_back(name + "," + std::string(parameter) + "=" + std::to_string(2 * grid.size()));
    }
  }
}

/// Whether ranks of a group are neighbours by number already.
[[nodiscard]] bool in_order(const Placement& placement) {
  return std::ranges::is_sorted(placement.order());
}

/// Levels that divide the ranks, and have groups of more than one.
[[nodiscard]] std::vector<std::string> dividing_levels(const Placement& placement) {
  std::vector<std::string> names;
  Rank inside = 1;
  for (std::size_t i = 0; i < placement.levels().size(); ++i) {
    inside *= placement.extents()[i];
    if (inside > 1 && inside < placement.ranks()) {
      names.push_back(placement.levels()[i].name);
    }
  }
  return names;
}

// Inside a group and across: few rounds, few bytes, and both.
constexpr std::string_view kInside[] = {"direct", "ring", "bine"};
constexpr std::string_view kAcross[] = {"ring", "recursive-doubling"};

}  // namespace

std::vector<std::string> compositions_of(Collective collective, Catalogue catalogue, const Placement& placement) {
  std::vector<std::string> expressions;
  const std::vector<std::string> levels = dividing_levels(placement);
  if (levels.empty()) {
    return expressions;
  }
  if (!in_order(placement)) {
    for (const Algorithm* algorithm : catalogue) {
      if (algorithm->collective == collective && !algorithm->needs.placement) {
        expressions.push_back("permute(0, " + std::string(algorithm->name) + ")");
      }
    }
  }
  if (collective != Collective::kAllreduce) {
    return expressions;
  }
  for (const std::string& level : levels) {
    for (const std::string_view inside : kInside) {
      for (const std::string_view across : kAcross) {
        const std::string both = "hier(" + level + "=" + std::string(inside) + ", network=" + std::string(across) + ")";
        expressions.push_back(both);
        expressions.push_back("lanes(2, " + both + ")");
      }
    }
  }
  return expressions;
}

std::vector<std::string> variants_of(const Algorithm& algorithm, std::span<const Rank> grid) {
  const std::string name(algorithm.name);
  std::vector<std::string> variants{name};
  for (const ParameterInfo& info : algorithm.parameters) {
    const auto* const known = std::find_if(std::begin(kValues), std::end(kValues),
                                           [&](const Values& one) { return one.parameter == info.name; });
    if (known == std::end(kValues)) {
      continue;
    }
    for (const std::int64_t value : known->values) {
      if (value != 0 && value != info.fallback && value >= info.minimum && value <= info.maximum) {
        variants.push_back(name + ":" + std::string(info.name) + "=" + std::to_string(value));
      }
    }
  }
  add_on_grid(algorithm, grid, variants);
  return variants;
}

}  // namespace ringwood
