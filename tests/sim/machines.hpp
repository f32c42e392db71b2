#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

/// Networks for tests of the simulator, so that these need none of topology/'s families: hosts a latency apart that is
/// the same for all pairs, or depends on the pair.
class TestNetwork final : public Topology {
 public:
  TestNetwork(Host hosts, Picoseconds latency, bool uniform) : hosts_(hosts), latency_(latency), uniform_(uniform) {}

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return hosts_; }

  [[nodiscard]] LinkId links() const override { return 0; }

  [[nodiscard]] Link link(LinkId) const override { return {}; }

  void route(Host, Host, std::vector<LinkId>& route) const override { route.clear(); }

  [[nodiscard]] Path path(Host from, Host to) const override {
    if (from == to) {
      return {};
    }
    const Picoseconds extra = uniform_ ? 0 : (from * 7919 + to * 104729) % 911 * 1000;
    return {latency_ + extra, 1e12 / (uniform_ ? 10 : 10 + (from * 31 + to * 17) % 23), 1};
  }

  [[nodiscard]] bool is_uniform() const override { return uniform_; }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return "host " + std::to_string(vertex); }

 private:
  Host hosts_;
  Picoseconds latency_;
  bool uniform_;
};

/// L = 1000 ps, o = 100 ps, g = 50 ps, G = 10 ps/B, O = 0, everything eager, gamma = 3 ps/B: sums can be done by head.
inline Machine test_machine(Host hosts, bool uniform = true) {
  Machine machine;
  machine.network = std::make_shared<TestNetwork>(hosts, 1000, uniform);
  machine.between_hosts.o = 100;
  machine.between_hosts.g = 50;
  machine.inside_host = machine.between_hosts;
  machine.gamma.cached.scaled = std::uint64_t{3} << 32U;
  return machine;
}

/// Rank r on host r.
inline Mapping one_rank_per_host(Rank ranks) {
  Mapping mapping;
  for (Rank rank = 0; rank < ranks; ++rank) {
    mapping.push_back(rank);
  }
  return mapping;
}

/// An algorithm on `elements` bytes.
inline SimulationReport run(const Algorithm& algorithm, Rank ranks, Bytes elements, const Machine& machine,
                            const SimulationOptions& options = {}) {
  const Schedule schedule(algorithm, {.ranks = ranks});
  return simulate(schedule, equal_layout(schedule, elements, 1), machine, one_rank_per_host(ranks), options);
}

}  // namespace ringwood
