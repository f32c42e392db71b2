#include "decision/ucc.hpp"

#include <algorithm>
#include <array>
#include <iterator>

#include "ringwood/expression.hpp"

namespace ringwood::ucc {

namespace {

constexpr TheirAlgorithm kAlgorithms[] = {
    {"allreduce", 0, "knomial", "recursive-multiplying", "ALLREDUCE_KN_RADIX"},
    {"allreduce", 1, "sra_knomial", "k-nomial", "ALLREDUCE_SRA_KN_RADIX"},
    {"allreduce", 2, "dbt", "double-tree"},
    {"allreduce", 3, "sliding_window"},
    {"allreduce", 4, "ring", "ring", {}, 8},
    {"allgather", 0, "knomial", "recursive-doubling", "ALLGATHER_KN_RADIX"},
    {"allgather", 1, "ring", "ring"},
    {"allgather", 2, "neighbor", "neighbor-exchange"},
    {"allgather", 3, "bruck", "bruck"},
    {"allgather", 4, "sparbit", "sparbit"},
    {"allgather", 5, "linear", "direct"},
    {"allgather", 6, "batched"},
    {"allgatherv", 0, "ring"},
    {"allgatherv", 1, "knomial"},
    {"bcast", 0, "knomial", "k-nomial", "BCAST_KN_RADIX"},
    {"bcast", 1, "sag_knomial", {}, "BCAST_SAG_KN_RADIX"},
    {"bcast", 2, "dbt", "double-tree"},
    {"reduce", 0, "knomial", "k-nomial", "REDUCE_KN_RADIX"},
    {"reduce", 1, "dbt", "double-tree"},
    {"reduce", 2, "srg", "reduce-scatter-gather", "REDUCE_SRG_KN_RADIX"},
    {"reduce_scatter", 0, "ring", "ring"},
    {"reduce_scatter", 1, "knomial", "recursive-halving", "REDUCE_SCATTER_KN_RADIX"},
    {"reduce_scatterv", 0, "ring"},
    {"alltoall", 0, "pairwise", "pairwise"},
    {"alltoall", 1, "bruck", "bruck"},
    {"alltoall", 2, "onesided"},
    {"alltoallv", 0, "pairwise"},
    {"alltoallv", 1, "hybrid"},
    {"alltoallv", 2, "onesided"},
    {"gather", 0, "knomial"},
};

struct Hierarchical {
  std::string_view collective;
  std::string_view name;
};

constexpr Hierarchical kHierarchical[] = {
    {"allreduce", "rab"},  {"allreduce", "split_rail"}, {"bcast", "2step"},         {"reduce", "2step"},
    {"allgatherv", "gab"}, {"alltoall", "node_split"},  {"alltoallv", "node_split"}};

/// Special cases of a radix that Ringwood has under another name.
struct Special {
  std::string_view collective;
  std::string_view ours;
  std::string_view theirs;
  std::int64_t radix;
};

constexpr Special kSpecial[] = {{"allreduce", "recursive-doubling", "knomial", 2},
                                {"allreduce", "rabenseifner", "sra_knomial", 2},
                                {"allgather", "recursive-doubling", "knomial", 2},
                                {"reduce_scatter", "recursive-halving", "knomial", 2},
                                {"bcast", "binomial", "knomial", 2},
                                {"reduce", "binomial", "knomial", 2},
                                {"reduce", "reduce-scatter-gather", "srg", 2}};

constexpr std::array<std::string_view, 16> kCollectives{
    "allgather", "allgatherv", "allreduce", "alltoall", "alltoallv",      "barrier",         "bcast",   "fanin",
    "fanout",    "gather",     "gatherv",   "reduce",   "reduce_scatter", "reduce_scatterv", "scatter", "scatterv"};

constexpr std::int64_t kDefaultRadix = 4;

}  // namespace

const TheirAlgorithm* find_algorithm(std::string_view collective, std::string_view name, const DecisionTarget& target) {
  const auto* const found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const TheirAlgorithm& one) {
        return one.collective == collective && one.name == name && target.at_least(1, one.since_minor);
      });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

const TheirAlgorithm* find_algorithm(std::string_view collective, int id, const DecisionTarget& target) {
  const auto* const found =
      std::find_if(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const TheirAlgorithm& one) {
        return one.collective == collective && one.id == id && target.at_least(1, one.since_minor);
      });
  return found == std::end(kAlgorithms) ? nullptr : found;
}

bool is_hierarchical_algorithm(std::string_view collective, std::string_view name) {
  return std::any_of(std::begin(kHierarchical), std::end(kHierarchical),
                     [&](const Hierarchical& one) { return one.collective == collective && one.name == name; });
}

bool has_algorithms(std::string_view collective) {
  return std::any_of(std::begin(kAlgorithms), std::end(kAlgorithms),
                     [&](const TheirAlgorithm& one) { return one.collective == collective; });
}

bool is_radix_variable(std::string_view name) {
  return std::any_of(std::begin(kAlgorithms), std::end(kAlgorithms), [&](const TheirAlgorithm& one) {
    return !one.radix_variable.empty() && one.radix_variable == name;
  });
}

bool is_collective(std::string_view name) {
  return std::find(kCollectives.begin(), kCollectives.end(), name) != kCollectives.end();
}

bool has_size(std::string_view collective) {
  return collective != "scatterv" && collective != "gatherv" && collective != "alltoallv" && collective != "barrier" &&
         collective != "fanin" && collective != "fanout";
}

std::optional<Collective> our_collective(std::string_view name) {
  for (const Collective collective : kAllCollectives) {
    if (their_collective(collective) == name) {
      return collective;
    }
  }
  return std::nullopt;
}

std::string_view their_collective(Collective collective) {
  switch (collective) {
    case Collective::kAllreduce:
      return "allreduce";
    case Collective::kReduceScatter:
      return "reduce_scatter";
    case Collective::kAllgather:
      return "allgather";
    case Collective::kBroadcast:
      return "bcast";
    case Collective::kReduce:
      return "reduce";
    case Collective::kGather:
      return "gather";
    case Collective::kScatter:
      return "scatter";
    case Collective::kAlltoall:
      return "alltoall";
    case Collective::kBarrier:
      return "barrier";
  }
  return "";
}

std::optional<Counterpart> counterpart(std::string_view collective, std::string_view expression,
                                       const DecisionTarget& target) {
  const Expression ours = parse_expression(expression);
  if (!ours.arguments.empty() || !ours.numbers.empty()) {
    return std::nullopt;
  }
  const auto* ports = ours.parameters.find("ports");
  if (ports != nullptr && ports->front() != 1) {
    return std::nullopt;
  }
  for (const Special& special : kSpecial) {
    if (special.collective == collective && special.ours == ours.name) {
      return Counterpart{find_algorithm(collective, special.theirs, target), special.radix};
    }
  }
  for (const TheirAlgorithm& algorithm : kAlgorithms) {
    if (algorithm.collective == collective && algorithm.ours == ours.name && !ours.name.empty() &&
        target.at_least(1, algorithm.since_minor)) {
      const auto* radix = ours.parameters.find("radix");
      return Counterpart{&algorithm, algorithm.radix_variable.empty() ? 0
                                     : radix == nullptr               ? kDefaultRadix
                                                                      : radix->front()};
    }
  }
  return std::nullopt;
}

std::int64_t our_bytes_per_size(std::string_view collective, std::int64_t ranks) {
  return collective == "reduce_scatter" || collective == "alltoall" ? std::max<std::int64_t>(ranks, 1) : 1;
}

}  // namespace ringwood::ucc
