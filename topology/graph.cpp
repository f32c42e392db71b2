#include "topology/graph.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::int32_t kNone = -1;

class Graph final : public Topology {
 public:
  Graph(std::vector<std::string> names, Host hosts, std::vector<Link> links)
      : names_(std::move(names)), hosts_(hosts), links_(std::move(links)), links_to_(names_.size()) {
    for (std::size_t id = 0; id < links_.size(); ++id) {
      links_to_[static_cast<std::size_t>(links_[id].to)].push_back(static_cast<std::int32_t>(id));
    }
    next_.assign(static_cast<std::size_t>(hosts_) * names_.size(), kNone);
    for (Host destination = 0; destination < hosts_; ++destination) {
      find_routes_to(destination);
    }
  }

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return static_cast<Vertex>(names_.size()); }

  [[nodiscard]] LinkId links() const override { return static_cast<LinkId>(links_.size()); }

  [[nodiscard]] Link link(LinkId id) const override { return links_[static_cast<std::size_t>(id)]; }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    for (Vertex at = from; at != to;) {
      const std::int32_t id = next(to, at);
      route.push_back(id);
      at = links_[static_cast<std::size_t>(id)].to;
    }
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    return names_[static_cast<std::size_t>(vertex)];
  }

 private:
  [[nodiscard]] std::int32_t next(Host destination, Vertex at) const {
    return next_[static_cast<std::size_t>(destination) * names_.size() + static_cast<std::size_t>(at)];
  }

  /// Dijkstra against the direction of the links, by (latency, links, number of the link taken).
  void find_routes_to(Host destination) {
    using Entry = std::tuple<Picoseconds, std::int32_t, std::int32_t, Vertex>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    std::vector<bool> done(names_.size());
    queue.emplace(0, 0, kNone, destination);
    while (!queue.empty()) {
      const auto [latency, hops, through, vertex] = queue.top();
      queue.pop();
      if (done[static_cast<std::size_t>(vertex)]) {
        continue;
      }
      done[static_cast<std::size_t>(vertex)] = true;
      next_[static_cast<std::size_t>(destination) * names_.size() + static_cast<std::size_t>(vertex)] = through;
      for (const std::int32_t id : links_to_[static_cast<std::size_t>(vertex)]) {
        const Link& link = links_[static_cast<std::size_t>(id)];
        queue.emplace(latency + link.latency, hops + 1, id, link.from);
      }
    }
    refuse_unreached(destination, done);
  }

  void refuse_unreached(Host destination, const std::vector<bool>& reached) const {
    constexpr int kListed = 5;
    std::string culprits;
    int count = 0;
    for (std::size_t host = 0; host < static_cast<std::size_t>(hosts_); ++host) {
      if (!reached[host] && ++count <= kListed) {
        culprits += (count == 1 ? "'" : ", '") + names_[host] + "'";
      }
    }
    if (count > 0) {
      throw Error(ErrorKind::kInput, "no way to host '" + vertex_name(destination) + "' from " + std::to_string(count) +
                                         " hosts: " + culprits + (count > kListed ? ", ..." : ""));
    }
  }

  std::vector<std::string> names_;
  Host hosts_;
  std::vector<Link> links_;
  std::vector<std::vector<std::int32_t>> links_to_;
  std::vector<std::int32_t> next_;  ///< [destination][vertex]: the link to take
};

}  // namespace

std::unique_ptr<Topology> make_graph(std::vector<std::string> names, Host hosts, std::vector<Link> links) {
  constexpr std::size_t kMostEntries = 100'000'000;
  constexpr std::size_t kMostSteps = 4'000'000'000;  // some minutes
  const auto searches = static_cast<std::size_t>(std::max(hosts, 1));
  if (hosts < 1 || names.size() > kMostEntries / searches || links.size() > kMostSteps / searches) {
    throw Error(ErrorKind::kInput,
                "a graph of " + std::to_string(hosts) + " hosts and " + std::to_string(names.size()) +
                    " vertices with " + std::to_string(links.size()) +
                    " links: accepted is at least one host, hosts times vertices up to 100000000 and hosts times links "
                    "up to 4000000000");
  }
  return std::make_unique<Graph>(std::move(names), hosts, std::move(links));
}

}  // namespace ringwood
