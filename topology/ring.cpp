#include "topology/torus.hpp"

namespace ringwood {

namespace {

constexpr KeyInfo kKeys[] = {
    {"hosts", "number of hosts", "16"},
    {"latency", "time on every cable", "100ns"},
};

/// A torus of one dimension.
[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  const TorusAxis axis = {static_cast<std::int32_t>(keys.count("hosts", {1, kMostHosts})), true};
  return make_torus({&axis, 1}, Uniform::of(keys));
}

}  // namespace

const TopologyFamily topology_ring = {"ring", "every host next to two others", "Dally, Towles 2004, chapter 5", kKeys,
                                      &make};

}  // namespace ringwood
