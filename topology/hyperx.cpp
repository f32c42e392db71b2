#include <algorithm>

#include "topology/pairs.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// One dimension of the grid of switches.
struct Side {
  std::int64_t size = 1;
  std::int64_t cables = 1;  ///< between each two switches of a row
  std::int64_t stride = 1;
  LinkId first_link = 0;
};

/// Switches on a grid, every row of every dimension a full mesh, the same number of hosts on each switch (Ahn et al.
/// 2009). Routes are dimension-ordered, one hop a dimension; parallel cables are taken by destination. Adaptive ones
/// may begin with any dimension, over another cable, or make two hops in the first dimension, over a switch chosen by a
/// hash (the paper's DAL allows that in each).
class HyperX final : public Topology {
 public:
  HyperX(std::int64_t hosts_per_switch, std::vector<Side> sides, Uniform cable, bool adaptive)
      : hosts_per_switch_(hosts_per_switch), sides_(std::move(sides)), cable_(cable), adaptive_(adaptive) {
    for (Side& side : sides_) {
      side.stride = switches_;
      switches_ *= side.size;
    }
    links_ = 2 * switches_ * hosts_per_switch_;
    for (Side& side : sides_) {
      side.first_link = links_;
      links_ += 2 * switches_ / side.size * pairs_among(side.size) * side.cables;
    }
  }

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(switches_ * hosts_per_switch_); }

  [[nodiscard]] Vertex vertices() const override { return hosts() + switches_; }

  [[nodiscard]] LinkId links() const override { return links_; }

  [[nodiscard]] Link link(LinkId id) const override {
    if (id < sides_.front().first_link) {
      const Vertex host = id / 2;
      const Vertex above = hosts() + host / hosts_per_switch_;
      return id % 2 == 0 ? cable_.link(host, above, true) : cable_.link(above, host, false);
    }
    std::size_t dimension = sides_.size() - 1;
    while (id < sides_[dimension].first_link) {
      --dimension;
    }
    const Side& side = sides_[dimension];
    const std::int64_t pair_index = (id - side.first_link) / 2 / side.cables;
    const std::int64_t row = pair_index / pairs_among(side.size);
    const Pair pair = pair_of(pair_index % pairs_among(side.size));
    const Vertex origin = hosts() + row / side.stride * side.stride * side.size + row % side.stride;
    const Vertex low = origin + pair.low * side.stride;
    const Vertex high = origin + pair.high * side.stride;
    return id % 2 == 0 ? cable_.link(low, high, true) : cable_.link(high, low, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override { return adaptive_ ? orders() + kDetours : 1; }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    route.clear();
    if (from == to) {
      return;
    }
    std::int64_t at = from / hosts_per_switch_;
    const std::int64_t target = to / hosts_per_switch_;
    route.push_back(2 * LinkId{from});
    bool detours = choice >= orders();
    for (std::int32_t turn = 0; turn < orders(); ++turn) {
      const Side& side = sides_[static_cast<std::size_t>((choice + turn) % orders())];
      const std::int64_t x = at / side.stride % side.size;
      const std::int64_t goal = target / side.stride % side.size;
      if (x != goal && detours && side.size > 2) {
        hop(side, at, other_than(x, goal, side.size, mix(static_cast<std::uint64_t>(choice), joined(from, to))), to,
            route);
      }
      if (x != goal) {
        hop(side, at, goal, std::int64_t{to} + choice, route);
        detours = false;
      }
    }
    route.push_back(2 * LinkId{to} + 1);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    if (from == to) {
      return {};
    }
    std::int64_t a = from / hosts_per_switch_;
    std::int64_t b = to / hosts_per_switch_;
    std::int32_t between = 0;
    for (const Side& side : sides_) {
      between += a % side.size != b % side.size ? 1 : 0;
      a /= side.size;
      b /= side.size;
    }
    return cable_.path(between + 2, between + 1);
  }

  /// Bisection: half of the switches of every row on each side, across the cheapest dimension of even size.
  [[nodiscard]] Shape shape() const override {
    Shape shape;
    shape.hosts_are_alike = true;
    std::int32_t dimensions = 0;
    for (const Side& side : sides_) {
      dimensions += side.size > 1 ? 1 : 0;
      if (side.size % 2 == 0) {
        const std::int64_t cables = side.cables * side.size * side.size / 4 * (switches_ / side.size);
        const double across =
            static_cast<double>(std::min(cables, switches_ * hosts_per_switch_ / 2)) * cable_.bandwidth;
        shape.bisection = std::min(shape.bisection.value_or(across), across);
      }
    }
    shape.diameter = hosts() == 1 ? 0 : dimensions + 2;
    return shape;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    std::vector<std::string> names = {"switch"};
    for (std::size_t i = 1; i < sides_.size(); ++i) {
      names.push_back(i == 1 ? "row" : i == 2 ? "plane" : std::to_string(i) + "-block");
    }
    return names;
  }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / hosts_per_switch_ / sides_[level].stride;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex < hosts()) {
      return "host " + std::to_string(vertex);
    }
    std::int64_t index = vertex - hosts();
    std::string name = "switch (";
    for (std::size_t i = 0; i < sides_.size(); ++i) {
      name += i == 0 ? "" : ",";
      name += std::to_string(index % sides_[i].size);
      index /= sides_[i].size;
    }
    return name + ")";
  }

 private:
  static constexpr std::int32_t kDetours = 2;

  /// Of the dimensions, each beginning with another one.
  [[nodiscard]] std::int32_t orders() const { return static_cast<std::int32_t>(sides_.size()); }

  /// From switch `at` to the one of its row at coordinate `goal`, over one of the parallel cables.
  static void hop(const Side& side, std::int64_t& at, std::int64_t goal, std::int64_t cable_choice,
                  std::vector<LinkId>& route) {
    const std::int64_t x = at / side.stride % side.size;
    const std::int64_t row = at / side.stride / side.size * side.stride + at % side.stride;
    const std::int64_t cable =
        (row * pairs_among(side.size) + pair_number(x, goal)) * side.cables + cable_choice % side.cables;
    route.push_back(side.first_link + 2 * cable + (x < goal ? 0 : 1));
    at += (goal - x) * side.stride;
  }

  std::int64_t hosts_per_switch_;
  std::vector<Side> sides_;
  Uniform cable_;
  bool adaptive_;
  std::int64_t switches_ = 1;
  LinkId links_ = 0;
};

constexpr const char* kRoutingMeaning =
    "dimension-order, or adaptive: beginning with any dimension, or over a third switch of its row, by load";

constexpr KeyInfo kKeys[] = {
    {"sides", "side lengths of the grid of switches, as 4x4", "4x4"},
    {"hosts-per-switch", "hosts on a switch", "4"},
    {"cables", "parallel cables between two switches of a row, per dimension, as 2x1; 1 each if not given", ""},
    {"routing", kRoutingMeaning, "dimension-order"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  const auto sizes = keys.counts("sides", {1, 100'000});
  const auto cables =
      keys.given("cables") ? keys.counts("cables", {1, 10'000}) : std::vector<std::int64_t>(sizes.size(), 1);
  const std::int64_t hosts_per_switch = keys.count("hosts-per-switch", {1, 100'000});
  if (cables.size() != sizes.size()) {
    keys.refuse("cables must name as many dimensions as sides");
  }
  std::vector<Side> sides;
  std::int64_t hosts = hosts_per_switch;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    hosts *= sizes[i];
    if (hosts > kMostHosts) {
      keys.refuse("more than 2147483647 hosts");
    }
    sides.push_back({sizes[i], cables[i], 1, 0});
  }
  return std::make_unique<HyperX>(hosts_per_switch, std::move(sides), Uniform::of(keys), routes_adaptively(keys));
}

constexpr KeyInfo kFlattenedButterflyKeys[] = {
    {"side", "k: side length of the grid of switches, and hosts on each of them", "4"},
    {"dimensions", "of the grid: k^(dimensions + 1) hosts", "2"},
    {"routing", kRoutingMeaning, "dimension-order"},
};

/// As many hosts on a switch as a row has switches: what a k-ary butterfly has at an edge (Kim, Dally, Abts 2007).
[[nodiscard]] std::unique_ptr<Topology> make_flattened_butterfly(const TopologyKeys& keys) {
  const std::int64_t side = keys.count("side", {1, 100'000});
  std::vector<Side> sides;
  std::int64_t hosts = side;
  for (std::int64_t i = keys.count("dimensions", {1, 30}); i > 0; --i) {
    hosts *= side;
    if (hosts > kMostHosts) {
      keys.refuse("more than 2147483647 hosts");
    }
    sides.push_back({side, 1, 1, 0});
  }
  return std::make_unique<HyperX>(side, std::move(sides), Uniform::of(keys), routes_adaptively(keys));
}

}  // namespace

const TopologyFamily topology_flattened_butterfly = {
    "flattened-butterfly", "a grid of switches, every row a full mesh, as many hosts on a switch as a row has switches",
    "Kim, Dally, Abts 2007", kFlattenedButterflyKeys, &make_flattened_butterfly};

const TopologyFamily topology_hyperx = {
    "hyperx", "switches on a grid, every row a full mesh; equal sides are a flattened butterfly",
    "Ahn, Binkert, Davis, McLaren, Schreiber 2009", kKeys, &make};

}  // namespace ringwood
