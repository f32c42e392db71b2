#include "topology/simgrid_star.hpp"

#include <algorithm>

#include "base/units.hpp"
#include "topology/simgrid_cluster.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostHosts = 2'000'000;

// Of clusters beside others: routes between their hosts are searched, a table entry for each pair.
constexpr std::size_t kMostVertices = 100'000;

std::size_t add_hosts(const XmlInput& xml, const pugi::xml_node& element, MachineGraphBuilder& builder) {
  const std::string prefix = element.attribute("prefix").value();
  const std::string suffix = element.attribute("suffix").value();
  const std::size_t before = builder.vertices();
  const std::vector<std::int64_t> numbers = simgrid_radical(xml, element);
  if (numbers.size() > kMostVertices - std::min(kMostVertices, before)) {
    xml.refuse(element, "more than 100000 hosts and routers beside others");
  }
  for (const std::int64_t number : numbers) {
    const std::string name = prefix + std::to_string(number) + suffix;
    if (!builder.add(name, MachineGraphBuilder::Kind::kHost)) {
      xml.refuse(element, "host " + shown(name) + " is there twice");
    }
  }
  return builder.vertices() - before;
}

}  // namespace

SimgridHub::SimgridHub(const XmlInput& xml, const pugi::xml_node& backbone, const char* bandwidth,
                       const char* latency) {
  if (backbone && backbone.attribute(bandwidth)) {
    backbone_ = simgrid_cable(xml, backbone, bandwidth, latency);
  }
}

void SimgridHub::add(MachineGraphBuilder& builder, const std::string& router, const std::string& inner) {
  (void)builder.add(router, MachineGraphBuilder::Kind::kSwitch);
  hub_ = *builder.find(router);
  if (backbone_) {
    const std::size_t way_out = hub_;
    hub_ = builder.vertices();
    (void)builder.add(inner, MachineGraphBuilder::Kind::kSwitch);
    MachineGraphBuilder::Direction half = *backbone_;
    half.latency -= half.latency / 2;
    builder.connect(hub_, way_out, half, half);
  }
}

void SimgridHub::narrow(MachineGraphBuilder::Direction& costs) const {
  if (backbone_) {
    costs.bandwidth = std::min(costs.bandwidth, backbone_->bandwidth);
    costs.latency += backbone_->latency / 2;
  }
}

void SimgridHub::connect(MachineGraphBuilder& builder, std::size_t host, MachineGraphBuilder::Direction up,
                         MachineGraphBuilder::Direction down) const {
  narrow(up);
  narrow(down);
  builder.connect(host, hub_, up, down);
}

SimgridStar add_simgrid_star(const XmlInput& xml, const pugi::xml_node& cluster, MachineGraphBuilder& builder) {
  const std::string kind = cluster.attribute("topology").as_string("FLAT");
  if (kind != "FLAT") {
    xml.refuse(cluster, "topology " + shown(kind) + " beside others; accepted is FLAT, or this cluster alone");
  }
  const std::string id = xml.required(cluster, "id");
  const MachineGraphBuilder::Direction cable = simgrid_cable(xml, cluster, "bw", "lat");
  const std::string router =
      std::string(cluster.attribute("prefix").value()) + id + "_router" + cluster.attribute("suffix").value();
  SimgridHub hub(xml, cluster, "bb_bw", "bb_lat");
  const std::size_t first = builder.vertices();
  const std::size_t hosts = add_hosts(xml, cluster, builder);
  hub.add(builder, cluster.attribute("router_id").as_string(router.c_str()), id + " backbone");
  for (std::size_t i = 0; i < hosts; ++i) {
    hub.connect(builder, first + i, cable, cable);
  }
  return {static_cast<std::int64_t>(hosts), simgrid_cores(xml, cluster)};
}

SimgridCabinet add_simgrid_cabinet(const XmlInput& xml, const pugi::xml_node& cabinet, MachineGraphBuilder& builder) {
  const std::size_t first = builder.vertices();
  const std::size_t hosts = add_hosts(xml, cabinet, builder);
  return {first, hosts, simgrid_cable(xml, cabinet, "bw", "lat")};
}

std::int32_t simgrid_cores(const XmlInput& xml, const pugi::xml_node& element) {
  constexpr std::int64_t kMostCores = 1'000'000;
  const std::string given = element.attribute("core").as_string("1");
  return static_cast<std::int32_t>(xml.parsed(element, given, [](const std::string& digits) {
    return parse_integer(digits, {1, kMostCores}, "core");
  }));
}

std::vector<std::int64_t> simgrid_radical(const XmlInput& xml, const pugi::xml_node& element) {
  constexpr std::int64_t kMost = 2'000'000'000;
  const std::string text = xml.required(element, "radical");
  const auto integer = [&](const std::string& digits) {
    return xml.parsed(element, digits, [](const std::string& number) {
      return parse_integer(number, {0, kMost}, "number");
    });
  };
  std::vector<std::int64_t> numbers;
  for (std::size_t start = 0; start <= text.size();) {
    const std::size_t end = std::min(text.find(',', start), text.size());
    const std::string range = text.substr(start, end - start);
    const std::size_t dash = range.find('-');
    const std::int64_t first = integer(range.substr(0, dash));
    const std::int64_t last = dash == std::string::npos ? first : integer(range.substr(dash + 1));
    if (last < first || static_cast<std::size_t>(last - first) >= kMostHosts - numbers.size()) {
      xml.refuse(element, "radical " + shown(range) + " ends before it begins, or more than 2000000 hosts");
    }
    for (std::int64_t number = first; number <= last; ++number) {
      numbers.push_back(number);
    }
    start = end + 1;
  }
  return numbers;
}

}  // namespace ringwood
