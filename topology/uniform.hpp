#pragma once

#include "topology/catalogue.hpp"

namespace ringwood {

/// The numbers of a network whose cables are all alike.
struct Uniform {
  double bandwidth = 0;     ///< bytes per second and direction
  Picoseconds latency = 0;  ///< of a cable
  Picoseconds hop = 0;      ///< of a switch, or of a host that passes messages on

  [[nodiscard]] static Uniform of(const TopologyKeys& keys) {
    return {keys.bandwidth(), keys.time("latency"), keys.time("hop")};
  }

  /// Over `links` cables, `hops` of which end at a switch.
  [[nodiscard]] Path path(std::int32_t links, std::int32_t hops) const {
    return links == 0 ? Path{} : Path{links * latency + hops * hop, bandwidth, links};
  }

  [[nodiscard]] Link link(Vertex from, Vertex to, bool to_switch) const {
    return {from, to, bandwidth, latency + (to_switch ? hop : 0)};
  }
};

/// Of a grid whose key `routing` is dimension-order or adaptive: whether it is adaptive.
[[nodiscard]] inline bool routes_adaptively(const TopologyKeys& keys) {
  static constexpr std::string_view kRoutings[] = {"dimension-order", "adaptive"};
  return keys.word("routing", kRoutings) == 1;
}

/// Mixes two numbers into one, evenly and the same everywhere (finaliser of SplitMix64): spreads flows over equal
/// paths.
[[nodiscard]] constexpr std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = a * 0x9E3779B97F4A7C15ULL + b + 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

}  // namespace ringwood
