#include "topology/fat_tree.hpp"

#include <algorithm>
#include <cmath>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Of a message where routing is adaptive: the static way, and others by hash.
constexpr std::int32_t kAdaptiveChoices = 8;

/// The vertices at one height: hosts, leaves, spines, ...
struct Tier {
  std::int64_t subtree = 1;   ///< hosts below each
  std::int64_t copies = 1;    ///< switches over the same subtree
  std::int64_t vertices = 0;  ///< hosts / subtree * copies
  Vertex first_vertex = 0;
  LinkId first_link = 0;     ///< of the cables that lead up from here
  std::int64_t parents = 0;  ///< of each vertex
  std::int64_t cables = 0;   ///< to each parent

  [[nodiscard]] std::int64_t ports_up() const { return parents * cables; }
};

/// Extended generalised fat tree (Ohring 1995; parallel cables: Zahavi 2012), leaf-spine and k-port trees among them:
///
///       spine 0   spine 1         every spine over every leaf
///        |    \  /    |
///      leaf 0      leaf 1
///      / | \       / | \          .
///     0  1  2     3  4  5
///
/// Vertex `index` of a tier is switch `index % copies` over subtree `index / copies`. Its parent c is switch
/// index % copies + copies * c over the next larger subtree. Routes go up to the nearest common ancestors and down.
/// D-mod-k goes up through port (destination / switches over a host here) mod ports, which keeps shift permutations
/// free of contention on an untapered tree. Adaptive routing may choose among that way and some by hash. Not modelled:
/// cables of different speed.
class FatTree final : public Topology {
 public:
  FatTree(std::span<const FatTreeLevel> levels, const Uniform& cable, FatTreeRouting routing)
      : cable_(cable), routing_(routing) {
    std::int64_t hosts = 1;
    for (const FatTreeLevel& level : levels) {
      hosts *= level.down;
    }
    tiers_.push_back({.vertices = hosts});
    for (const FatTreeLevel& level : levels) {
      Tier& below = tiers_.back();
      below.parents = level.up;
      below.cables = level.cables;
      Tier tier;
      tier.subtree = below.subtree * level.down;
      tier.copies = below.copies * level.up;
      tier.vertices = hosts / tier.subtree * tier.copies;
      tier.first_vertex = below.first_vertex + below.vertices;
      tier.first_link = below.first_link + 2 * below.vertices * below.ports_up();
      tiers_.push_back(tier);
    }
  }

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(tiers_.front().vertices); }

  [[nodiscard]] Vertex vertices() const override { return tiers_.back().first_vertex + tiers_.back().vertices; }

  [[nodiscard]] LinkId links() const override { return tiers_.back().first_link; }

  [[nodiscard]] Link link(LinkId id) const override {
    std::size_t height = 0;
    while (id >= tiers_[height + 1].first_link) {
      ++height;
    }
    const Tier& below = tiers_[height];
    const Tier& above = tiers_[height + 1];
    const LinkId cable = (id - below.first_link) / 2;
    const std::int64_t child = cable / below.ports_up();
    const std::int64_t choice = cable % below.ports_up() / below.cables;
    const std::int64_t subtree = child / below.copies * below.subtree / above.subtree;
    const Vertex parent = subtree * above.copies + child % below.copies + below.copies * choice;
    const Vertex low = below.first_vertex + child;
    const Vertex high = above.first_vertex + parent;
    return id % 2 == 0 ? cable_.link(low, high, true) : cable_.link(high, low, height > 0);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override { return routing_.adaptive ? kAdaptiveChoices : 1; }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    const std::size_t top = meeting_height(from, to);
    route.resize(2 * top);
    std::int64_t up_copy = 0;
    for (std::size_t height = 0; height < top; ++height) {
      const Tier& tier = tiers_[height];
      const std::int64_t port = port_up(from, to, choice, height);
      route[height] = link_up(tier, from, up_copy, port);
      route[2 * top - 1 - height] = link_up(tier, to, up_copy, port) + 1;
      up_copy += tier.copies * (port / tier.cables);
    }
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    const auto top = static_cast<std::int32_t>(meeting_height(from, to));
    return cable_.path(2 * top, 2 * top - 1);
  }

  [[nodiscard]] Shape shape() const override {
    Shape shape;
    shape.hosts_are_alike = true;
    shape.diameter = tiers_.front().vertices == 1 ? 0 : 2 * highest_meeting();
    shape.average_hops = average_hops();
    const std::int64_t halves = tiers_.back().subtree / tiers_[tiers_.size() - 2].subtree;
    if (halves % 2 == 0) {
      shape.bisection = static_cast<double>(halves / 2 * narrowest_way_up()) * cable_.bandwidth;
    }
    return shape;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    std::vector<std::string> names;
    for (std::size_t height = 1; height + 1 < tiers_.size(); ++height) {
      names.push_back(height == 1 ? "leaf" : height == 2 ? "pod" : "pod-" + std::to_string(height));
    }
    return names;
  }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / tiers_[level + 1].subtree;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    std::size_t height = 0;
    while (height + 1 < tiers_.size() && vertex >= tiers_[height + 1].first_vertex) {
      ++height;
    }
    const std::string index = std::to_string(vertex - tiers_[height].first_vertex);
    if (height == 0) {
      return "host " + index;
    }
    if (height == 1) {
      return "leaf " + index;
    }
    return (height + 1 < tiers_.size() ? "aggregation " : tiers_.size() == 3 ? "spine " : "core ") + index;
  }

 private:
  /// The lowest tier with a switch over both hosts; 0 if they are the same.
  [[nodiscard]] std::size_t meeting_height(Host from, Host to) const {
    if (from == to) {
      return 0;
    }
    std::size_t height = 1;
    while (from / tiers_[height].subtree != to / tiers_[height].subtree) {
      ++height;
    }
    return height;
  }

  /// Way up and way down share `port`: the switch at the turn is the same, and so are the numbers of parallel cables.
  [[nodiscard]] std::int64_t port_up(Host from, Host to, std::int32_t choice, std::size_t height) const {
    const Tier& tier = tiers_[height];
    const std::int64_t ports = tier.ports_up();
    if (routing_.hashed || choice > 0) {
      const std::uint64_t pair = (static_cast<std::uint64_t>(from) << 32U) | static_cast<std::uint64_t>(to);
      const std::uint64_t seed = mix(static_cast<std::uint64_t>(choice), routing_.seed);
      return static_cast<std::int64_t>(mix((choice > 0 ? seed : routing_.seed) + height, pair) %
                                       static_cast<std::uint64_t>(ports));
    }
    return to / tier.copies % ports;
  }

  [[nodiscard]] static LinkId link_up(const Tier& tier, Host host, std::int64_t copy, std::int64_t port) {
    const std::int64_t vertex = host / tier.subtree * tier.copies + copy;
    return tier.first_link + 2 * (vertex * tier.ports_up() + port);
  }

  [[nodiscard]] std::int32_t highest_meeting() const {
    std::int32_t height = 1;
    while (tiers_[static_cast<std::size_t>(height)].subtree < tiers_.back().subtree) {
      ++height;
    }
    return height;
  }

  /// Of a host's p - 1 partners, subtree(i) - subtree(i - 1) are 2i links away.
  [[nodiscard]] double average_hops() const {
    double sum = 0;
    for (std::size_t height = 1; height < tiers_.size(); ++height) {
      sum +=
          2.0 * static_cast<double>(height) * static_cast<double>(tiers_[height].subtree - tiers_[height - 1].subtree);
    }
    const auto partners = static_cast<double>(tiers_.front().vertices - 1);
    return partners == 0 ? 0 : sum / partners;
  }

  /// Cables out of one child of the top level, where its own tree is thinnest.
  [[nodiscard]] std::int64_t narrowest_way_up() const {
    const std::int64_t child = tiers_[tiers_.size() - 2].subtree;
    std::int64_t narrowest = child;
    for (std::size_t height = 0; height + 1 < tiers_.size(); ++height) {
      const Tier& tier = tiers_[height];
      const std::int64_t cables = child / tier.subtree * tier.copies * tier.ports_up();
      narrowest = height == 0 ? cables : std::min(narrowest, cables);
    }
    return narrowest;
  }

  std::vector<Tier> tiers_;
  Uniform cable_;
  FatTreeRouting routing_;
};

constexpr KeyInfo kKeys[] = {
    {"levels", "2 (leaf-spine) or 3 (of switches with `ports` ports)", "2"},
    {"leaves", "leaf switches, with 2 levels", "8"},
    {"hosts-per-leaf", "hosts on a leaf, with 2 levels", "8"},
    {"spines", "spine switches, with 2 levels; if not given, taper times hosts per leaf", ""},
    {"ports", "k of the k-port switches of 3 levels: k^3/4 hosts", "8"},
    {"taper", "cables up over cables down of a leaf (2 levels) or of the second level (3 levels): 1, 0.5, 1:2", ""},
    {"down", "any fat tree: children of a switch, per level from the leaves on, as 8x8", ""},
    {"up", "any fat tree: parents of a vertex, per level, as 1x4", ""},
    {"cables", "any fat tree: parallel cables to each parent, per level, as 1x2; 1 each if not given", ""},
    {"routing", "static (D-mod-k), ecmp (by hash of source and destination) or adaptive (of 8 ways, by their load)",
     "static"},
    {"seed", "of the hashes of ecmp and adaptive", "1"},
};

constexpr IntegerRange kCount = {1, 1'000'000};

/// taper * ports, which must be a whole number of cables.
[[nodiscard]] std::int64_t tapered(const TopologyKeys& keys, std::int64_t ports) {
  const double cables = (keys.given("taper") ? keys.ratio("taper") : 1.0) * static_cast<double>(ports);
  const double whole = std::round(cables);
  if (whole < 1 || whole > 1e6 || std::abs(cables - whole) > 1e-6 * whole) {
    keys.refuse("taper of " + std::to_string(ports) + " cables down gives " + std::to_string(cables) +
                " cables up, which is not a whole number from 1 to 1000000");
  }
  return static_cast<std::int64_t>(whole);
}

[[nodiscard]] std::vector<FatTreeLevel> two_levels(const TopologyKeys& keys) {
  const std::int64_t hosts_per_leaf = keys.count("hosts-per-leaf", kCount);
  const std::int64_t leaves = keys.count("leaves", kCount);
  if (!keys.given("spines")) {
    return {{hosts_per_leaf, 1, 1}, {leaves, tapered(keys, hosts_per_leaf), 1}};
  }
  const std::int64_t spines = keys.count("spines", kCount);
  const std::int64_t uplinks = keys.given("taper") ? tapered(keys, hosts_per_leaf) : spines;
  if (uplinks % spines != 0) {
    keys.refuse("taper gives " + std::to_string(uplinks) + " cables up a leaf, which do not spread evenly over " +
                std::to_string(spines) + " spines");
  }
  return {{hosts_per_leaf, 1, 1}, {leaves, spines, uplinks / spines}};
}

[[nodiscard]] std::vector<FatTreeLevel> three_levels(const TopologyKeys& keys) {
  const std::int64_t ports = keys.count("ports", {2, 2000});
  if (ports % 2 != 0) {
    keys.refuse("ports=" + std::to_string(ports) + " is odd, half of the ports lead down");
  }
  const std::int64_t half = ports / 2;
  return {{half, 1, 1}, {half, half, 1}, {ports, tapered(keys, half), 1}};
}

[[nodiscard]] std::vector<FatTreeLevel> any_levels(const TopologyKeys& keys) {
  const auto down = keys.counts("down", kCount);
  const auto up = keys.counts("up", kCount);
  const auto cables = keys.given("cables") ? keys.counts("cables", kCount) : std::vector<std::int64_t>(down.size(), 1);
  if (up.size() != down.size() || cables.size() != down.size()) {
    keys.refuse("down, up and cables must name the same number of levels");
  }
  std::vector<FatTreeLevel> levels;
  for (std::size_t i = 0; i < down.size(); ++i) {
    levels.push_back({down[i], up[i], cables[i]});
  }
  return levels;
}

/// What this form of the tree would not look at is not accepted with it.
void refuse_others(const TopologyKeys& keys, std::initializer_list<const char*> others, const char* form) {
  for (const char* const key : others) {
    if (keys.given(key)) {
      keys.refuse(std::string(key) + " means nothing with " + form);
    }
  }
}

[[nodiscard]] std::vector<FatTreeLevel> levels_of(const TopologyKeys& keys) {
  if (keys.given("down") != keys.given("up")) {
    keys.refuse("down and up go together");
  }
  if (keys.given("down")) {
    refuse_others(keys, {"levels", "leaves", "hosts-per-leaf", "spines", "ports", "taper"}, "down and up");
    return any_levels(keys);
  }
  refuse_others(keys, {"cables"}, "none of down and up");
  const bool two = keys.given("levels") ? keys.count("levels", {2, 3}) == 2 : !keys.given("ports");
  if (two) {
    refuse_others(keys, {"ports"}, "levels=2");
    return two_levels(keys);
  }
  refuse_others(keys, {"leaves", "hosts-per-leaf", "spines"}, "three levels of ports");
  return three_levels(keys);
}

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  static constexpr std::string_view kRoutings[] = {"static", "ecmp", "adaptive"};
  const auto word = keys.word("routing", kRoutings);
  const FatTreeRouting routing = {.hashed = word == 1, .adaptive = word == 2, .seed = keys.seed("seed")};
  return make_fat_tree(levels_of(keys), Uniform::of(keys), routing);
}

}  // namespace

std::unique_ptr<Topology> make_fat_tree(std::span<const FatTreeLevel> levels, const Uniform& cable,
                                        FatTreeRouting routing) {
  // Hosts fit Host, and switches and cables stay far from the end of 64 bits.
  constexpr double kMostCables = 1e15;
  double hosts = 1;
  double copies = 1;
  for (const FatTreeLevel& level : levels) {
    hosts *= static_cast<double>(level.down);
  }
  double cables = 0;
  double subtree = 1;
  for (const FatTreeLevel& level : levels) {
    cables += hosts / subtree * copies * static_cast<double>(level.up * level.cables);
    subtree *= static_cast<double>(level.down);
    copies *= static_cast<double>(level.up);
  }
  if (hosts > static_cast<double>(kMostHosts) || cables > kMostCables) {
    throw Error(ErrorKind::kUsage, "machine fat-tree: more than 2147483647 hosts or 1e15 cables");
  }
  return std::make_unique<FatTree>(levels, cable, routing);
}

const TopologyFamily topology_fat_tree = {"fat-tree",
                                          "leaf and spine switches, 2 or 3 levels or any extended generalised fat tree",
                                          "Ohring et al. 1995; Zahavi 2012 (D-mod-k)", kKeys, &make};

}  // namespace ringwood
