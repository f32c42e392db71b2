#include "topology/dragonfly.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "topology/pairs.hpp"

namespace ringwood {

namespace {

// Of a message where routing is adaptive.
constexpr std::int64_t kMinimalChoices = 4;
constexpr std::int32_t kDetours = 4;

/// Groups of routers, each group a full mesh, any two groups joined by global cables (Kim, Dally, Scott, Abts 2008):
///
///     group 0         group 1
///     r0 --- r1 ===== r2 --- r3         - local, = global
///     |      |        |      |
///     0,1    2,3      4,5    6,7        hosts
///
/// A group's global ports are numbered peer by peer, once for each parallel cable, and dealt to its routers in equal
/// runs. Peers are in ascending order ("absolute") or descending from the group itself ("palm tree"). Routes are
/// minimal: local, global, local; of parallel global cables the one with least local hops, and of these one by the
/// destination. Valiant's go through a third group, chosen by a hash. Adaptive routing (UGAL) may choose among minimal
/// routes over up to four of the parallel cables, and four through third groups. Not modelled: groups that are no full
/// mesh inside (Aries).
class Dragonfly final : public Topology {
 public:
  Dragonfly(const DragonflySize& size, const Uniform& cable, const DragonflyRouting& routing)
      : size_(size), cable_(cable), routing_(routing), ports_((size.groups - 1) * size.global_links) {
    hosts_ = size.hosts_per_router * size.routers * size.groups;
    first_local_ = 2 * hosts_;
    first_global_ = first_local_ + 2 * size.groups * pairs_among(size.routers);
  }

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(hosts_); }

  [[nodiscard]] Vertex vertices() const override { return hosts_ + size_.routers * size_.groups; }

  [[nodiscard]] LinkId links() const override {
    return first_global_ + 2 * pairs_among(size_.groups) * size_.global_links;
  }

  [[nodiscard]] Link link(LinkId id) const override {
    if (id < first_local_) {
      const Vertex host = id / 2;
      const Vertex router = hosts_ + host / size_.hosts_per_router;
      return id % 2 == 0 ? cable_.link(host, router, true) : cable_.link(router, host, false);
    }
    Vertex low = 0;
    Vertex high = 0;
    if (id < first_global_) {
      const std::int64_t cable = (id - first_local_) / 2;
      const Pair pair = pair_of(cable % pairs_among(size_.routers));
      const Vertex first = hosts_ + cable / pairs_among(size_.routers) * size_.routers;
      low = first + pair.low;
      high = first + pair.high;
    } else {
      const std::int64_t cable = (id - first_global_) / 2;
      const Pair pair = pair_of(cable / size_.global_links);
      low = hosts_ + gateway(pair.low, pair.high, cable % size_.global_links);
      high = hosts_ + gateway(pair.high, pair.low, cable % size_.global_links);
    }
    return id % 2 == 0 ? cable_.link(low, high, true) : cable_.link(high, low, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override {
    return routing_.adaptive ? minimal_choices() + (size_.groups < 3 ? 0 : kDetours) : 1;
  }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    route.clear();
    if (from == to) {
      return;
    }
    std::int64_t at = from / size_.hosts_per_router;
    const std::int64_t target = to / size_.hosts_per_router;
    route.push_back(2 * LinkId{from});
    if (const std::optional<std::int64_t> detour = detour_of(from, to, choice)) {
      const Crossing crossing = crossing_into(at, *detour, to);
      append_crossing(at, crossing, route);
      at = crossing.enters;
    }
    if (at / size_.routers == target / size_.routers) {
      append_local(at, target, route);
    } else {
      const bool is_other_cable = choice > 0 && choice < minimal_choices();
      const Crossing crossing = is_other_cable ? crossing_over(at, target, (to + choice) % size_.global_links)
                                               : crossing_between(at, target, to);
      append_crossing(at, crossing, route);
      append_local(crossing.enters, target, route);
    }
    route.push_back(2 * LinkId{to} + 1);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    if (from == to) {
      return {};
    }
    std::int64_t at = from / size_.hosts_per_router;
    const std::int64_t target = to / size_.hosts_per_router;
    std::int32_t between = 0;
    if (const std::optional<std::int64_t> detour = detour_of(from, to, 0)) {
      const Crossing crossing = crossing_into(at, *detour, to);
      between = 1 + crossing.local_hops;
      at = crossing.enters;
    }
    if (at / size_.routers != target / size_.routers) {
      between += 1 + crossing_between(at, target, to).local_hops;
    } else {
      between += at == target ? 0 : 1;
    }
    return cable_.path(between + 2, between + 1);
  }

  [[nodiscard]] Shape shape() const override {
    Shape shape;
    if (size_.groups % 2 == 0) {
      const std::int64_t half = size_.groups / 2;
      // Narrower than the global cables are the hosts' own only in machines of few hosts.
      const std::int64_t cables = std::min(half * half * size_.global_links, hosts_ / 2);
      shape.bisection = static_cast<double>(cables) * cable_.bandwidth;
    }
    return shape;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return {"router", "group"}; }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / size_.hosts_per_router / (level == 0 ? 1 : size_.routers);
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex < hosts_) {
      return "host " + std::to_string(vertex);
    }
    const std::int64_t router = vertex - hosts_;
    return "group " + std::to_string(router / size_.routers) + " router " + std::to_string(router % size_.routers);
  }

 private:
  /// How a message gets from its group to another.
  struct Crossing {
    std::int64_t copy = 0;    ///< of the parallel cables
    std::int64_t leaves = 0;  ///< router at the near end
    std::int64_t enters = 0;  ///< router at the far end
    std::int32_t local_hops = 3;
  };

  /// The router of `group` with the end of a cable to `peer`.
  [[nodiscard]] std::int64_t gateway(std::int64_t group, std::int64_t peer, std::int64_t copy) const {
    const std::int64_t slot =
        routing_.palm_tree ? modulo(group - peer - 1, size_.groups) : (peer < group ? peer : peer - 1);
    const std::int64_t port = copy * (size_.groups - 1) + slot;
    return group * size_.routers + port * size_.routers / ports_;
  }

  [[nodiscard]] std::int32_t minimal_choices() const {
    return static_cast<std::int32_t>(std::clamp<std::int64_t>(size_.global_links, 1, kMinimalChoices));
  }

  [[nodiscard]] Crossing crossing_over(std::int64_t source, std::int64_t target, std::int64_t copy) const {
    const std::int64_t here = source / size_.routers;
    const std::int64_t there = target / size_.routers;
    Crossing crossing;
    crossing.copy = copy;
    crossing.leaves = gateway(here, there, copy);
    crossing.enters = gateway(there, here, copy);
    crossing.local_hops = (crossing.leaves == source ? 0 : 1) + (crossing.enters == target ? 0 : 1);
    return crossing;
  }

  [[nodiscard]] Crossing crossing_between(std::int64_t source, std::int64_t target, Host to) const {
    Crossing best;
    for (std::int64_t i = 0; i < size_.global_links; ++i) {
      const Crossing crossing = crossing_over(source, target, (to + i) % size_.global_links);
      if (crossing.local_hops < best.local_hops) {
        best = crossing;
      }
    }
    return best;
  }

  /// Valiant's other group, by a hash of source and destination; none for minimal routes and within a group.
  [[nodiscard]] std::optional<std::int64_t> detour_of(Host from, Host to, std::int32_t choice) const {
    const std::int64_t here = from / size_.hosts_per_router / size_.routers;
    const std::int64_t there = to / size_.hosts_per_router / size_.routers;
    const bool is_detour = routing_.valiant || choice >= minimal_choices();
    if (!is_detour || here == there || size_.groups < 3) {
      return std::nullopt;
    }
    const std::uint64_t seed = choice == 0 ? routing_.seed : mix(static_cast<std::uint64_t>(choice), routing_.seed);
    return other_than(here, there, size_.groups, mix(seed, joined(from, to)));
  }

  /// The cable to another group that is nearest to `source`, whichever router it leads to.
  [[nodiscard]] Crossing crossing_into(std::int64_t source, std::int64_t group, Host to) const {
    const std::int64_t here = source / size_.routers;
    Crossing best;
    for (std::int64_t i = 0; i < size_.global_links; ++i) {
      const std::int64_t copy = (to + i) % size_.global_links;
      const std::int64_t leaves = gateway(here, group, copy);
      const std::int32_t hops = leaves == source ? 0 : 1;
      if (hops < best.local_hops) {
        best = {copy, leaves, gateway(group, here, copy), hops};
      }
    }
    return best;
  }

  void append_crossing(std::int64_t from, const Crossing& crossing, std::vector<LinkId>& route) const {
    append_local(from, crossing.leaves, route);
    const std::int64_t here = crossing.leaves / size_.routers;
    const std::int64_t there = crossing.enters / size_.routers;
    const LinkId cable = pair_number(here, there) * size_.global_links + crossing.copy;
    route.push_back(first_global_ + 2 * cable + (here < there ? 0 : 1));
  }

  void append_local(std::int64_t from, std::int64_t to, std::vector<LinkId>& route) const {
    if (from != to) {
      const std::int64_t group = from / size_.routers;
      const std::int64_t cable =
          group * pairs_among(size_.routers) + pair_number(from % size_.routers, to % size_.routers);
      route.push_back(first_local_ + 2 * cable + (from < to ? 0 : 1));
    }
  }

  DragonflySize size_;
  Uniform cable_;
  DragonflyRouting routing_;
  std::int64_t ports_;  // global, of a group
  std::int64_t hosts_ = 0;
  LinkId first_local_ = 0;
  LinkId first_global_ = 0;
};

constexpr KeyInfo kKeys[] = {
    {"hosts-per-router", "hosts on a router", "2"},
    {"routers", "routers of a group, a full mesh", "4"},
    {"groups", "groups, any two joined; if not given, as many as routers times ports plus 1", ""},
    {"ports", "global ports of a router", "2"},
    {"global-links", "parallel cables between two groups; if not given, as many as the ports allow", ""},
    {"wiring", "absolute or palm-tree", "absolute"},
    {"routing", "minimal; valiant: through a third group, by hash of source and destination; adaptive: either, by load",
     "minimal"},
    {"seed", "of the hashes of valiant and adaptive", "1"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  static constexpr std::string_view kWirings[] = {"absolute", "palm-tree"};
  static constexpr std::string_view kRoutings[] = {"minimal", "valiant", "adaptive"};
  constexpr IntegerRange kCount = {1, 100'000};
  DragonflySize size;
  size.hosts_per_router = keys.count("hosts-per-router", kCount);
  size.routers = keys.count("routers", kCount);
  const std::int64_t ports = size.routers * keys.count("ports", kCount);
  size.groups = keys.given("groups") ? keys.count("groups", kCount) : ports + 1;
  if (keys.given("global-links")) {
    size.global_links = keys.count("global-links", kCount);
  } else {
    size.global_links = size.groups == 1 ? 0 : ports / (size.groups - 1);
    if (size.groups > 1 && size.global_links == 0) {
      keys.refuse("groups=" + std::to_string(size.groups) + " is more than routers times ports plus 1, which is " +
                  std::to_string(ports + 1));
    }
  }
  const auto routing = keys.word("routing", kRoutings);
  return make_dragonfly(size, Uniform::of(keys),
                        {.palm_tree = keys.word("wiring", kWirings) == 1,
                         .valiant = routing == 1,
                         .adaptive = routing == 2,
                         .seed = keys.seed("seed")});
}

}  // namespace

std::unique_ptr<Topology> make_dragonfly(const DragonflySize& size, const Uniform& cable,
                                         const DragonflyRouting& routing) {
  const double hosts =
      static_cast<double>(size.hosts_per_router) * static_cast<double>(size.routers) * static_cast<double>(size.groups);
  if (hosts > static_cast<double>(kMostHosts)) {
    throw Error(ErrorKind::kUsage, "machine dragonfly: more than 2147483647 hosts");
  }
  return std::make_unique<Dragonfly>(size, cable, routing);
}

const TopologyFamily topology_dragonfly = {"dragonfly",
                                           "groups of routers, all joined within a group and all groups joined",
                                           "Kim, Dally, Scott, Abts 2008", kKeys, &make};

}  // namespace ringwood
