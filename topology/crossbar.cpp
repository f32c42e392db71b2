#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// Every host on one switch that never blocks:
///
///     0   1   2  ...
///      \  |  /
///      switch
class Crossbar final : public Topology {
 public:
  Crossbar(Host hosts, Uniform cable) : hosts_(hosts), cable_(cable) {}

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return Vertex{hosts_} + 1; }

  [[nodiscard]] LinkId links() const override { return 2 * LinkId{hosts_}; }

  /// Link 2h leads from host h to the switch, 2h + 1 back.
  [[nodiscard]] Link link(LinkId id) const override {
    const Vertex host = id / 2;
    return id % 2 == 0 ? cable_.link(host, hosts_, true) : cable_.link(hosts_, host, false);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    if (from != to) {
      route.assign({2 * LinkId{from}, 2 * LinkId{to} + 1});
    }
  }

  [[nodiscard]] Path path(Host from, Host to) const override { return from == to ? Path{} : cable_.path(2, 1); }

  [[nodiscard]] bool is_uniform() const override { return true; }

  [[nodiscard]] Shape shape() const override {
    const auto half = static_cast<double>(hosts_ / 2);
    return {hosts_ > 1 ? 2 : 0, hosts_ > 1 ? 2.0 : 0.0, half * cable_.bandwidth, true, {}};
  }

  [[nodiscard]] std::vector<NetworkDimension> dimensions() const override {
    return {{DimensionKind::kSwitch, hosts_, cable_.bandwidth, cable_.latency + cable_.hop / 2}};
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    return vertex == hosts_ ? "switch" : "host " + std::to_string(vertex);
  }

 private:
  Host hosts_;
  Uniform cable_;
};

constexpr KeyInfo kKeys[] = {{"hosts", "number of hosts", "16"}};

std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  return std::make_unique<Crossbar>(static_cast<Host>(keys.count("hosts", {1, kMostHosts})), Uniform::of(keys));
}

}  // namespace

const TopologyFamily topology_crossbar = {"crossbar", "every host on one switch that never blocks",
                                          "Hoefler, Schneider, Lumsdaine 2010 (the network of LogGOPS)", kKeys, &make};

}  // namespace ringwood
