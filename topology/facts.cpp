#include "topology/facts.hpp"

#include <algorithm>

#include "topology/cut.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// Above, distances are those of a sample and links are not all visited.
constexpr std::int64_t kMostPairs = 1'000'000;
constexpr LinkId kMostLinks = 32'000'000;

struct Distances {
  std::int32_t longest = 0;
  double sum = 0;
  std::int64_t pairs = 0;
  std::optional<Picoseconds> least;
  Picoseconds most = 0;

  void add(const Machine& machine, Host from, Host to) {
    const std::int32_t hops = machine.network->path(from, to).hops;
    const Picoseconds latency = machine.between(from, to).L;
    longest = std::max(longest, hops);
    sum += hops;
    ++pairs;
    least = std::min(least.value_or(latency), latency);
    most = std::max(most, latency);
  }
};

[[nodiscard]] Distances all_pairs(const Machine& machine) {
  Distances distances;
  for (Host from = 0; from < machine.network->hosts(); ++from) {
    for (Host to = 0; to < machine.network->hosts(); ++to) {
      if (from != to) {
        distances.add(machine, from, to);
      }
    }
  }
  return distances;
}

/// Random pairs, and neighbours by number, which are the nearest in most networks.
[[nodiscard]] Distances some_pairs(const Machine& machine) {
  constexpr std::uint64_t kSamples = 100'000;
  const auto hosts = static_cast<std::uint64_t>(machine.network->hosts());
  Distances distances;
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const std::uint64_t from = mix(1, i) % hosts;
    const std::uint64_t to = (from + 1 + mix(2, i) % (hosts - 1)) % hosts;
    distances.add(machine, static_cast<Host>(from), static_cast<Host>(to));
  }
  const Picoseconds neighbours = machine.between(0, 1).L;
  distances.least = std::min(distances.least.value_or(neighbours), neighbours);
  return distances;
}

void add_links(const Topology& network, MachineFacts& facts) {
  std::vector<double> injection(static_cast<std::size_t>(network.hosts()));
  facts.least_hops = 2;
  for (LinkId id = 0; id < network.links(); ++id) {
    const Link link = network.link(id);
    facts.capacity += link.bandwidth;
    facts.least_hops = link.from < network.hosts() && link.to < network.hosts() ? 1 : facts.least_hops;
    if (link.from < network.hosts()) {
      injection[static_cast<std::size_t>(link.from)] += link.bandwidth;
      facts.fastest_link = std::max(facts.fastest_link, link.bandwidth);
    }
  }
  facts.injection = *std::min_element(injection.begin(), injection.end());
}

void find_bisection(const Topology& network, const Shape& shape, MachineFacts& facts) {
  facts.bisection = shape.bisection;
  facts.bisection_source = "formula";
  if (!shape.bisection && network.hosts() > 1) {
    facts.bisection = flow_between_halves(network);
    facts.bisection_source = facts.bisection
                                 ? "maximum flow between the lower and the upper half of the hosts by number"
                                 : "not known: no formula, and too many links for a maximum flow";
  }
}

}  // namespace

MachineFacts facts_of(const Machine& machine) {
  const Topology& network = *machine.network;
  const Shape shape = network.shape();
  MachineFacts facts;
  facts.hosts = network.hosts();
  facts.rank_slots = machine.rank_slots();
  facts.switches = network.vertices() - network.hosts();
  facts.cables = network.links() / 2;
  facts.hosts_are_alike = shape.hosts_are_alike;
  find_bisection(network, shape, facts);
  if (facts.hosts < 2) {
    return facts;
  }
  const bool all = facts.hosts * facts.hosts <= kMostPairs;
  const Distances distances = all ? all_pairs(machine) : some_pairs(machine);
  facts.diameter = shape.diameter.value_or(distances.longest);
  facts.average_hops = shape.average_hops.value_or(distances.sum / static_cast<double>(distances.pairs));
  facts.distances_exact = all || (shape.diameter && shape.average_hops);
  facts.latency_min = distances.least.value_or(0);
  facts.latency_max = distances.most;
  if (network.links() <= kMostLinks) {
    add_links(network, facts);
  }
  return facts;
}

}  // namespace ringwood
