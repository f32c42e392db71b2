#include "sim/what_if/changed_network.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

class ChangedNetwork final : public Topology {
 public:
  ChangedNetwork(std::shared_ptr<const Topology> network, const std::vector<LinkFactor>& changes)
      : network_(std::move(network)) {
    for (const LinkFactor& change : changes) {
      check(change);
      factors_[change.link] = change.factor;
      has_failures_ = has_failures_ || change.factor == 0;
    }
    if (has_failures_) {
      find_exits();
    }
  }

  [[nodiscard]] Host hosts() const override { return network_->hosts(); }

  [[nodiscard]] Vertex vertices() const override { return network_->vertices(); }

  [[nodiscard]] LinkId links() const override { return network_->links(); }

  [[nodiscard]] Link link(LinkId id) const override {
    Link link = network_->link(id);
    const auto found = factors_.find(id);
    link.bandwidth *= found == factors_.end() ? 1 : found->second;
    return link;
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override { return network_->choices(); }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    network_->choose_route(from, to, choice, route);
    if (has_failures_ && std::any_of(route.begin(), route.end(), [this](LinkId id) { return has_failed(id); })) {
      route_around(from, to, route);
    }
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return network_->group_levels(); }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return network_->group_of(level, host);
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override { return network_->vertex_name(vertex); }

 private:
  void check(const LinkFactor& change) const {
    if (change.link < 0 || change.link >= links()) {
      throw Error(ErrorKind::kUsage, "the network has no link " + std::to_string(change.link) + "; accepted: 0 to " +
                                         std::to_string(links() - 1));
    }
    if (!(change.factor >= 0) || std::isinf(change.factor)) {
      throw Error(ErrorKind::kUsage, "link " + std::to_string(change.link) + " cannot have " +
                                         std::to_string(change.factor) +
                                         " of its bandwidth; accepted: 0 (failed), 0.5, 1, 2 and the like");
    }
  }

  [[nodiscard]] bool has_failed(LinkId id) const {
    const auto found = factors_.find(id);
    return found != factors_.end() && found->second == 0;
  }

  void find_exits() {
    exits_.resize(static_cast<std::size_t>(vertices()));
    for (LinkId id = 0; id < links(); ++id) {
      if (!has_failed(id)) {
        exits_[static_cast<std::size_t>(network_->link(id).from)].push_back(id);
      }
    }
  }

  /// Breadth first. Hosts pass nothing on unless they are all there is.
  void route_around(Host from, Host to, std::vector<LinkId>& route) const {
    constexpr LinkId kUnseen = -1;
    constexpr LinkId kStart = -2;
    const bool hosts_pass_on = vertices() == hosts();
    std::vector<LinkId> entered(exits_.size(), kUnseen);
    entered[static_cast<std::size_t>(from)] = kStart;
    std::deque<Vertex> open{from};
    while (!open.empty() && entered[static_cast<std::size_t>(to)] == kUnseen) {
      const Vertex at = open.front();
      open.pop_front();
      if (at != from && at < hosts() && !hosts_pass_on) {
        continue;
      }
      for (const LinkId id : exits_[static_cast<std::size_t>(at)]) {
        const Vertex next = network_->link(id).to;
        if (entered[static_cast<std::size_t>(next)] == kUnseen) {
          entered[static_cast<std::size_t>(next)] = id;
          open.push_back(next);
        }
      }
    }
    if (entered[static_cast<std::size_t>(to)] == kUnseen) {
      throw Error(ErrorKind::kUsage,
                  "with the failed links there is no way left from " + vertex_name(from) + " to " + vertex_name(to));
    }
    route.clear();
    for (Vertex at = to; at != from;) {
      const LinkId id = entered[static_cast<std::size_t>(at)];
      route.push_back(id);
      at = network_->link(id).from;
    }
    std::reverse(route.begin(), route.end());
  }

  std::shared_ptr<const Topology> network_;
  std::unordered_map<LinkId, double> factors_;
  bool has_failures_ = false;
  std::vector<std::vector<LinkId>> exits_;  // of each vertex, without failed ones
};

}  // namespace

std::shared_ptr<const Topology> change_links(std::shared_ptr<const Topology> network,
                                             const std::vector<LinkFactor>& changes) {
  return std::make_shared<ChangedNetwork>(std::move(network), changes);
}

}  // namespace ringwood
