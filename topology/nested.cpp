#include "topology/nested.hpp"

#include <algorithm>

#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"

namespace ringwood {

namespace {

/// A network of networks:
///
///        outer switch
///         /        \             outer cables
///      nic 0      nic 1          hosts of the outer network
///      /  \        /  \          attachment
///     0 -- 1      2 -- 3         hosts; inner cables
///
/// Vertices are hosts, the outer network's, then the inner switches of node 0, 1, ...; links those of the outer
/// network, then node by node the inner ones and the attachments. Not modelled: a message on its way through a node
/// to another.
class Nested final : public Topology {
 public:
  Nested(std::shared_ptr<const Topology> outer, std::shared_ptr<const Topology> inner, const Attachment& attachment)
      : outer_(std::move(outer)),
        inner_(std::move(inner)),
        attachment_(attachment),
        nodes_(outer_->hosts() / attachment.nics),
        size_(inner_->hosts()),
        hosts_(nodes_ * size_),
        inner_levels_(inner_->group_levels().size()) {}

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(hosts_); }

  [[nodiscard]] Vertex vertices() const override {
    return hosts_ + outer_->vertices() + nodes_ * (inner_->vertices() - size_);
  }

  [[nodiscard]] LinkId links() const override { return outer_->links() + nodes_ * links_of_node(); }

  [[nodiscard]] Link link(LinkId id) const override {
    if (id < outer_->links()) {
      Link link = outer_->link(id);
      link.from += hosts_;
      link.to += hosts_;
      return link;
    }
    const std::int64_t node = (id - outer_->links()) / links_of_node();
    const LinkId local = (id - outer_->links()) % links_of_node();
    if (local < inner_->links()) {
      Link link = inner_->link(local);
      link.from = from_inner(node, link.from);
      link.to = from_inner(node, link.to);
      return link;
    }
    const std::int64_t host = (local - inner_->links()) / 2;
    const Vertex inside = node * size_ + host;
    const Vertex nic = hosts_ + nic_of(node, host);
    return local % 2 == 0 ? Link{inside, nic, attachment_.bandwidth, attachment_.latency}
                          : Link{nic, inside, attachment_.bandwidth, attachment_.latency};
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override { choose_route(from, to, 0, route); }

  [[nodiscard]] std::int32_t choices() const override { return std::max(outer_->choices(), inner_->choices()); }

  void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const override {
    const std::int64_t here = from / size_;
    const std::int64_t there = to / size_;
    const LinkId first = outer_->links() + here * links_of_node();
    if (here == there) {
      inner_->choose_route(static_cast<Host>(from % size_), static_cast<Host>(to % size_),
                           std::min(choice, inner_->choices() - 1), route);
      for (LinkId& id : route) {
        id += first;
      }
      return;
    }
    const LinkId last = outer_->links() + there * links_of_node();
    outer_->choose_route(nic_of(here, from % size_), nic_of(there, to % size_), std::min(choice, outer_->choices() - 1),
                         route);
    route.insert(route.begin(), first + inner_->links() + 2 * (from % size_));
    route.push_back(last + inner_->links() + 2 * (to % size_) + 1);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    const std::int64_t here = from / size_;
    const std::int64_t there = to / size_;
    if (here == there) {
      return inner_->path(static_cast<Host>(from % size_), static_cast<Host>(to % size_));
    }
    Path path = outer_->path(nic_of(here, from % size_), nic_of(there, to % size_));
    path.latency += 2 * attachment_.latency;
    path.bandwidth = std::min(path.bandwidth, attachment_.bandwidth);
    path.hops += 2;
    return path;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override {
    std::vector<std::string> names;
    const std::vector<std::string> outer = outer_->group_levels();
    for (const std::string& name : inner_->group_levels()) {
      const bool taken = name == "node" || std::find(outer.begin(), outer.end(), name) != outer.end();
      names.push_back(taken ? "inner-" + name : name);
    }
    const bool node_is_taken = std::find(outer.begin(), outer.end(), "node") != outer.end();
    names.emplace_back(node_is_taken ? "inner-node" : "node");
    names.insert(names.end(), outer.begin(), outer.end());
    return names;
  }

  /// A node is outside by the place of its first NIC.
  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    const std::int64_t node = host / size_;
    if (level < inner_levels_) {
      // Groups of different nodes are told apart by more than any group's number inside.
      return node * inner_->vertices() + inner_->group_of(level, static_cast<Host>(host % size_));
    }
    return level == inner_levels_ ? node : outer_->group_of(level - inner_levels_ - 1, nic_of(node, 0));
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex >= hosts_ && vertex < hosts_ + outer_->vertices()) {
      const Vertex outside = vertex - hosts_;
      return (outside < outer_->hosts() ? "nic of " : "") + outer_->vertex_name(outside);
    }
    const Vertex switches = inner_->vertices() - size_;
    const bool is_host = vertex < hosts_;
    const Vertex inner_switch = vertex - hosts_ - outer_->vertices();
    const std::int64_t node = is_host ? vertex / size_ : inner_switch / switches;
    const Vertex inside = is_host ? vertex % size_ : size_ + inner_switch % switches;
    return "node " + std::to_string(node) + " " + inner_->vertex_name(inside);
  }

 private:
  [[nodiscard]] LinkId links_of_node() const { return inner_->links() + 2 * size_; }

  [[nodiscard]] Host nic_of(std::int64_t node, std::int64_t host) const {
    return static_cast<Host>(node * attachment_.nics + host * attachment_.nics / size_);
  }

  [[nodiscard]] Vertex from_inner(std::int64_t node, Vertex vertex) const {
    return vertex < size_ ? node * size_ + vertex
                          : hosts_ + outer_->vertices() + node * (inner_->vertices() - size_) + vertex - size_;
  }

  std::shared_ptr<const Topology> outer_;
  std::shared_ptr<const Topology> inner_;
  Attachment attachment_;
  std::int64_t nodes_;
  std::int64_t size_;
  std::int64_t hosts_;
  std::size_t inner_levels_;
};

}  // namespace

std::shared_ptr<const Topology> make_nested(std::shared_ptr<const Topology> outer,
                                            std::shared_ptr<const Topology> inner, const Attachment& attachment) {
  if (attachment.nics < 1 || attachment.nics > inner->hosts() || outer->hosts() % attachment.nics != 0) {
    throw Error(ErrorKind::kUsage, "nics=" + std::to_string(attachment.nics) + ": a node has from 1 to " +
                                       std::to_string(inner->hosts()) + " of them, and the " +
                                       std::to_string(outer->hosts()) + " hosts outside must be shared out evenly");
  }
  if (std::int64_t{outer->hosts()} / attachment.nics * inner->hosts() > kMostHosts) {
    throw Error(ErrorKind::kUsage, "more than 2147483647 hosts in all nodes together");
  }
  return std::make_shared<Nested>(std::move(outer), std::move(inner), attachment);
}

}  // namespace ringwood
