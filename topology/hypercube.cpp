#include <bit>

#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// Hosts whose numbers differ in one bit are neighbours. Routes mend the lowest differing bit first (e-cube). The cable
/// of bit k between a and a + 2^k is number k * 2^(D-1) + (a without bit k).
class Hypercube final : public Topology {
 public:
  Hypercube(std::int32_t dimensions, Uniform cable) : dimensions_(dimensions), cable_(cable) {}

  [[nodiscard]] Host hosts() const override { return Host{1} << dimensions_; }

  [[nodiscard]] Vertex vertices() const override { return hosts(); }

  [[nodiscard]] LinkId links() const override { return LinkId{dimensions_} << dimensions_; }

  [[nodiscard]] Link link(LinkId id) const override {
    const std::int64_t cable = id / 2;
    const std::int64_t half = hosts() / 2;
    const std::int64_t bit = std::int64_t{1} << (cable / half);
    const std::int64_t others = cable % half;
    const Vertex low = (others / bit * 2) * bit + others % bit;
    return id % 2 == 0 ? cable_.link(low, low + bit, true) : cable_.link(low + bit, low, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    Host at = from;
    while (at != to) {
      const int k = std::countr_zero(static_cast<std::uint32_t>(at ^ to));
      const Host bit = Host{1} << k;
      const LinkId others = LinkId{at} / 2 / bit * bit + at % bit;
      route.push_back(2 * (k * LinkId{hosts() / 2} + others) + ((at & bit) == 0 ? 0 : 1));
      at ^= bit;
    }
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    const std::int32_t links = std::popcount(static_cast<std::uint32_t>(from ^ to));
    return cable_.path(links, links);
  }

  [[nodiscard]] Shape shape() const override {
    const double size = hosts();
    Shape shape;
    shape.diameter = dimensions_;
    shape.average_hops = dimensions_ == 0 ? 0 : dimensions_ / 2.0 * size / (size - 1);
    shape.bisection = static_cast<double>(hosts() / 2) * cable_.bandwidth;
    shape.hosts_are_alike = true;
    return shape;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return "host " + std::to_string(vertex); }

 private:
  std::int32_t dimensions_;
  Uniform cable_;
};

constexpr KeyInfo kKeys[] = {
    {"dimensions", "D, for 2^D hosts", "4"},
    {"latency", "time on every cable", "100ns"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  return std::make_unique<Hypercube>(static_cast<std::int32_t>(keys.count("dimensions", {0, 30})), Uniform::of(keys));
}

}  // namespace

const TopologyFamily topology_hypercube = {"hypercube", "2^D hosts, neighbours differ in one bit",
                                           "Sullivan, Bashkow 1977 (e-cube routing)", kKeys, &make};

}  // namespace ringwood
