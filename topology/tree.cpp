#include "topology/tree.hpp"

#include <algorithm>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Cable i leads up from vertex i, or from i + 1 behind the root.
class Tree final : public Topology {
 public:
  Tree(std::vector<TreeVertex> vertices, Host hosts, std::vector<std::string> levels)
      : vertices_(std::move(vertices)), hosts_(hosts), levels_(std::move(levels)), depth_(vertices_.size(), -1) {
    find_root();
    for (std::size_t vertex = 0; vertex < vertices_.size(); ++vertex) {
      find_depth(vertex);
    }
  }

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return static_cast<Vertex>(vertices_.size()); }

  [[nodiscard]] LinkId links() const override { return 2 * (vertices() - 1); }

  [[nodiscard]] Link link(LinkId id) const override {
    const Vertex cable = id / 2;
    const Vertex below = cable < root_ ? cable : cable + 1;
    const TreeVertex& lower = at(below);
    return id % 2 == 0 ? Link{below, lower.parent, lower.bandwidth, lower.latency}
                       : Link{lower.parent, below, lower.bandwidth, lower.latency};
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    Vertex up = from;
    Vertex down = to;
    std::size_t climbed = 0;
    while (up != down) {
      if (depth_of(up) >= depth_of(down)) {
        route.insert(route.begin() + static_cast<std::ptrdiff_t>(climbed++), link_up(up));
        up = at(up).parent;
      } else {
        route.insert(route.begin() + static_cast<std::ptrdiff_t>(climbed), link_up(down) + 1);
        down = at(down).parent;
      }
    }
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return levels_; }

  /// The topmost switch over the host that is not above the level.
  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    Vertex vertex = host;
    while (vertex != root_ && at(at(vertex).parent).level <= level) {
      vertex = at(vertex).parent;
    }
    return vertex;
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return at(vertex).name; }

 private:
  [[nodiscard]] const TreeVertex& at(Vertex vertex) const { return vertices_[static_cast<std::size_t>(vertex)]; }

  [[nodiscard]] std::int32_t depth_of(Vertex vertex) const { return depth_[static_cast<std::size_t>(vertex)]; }

  [[nodiscard]] LinkId link_up(Vertex vertex) const { return 2 * (vertex < root_ ? vertex : vertex - 1); }

  void find_root() {
    for (std::size_t vertex = 0; vertex < vertices_.size(); ++vertex) {
      if (vertices_[vertex].parent >= 0) {
        check_parent(vertices_[vertex]);
      } else if (root_ >= 0) {
        throw Error(ErrorKind::kInput, "'" + vertices_[vertex].name + "' and '" + at(root_).name +
                                           "' are not connected: nothing is above both");
      } else {
        root_ = static_cast<Vertex>(vertex);
      }
    }
    if (root_ < 0) {
      throw Error(ErrorKind::kInput, "'" + vertices_.front().name + "' is above itself");
    }
  }

  void check_parent(const TreeVertex& vertex) const {
    if (vertex.parent < hosts_) {
      throw Error(ErrorKind::kInput, "'" + vertex.name + "' is below the host '" + at(vertex.parent).name + "'");
    }
    const auto number = static_cast<std::size_t>(&vertex - vertices_.data());
    if (number >= static_cast<std::size_t>(hosts_) && vertex.level >= at(vertex.parent).level) {
      throw Error(ErrorKind::kInput,
                  "'" + vertex.name + "' is below '" + at(vertex.parent).name + "', which is no larger group");
    }
  }

  /// Levels grow upwards, so that no path is a circle.
  void find_depth(std::size_t vertex) {
    std::int32_t depth = 0;
    for (Vertex above = static_cast<Vertex>(vertex); above != root_; above = at(above).parent) {
      ++depth;
    }
    depth_[vertex] = depth;
  }

  std::vector<TreeVertex> vertices_;
  Host hosts_;
  std::vector<std::string> levels_;
  Vertex root_ = -1;
  std::vector<std::int32_t> depth_;
};

}  // namespace

std::unique_ptr<Topology> make_tree(std::vector<TreeVertex> vertices, Host hosts, std::vector<std::string> levels) {
  if (hosts < 1 || static_cast<std::size_t>(hosts) > vertices.size()) {
    throw Error(ErrorKind::kInput, "a tree without hosts");
  }
  return std::make_unique<Tree>(std::move(vertices), hosts, std::move(levels));
}

}  // namespace ringwood
