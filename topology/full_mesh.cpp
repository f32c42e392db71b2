#include <algorithm>

#include "topology/pairs.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// A cable between any two hosts. Link 2 * pair leads from the lower number to the higher one.
class FullMesh final : public Topology {
 public:
  FullMesh(Host hosts, Uniform cable) : hosts_(hosts), cable_(cable) {}

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return hosts_; }

  [[nodiscard]] LinkId links() const override { return 2 * pairs_among(hosts_); }

  [[nodiscard]] Link link(LinkId id) const override {
    const Pair pair = pair_of(id / 2);
    return id % 2 == 0 ? cable_.link(pair.low, pair.high, true) : cable_.link(pair.high, pair.low, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    if (from != to) {
      route.push_back(2 * pair_number(from, to) + (from < to ? 0 : 1));
    }
  }

  [[nodiscard]] Path path(Host from, Host to) const override { return from == to ? Path{} : cable_.path(1, 1); }

  [[nodiscard]] bool is_uniform() const override { return true; }

  [[nodiscard]] Shape shape() const override {
    const std::int64_t half = hosts_ / 2;
    Shape shape;
    shape.diameter = hosts_ > 1 ? 1 : 0;
    shape.average_hops = hosts_ > 1 ? 1 : 0;
    shape.bisection = static_cast<double>(half * (hosts_ - half)) * cable_.bandwidth;
    shape.hosts_are_alike = true;
    return shape;
  }

  [[nodiscard]] std::vector<NetworkDimension> dimensions() const override {
    return {{DimensionKind::kFullMesh, hosts_, cable_.bandwidth, cable_.latency + cable_.hop}};
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return "host " + std::to_string(vertex); }

 private:
  Host hosts_;
  Uniform cable_;
};

constexpr KeyInfo kKeys[] = {{"hosts", "number of hosts", "8"}};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  return std::make_unique<FullMesh>(static_cast<Host>(keys.count("hosts", {1, kMostHosts})), Uniform::of(keys));
}

}  // namespace

const TopologyFamily topology_full_mesh = {"full-mesh", "a cable between any two hosts",
                                           "Dally, Towles 2004, chapter 3", kKeys, &make};

}  // namespace ringwood
