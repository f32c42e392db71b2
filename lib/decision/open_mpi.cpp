#include "decision/open_mpi.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace ringwood::open_mpi {

namespace {

// The order is that of the ids, which are the same in 4.1, 5.0 and 6.x.
constexpr std::array<std::string_view, kCollectives> kNames{"allgather",
                                                            "allgatherv",
                                                            "allreduce",
                                                            "alltoall",
                                                            "alltoallv",
                                                            "alltoallw",
                                                            "barrier",
                                                            "bcast",
                                                            "exscan",
                                                            "gather",
                                                            "gatherv",
                                                            "reduce",
                                                            "reduce_scatter",
                                                            "reduce_scatter_block",
                                                            "scan",
                                                            "scatter",
                                                            "scatterv",
                                                            "neighbor_allgather",
                                                            "neighbor_allgatherv",
                                                            "neighbor_alltoall",
                                                            "neighbor_alltoallv",
                                                            "neighbor_alltoallw"};

constexpr TheirAlgorithm kAlgorithms[] = {
    {.collective = 0, .id = 1, .name = "linear"},
    {.collective = 0, .id = 2, .name = "bruck-k-fanout", .fan = true},
    {.collective = 0, .id = 3, .name = "recursive_doubling"},
    {.collective = 0, .id = 4, .name = "ring"},
    {.collective = 0, .id = 5, .name = "neighbor"},
    {.collective = 0, .id = 6, .name = "two_proc", .only_two = true},
    {.collective = 0, .id = 7, .name = "sparbit", .since_major = 5},
    {.collective = 0, .id = 8, .name = "direct-messaging", .since_major = 6},
    {.collective = 1, .id = 1, .name = "default"},
    {.collective = 1, .id = 2, .name = "bruck"},
    {.collective = 1, .id = 3, .name = "ring"},
    {.collective = 1, .id = 4, .name = "neighbor"},
    {.collective = 1, .id = 5, .name = "two_proc", .only_two = true},
    {.collective = 1, .id = 6, .name = "sparbit", .since_major = 5},
    {.collective = 2, .id = 1, .name = "basic_linear"},
    {.collective = 2, .id = 2, .name = "nonoverlapping"},
    {.collective = 2, .id = 3, .name = "recursive_doubling"},
    {.collective = 2, .id = 4, .name = "ring", .unsafe = true},
    {.collective = 2, .id = 5, .name = "segmented_ring", .segments = true, .unsafe = true},
    {.collective = 2, .id = 6, .name = "rabenseifner"},
    {.collective = 2, .id = 7, .name = "allgather_reduce", .since_major = 6},
    {.collective = 3, .id = 1, .name = "linear"},
    {.collective = 3, .id = 2, .name = "pairwise"},
    {.collective = 3, .id = 3, .name = "modified_bruck"},
    {.collective = 3, .id = 4, .name = "linear_sync", .requests = true},
    {.collective = 3, .id = 5, .name = "two_proc", .only_two = true},
    {.collective = 4, .id = 1, .name = "basic_linear"},
    {.collective = 4, .id = 2, .name = "pairwise"},
    {.collective = 6, .id = 1, .name = "linear"},
    {.collective = 6, .id = 2, .name = "double_ring"},
    {.collective = 6, .id = 3, .name = "recursive_doubling"},
    {.collective = 6, .id = 4, .name = "bruck"},
    {.collective = 6, .id = 5, .name = "two_proc", .only_two = true},
    {.collective = 6, .id = 6, .name = "tree"},
    {.collective = 7, .id = 1, .name = "basic_linear"},
    {.collective = 7, .id = 2, .name = "chain", .segments = true, .fan = true},
    {.collective = 7, .id = 3, .name = "pipeline", .segments = true},
    {.collective = 7, .id = 4, .name = "split_binary_tree", .segments = true},
    {.collective = 7, .id = 5, .name = "binary_tree", .segments = true},
    {.collective = 7, .id = 6, .name = "binomial", .segments = true},
    {.collective = 7, .id = 7, .name = "knomial", .segments = true},
    {.collective = 7, .id = 8, .name = "scatter_allgather", .segments = true},
    {.collective = 7, .id = 9, .name = "scatter_allgather_ring", .segments = true},
    {.collective = 8, .id = 1, .name = "linear"},
    {.collective = 8, .id = 2, .name = "recursive_doubling"},
    {.collective = 9, .id = 1, .name = "basic_linear"},
    {.collective = 9, .id = 2, .name = "binomial"},
    {.collective = 9, .id = 3, .name = "linear_sync", .segments = true},
    {.collective = 11, .id = 1, .name = "linear"},
    {.collective = 11, .id = 2, .name = "chain", .segments = true, .fan = true, .unsafe = true},
    {.collective = 11, .id = 3, .name = "pipeline", .segments = true, .unsafe = true},
    {.collective = 11, .id = 4, .name = "binary", .segments = true, .unsafe = true},
    {.collective = 11, .id = 5, .name = "binomial", .segments = true, .unsafe = true},
    {.collective = 11, .id = 6, .name = "in-order_binary", .segments = true},
    {.collective = 11, .id = 7, .name = "rabenseifner"},
    {.collective = 11, .id = 8, .name = "knomial", .since_major = 6, .segments = true, .unsafe = true},
    {.collective = 12, .id = 1, .name = "non-overlapping"},
    {.collective = 12, .id = 2, .name = "recursive_halving", .unsafe = true},
    {.collective = 12, .id = 3, .name = "ring", .unsafe = true},
    // Said to be for any operator; there are reports of wrong results (open-mpi/ompi#8010).
    {.collective = 12, .id = 4, .name = "butterfly", .unsafe = true},
    {.collective = 13, .id = 1, .name = "basic_linear"},
    {.collective = 13, .id = 2, .name = "recursive_doubling"},
    {.collective = 13, .id = 3, .name = "recursive_halving", .unsafe = true},
    {.collective = 13, .id = 4, .name = "butterfly", .unsafe = true},
    {.collective = 14, .id = 1, .name = "linear"},
    {.collective = 14, .id = 2, .name = "recursive_doubling"},
    {.collective = 15, .id = 1, .name = "basic_linear"},
    {.collective = 15, .id = 2, .name = "binomial"},
    {.collective = 15, .id = 3, .name = "linear_nb"},
};

/// Names of ours and theirs for one collective of theirs.
struct Pair {
  int collective;
  int id;
  std::string_view name;  // ours
  enum class Parameter { kNone, kSegments, kPorts } parameter = Parameter::kNone;
  std::string_view fixed = {};  // parameters of ours that theirs has fixed
};

// What nobody would call the same is left out: their "linear" allgather, for example, gathers and broadcasts.
constexpr Pair kPairs[] = {
    {0, 2, "bruck", Pair::Parameter::kPorts},
    {0, 3, "recursive-doubling"},
    {0, 4, "ring"},
    {0, 5, "neighbor-exchange"},
    {0, 7, "sparbit"},
    {0, 8, "direct"},
    {2, 2, "binomial"},
    {2, 3, "recursive-doubling"},
    {2, 4, "ring"},
    {2, 5, "segmented-ring", Pair::Parameter::kSegments},
    {2, 6, "rabenseifner"},
    {3, 1, "direct"},
    {3, 2, "pairwise"},
    {3, 3, "bruck"},
    {6, 4, "dissemination"},
    {7, 3, "chain", Pair::Parameter::kSegments},
    {7, 5, "k-ary", Pair::Parameter::kSegments, "arity=2"},
    {7, 6, "binomial"},
    {7, 7, "k-nomial", Pair::Parameter::kNone, "radix=4"},
    {7, 9, "scatter-allgather"},
    {9, 2, "binomial"},
    {11, 3, "chain", Pair::Parameter::kSegments},
    {11, 4, "k-ary", Pair::Parameter::kSegments, "arity=2"},
    {11, 5, "binomial"},
    {11, 7, "reduce-scatter-gather"},
    {11, 8, "k-nomial", Pair::Parameter::kNone, "radix=4"},
    {12, 2, "recursive-halving"},
    {12, 3, "ring"},
    {12, 4, "distance-doubling"},
    {13, 3, "recursive-halving"},
    {13, 4, "distance-doubling"},
    {15, 2, "binomial"},
};

// What Ringwood's parameters are where they are not given.
constexpr std::int64_t kDefaultSegments = 8;

[[nodiscard]] std::int64_t value_of(const Parameters& parameters, std::string_view name, std::int64_t fallback) {
  const auto* given = parameters.find(name);
  return given == nullptr || given->empty() ? fallback : given->front();
}

[[nodiscard]] bool fixed_parameters_fit(const Pair& pair, const Parameters& parameters) {
  if (pair.fixed.empty()) {
    return true;
  }
  const std::size_t equals = pair.fixed.find('=');
  const std::int64_t wanted = pair.fixed.back() - '0';
  // The values that theirs has fixed are our defaults.
  return value_of(parameters, pair.fixed.substr(0, equals), wanted) == wanted;
}

/// What a segment is cut from: rings cut the block of a rank, others the vector.
[[nodiscard]] Bytes segmented_bytes(const Pair& pair, Rank ranks, Bytes bytes) {
  return pair.collective == 2 ? bytes / std::max<Rank>(ranks, 1) : bytes;
}

}  // namespace

std::string_view collective_name(int id) {
  return kNames[static_cast<std::size_t>(id)];
}

int collective_named(std::string_view name) {
  const auto* const found = std::find(kNames.begin(), kNames.end(), name);
  return found == kNames.end() ? -1 : static_cast<int>(found - kNames.begin());
}

const TheirAlgorithm* find_algorithm(int collective, std::int64_t id, const DecisionTarget& target) {
  const auto* const found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const TheirAlgorithm& one) {
        return one.collective == collective && one.id == id && target.major >= one.since_major;
      });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

const TheirAlgorithm* find_algorithm(int collective, std::string_view name, const DecisionTarget& target) {
  const auto* const found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const TheirAlgorithm& one) {
        return one.collective == collective && one.name == name && target.major >= one.since_major;
      });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

std::vector<std::string> algorithm_names(int collective, const DecisionTarget& target) {
  std::vector<std::string> names;
  for (const TheirAlgorithm& one : kAlgorithms) {
    if (one.collective == collective && target.major >= one.since_major) {
      names.emplace_back(one.name);
    }
  }
  return names;
}

std::optional<Collective> ours(int collective) {
  switch (collective) {
    case 0:
      return Collective::kAllgather;
    case 2:
      return Collective::kAllreduce;
    case 3:
      return Collective::kAlltoall;
    case 6:
      return Collective::kBarrier;
    case 7:
      return Collective::kBroadcast;
    case 9:
      return Collective::kGather;
    case 11:
      return Collective::kReduce;
    case 12:
    case 13:
      return Collective::kReduceScatter;
    case 15:
      return Collective::kScatter;
    default:
      return std::nullopt;
  }
}

std::optional<Choice> counterpart(int collective, std::string_view algorithm, Rank ranks, Bytes bytes,
                                  const DecisionTarget& target) {
  const Expression expression = parse_expression(algorithm);
  if (!expression.arguments.empty() || !expression.numbers.empty()) {
    return std::nullopt;
  }
  for (const Pair& pair : kPairs) {
    const TheirAlgorithm* theirs = find_algorithm(collective, pair.id, target);
    if (pair.collective != collective || pair.name != expression.name || theirs == nullptr ||
        !fixed_parameters_fit(pair, expression.parameters)) {
      continue;
    }
    Choice choice{.algorithm = theirs};
    if (pair.parameter == Pair::Parameter::kSegments) {
      const std::int64_t segments =
          std::max<std::int64_t>(value_of(expression.parameters, "segments", kDefaultSegments), 1);
      choice.segment = std::max<Bytes>((segmented_bytes(pair, ranks, bytes) + segments - 1) / segments, 1);
    } else if (pair.parameter == Pair::Parameter::kPorts) {
      const std::int64_t ports = value_of(expression.parameters, "ports", 1);
      if (target.major < 6 && ports != 1) {
        return std::nullopt;
      }
      choice.fan = target.major < 6 ? 0 : ports + 1;
    }
    return choice;
  }
  return std::nullopt;
}

std::optional<std::string> expression_of(const Rule& rule, const DecisionTarget& target) {
  if (rule.algorithm == 0) {
    return "native";
  }
  if (find_algorithm(rule.collective, rule.algorithm, target) == nullptr) {
    return std::nullopt;
  }
  for (const Pair& pair : kPairs) {
    if (pair.collective != rule.collective || pair.id != rule.algorithm) {
      continue;
    }
    std::string text(pair.name);
    if (!pair.fixed.empty()) {
      text += ":" + std::string(pair.fixed);
    }
    if (pair.parameter == Pair::Parameter::kSegments) {
      const Bytes bytes =
          rule.bytes.most == CountRange::kUnlimited
              ? std::min(std::max<Bytes>(rule.bytes.least, 1), std::numeric_limits<Bytes>::max() / 2) * 2
              : std::midpoint(rule.bytes.least, rule.bytes.most);
      const auto ranks = static_cast<Rank>(std::clamp<std::int64_t>(rule.ranks.least, 2, 1 << 20));
      const Bytes cut = segmented_bytes(pair, ranks, bytes);
      const std::int64_t segments = rule.segment == 0 ? 1 : std::clamp<std::int64_t>(cut / rule.segment, 1, 4096);
      text += fmt::format("{}segments={}", pair.fixed.empty() ? ":" : ",", segments);
    } else if (pair.parameter == Pair::Parameter::kPorts && rule.fan > 2) {
      text += fmt::format(":ports={}", std::min<std::int64_t>(rule.fan - 1, 1024));
    }
    return text;
  }
  return std::nullopt;
}

}  // namespace ringwood::open_mpi
