#include "topology/graph.hpp"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <queue>

#include "ringwood/error.hpp"
#include "topology/uniform.hpp"

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
    find_leaves();
  }

  [[nodiscard]] Host hosts() const override { return hosts_; }

  [[nodiscard]] Vertex vertices() const override { return static_cast<Vertex>(names_.size()); }

  [[nodiscard]] LinkId links() const override { return static_cast<LinkId>(links_.size()); }

  [[nodiscard]] Link link(LinkId id) const override { return links_[static_cast<std::size_t>(id)]; }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    for (Vertex at = from; at != to;) {
      const std::int32_t id = next(from, to, at);
      route.push_back(id);
      at = links_[static_cast<std::size_t>(id)].to;
    }
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    return leaf_of_.empty() ? std::vector<std::string>() : std::vector<std::string>{"leaf"};
  }

  [[nodiscard]] std::int64_t group_of(std::size_t /*level*/, Host host) const override {
    return leaf_of_[static_cast<std::size_t>(host)];
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    return names_[static_cast<std::size_t>(vertex)];
  }

 private:
  [[nodiscard]] std::size_t entry(Host destination, Vertex at) const {
    return static_cast<std::size_t>(destination) * names_.size() + static_cast<std::size_t>(at);
  }

  /// The link to take; of several that are equally near, the flow's, by a hash of its ends.
  [[nodiscard]] std::int32_t next(Host from, Host destination, Vertex at) const {
    const std::int32_t found = next_[entry(destination, at)];
    if (found >= 0) {
      return found;
    }
    const std::vector<std::int32_t>& equal = *choices_[static_cast<std::size_t>(-2 - found)];
    const std::uint64_t flow = (static_cast<std::uint64_t>(from) << 32U) | static_cast<std::uint32_t>(destination);
    return equal[mix(static_cast<std::uint64_t>(at), flow) % equal.size()];
  }

  struct Distance {
    Picoseconds latency = std::numeric_limits<Picoseconds>::max();
    std::int32_t hops = 0;

    friend auto operator<=>(const Distance&, const Distance&) = default;
  };

  /// Where every host hangs off one switch, and these are several, hosts of one switch are a group.
  void find_leaves() {
    std::vector<std::int64_t> leaves(static_cast<std::size_t>(hosts_), kNone);
    for (const Link& link : links_) {
      if (link.from >= hosts_) {
        continue;
      }
      std::int64_t& leaf = leaves[static_cast<std::size_t>(link.from)];
      if (link.to < hosts_ || (leaf != kNone && leaf != link.to)) {
        return;
      }
      leaf = link.to;
    }
    const bool all = std::find(leaves.begin(), leaves.end(), kNone) == leaves.end();
    if (all && std::any_of(leaves.begin(), leaves.end(), [&](std::int64_t leaf) { return leaf != leaves.front(); })) {
      leaf_of_ = std::move(leaves);
    }
  }

  /// Dijkstra against the direction of the links, by (latency, links).
  void find_routes_to(Host destination) {
    using Entry = std::pair<Distance, Vertex>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> queue;
    std::vector<Distance> distance(names_.size());
    std::vector<bool> done(names_.size());
    distance[static_cast<std::size_t>(destination)] = {0, 0};
    queue.emplace(Distance{0, 0}, destination);
    while (!queue.empty()) {
      const auto [far, vertex] = queue.top();
      queue.pop();
      if (done[static_cast<std::size_t>(vertex)]) {
        continue;
      }
      done[static_cast<std::size_t>(vertex)] = true;
      for (const std::int32_t id : links_to_[static_cast<std::size_t>(vertex)]) {
        const Link& link = links_[static_cast<std::size_t>(id)];
        const Distance through{far.latency + link.latency, far.hops + 1};
        if (through < distance[static_cast<std::size_t>(link.from)]) {
          distance[static_cast<std::size_t>(link.from)] = through;
          queue.emplace(through, link.from);
        }
      }
    }
    refuse_unreached(destination, done);
    choose_links(destination, distance);
  }

  /// Of every vertex those links that begin a shortest way.
  void choose_links(Host destination, const std::vector<Distance>& distance) {
    std::vector<std::vector<std::int32_t>> equal(names_.size());
    for (std::size_t id = 0; id < links_.size(); ++id) {
      const Link& link = links_[id];
      const Distance& behind = distance[static_cast<std::size_t>(link.to)];
      if (behind.latency == std::numeric_limits<Picoseconds>::max()) {
        continue;
      }
      if (Distance{behind.latency + link.latency, behind.hops + 1} == distance[static_cast<std::size_t>(link.from)]) {
        equal[static_cast<std::size_t>(link.from)].push_back(static_cast<std::int32_t>(id));
      }
    }
    for (std::size_t vertex = 0; vertex < names_.size(); ++vertex) {
      std::int32_t& next = next_[entry(destination, static_cast<Vertex>(vertex))];
      if (equal[vertex].size() == 1) {
        next = equal[vertex].front();
      } else if (equal[vertex].size() > 1) {
        const auto number = static_cast<std::int32_t>(choices_.size());
        const auto [known, added] = numbers_.try_emplace(std::move(equal[vertex]), number);
        if (added) {
          choices_.push_back(&known->first);
        }
        next = -2 - known->second;
      }
    }
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
  std::vector<std::int64_t> leaf_of_;  ///< of each host; empty: there are no such groups
  std::vector<std::int32_t> next_;     ///< [destination][vertex]: the link to take; -2 - i: one of choices_[i]
  std::map<std::vector<std::int32_t>, std::int32_t> numbers_;
  std::vector<const std::vector<std::int32_t>*> choices_;
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
