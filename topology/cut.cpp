#include "topology/cut.hpp"

#include <algorithm>
#include <vector>

namespace ringwood {

namespace {

constexpr LinkId kMostLinks = 100'000;

/// Dinic's algorithm. An arc's reverse is arc ^ 1, as links are; the two directions of a cable are two arcs of one
/// pair.
class MaximumFlow {
 public:
  explicit MaximumFlow(std::size_t vertices) : arcs_of_(vertices), level_(vertices), next_(vertices) {}

  void connect(std::size_t from, std::size_t to, double forward, double backward) {
    arcs_of_[from].push_back(arcs_.size());
    arcs_.push_back({to, forward});
    arcs_of_[to].push_back(arcs_.size());
    arcs_.push_back({from, backward});
  }

  [[nodiscard]] double between(std::size_t source, std::size_t sink) {
    double flow = 0;
    while (set_levels(source, sink)) {
      std::fill(next_.begin(), next_.end(), 0);
      for (double pushed = augment(source, sink); pushed > 0; pushed = augment(source, sink)) {
        flow += pushed;
      }
    }
    return flow;
  }

 private:
  struct Arc {
    std::size_t to;
    double room;
  };

  /// Rounding of sums of bandwidths; nothing slower than this is a link.
  static constexpr double kNothing = 1e-3;

  [[nodiscard]] bool set_levels(std::size_t source, std::size_t sink) {
    std::fill(level_.begin(), level_.end(), -1);
    level_[source] = 0;
    std::vector<std::size_t> queue = {source};
    for (std::size_t i = 0; i < queue.size(); ++i) {
      for (const std::size_t id : arcs_of_[queue[i]]) {
        const Arc& arc = arcs_[id];
        if (arc.room > kNothing && level_[arc.to] < 0) {
          level_[arc.to] = level_[queue[i]] + 1;
          queue.push_back(arc.to);
        }
      }
    }
    return level_[sink] >= 0;
  }

  /// Pushes what fits along one path of ascending levels; 0 if there is none left. Iterative: paths may be long.
  [[nodiscard]] double augment(std::size_t source, std::size_t sink) {
    std::vector<std::size_t> path;
    std::size_t at = source;
    while (at != sink) {
      if (advance(at, path)) {
        at = arcs_[path.back()].to;
      } else if (path.empty()) {
        return 0;
      } else {
        level_[at] = -1;
        at = arcs_[path.back() ^ 1U].to;
        path.pop_back();
      }
    }
    double room = arcs_[path.front()].room;
    for (const std::size_t id : path) {
      room = std::min(room, arcs_[id].room);
    }
    for (const std::size_t id : path) {
      arcs_[id].room -= room;
      arcs_[id ^ 1U].room += room;
    }
    return room;
  }

  [[nodiscard]] bool advance(std::size_t at, std::vector<std::size_t>& path) {
    for (std::size_t& i = next_[at]; i < arcs_of_[at].size(); ++i) {
      const std::size_t id = arcs_of_[at][i];
      if (arcs_[id].room > kNothing && level_[arcs_[id].to] == level_[at] + 1) {
        path.push_back(id);
        return true;
      }
    }
    return false;
  }

  std::vector<Arc> arcs_;
  std::vector<std::vector<std::size_t>> arcs_of_;
  std::vector<int> level_;
  std::vector<std::size_t> next_;
};

}  // namespace

std::optional<double> flow_out_of(const Topology& network, const std::vector<bool>& inside) {
  if (network.links() > kMostLinks) {
    return std::nullopt;
  }
  const auto vertices = static_cast<std::size_t>(network.vertices());
  MaximumFlow flow(vertices + 2);
  double everything = 1;
  for (LinkId id = 0; id < network.links(); id += 2) {
    const Link link = network.link(id);
    const Link reverse = network.link(id + 1);
    flow.connect(static_cast<std::size_t>(link.from), static_cast<std::size_t>(link.to), link.bandwidth,
                 reverse.bandwidth);
    everything += link.bandwidth + reverse.bandwidth;
  }
  for (std::size_t host = 0; host < inside.size(); ++host) {
    flow.connect(inside[host] ? vertices : host, inside[host] ? host : vertices + 1, everything, 0);
  }
  return flow.between(vertices, vertices + 1);
}

std::optional<double> flow_between_halves(const Topology& network) {
  std::vector<bool> lower(static_cast<std::size_t>(network.hosts()));
  std::fill_n(lower.begin(), lower.size() / 2, true);
  return flow_out_of(network, lower);
}

}  // namespace ringwood
