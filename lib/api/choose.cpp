#include "api/choose.hpp"

#include "algorithms/catalogue.hpp"
#include "ringwood/select.hpp"

namespace ringwood {

namespace {

// Ranks that share a node: about what messages through shared memory cost. A measured machine can take its place.
CostView shared_memory() {
  constexpr MessageCost kMessage{.latency = 0.4e-6, .overhead = 0.3e-6, .gap = 0.3e-6, .per_byte = 0.15e-9};
  return {.between = [](Rank, Rank) { return kMessage; }, .reduce_per_byte = 0.1e-9};
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

Schedule choose_schedule(const CollectiveCall& call, const Schedule::Request& request) {
  if (call.algorithm.empty()) {
    const Selector selector(built_in_catalogue(), shared_memory());
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
