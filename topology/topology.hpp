#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// A computer on the network, 0 .. hosts - 1.
using Host = std::int32_t;

/// A directed link, 0 .. links - 1. A cable is two of them: the reverse of link i is i ^ 1.
using LinkId = std::int64_t;

/// An end of a link: hosts first, then switches.
using Vertex = std::int64_t;

struct Link {
  Vertex from = 0;
  Vertex to = 0;
  double bandwidth = 0;     ///< bytes per second
  Picoseconds latency = 0;  ///< time on the wire and through the switch at its end
};

/// What a message meets on its way, as far as a model without contention cares.
struct Path {
  Picoseconds latency = 0;                                     ///< sum over the route's links
  double bandwidth = std::numeric_limits<double>::infinity();  ///< of the narrowest link, bytes per second
  std::int32_t hops = 0;                                       ///< links
};

/// What a family knows about itself by formula (facts.hpp measures the rest).
struct Shape {
  std::optional<std::int32_t> diameter;  ///< links of the longest route between two hosts
  std::optional<double> average_hops;    ///< over all ordered pairs of different hosts
  std::optional<double> bisection;       ///< bytes per second and direction between the halves
  bool hosts_are_alike = false;          ///< some renumbering that keeps the network takes any host to any other
  std::vector<std::int64_t> grid;        ///< side lengths, if hosts are numbered along a grid, first varies fastest
};

enum class DimensionKind { kRing, kFullMesh, kSwitch };

/// One dimension of a grid of hosts: how those that differ in this coordinate only are joined.
struct NetworkDimension {
  DimensionKind kind = DimensionKind::kRing;
  std::int64_t size = 2;
  double bandwidth = 0;     ///< of every cable, bytes per second and direction
  Picoseconds latency = 0;  ///< of every cable, in each direction

  friend bool operator==(const NetworkDimension&, const NetworkDimension&) = default;
};

/// A network: hosts, directed links, and the route that a message takes. Routes are computed, not stored, so that a
/// million hosts cost little; a topology is immutable and may be used by several threads.
class Topology {
 public:
  Topology() = default;
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;
  virtual ~Topology() = default;

  [[nodiscard]] virtual Host hosts() const = 0;
  [[nodiscard]] virtual Vertex vertices() const = 0;
  [[nodiscard]] virtual LinkId links() const = 0;
  [[nodiscard]] virtual Link link(LinkId id) const = 0;

  /// Replaces `route` by the links from one host to another, in order; empty if they are the same.
  virtual void route(Host from, Host to, std::vector<LinkId>& route) const = 0;

  /// Ways among which a message may choose by the load that it finds (adaptive routing): as many as this from any host
  /// to any other, some of them perhaps the same; 1: it takes route().
  [[nodiscard]] virtual std::int32_t choices() const { return 1; }

  /// Replaces `route` by one of these ways, 0 .. choices() - 1; number 0 is route().
  virtual void choose_route(Host from, Host to, std::int32_t choice, std::vector<LinkId>& route) const;

  /// The route's sum, for callers that need no links. Override where it can be had without walking the route.
  [[nodiscard]] virtual Path path(Host from, Host to) const;

  [[nodiscard]] virtual Shape shape() const { return {}; }

  /// Whether path() is the same between any two different hosts, so that one look will do for all of them.
  [[nodiscard]] virtual bool is_uniform() const { return false; }

  /// If the network is one product of rings, full meshes and switches: its dimensions, first coordinate innermost. The
  /// latencies of a switch's two directions are evened out.
  [[nodiscard]] virtual std::vector<NetworkDimension> dimensions() const { return {}; }

  /// Levels of nearness beyond the host, innermost first, by the family's own words: "leaf", "pod"; empty if all hosts
  /// are equally near.
  [[nodiscard]] virtual std::vector<std::string> group_levels() const { return {}; }

  /// Which group of that level a host is in: any number. Hosts of one group are together on all levels further out.
  [[nodiscard]] virtual std::int64_t group_of(std::size_t /*level*/, Host host) const { return host; }

  /// A name for people: "host 3", "leaf 2", "(1,4,0)".
  [[nodiscard]] virtual std::string vertex_name(Vertex vertex) const = 0;
};

}  // namespace ringwood
