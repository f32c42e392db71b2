#include <array>
#include <charconv>
#include <map>
#include <ostream>

#include "ringwood/error.hpp"
#include "topology/machine_writers.hpp"

namespace ringwood {

namespace {

/// All digits, whatever the locale.
[[nodiscard]] std::string digits_of(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

[[nodiscard]] std::string escaped(const std::string& name) {
  std::string text;
  for (const char c : name) {
    switch (c) {
      case '&':
        text += "&amp;";
        break;
      case '<':
        text += "&lt;";
        break;
      case '"':
        text += "&quot;";
        break;
      default:
        text += c;
    }
  }
  return text;
}

struct Cable {
  double bandwidth = 0;
  Picoseconds latency = 0;
};

}  // namespace

void write_simgrid(const Machine& machine, std::ostream& out) {
  const Topology& network = *machine.network;
  constexpr Vertex kMostVertices = 10'000;
  if (network.vertices() > kMostVertices) {
    throw Error(ErrorKind::kUsage, "a platform of " + std::to_string(network.vertices()) +
                                       " hosts and switches: accepted are up to 10000, SimGrid's routes need a table");
  }
  out << "<?xml version='1.0'?>\n<!DOCTYPE platform SYSTEM \"https://simgrid.org/simgrid.dtd\">\n"
         "<platform version=\"4.1\">\n  <zone id=\"machine\" routing=\"Floyd\">\n";
  for (Vertex vertex = 0; vertex < network.vertices(); ++vertex) {
    const std::string id = escaped(network.vertex_name(vertex));
    if (vertex < network.hosts()) {
      out << "    <host id=\"" << id << "\" speed=\"1Gf\" core=\"" << machine.ranks_per_host << "\"/>\n";
    } else {
      out << "    <router id=\"" << id << "\"/>\n";
    }
  }
  std::map<std::pair<Vertex, Vertex>, Cable> cables;
  for (LinkId id = 0; id < network.links(); ++id) {
    const Link link = network.link(id);
    Cable& cable = cables[{link.from, link.to}];
    cable.bandwidth += link.bandwidth;
    cable.latency = link.latency;
  }
  std::size_t number = 0;
  for (const auto& [ends, cable] : cables) {
    out << "    <link id=\"l" << number++ << "\" bandwidth=\"" << digits_of(cable.bandwidth) << "Bps\" latency=\""
        << cable.latency << "ps\"/>\n";
  }
  number = 0;
  for (const auto& [ends, cable] : cables) {
    out << "    <route src=\"" << escaped(network.vertex_name(ends.first)) << "\" dst=\""
        << escaped(network.vertex_name(ends.second)) << "\" symmetrical=\"NO\"><link_ctn id=\"l" << number++
        << "\"/></route>\n";
  }
  out << "  </zone>\n</platform>\n";
}

}  // namespace ringwood
