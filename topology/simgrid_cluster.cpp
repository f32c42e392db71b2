#include "topology/simgrid_cluster.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/fat_tree.hpp"
#include "topology/simgrid_star.hpp"
#include "topology/torus.hpp"
#include "topology/tree.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::size_t start = 0;
  for (std::size_t at = text.find(separator); at != std::string::npos; at = text.find(separator, start)) {
    parts.push_back(text.substr(start, at - start));
    start = at + 1;
  }
  parts.push_back(text.substr(start));
  return parts;
}

class ClusterReader {
 public:
  ClusterReader(const XmlInput& xml, const pugi::xml_node& cluster)
      : xml_(xml), cluster_(cluster), cable_(simgrid_cable(xml, cluster, "bw", "lat")) {}

  [[nodiscard]] Machine read() {
    hosts_ = static_cast<std::int64_t>(simgrid_radical(xml_, cluster_).size());
    const std::string kind = cluster_.attribute("topology").as_string("FLAT");
    Machine machine = machine_on(network(kind), 1);
    if (machine.network->hosts() != hosts_) {
      xml_.refuse(cluster_, "radical names " + std::to_string(hosts_) + " hosts, topo_parameters " +
                                std::to_string(machine.network->hosts()));
    }
    machine.ranks_per_host = simgrid_cores(xml_, cluster_);
    if (cluster_.attribute("loopback_bw")) {
      const MachineGraphBuilder::Direction loopback = simgrid_cable(xml_, cluster_, "loopback_bw", "loopback_lat");
      machine.inside_host.L = loopback.latency;
      machine.inside_host.G = TimePerByte::from_bandwidth(loopback.bandwidth);
    }
    return machine;
  }

 private:
  [[nodiscard]] std::int64_t integer(const std::string& text, std::int64_t most) const {
    return xml_.parsed(cluster_, text, [&](const std::string& digits) {
      return parse_integer(digits, {0, most}, "number");
    });
  }

  [[nodiscard]] std::shared_ptr<const Topology> network(const std::string& kind) {
    return xml_.parsed(cluster_, kind, [&](const std::string& name) -> std::shared_ptr<const Topology> {
      if (name == "FLAT") {
        return flat();
      }
      if (name == "TORUS") {
        return torus();
      }
      if (name == "FAT_TREE") {
        return fat_tree();
      }
      if (name == "DRAGONFLY") {
        return dragonfly();
      }
      throw Error(ErrorKind::kInput, "topology " + shown(name) + ": accepted are FLAT, TORUS, FAT_TREE, DRAGONFLY");
    });
  }

  [[nodiscard]] Uniform uniform() const { return {cable_.bandwidth, cable_.latency, 0}; }

  [[nodiscard]] std::vector<std::int64_t> numbers(const std::string& text) const {
    std::vector<std::int64_t> values;
    for (const std::string& part : split(text, ',')) {
      values.push_back(integer(part, 10'000'000));
      if (values.back() == 0 || values.size() > 64) {
        throw Error(ErrorKind::kInput, "topo_parameters " + shown(text) + ": a 0, or more than 64 numbers");
      }
    }
    return values;
  }

  /// The parts of topo_parameters, of which there must be that many.
  [[nodiscard]] std::vector<std::string> parameters(std::size_t count, const char* form) const {
    std::vector<std::string> parts = split(xml_.required(cluster_, "topo_parameters"), ';');
    if (parts.size() != count) {
      throw Error(ErrorKind::kInput,
                  "topo_parameters " + shown(cluster_.attribute("topo_parameters").value()) + ": expected " + form);
    }
    return parts;
  }

  /// A star. A backbone limits each message and adds its latency; that all share it is not kept.
  [[nodiscard]] std::unique_ptr<Topology> flat() const {
    const auto count = static_cast<std::size_t>(hosts_);
    const bool backbone = cluster_.attribute("bb_bw");
    std::vector<TreeVertex> vertices;
    for (std::size_t i = 0; i < count; ++i) {
      vertices.push_back({"host " + std::to_string(i), hosts_, cable_.bandwidth, cable_.latency, 0});
    }
    vertices.push_back({"switch", -1, 0, 0, 0});
    if (backbone) {
      const MachineGraphBuilder::Direction wide = simgrid_cable(xml_, cluster_, "bb_bw", "bb_lat");
      for (std::size_t i = 0; i < count; ++i) {
        vertices[i].latency += wide.latency / 2;
        vertices[i].bandwidth = std::min(vertices[i].bandwidth, wide.bandwidth);
      }
    }
    return make_tree(std::move(vertices), static_cast<Host>(hosts_), {});
  }

  [[nodiscard]] std::unique_ptr<Topology> torus() const {
    std::vector<TorusAxis> axes;
    for (const std::int64_t size : numbers(parameters(1, "d1,d2,...")[0])) {
      axes.push_back({static_cast<std::int32_t>(size), true});
    }
    return make_torus(axes, uniform());
  }

  [[nodiscard]] std::unique_ptr<Topology> fat_tree() const {
    const auto parts = parameters(4, "levels;down,...;up,...;cables,...");
    const auto down = numbers(parts[1]);
    const auto up = numbers(parts[2]);
    const auto cables = numbers(parts[3]);
    const auto levels = static_cast<std::size_t>(integer(parts[0], 64));
    if (levels == 0 || down.size() != levels || up.size() != levels || cables.size() != levels) {
      throw Error(ErrorKind::kInput, "topo_parameters: expected " + std::to_string(levels) +
                                         " numbers down, up and of cables, and at least one");
    }
    std::vector<FatTreeLevel> made;
    for (std::size_t i = 0; i < levels; ++i) {
      made.push_back({down[i], up[i], cables[i]});
    }
    return make_fat_tree(made, uniform(), {});
  }

  /// "GROUPS,CABLES;CHASSIS,CABLES;ROUTERS,CABLES;HOSTS": routers of a chassis are a full mesh, and so are equal ones
  /// of a group's chassis; group i meets j > i between i's router j and j's router i, as SimGrid wires it.
  [[nodiscard]] std::shared_ptr<const Topology> dragonfly() const {
    const auto parts = parameters(4, "groups,cables;chassis,cables;routers,cables;hosts");
    const auto groups = numbers(parts[0]);
    const auto chassis = numbers(parts[1]);
    const auto routers = numbers(parts[2]);
    const auto hosts = numbers(parts[3]);
    if (groups.size() != 2 || chassis.size() != 2 || routers.size() != 2 || hosts.size() != 1) {
      throw Error(ErrorKind::kInput, "topo_parameters: expected groups,cables;chassis,cables;routers,cables;hosts");
    }
    const std::int64_t of_group = chassis[0] * routers[0];
    constexpr std::int64_t kMostRouters = 2'000;
    if (of_group > kMostRouters || groups[0] > kMostRouters || groups[0] * of_group > kMostRouters) {
      throw Error(ErrorKind::kInput, "more than 2000 routers");
    }
    // Cables of a group's routers at most; routes are searched from every host over all of them.
    constexpr std::int64_t kMostSteps = 50'000'000;
    const std::int64_t cables = groups[0] * (of_group * (chassis[0] + routers[0]) / 2 + groups[0] / 2) + hosts_;
    if (cables > kMostSteps / hosts_) {
      throw Error(ErrorKind::kInput, "a dragonfly of " + std::to_string(hosts_) + " hosts and about " +
                                         std::to_string(cables) +
                                         " cables: accepted are up to 50000000 of their product");
    }
    if (hosts[0] * groups[0] * of_group != hosts_) {
      throw Error(ErrorKind::kInput, "radical names " + std::to_string(hosts_) + " hosts, topo_parameters " +
                                         std::to_string(hosts[0] * groups[0] * of_group));
    }
    return dragonfly_of(groups, chassis, routers, hosts[0]);
  }

  [[nodiscard]] std::shared_ptr<const Topology> dragonfly_of(const std::vector<std::int64_t>& groups,
                                                             const std::vector<std::int64_t>& chassis,
                                                             const std::vector<std::int64_t>& routers,
                                                             std::int64_t hosts) const {
    const std::int64_t of_group = chassis[0] * routers[0];
    MachineGraphBuilder builder;
    for (std::int64_t i = 0; i < groups[0] * of_group; ++i) {
      (void)builder.add("router " + std::to_string(i), MachineGraphBuilder::Kind::kSwitch);
    }
    for (std::int64_t i = 0; i < hosts_; ++i) {
      (void)builder.add("host " + std::to_string(i), MachineGraphBuilder::Kind::kHost);
      join(builder, builder.vertices() - 1, static_cast<std::size_t>(i / hosts), 1);
    }
    for (std::int64_t a = 0; a < groups[0] * of_group; ++a) {
      for (std::int64_t b = a + 1; b < (a / of_group + 1) * of_group; ++b) {
        const bool same_chassis = a / routers[0] == b / routers[0];
        if (same_chassis || a % routers[0] == b % routers[0]) {
          join(builder, static_cast<std::size_t>(a), static_cast<std::size_t>(b),
               same_chassis ? routers[1] : chassis[1]);
        }
      }
    }
    for (std::int64_t i = 0; i < groups[0]; ++i) {
      for (std::int64_t j = i + 1; j < groups[0]; ++j) {
        const std::int64_t near = i * of_group + j % of_group;
        const std::int64_t far = j * of_group + i % of_group;
        join(builder, static_cast<std::size_t>(near), static_cast<std::size_t>(far), groups[1]);
      }
    }
    return builder.build().network;
  }

  /// Parallel cables are one that is as wide as all, as in SimGrid.
  void join(MachineGraphBuilder& builder, std::size_t a, std::size_t b, std::int64_t cables) const {
    const MachineGraphBuilder::Direction costs{cable_.bandwidth * static_cast<double>(cables), cable_.latency};
    builder.connect(a, b, costs, costs);
  }

  const XmlInput& xml_;
  const pugi::xml_node& cluster_;
  MachineGraphBuilder::Direction cable_;
  std::int64_t hosts_ = 0;
};

}  // namespace

MachineGraphBuilder::Direction simgrid_cable(const XmlInput& xml, const pugi::xml_node& element, const char* bandwidth,
                                             const char* latency) {
  MachineGraphBuilder::Direction costs;
  costs.bandwidth = xml.parsed(element, xml.required(element, bandwidth),
                               [&](const std::string& text) { return parse_rate(text, bandwidth); });
  if (const pugi::xml_attribute given = element.attribute(latency)) {
    costs.latency = xml.parsed(element, given.value(), [&](const std::string& text) {
      return text == "0" ? Picoseconds{0} : parse_time(text, latency);
    });
  }
  return costs;
}

Machine read_simgrid_cluster(const XmlInput& xml, const pugi::xml_node& cluster) {
  return ClusterReader(xml, cluster).read();
}

}  // namespace ringwood
