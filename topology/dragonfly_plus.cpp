#include "topology/dragonfly_plus.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "topology/pairs.hpp"

namespace ringwood {

namespace {

/// Groups of leaf and spine switches, each group complete bipartite, any two groups joined by global cables between
/// spines (Shpiner et al. 2017; "megafly": Flajslik et al. 2018):
///
///     s0   s1 ===== s2   s3         = global
///     | \ / |       | \ / |
///     l0   l1       l2   l3
///     |    |        |    |
///     0,1  2,3      4,5  6,7        hosts
///
/// A group's global ports are numbered peer by peer, ascending, once for each parallel cable, and dealt to its spines
/// in equal runs. Routes are minimal: leaf, spine, spine, leaf, the parallel cable chosen by the destination; within a
/// group over the spine that the destination chooses. Adaptive ones may take up to four of the cables, or of the spines
/// within a group, or four ways through third groups, chosen by hashes, where a leaf leads from one spine to the other
/// if the cables end at two.
class DragonflyPlus final : public Topology {
 public:
  DragonflyPlus(const DragonflyPlusSize& size, const Uniform& cable)
      : size_(size),
        cable_(cable),
        hosts_(size.hosts_per_leaf * size.leaves * size.groups),
        first_spine_(hosts_ + size.leaves * size.groups),
        first_local_(2 * hosts_),
        first_global_(first_local_ + 2 * size.groups * size.leaves * size.spines) {}

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(hosts_); }

  [[nodiscard]] Vertex vertices() const override { return first_spine_ + size_.spines * size_.groups; }

  [[nodiscard]] LinkId links() const override {
    return first_global_ + 2 * pairs_among(size_.groups) * size_.global_links;
  }

  [[nodiscard]] Link link(LinkId id) const override {
    Vertex low = id / 2;
    Vertex high = hosts_ + low / size_.hosts_per_leaf;
    if (id >= first_global_) {
      const std::int64_t cable = (id - first_global_) / 2;
      const Pair pair = pair_of(cable / size_.global_links);
      low = first_spine_ + gateway(pair.low, pair.high, cable % size_.global_links);
      high = first_spine_ + gateway(pair.high, pair.low, cable % size_.global_links);
    } else if (id >= first_local_) {
      const std::int64_t cable = (id - first_local_) / 2;
      const std::int64_t leaf = cable / size_.spines;
      low = hosts_ + leaf;
      high = first_spine_ + leaf / size_.leaves * size_.spines + cable % size_.spines;
    }
    return id % 2 == 0 ? cable_.link(low, high, true) : cable_.link(high, low, id >= first_local_);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override {
    return size_.adaptive ? kMinimalChoices + (size_.groups > 2 ? kDetours : 0) : 1;
  }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    route.clear();
    if (from == to) {
      return;
    }
    const std::int64_t source = from / size_.hosts_per_leaf;
    const std::int64_t target = to / size_.hosts_per_leaf;
    const std::int64_t here = source / size_.leaves;
    const std::int64_t there = target / size_.leaves;
    route.push_back(2 * LinkId{from});
    if (here != there) {
      const std::int64_t copy = (std::int64_t{to} + choice) % size_.global_links;
      if (choice >= kMinimalChoices) {
        const std::uint64_t hash = mix(static_cast<std::uint64_t>(choice), joined(from, to));
        append_detour(source, there, other_than(here, there, size_.groups, hash), copy, hash, route);
      } else {
        route.push_back(local_link(source, gateway(here, there, copy)));
        append_global(here, there, copy, route);
      }
      route.push_back(local_link(target, arrival_of(route.back())) + 1);
    } else if (source != target) {
      const std::int64_t spine = (std::int64_t{to} + choice) % size_.spines;
      route.push_back(local_link(source, spine));
      route.push_back(local_link(target, spine) + 1);
    }
    route.push_back(2 * LinkId{to} + 1);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    if (from == to) {
      return {};
    }
    const std::int64_t source = from / size_.hosts_per_leaf;
    const std::int64_t target = to / size_.hosts_per_leaf;
    const bool same_group = source / size_.leaves == target / size_.leaves;
    const std::int32_t links = source == target ? 2 : same_group ? 4 : 5;
    return cable_.path(links, links - 1);
  }

  [[nodiscard]] Shape shape() const override {
    Shape shape;
    shape.diameter = hosts_ == 1 ? 0 : size_.groups > 1 ? 5 : size_.leaves > 1 ? 4 : 2;
    // Where a spine has more global cables than leaves, the cut may go through cables to the leaves.
    const std::int64_t ports = (size_.groups - 1) * size_.global_links;
    if (size_.groups % 2 == 0 && (ports + size_.spines - 1) / size_.spines <= size_.leaves) {
      const std::int64_t half = size_.groups / 2;
      const std::int64_t cables = std::min(half * half * size_.global_links, hosts_ / 2);
      shape.bisection = static_cast<double>(cables) * cable_.bandwidth;
    }
    return shape;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return {"leaf", "group"}; }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / size_.hosts_per_leaf / (level == 0 ? 1 : size_.leaves);
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex < hosts_) {
      return "host " + std::to_string(vertex);
    }
    const bool is_leaf = vertex < first_spine_;
    const std::int64_t number = vertex - (is_leaf ? hosts_ : first_spine_);
    const std::int64_t of_group = is_leaf ? size_.leaves : size_.spines;
    return "group " + std::to_string(number / of_group) + (is_leaf ? " leaf " : " spine ") +
           std::to_string(number % of_group);
  }

 private:
  static constexpr std::int32_t kMinimalChoices = 4;
  static constexpr std::int32_t kDetours = 4;

  void append_global(std::int64_t from, std::int64_t to, std::int64_t copy, std::vector<LinkId>& route) const {
    const LinkId cable = pair_number(from, to) * size_.global_links + copy;
    route.push_back(first_global_ + 2 * cable + (from < to ? 0 : 1));
  }

  /// The spine at the end of a global link.
  [[nodiscard]] std::int64_t arrival_of(LinkId global) const { return link(global).to - first_spine_; }

  /// From a leaf through a third group to a spine of group `there`.
  void append_detour(std::int64_t source, std::int64_t there, std::int64_t third, std::int64_t copy, std::uint64_t hash,
                     std::vector<LinkId>& route) const {
    const std::int64_t here = source / size_.leaves;
    route.push_back(local_link(source, gateway(here, third, copy)));
    append_global(here, third, copy, route);
    const std::int64_t enters = gateway(third, here, copy);
    const std::int64_t leaves = gateway(third, there, copy);
    if (enters != leaves) {
      const std::int64_t leaf =
          third * size_.leaves + static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(size_.leaves));
      route.push_back(local_link(leaf, enters) + 1);
      route.push_back(local_link(leaf, leaves));
    }
    append_global(third, there, copy, route);
  }

  /// The spine of `group` with the end of a cable to `peer`, counted over all groups.
  [[nodiscard]] std::int64_t gateway(std::int64_t group, std::int64_t peer, std::int64_t copy) const {
    const std::int64_t ports = (size_.groups - 1) * size_.global_links;
    const std::int64_t port = copy * (size_.groups - 1) + (peer < group ? peer : peer - 1);
    return group * size_.spines + port * size_.spines / ports;
  }

  /// Up from a leaf to a spine of its group.
  [[nodiscard]] LinkId local_link(std::int64_t leaf, std::int64_t spine) const {
    return first_local_ + 2 * (leaf * size_.spines + spine % size_.spines);
  }

  DragonflyPlusSize size_;
  Uniform cable_;
  std::int64_t hosts_;
  Vertex first_spine_;
  LinkId first_local_;
  LinkId first_global_;
};

constexpr KeyInfo kKeys[] = {
    {"hosts-per-leaf", "hosts on a leaf switch", "4"},
    {"leaves", "leaf switches of a group", "4"},
    {"spines", "spine switches of a group, each joined to every leaf of it", "4"},
    {"ports", "global ports of a spine", "2"},
    {"groups", "groups, any two joined; if not given, as many as spines times ports plus 1", ""},
    {"global-links", "parallel cables between two groups; if not given, as many as the ports allow", ""},
    {"routing", "minimal, or adaptive: over several cables or through third groups, by load", "minimal"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  constexpr IntegerRange kCount = {1, 100'000};
  DragonflyPlusSize size;
  size.hosts_per_leaf = keys.count("hosts-per-leaf", kCount);
  size.leaves = keys.count("leaves", kCount);
  size.spines = keys.count("spines", kCount);
  const std::int64_t ports = size.spines * keys.count("ports", kCount);
  size.groups = keys.given("groups") ? keys.count("groups", kCount) : ports + 1;
  size.global_links = size.groups == 1 ? 0 : ports / (size.groups - 1);
  if (keys.given("global-links")) {
    size.global_links = keys.count("global-links", kCount);
  } else if (size.groups > 1 && size.global_links == 0) {
    keys.refuse("groups=" + std::to_string(size.groups) + " is more than spines times ports plus 1, which is " +
                std::to_string(ports + 1));
  }
  static constexpr std::string_view kRoutings[] = {"minimal", "adaptive"};
  size.adaptive = keys.word("routing", kRoutings) == 1;
  return make_dragonfly_plus(size, Uniform::of(keys));
}

}  // namespace

std::unique_ptr<Topology> make_dragonfly_plus(const DragonflyPlusSize& size, const Uniform& cable) {
  const double hosts =
      static_cast<double>(size.hosts_per_leaf) * static_cast<double>(size.leaves) * static_cast<double>(size.groups);
  if (hosts > static_cast<double>(kMostHosts)) {
    throw Error(ErrorKind::kUsage, "machine dragonfly-plus: more than 2147483647 hosts");
  }
  return std::make_unique<DragonflyPlus>(size, cable);
}

const TopologyFamily topology_dragonfly_plus = {
    "dragonfly-plus", "groups of leaf and spine switches, any two groups joined between spines",
    "Shpiner, Haramaty, Eliad, Zdornov, Gafni, Zahavi 2017", kKeys, &make};

}  // namespace ringwood
