#pragma once

#include <optional>
#include <string>

#include "topology/machine_graph_builder.hpp"
#include "topology/xml_input.hpp"

namespace ringwood {

/// A switch in the middle of hosts with a link each. What goes through its backbone has half of the backbone's latency
/// on either side; that all share it is not kept.
class SimgridHub {
 public:
  /// `backbone` may be no element, or have no attribute of that name: none. Throws Error(kInput) with the place.
  SimgridHub(const XmlInput& xml, const pugi::xml_node& backbone, const char* bandwidth, const char* latency);

  /// Finds or adds the router, the way out; with a backbone, the switch before it too.
  void add(MachineGraphBuilder& builder, const std::string& router, const std::string& inner);

  void connect(MachineGraphBuilder& builder, std::size_t host, MachineGraphBuilder::Direction up,
               MachineGraphBuilder::Direction down) const;

 private:
  void narrow(MachineGraphBuilder::Direction& costs) const;

  std::optional<MachineGraphBuilder::Direction> backbone_;
  std::size_t hub_ = 0;
};

struct SimgridStar {
  std::int64_t hosts = 0;
  std::int32_t cores = 1;
};

/// A <cluster> beside others: hosts under their names, a router under its own. Throws Error(kInput) with the place for
/// what is no star.
[[nodiscard]] SimgridStar add_simgrid_star(const XmlInput& xml, const pugi::xml_node& cluster,
                                           MachineGraphBuilder& builder);

/// The hosts of a <cabinet>, from `first` on.
struct SimgridCabinet {
  std::size_t first = 0;
  std::size_t hosts = 0;
  MachineGraphBuilder::Direction cable;
};

[[nodiscard]] SimgridCabinet add_simgrid_cabinet(const XmlInput& xml, const pugi::xml_node& cabinet,
                                                 MachineGraphBuilder& builder);

/// The attribute `core`, 1 if it is not there. Throws Error(kInput) with the place.
[[nodiscard]] std::int32_t simgrid_cores(const XmlInput& xml, const pugi::xml_node& element);

/// The numbers that "0-7,9" names, in that order. Throws Error(kInput) with the place.
[[nodiscard]] std::vector<std::int64_t> simgrid_radical(const XmlInput& xml, const pugi::xml_node& element);

}  // namespace ringwood
