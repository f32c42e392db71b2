#include "decision/mpich_names.hpp"

#include <algorithm>
#include <iterator>

#include "ringwood/expression.hpp"

namespace ringwood::mpich {

namespace {

constexpr Name kNames[] = {
    {"Allgather_intra_brucks", "bruck"},
    {"Allgather_intra_k_brucks", "bruck", Name::Radix::kPorts},
    {"Allgather_intra_recursive_doubling", "recursive-doubling"},
    {"Allgather_intra_ring", "ring"},
    {"Allreduce_intra_recursive_doubling", "recursive-doubling"},
    {"Allreduce_intra_reduce_scatter_allgather", "rabenseifner"},
    {"Allreduce_intra_ring", "ring"},
    {"Allreduce_intra_recursive_multiplying", "recursive-multiplying", Name::Radix::kRadix},
    {"Allreduce_intra_k_reduce_scatter_allgather", "k-nomial", Name::Radix::kRadix},
    {"Alltoall_intra_brucks", "bruck"},
    {"Alltoall_intra_pairwise", "pairwise"},
    {"Alltoall_intra_scattered", "direct"},
    {"Barrier_intra_dissemination", "dissemination"},
    {"Bcast_intra_binomial", "binomial"},
    {"Bcast_intra_scatter_ring_allgather", "scatter-allgather"},
    {"Gather_intra_binomial", "binomial"},
    {"Reduce_intra_binomial", "binomial"},
    {"Reduce_intra_reduce_scatter_gather", "reduce-scatter-gather"},
    {"Reduce_scatter_intra_pairwise", "pairwise"},
    {"Reduce_scatter_intra_recursive_halving", "recursive-halving"},
    {"Reduce_scatter_block_intra_pairwise", "pairwise"},
    {"Reduce_scatter_block_intra_recursive_halving", "recursive-halving"},
    {"Scatter_intra_binomial", "binomial"},
};

// What Ringwood's parameters are where they are not given.
constexpr std::int64_t kDefaultRadix = 4;
constexpr std::int64_t kDefaultPorts = 1;

[[nodiscard]] std::int64_t value_of(const Parameters& parameters, std::string_view name, std::int64_t fallback) {
  const auto* given = parameters.find(name);
  return given == nullptr || given->empty() ? fallback : given->front();
}

}  // namespace

std::optional<Name> our_name(const TheirAlgorithm& algorithm) {
  const auto* const found = std::find_if(std::begin(kNames), std::end(kNames),
                                         [&](const Name& name) { return name.theirs == algorithm.name; });
  return found == std::end(kNames) ? std::nullopt : std::optional<Name>(*found);
}

std::optional<Counterpart> counterpart(std::string_view collective, std::string_view expression,
                                       const DecisionTarget& target) {
  const Expression ours = parse_expression(expression);
  if (!ours.arguments.empty() || !ours.numbers.empty()) {
    return std::nullopt;
  }
  for (const Name& name : kNames) {
    const TheirAlgorithm* algorithm = find_algorithm("MPIR_" + std::string(name.theirs), target);
    if (name.ours != ours.name || algorithm == nullptr || algorithm->collective != collective) {
      continue;
    }
    const std::int64_t ports = value_of(ours.parameters, "ports", kDefaultPorts);
    switch (name.radix) {
      case Name::Radix::kNone:
        if (ports == kDefaultPorts) {
          return Counterpart{algorithm, 0};
        }
        break;
      case Name::Radix::kRadix:
        return Counterpart{algorithm, value_of(ours.parameters, "radix", kDefaultRadix)};
      case Name::Radix::kPorts:
        return Counterpart{algorithm, ports + 1};
    }
  }
  return std::nullopt;
}

std::optional<Collective> our_collective(std::string_view name) {
  struct Known {
    std::string_view name;
    Collective collective;
  };

  static constexpr Known kKnown[] = {
      {"allreduce", Collective::kAllreduce}, {"reduce_scatter_block", Collective::kReduceScatter},
      {"allgather", Collective::kAllgather}, {"bcast", Collective::kBroadcast},
      {"reduce", Collective::kReduce},       {"gather", Collective::kGather},
      {"scatter", Collective::kScatter},     {"alltoall", Collective::kAlltoall},
      {"barrier", Collective::kBarrier}};
  const auto* const found =
      std::find_if(std::begin(kKnown), std::end(kKnown), [&](const Known& known) { return known.name == name; });
  return found == std::end(kKnown) ? std::nullopt : std::optional<Collective>(found->collective);
}

double our_bytes_per_size(std::string_view collective, bool total, std::int64_t ranks) {
  const auto p = static_cast<double>(std::max<std::int64_t>(ranks, 1));
  if (collective == "alltoall") {
    // Average: what one rank sends another. Total: what one rank sends.
    return total ? p : p * p;
  }
  const bool blocks = collective != "allreduce" && collective != "bcast" && collective != "reduce";
  return total && !blocks ? 1 / p : 1;
}

}  // namespace ringwood::mpich
