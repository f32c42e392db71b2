#include "api/choose.hpp"

#include <span>

#include "algorithms/catalogue.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/select.hpp"

namespace ringwood {

namespace {

// Within a node: messages through shared memory as Open MPI 4.1 sends them, measured between two cores (`ringwood
// probe`, and allreduces of 8 B to 4 MiB). That most of a small message's time is the CPU's, and not latency, is what
// keeps algorithms of many small messages from being taken. Messages cost more from 1 KiB on already, though Open MPI
// calls them eager up to 4 KiB.
constexpr MessageCost kWithinNode{
    .latency = 0.1e-6, .overhead = 0.25e-6, .gap = 0.6e-6, .per_byte = 0.08e-9, .rendezvous = 1.2e-6, .eager = 512};

// Between nodes: about what a network of 100 Gbit/s costs; nothing here was measured.
constexpr MessageCost kBetweenNodes{
    .latency = 1.5e-6, .overhead = 0.4e-6, .gap = 0.4e-6, .per_byte = 0.08e-9, .rendezvous = 2e-6, .eager = 16384};

constexpr double kReducePerByte = 0.02e-9;

// With more ranks than cores, whoever is waited for has to be given a core first.
constexpr double kTurnOnACore = 25e-6;

/// Of ranks that are placed: near are those that share a node, or whatever the innermost level is. All are, if nothing
/// is known.
CostView usual_costs(const Placement* placement, Cores cores) {
  const std::span<const Rank> node_of = placement == nullptr || placement->levels().empty()
                                            ? std::span<const Rank>()
                                            : placement->levels().front().group_of;
  const double turn = cores == Cores::kShared ? kTurnOnACore : 0;
  const auto between = [node_of, turn](Rank from, Rank to) {
    const bool near =
        node_of.empty() || node_of[static_cast<std::size_t>(from)] == node_of[static_cast<std::size_t>(to)];
    MessageCost cost = near ? kWithinNode : kBetweenNodes;
    cost.latency += turn;
    return cost;
  };
  return {.between = between, .reduce_per_byte = kReducePerByte};
}

std::string alternatives(const CollectiveCall& call, const Schedule::Request& request) {
  std::string names;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective == call.collective && why_not(*algorithm, request).empty()) {
      names += (names.empty() ? "" : ", ") + std::string(algorithm->name);
    }
  }
  return names.empty() ? "none" : names;
}

}  // namespace

Schedule choose_schedule(const CollectiveCall& call, const Schedule::Request& request, Cores cores) {
  if (call.algorithm.empty()) {
    const Selector selector(built_in_catalogue(), usual_costs(request.placement, cores));
    const Selection selection = selector.select({.collective = call.collective,
                                                 .request = request,
                                                 .elements = static_cast<Bytes>(call.elements),
                                                 .element_size = call.element_size});
    return {*selection.algorithm, request};
  }
  const Expression expression = parse_expression(call.algorithm);
  try {
    return {built_in_library(), call.collective, expression, request};
  } catch (const Error& error) {
    throw Error(error.kind(),
                std::string(error.what()) + "; accepted here: " + alternatives(call, request) + ", native");
  }
}

}  // namespace ringwood
