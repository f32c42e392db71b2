#include "topology/dimensions.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/pairs.hpp"

namespace ringwood {

namespace {

/// Where a dimension's links and switches are. Hosts that differ in this coordinate only make a line.
struct Dimension {
  NetworkDimension what;
  std::int64_t stride = 1;
  std::int64_t cables = 0;  ///< of a line
  LinkId first_link = 0;
  Vertex first_switch = 0;

  /// The number of the line through a host, and its host with coordinate 0.
  [[nodiscard]] std::int64_t line_of(std::int64_t host) const {
    return host / (stride * what.size) * stride + host % stride;
  }

  [[nodiscard]] std::int64_t origin_of(std::int64_t line) const {
    return line / stride * stride * what.size + line % stride;
  }
};

[[nodiscard]] std::int64_t cables_of_line(const NetworkDimension& dimension) {
  switch (dimension.kind) {
    case DimensionKind::kRing:
      return dimension.size > 2 ? dimension.size : dimension.size - 1;
    case DimensionKind::kFullMesh:
      return pairs_among(dimension.size);
    case DimensionKind::kSwitch:
      return dimension.size;
  }
  return 0;
}

class Dimensions final : public Topology {
 public:
  explicit Dimensions(std::vector<NetworkDimension> dimensions) : given_(std::move(dimensions)) {
    for (const NetworkDimension& what : given_) {
      dimensions_.push_back({.what = what, .stride = hosts_, .cables = cables_of_line(what)});
      hosts_ *= what.size;
    }
    vertices_ = hosts_;
    for (Dimension& dimension : dimensions_) {
      const std::int64_t lines = hosts_ / dimension.what.size;
      dimension.first_link = links_;
      dimension.first_switch = vertices_;
      links_ += 2 * lines * dimension.cables;
      vertices_ += dimension.what.kind == DimensionKind::kSwitch ? lines : 0;
    }
  }

  [[nodiscard]] std::vector<NetworkDimension> dimensions() const override { return given_; }

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(hosts_); }

  [[nodiscard]] Vertex vertices() const override { return vertices_; }

  [[nodiscard]] LinkId links() const override { return links_; }

  [[nodiscard]] Link link(LinkId id) const override {
    std::size_t index = dimensions_.size() - 1;
    while (id < dimensions_[index].first_link) {
      --index;
    }
    const Dimension& dimension = dimensions_[index];
    const std::int64_t line = (id - dimension.first_link) / 2 / dimension.cables;
    const std::int64_t cable = (id - dimension.first_link) / 2 % dimension.cables;
    const std::int64_t origin = dimension.origin_of(line);
    Vertex low = origin + cable * dimension.stride;
    Vertex high = 0;
    switch (dimension.what.kind) {
      case DimensionKind::kRing:
        high = origin + (cable + 1) % dimension.what.size * dimension.stride;
        break;
      case DimensionKind::kFullMesh:
        low = origin + pair_of(cable).low * dimension.stride;
        high = origin + pair_of(cable).high * dimension.stride;
        break;
      case DimensionKind::kSwitch:
        high = dimension.first_switch + line;
        break;
    }
    const NetworkDimension& what = dimension.what;
    return id % 2 == 0 ? Link{low, high, what.bandwidth, what.latency} : Link{high, low, what.bandwidth, what.latency};
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    std::int64_t at = from;
    for (const Dimension& dimension : dimensions_) {
      const std::int64_t x = at / dimension.stride % dimension.what.size;
      const std::int64_t goal = to / dimension.stride % dimension.what.size;
      if (x != goal) {
        append(dimension, at, {x, goal}, route);
        at += (goal - x) * dimension.stride;
      }
    }
  }

  [[nodiscard]] Shape shape() const override {
    Shape shape;
    shape.hosts_are_alike = true;
    std::int64_t diameter = 0;
    for (const NetworkDimension& what : given_) {
      const std::int64_t longest = what.kind == DimensionKind::kRing ? what.size / 2 : 1;
      diameter += what.size == 1 ? 0 : what.kind == DimensionKind::kSwitch ? 2 : longest;
    }
    shape.diameter = static_cast<std::int32_t>(diameter);
    return shape;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < dimensions_.size(); ++i) {
      names.push_back("dimension-" + std::to_string(i));
    }
    return names;
  }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / dimensions_[level + 1].stride;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex < hosts_) {
      return "host " + std::to_string(vertex);
    }
    std::size_t index = dimensions_.size() - 1;
    while (vertex < dimensions_[index].first_switch || dimensions_[index].what.kind != DimensionKind::kSwitch) {
      --index;
    }
    return "dimension " + std::to_string(index + 1) + " switch " +
           std::to_string(vertex - dimensions_[index].first_switch);
  }

 private:
  /// From one coordinate to another along the line through host `at`.
  static void append(const Dimension& dimension, std::int64_t at, std::pair<std::int64_t, std::int64_t> ends,
                     std::vector<LinkId>& route) {
    const auto [x, goal] = ends;
    const LinkId first = dimension.first_link + 2 * dimension.line_of(at) * dimension.cables;
    switch (dimension.what.kind) {
      case DimensionKind::kRing:
        append_ring(dimension.what.size, first, ends, route);
        return;
      case DimensionKind::kFullMesh:
        route.push_back(first + 2 * pair_number(x, goal) + (x < goal ? 0 : 1));
        return;
      case DimensionKind::kSwitch:
        route.push_back(first + 2 * x);
        route.push_back(first + 2 * goal + 1);
        return;
    }
  }

  /// The shorter way; of two equally long ones that of growing coordinates. Two hosts share one cable.
  static void append_ring(std::int64_t size, LinkId first, std::pair<std::int64_t, std::int64_t> ends,
                          std::vector<LinkId>& route) {
    auto [x, goal] = ends;
    const std::int64_t ahead = modulo(goal - x, size);
    const bool forward = size == 2 ? x == 0 : 2 * ahead <= size;
    while (x != goal) {
      const std::int64_t cable = forward ? x : modulo(x - 1, size);
      route.push_back(first + 2 * cable + (forward ? 0 : 1));
      x = modulo(forward ? x + 1 : x - 1, size);
    }
  }

  std::vector<NetworkDimension> given_;
  std::vector<Dimension> dimensions_;
  std::int64_t hosts_ = 1;
  Vertex vertices_ = 0;
  LinkId links_ = 0;
};

}  // namespace

std::unique_ptr<Topology> make_dimensions(std::vector<NetworkDimension> dimensions) {
  constexpr std::size_t kMostDimensions = 64;
  if (dimensions.empty() || dimensions.size() > kMostDimensions) {
    throw Error(ErrorKind::kUsage,
                "a network of " + std::to_string(dimensions.size()) + " dimensions; accepted are 1 to 64");
  }
  std::int64_t hosts = 1;
  for (const NetworkDimension& dimension : dimensions) {
    if (dimension.size < 1 || dimension.size > kMostHosts / hosts) {
      throw Error(ErrorKind::kUsage, "a dimension of " + std::to_string(dimension.size) +
                                         " hosts: accepted is at least 1, and 2147483647 in all");
    }
    hosts *= dimension.size;
  }
  return std::make_unique<Dimensions>(std::move(dimensions));
}

}  // namespace ringwood
