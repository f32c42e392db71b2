#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "ringwood/error.hpp"
#include "topology/machine_formats.hpp"
#include "topology/machine_graph_builder.hpp"
#include "topology/simgrid_cluster.hpp"
#include "topology/simgrid_star.hpp"
#include "topology/xml_input.hpp"

namespace ringwood {

namespace {

/// Whether an element says something about ranks' machine, and not about how SimGrid runs or shows it.
[[nodiscard]] bool counts(const pugi::xml_node& element) {
  const std::string_view kind = element.name();
  return element.type() == pugi::node_element && kind != "config" && kind != "prop";
}

[[nodiscard]] bool is_zone(const pugi::xml_node& element) {
  const std::string_view kind = element.name();
  return kind == "zone" || kind == "AS";
}

/// Zones of hosts, routers, links and routes, in one another; clusters in them are stars. Each route is a cable with
/// the narrowest of its links' bandwidths; that routes share links is not kept.
class PlatformReader {
 public:
  explicit PlatformReader(const XmlInput& xml) : xml_(xml) {}

  [[nodiscard]] Machine read(const pugi::xml_node& zone) {
    read_vertices(zone);
    read_routes(zone);
    connect_routes();
    Machine machine = xml_.parsed(zone, "", [&](const std::string&) { return builder_.build(); });
    machine.ranks_per_host = std::max(cores_, 1);
    return machine;
  }

 private:
  struct Route {
    MachineGraphBuilder::Direction costs;
    pugi::xml_node element;
  };

  void check_routing(const pugi::xml_node& zone) const {
    static constexpr std::array<std::string_view, 7> kAccepted = {"full", "floyd", "dijkstra", "dijkstracache",
                                                                  "star", "none",  "cluster"};
    const std::string routing = xml_.required(zone, "routing");
    std::string lower = routing;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (std::find(kAccepted.begin(), kAccepted.end(), lower) == kAccepted.end()) {
      xml_.refuse(zone, "routing " + shown(routing) +
                            ": accepted are Full, Floyd, Dijkstra, DijkstraCache, Star, Cluster, None");
    }
  }

  /// Everything that has a name, in all zones, so that routes find it.
  void read_vertices(const pugi::xml_node& zone) {
    check_routing(zone);
    for (const pugi::xml_node& element : zone.children()) {
      const std::string_view kind = element.name();
      if (is_zone(element)) {
        read_vertices(element);
      } else if (kind == "cluster") {
        const SimgridStar star = add_simgrid_star(xml_, element, builder_);
        count_cores(star.hosts, star.cores);
      } else if (kind == "cabinet") {
        cabinets_[zone.offset_debug()].push_back(add_simgrid_cabinet(xml_, element, builder_));
        count_cores(1, 1);
      } else if (kind == "host" || kind == "router") {
        read_vertex(element, kind == "host" ? MachineGraphBuilder::Kind::kHost : MachineGraphBuilder::Kind::kSwitch);
      } else if (kind == "link") {
        read_link(element);
      } else if (counts(element) && kind != "route" && kind != "zoneRoute" && kind != "ASroute" &&
                 kind != "host_link" && kind != "backbone") {
        xml_.refuse(element,
                    "not supported here; accepted are zone, cluster, cabinet, host, router, link, route, zoneRoute, "
                    "host_link, backbone, prop");
      }
    }
  }

  /// Ranks of a host: what all hosts have; where they differ, one.
  void count_cores(std::int64_t hosts, std::int32_t cores) {
    if (hosts > 0) {
      cores_ = cores_ == 0 || cores_ == cores ? cores : 1;
    }
  }

  void read_vertex(const pugi::xml_node& element, MachineGraphBuilder::Kind kind) {
    if (!builder_.add(xml_.required(element, "id"), kind)) {
      xml_.refuse(element, shown(element.attribute("id").value()) + " is there twice");
    }
    for (const char* profile : {"availability_file", "state_file", "speed_file"}) {
      if (element.attribute(profile)) {
        xml_.refuse(element, std::string(profile) + " is not supported: machines do not change");
      }
    }
    if (kind == MachineGraphBuilder::Kind::kHost) {
      count_cores(1, simgrid_cores(xml_, element));
    }
  }

  void read_link(const pugi::xml_node& element) {
    const std::string id = xml_.required(element, "id");
    const std::string policy = element.attribute("sharing_policy").as_string("SHARED");
    if (policy != "SHARED" && policy != "FATPIPE" && policy != "SPLITDUPLEX" && policy != "FULLDUPLEX") {
      xml_.refuse(element, "sharing_policy " + shown(policy) + ": accepted are SHARED, FATPIPE, SPLITDUPLEX");
    }
    const MachineGraphBuilder::Direction costs = simgrid_cable(xml_, element, "bandwidth", "latency");
    if (!links_.emplace(id, costs).second) {
      xml_.refuse(element, "link " + shown(id) + " is there twice");
    }
    if (policy == "SPLITDUPLEX" || policy == "FULLDUPLEX") {
      links_.emplace(id + "_UP", costs);
      links_.emplace(id + "_DOWN", costs);
    }
  }

  void read_routes(const pugi::xml_node& zone) {
    if (zone.child("host_link") || zone.child("cabinet") || zone.child("backbone")) {
      connect_star(zone);
    }
    for (const pugi::xml_node& element : zone.children()) {
      const std::string_view kind = element.name();
      if (is_zone(element)) {
        read_routes(element);
      } else if (kind == "route") {
        read_route(element, "src", "dst");
      } else if (kind == "zoneRoute" || kind == "ASroute") {
        read_route(element, "gw_src", "gw_dst");
      }
    }
  }

  [[nodiscard]] MachineGraphBuilder::Direction link_named(const pugi::xml_node& element, const char* attribute) const {
    const std::string id = xml_.required(element, attribute);
    const auto link = links_.find(id);
    if (link == links_.end()) {
      xml_.refuse(element, "no link " + shown(id) + " is in this file");
    }
    return link->second;
  }

  /// A zone of routing Cluster: hosts with a link each, around the zone's router, through its backbone if it has one.
  void connect_star(const pugi::xml_node& zone) {
    const std::string id = xml_.required(zone, "id");
    const pugi::xml_node router = zone.child("router");
    SimgridHub hub(xml_, zone.child("backbone"), "bandwidth", "latency");
    hub.add(builder_, router ? std::string(router.attribute("id").value()) : id + "_router", id + " backbone");
    for (const pugi::xml_node& element : zone.children("host_link")) {
      hub.connect(builder_, end_of(element, "id"), link_named(element, "up"), link_named(element, "down"));
    }
    for (const SimgridCabinet& cabinet : cabinets_[zone.offset_debug()]) {
      for (std::size_t i = 0; i < cabinet.hosts; ++i) {
        hub.connect(builder_, cabinet.first + i, cabinet.cable, cabinet.cable);
      }
    }
  }

  void read_route(const pugi::xml_node& element, const char* source, const char* destination) {
    const std::size_t from = end_of(element, source);
    const std::size_t to = end_of(element, destination);
    if (from == to) {
      return;  // a loopback
    }
    MachineGraphBuilder::Direction costs{std::numeric_limits<double>::infinity(), 0};
    for (const pugi::xml_node& used : element.children("link_ctn")) {
      const MachineGraphBuilder::Direction link = link_named(used, "id");
      costs.bandwidth = std::min(costs.bandwidth, link.bandwidth);
      costs.latency += link.latency;
    }
    if (std::isinf(costs.bandwidth)) {
      xml_.refuse(element, "a route without links");
    }
    const std::string symmetrical = element.attribute("symmetrical").as_string("YES");
    const bool one_way = symmetrical == "NO" || symmetrical == "no" || symmetrical == "false";
    if (!routes_.emplace(std::pair(from, to), Route{costs, element}).second) {
      // Between zones the way back may be told although it follows from the way there; it may then differ.
      const auto told = routes_.find({from, to});
      if (source == std::string_view("src") ||
          told->second.element.attribute(source).value() == xml_.required(element, source)) {
        xml_.refuse(element, "a second route between the same ends");
      }
      told->second = Route{costs, element};
    }
    if (!one_way) {
      routes_.try_emplace(std::pair(to, from), Route{costs, element});
    }
  }

  [[nodiscard]] std::size_t end_of(const pugi::xml_node& element, const char* attribute) const {
    const std::string name = xml_.required(element, attribute);
    const auto number = builder_.find(name);
    if (!number) {
      xml_.refuse(element, std::string(attribute) + "=" + shown(name) + " is no host and no router of this file");
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
  MachineGraphBuilder builder_;
  std::int32_t cores_ = 0;
  std::map<std::ptrdiff_t, std::vector<SimgridCabinet>> cabinets_;  ///< by the zone's place in the text
  std::map<std::string, MachineGraphBuilder::Direction, std::less<>> links_;
  std::map<std::pair<std::size_t, std::size_t>, Route> routes_;
};

/// The zone or cluster of a platform, without zones that hold nothing but another one.
[[nodiscard]] pugi::xml_node innermost(const XmlInput& xml, const pugi::xml_node& platform) {
  pugi::xml_node at = platform;
  while (at == platform || is_zone(at)) {
    const auto inside = at.children();
    const auto number = std::count_if(inside.begin(), inside.end(), counts);
    const auto only = std::find_if(inside.begin(), inside.end(), counts);
    const bool holds_one = number == 1 && (is_zone(*only) || std::string_view(only->name()) == "cluster");
    if (at == platform && !holds_one) {
      const auto wrong = std::find_if(inside.begin(), inside.end(), [](const pugi::xml_node& element) {
        return counts(element) && !is_zone(element) && std::string_view(element.name()) != "cluster";
      });
      xml.refuse(wrong != inside.end() ? *wrong : platform, "expected one zone or one cluster in a platform");
    }
    if (!holds_one) {
      break;
    }
    at = *only;
  }
  return at;
}

}  // namespace

Machine read_simgrid(const InputText& input) {
  const XmlInput xml(input);
  const pugi::xml_node zone = innermost(xml, xml.root());
  return std::string_view(zone.name()) == "cluster" ? read_simgrid_cluster(xml, zone) : PlatformReader(xml).read(zone);
}

}  // namespace ringwood
