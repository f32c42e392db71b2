#include "topology/machine_graph_builder.hpp"

#include <algorithm>

#include "topology/graph.hpp"

namespace ringwood {

bool MachineGraphBuilder::add(const std::string& name, Kind kind) {
  if (!numbers_.emplace(name, kinds_.size()).second) {
    return false;
  }
  names_.push_back(name);
  kinds_.push_back(kind);
  return true;
}

std::optional<std::size_t> MachineGraphBuilder::find(std::string_view name) const {
  const auto found = numbers_.find(name);
  return found == numbers_.end() ? std::nullopt : std::optional(found->second);
}

void MachineGraphBuilder::connect(std::size_t a, std::size_t b, const Direction& there, const Direction& back) {
  cables_.push_back({a, b, there, back});
}

Machine MachineGraphBuilder::build() const {
  std::vector<Vertex> vertex_of(kinds_.size());
  std::vector<std::string> names;
  for (const Kind wanted : {Kind::kHost, Kind::kSwitch}) {
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i] == wanted) {
        vertex_of[i] = static_cast<Vertex>(names.size());
        names.push_back(names_[i]);
      }
    }
  }
  std::vector<Link> links;
  for (const Cable& cable : cables_) {
    links.push_back({vertex_of[cable.a], vertex_of[cable.b], cable.there.bandwidth, cable.there.latency});
    links.push_back({vertex_of[cable.b], vertex_of[cable.a], cable.back.bandwidth, cable.back.latency});
  }
  const auto hosts = static_cast<Host>(std::count(kinds_.begin(), kinds_.end(), Kind::kHost));
  return machine_on(make_graph(std::move(names), hosts, std::move(links)), 1);
}

}  // namespace ringwood
