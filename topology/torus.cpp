#include "topology/torus.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostDimensions = 6;

/// One axis of the grid. Cables of an axis connect neighbours; cable `e` leads from the lower coordinate to the next
/// one, and the one that closes a ring from the last to the first. An axis of length 2 has one cable, not two.
struct Axis {
  std::int32_t size = 1;
  std::int64_t stride = 1;  ///< between the numbers of neighbours
  bool wraps = false;
  LinkId first_link = 0;

  /// Cables for each value of the other coordinates.
  [[nodiscard]] std::int64_t cables() const { return wraps ? size : size - 1; }
};

/// Hosts on a grid, numbered with the first coordinate fastest; each passes on what is not for it:
///
///     .-0---1---2-.
///       |   |   |        torus:dims=3x2
///     .-3---4---5-.
///
/// Routes are dimension-ordered, each dimension the shorter way round, + if both are as long; adaptive ones may begin
/// with any dimension, from which on the order is the same.
class Torus final : public Topology {
 public:
  Torus(std::span<const TorusAxis> axes, const Uniform& cable, TorusRouting routing)
      : cable_(cable), dimensions_(axes.size()), routing_(routing) {
    for (std::size_t i = 0; i < dimensions_; ++i) {
      axes_[i].size = axes[i].size;
      axes_[i].stride = hosts_;
      axes_[i].wraps = axes[i].wraps && axes[i].size > 2;
      hosts_ *= axes[i].size;
    }
    for (std::size_t i = 0; i < dimensions_; ++i) {
      axes_[i].first_link = links_;
      links_ += 2 * (hosts_ / axes_[i].size) * axes_[i].cables();
    }
  }

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(hosts_); }

  [[nodiscard]] Vertex vertices() const override { return hosts_; }

  [[nodiscard]] LinkId links() const override { return links_; }

  [[nodiscard]] Link link(LinkId id) const override {
    std::size_t dimension = dimensions_ - 1;
    while (id < axes_[dimension].first_link) {
      --dimension;
    }
    const Axis& axis = axes_[dimension];
    const std::int64_t cable = (id - axis.first_link) / 2;
    const std::int64_t row = axis.stride * axis.cables();
    const std::int64_t x = cable % row / axis.stride;
    const Vertex low = cable / row * axis.stride * axis.size + cable % row;
    const Vertex high = x + 1 == axis.size ? low - x * axis.stride : low + axis.stride;
    return id % 2 == 0 ? cable_.link(low, high, true) : cable_.link(high, low, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override {
    return routing_ == TorusRouting::kAdaptive ? static_cast<std::int32_t>(dimensions_) : 1;
  }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    const Steps steps = steps_between(from, to);
    route.resize(static_cast<std::size_t>(steps.total));
    LinkId* out = route.data();
    std::int64_t corner = from;  // the grid point reached so far
    const auto first = static_cast<std::size_t>(choice);
    for (std::size_t turn = 0; turn < dimensions_; ++turn) {
      const std::size_t i = first + turn < dimensions_ ? first + turn : first + turn - dimensions_;
      out = walk(axes_[i], corner, steps.from[i], steps.by[i], out);
      corner += (std::int64_t{steps.to[i]} - steps.from[i]) * axes_[i].stride;
    }
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    const std::int32_t links = steps_between(from, to).total;
    return cable_.path(links, links);
  }

  [[nodiscard]] Shape shape() const override;

  /// Only if every axis wraps; one of two hosts is a ring of one cable.
  [[nodiscard]] std::vector<NetworkDimension> dimensions() const override {
    std::vector<NetworkDimension> dimensions;
    for (std::size_t i = 0; i < dimensions_; ++i) {
      if (!axes_[i].wraps && axes_[i].size > 2) {
        return {};
      }
      dimensions.push_back({DimensionKind::kRing, axes_[i].size, cable_.bandwidth, cable_.latency + cable_.hop});
    }
    return dimensions;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    static constexpr std::string_view kNames[] = {"row", "plane", "block", "4-block", "5-block"};
    return {std::begin(kNames), std::begin(kNames) + dimensions_ - 1};
  }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / axes_[level + 1].stride;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    std::string name = "(";
    for (std::size_t i = 0; i < dimensions_; ++i) {
      name += i == 0 ? "" : ",";
      name += std::to_string(vertex % axes_[i].size);
      vertex /= axes_[i].size;
    }
    return name + ")";
  }

 private:
  struct Steps {
    std::array<std::int32_t, kMostDimensions> from;
    std::array<std::int32_t, kMostDimensions> to;
    std::array<std::int32_t, kMostDimensions> by;  ///< links along each axis, negative for the - direction
    std::int32_t total = 0;
  };

  /// Host numbers fit 32 bits, and 32-bit divisions are several times faster than those of 64.
  [[nodiscard]] Steps steps_between(Host from, Host to) const {
    Steps steps;
    auto a = static_cast<std::uint32_t>(from);
    auto b = static_cast<std::uint32_t>(to);
    for (std::size_t i = 0; i < dimensions_; ++i) {
      const Axis& axis = axes_[i];
      const auto size = static_cast<std::uint32_t>(axis.size);
      steps.from[i] = static_cast<std::int32_t>(a % size);
      steps.to[i] = static_cast<std::int32_t>(b % size);
      a /= size;
      b /= size;
      std::int32_t by = steps.to[i] - steps.from[i];
      if (axis.wraps) {
        by += by < 0 ? axis.size : 0;
        by -= 2 * std::int64_t{by} > axis.size ? axis.size : 0;
      }
      steps.by[i] = by;
      steps.total += std::abs(by);
    }
    return steps;
  }

  /// The links of `by` steps along an axis from coordinate `x` of host `host`.
  static LinkId* walk(const Axis& axis, std::int64_t host, std::int32_t x, std::int32_t by, LinkId* out) {
    const std::int64_t row = axis.stride * axis.size;
    // Cables leave out the last column of an axis that does not wrap.
    const std::int64_t line =
        axis.wraps ? host - x * axis.stride : host / row * axis.stride * axis.cables() + host % axis.stride;
    const LinkId base = axis.first_link + 2 * line;
    const LinkId step = 2 * axis.stride;
    if (by >= 0) {
      const std::int32_t straight = std::min(by, axis.size - x);
      out = fill(base + x * step, step, straight, out);
      return fill(base, step, by - straight, out);
    }
    // Backwards over the cable that leads to x from below: its number is that of the lower end.
    const std::int32_t straight = std::min(-by, x);
    out = fill(base + (x - 1) * step + 1, -step, straight, out);
    return fill(base + (axis.size - 1) * step + 1, -step, -by - straight, out);
  }

  static LinkId* fill(LinkId first, LinkId step, std::int32_t count, LinkId* out) {
    for (std::int32_t i = 0; i < count; ++i) {
      out[i] = first + i * step;
    }
    return out + count;
  }

  Uniform cable_;
  std::size_t dimensions_;
  TorusRouting routing_;
  std::array<Axis, kMostDimensions> axes_;
  std::int64_t hosts_ = 1;
  LinkId links_ = 0;
};

/// Mean distance from one point of an axis to all of them, itself included, over all points.
[[nodiscard]] double mean_steps(const Axis& axis) {
  const double size = axis.size;
  if (axis.wraps) {
    return axis.size % 2 == 0 ? size / 4 : (size * size - 1) / (4 * size);
  }
  return (size * size - 1) / (3 * size);
}

Shape Torus::shape() const {
  Shape shape;
  shape.diameter = 0;
  shape.hosts_are_alike = true;
  double average = 0;
  std::optional<std::int64_t> fewest_cables;
  for (std::size_t i = 0; i < dimensions_; ++i) {
    const Axis& axis = axes_[i];
    *shape.diameter += axis.wraps ? axis.size / 2 : axis.size - 1;
    shape.hosts_are_alike = shape.hosts_are_alike && (axis.wraps || axis.size <= 2);
    average += mean_steps(axis);
    shape.grid.push_back(axis.size);
    if (axis.size % 2 == 0) {
      const std::int64_t cables = hosts_ / axis.size * (axis.wraps ? 2 : 1);
      fewest_cables = std::min(fewest_cables.value_or(cables), cables);
    }
  }
  shape.average_hops = hosts_ == 1 ? 0 : average * static_cast<double>(hosts_) / static_cast<double>(hosts_ - 1);
  if (fewest_cables) {
    shape.bisection = static_cast<double>(*fewest_cables) * cable_.bandwidth;
  }
  return shape;
}

constexpr KeyInfo kTorusKeys[] = {
    {"dims", "side lengths of 1 to 6 dimensions, as 8x8x8", "4x4x4"},
    {"routing", "dimension-order, or adaptive: beginning with any dimension, by load", "dimension-order"},
    {"latency", "time on every cable", "100ns"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys, bool wraps) {
  std::vector<TorusAxis> axes;
  for (const std::int64_t size : keys.counts("dims", {1, kMostHosts})) {
    axes.push_back({static_cast<std::int32_t>(size), wraps});
  }
  const TorusRouting routing = routes_adaptively(keys) ? TorusRouting::kAdaptive : TorusRouting::kDimensionOrder;
  return make_torus(axes, Uniform::of(keys), routing);
}

}  // namespace

std::unique_ptr<Topology> make_torus(std::span<const TorusAxis> axes, const Uniform& cable, TorusRouting routing) {
  if (axes.empty() || axes.size() > kMostDimensions) {
    throw Error(ErrorKind::kUsage,
                "machine torus: dims has " + std::to_string(axes.size()) + " dimensions, accepted are 1 to 6");
  }
  std::int64_t hosts = 1;
  for (const TorusAxis& axis : axes) {
    hosts *= axis.size;
    if (hosts > kMostHosts) {
      throw Error(ErrorKind::kUsage, "machine torus: dims give more than 2147483647 hosts");
    }
  }
  return std::make_unique<Torus>(axes, cable, routing);
}

const TopologyFamily topology_torus = {"torus", "hosts on a grid of 1 to 6 dimensions whose rows are closed",
                                       "Dally, Towles 2004, chapter 5", kTorusKeys,
                                       [](const TopologyKeys& keys) { return make(keys, true); }};

const TopologyFamily topology_mesh = {"mesh", "hosts on a grid of 1 to 6 dimensions", "Dally, Towles 2004, chapter 5",
                                      kTorusKeys, [](const TopologyKeys& keys) { return make(keys, false); }};

}  // namespace ringwood
