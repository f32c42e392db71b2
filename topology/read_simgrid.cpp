#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ringwood/error.hpp"
#include "topology/graph_builder.hpp"
#include "topology/machine_formats.hpp"
#include "topology/simgrid_cluster.hpp"
#include "topology/xml_input.hpp"

namespace ringwood {

namespace {

/// One zone of hosts, routers, links and routes.
class ZoneReader {
 public:
  explicit ZoneReader(const XmlInput& xml) : xml_(xml) {}

  [[nodiscard]] Machine read(const pugi::xml_node& zone) {
    check_routing(zone);
    for (const pugi::xml_node& element : zone.children()) {
      read_vertex_or_link(element);
    }
    for (const pugi::xml_node& route : zone.children("route")) {
      read_route(route);
    }
    connect_routes();
    return xml_.parsed(zone, "", [&](const std::string&) { return builder_.build(); });
  }

 private:
  struct Route {
    GraphBuilder::Direction costs;
    pugi::xml_node element;
  };

  void check_routing(const pugi::xml_node& zone) const {
    static constexpr std::array<std::string_view, 6> kAccepted = {"Full",          "Floyd", "Dijkstra",
                                                                  "DijkstraCache", "Star",  "full"};
    const std::string routing = xml_.required(zone, "routing");
    if (std::find(kAccepted.begin(), kAccepted.end(), routing) == kAccepted.end()) {
      xml_.refuse(zone, "routing " + shown(routing) + ": accepted are Full, Floyd, Dijkstra, DijkstraCache, Star");
    }
  }

  void read_vertex_or_link(const pugi::xml_node& element) {
    const std::string kind = element.name();
    if (kind == "host" || kind == "router") {
      const auto what = kind == "host" ? GraphBuilder::Kind::kHost : GraphBuilder::Kind::kSwitch;
      if (!builder_.add(xml_.required(element, "id"), what)) {
        xml_.refuse(element, shown(element.attribute("id").value()) + " is there twice");
      }
      for (const char* profile : {"availability_file", "state_file", "speed_file"}) {
        if (element.attribute(profile)) {
          xml_.refuse(element, std::string(profile) + " is not supported: machines do not change");
        }
      }
    } else if (kind == "link") {
      read_link(element);
    } else if (kind != "route" && kind != "prop" && element.type() == pugi::node_element) {
      xml_.refuse(element, "not supported here; accepted are host, router, link, route, prop, or one cluster");
    }
  }

  void read_link(const pugi::xml_node& element) {
    const std::string id = xml_.required(element, "id");
    const std::string policy = element.attribute("sharing_policy").as_string("SHARED");
    if (policy != "SHARED" && policy != "FATPIPE" && policy != "SPLITDUPLEX") {
      xml_.refuse(element, "sharing_policy " + shown(policy) + ": accepted are SHARED, FATPIPE, SPLITDUPLEX");
    }
    const GraphBuilder::Direction costs = simgrid_cable(xml_, element, "bandwidth", "latency");
    if (!links_.emplace(id, costs).second) {
      xml_.refuse(element, "link " + shown(id) + " is there twice");
    }
    if (policy == "SPLITDUPLEX") {
      links_.emplace(id + "_UP", costs);
      links_.emplace(id + "_DOWN", costs);
    }
  }

  void read_route(const pugi::xml_node& element) {
    const std::size_t from = end_of(element, "src");
    const std::size_t to = end_of(element, "dst");
    if (from == to) {
      return;  // a loopback
    }
    GraphBuilder::Direction costs{std::numeric_limits<double>::infinity(), 0};
    for (const pugi::xml_node& used : element.children("link_ctn")) {
      const std::string id = xml_.required(used, "id");
      const auto link = links_.find(id);
      if (link == links_.end()) {
        xml_.refuse(used, "no link " + shown(id) + " is in this zone");
      }
      costs.bandwidth = std::min(costs.bandwidth, link->second.bandwidth);
      costs.latency += link->second.latency;
    }
    if (std::isinf(costs.bandwidth)) {
      xml_.refuse(element, "a route without links");
    }
    const std::string symmetrical = element.attribute("symmetrical").as_string("YES");
    if (!routes_.emplace(std::pair(from, to), Route{costs, element}).second) {
      xml_.refuse(element, "a second route between the same ends");
    }
    if (symmetrical != "NO" && symmetrical != "no" && symmetrical != "false") {
      routes_.try_emplace(std::pair(to, from), Route{costs, element});
    }
  }

  [[nodiscard]] std::size_t end_of(const pugi::xml_node& element, const char* attribute) const {
    const std::string name = xml_.required(element, attribute);
    const auto number = builder_.find(name);
    if (!number) {
      xml_.refuse(element, std::string(attribute) + "=" + shown(name) + " is no host and no router of this zone");
    }
    return *number;
  }

  void connect_routes() {
    for (const auto& [ends, route] : routes_) {
      const auto back = routes_.find({ends.second, ends.first});
      if (back == routes_.end()) {
        xml_.refuse(route.element, "no route leads back");
      }
      if (ends.first < ends.second) {
        builder_.connect(ends.first, ends.second, route.costs, back->second.costs);
      }
    }
  }

  const XmlInput& xml_;
  GraphBuilder builder_;
  std::map<std::string, GraphBuilder::Direction, std::less<>> links_;
  std::map<std::pair<std::size_t, std::size_t>, Route> routes_;
};

[[nodiscard]] pugi::xml_node only_zone(const XmlInput& xml, const pugi::xml_node& parent) {
  pugi::xml_node found;
  for (const pugi::xml_node& element : parent.children()) {
    const std::string_view kind = element.name();
    if (element.type() != pugi::node_element || kind == "config" || kind == "prop") {
      continue;
    }
    if (kind != "zone" && kind != "AS" && kind != "cluster") {
      xml.refuse(element, "not supported here; accepted are one zone or one cluster");
    }
    if (found) {
      xml.refuse(element, "a second zone or cluster; accepted is one");
    }
    found = element;
  }
  if (!found) {
    xml.refuse(parent, "no zone and no cluster inside");
  }
  return found;
}

}  // namespace

Machine read_simgrid(const InputText& input) {
  const XmlInput xml(input);
  pugi::xml_node zone = only_zone(xml, xml.root());
  // A zone around a zone or around a cluster adds nothing.
  while (std::string_view(zone.name()) != "cluster" &&
         (zone.child("zone") || zone.child("AS") || zone.child("cluster"))) {
    zone = only_zone(xml, zone);
  }
  return std::string_view(zone.name()) == "cluster" ? read_simgrid_cluster(xml, zone) : ZoneReader(xml).read(zone);
}

}  // namespace ringwood
