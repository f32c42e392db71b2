#include <map>
#include <ostream>

#include "base/units.hpp"
#include "topology/draw.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string quoted(const std::string& name) {
  std::string text = "\"";
  for (const char c : name) {
    if (c == '"' || c == '\\') {
      text += '\\';
    }
    text += c;
  }
  return text + "\"";
}

}  // namespace

void write_dot(const Topology& network, std::ostream& out) {
  out << "graph machine {\n  layout=neato; overlap=false;\n";
  for (Vertex vertex = 0; vertex < network.vertices(); ++vertex) {
    const bool host = vertex < network.hosts();
    out << "  v" << vertex << " [label=" << quoted(network.vertex_name(vertex))
        << ", role=" << (host ? "host" : "switch") << ", shape=" << (host ? "box" : "ellipse") << "];\n";
  }
  std::map<std::pair<Vertex, Vertex>, std::pair<int, double>> edges;
  for (LinkId id = 0; id < network.links(); id += 2) {
    const Link link = network.link(id);
    auto& [count, bandwidth] = edges[{link.from, link.to}];
    ++count;
    bandwidth += link.bandwidth;
  }
  for (const auto& [ends, cables] : edges) {
    out << "  v" << ends.first << " -- v" << ends.second << " [label=" << quoted(format_rate(cables.second))
        << ", n=" << cables.first << "];\n";
  }
  out << "}\n";
}

}  // namespace ringwood
