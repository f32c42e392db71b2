#pragma once

#include <optional>
#include <string>

#include "topology/machine.hpp"

namespace ringwood {

/// What people ask about a machine. Rates in bytes per second.
struct MachineFacts {
  std::int64_t hosts = 0;
  std::int64_t rank_slots = 0;
  std::int64_t switches = 0;
  std::int64_t cables = 0;
  std::int32_t diameter = 0;    ///< links of the longest route
  double average_hops = 0;      ///< over pairs of different hosts
  bool distances_exact = true;  ///< else diameter and average are those of a sample of pairs
  Picoseconds latency_min = 0;  ///< L between different hosts, of the pairs looked at
  Picoseconds latency_max = 0;
  double injection = 0;     ///< of all links out of the host that has least; 0 where links are too many to be visited
  double fastest_link = 0;  ///< of those out of hosts
  double capacity = 0;      ///< of all links in both directions
  std::int32_t least_hops = 1;  ///< links between the two nearest hosts; 2 where all hosts are on switches
  std::optional<double> bisection;
  std::string bisection_source;  ///< "formula", or how it was estimated, or why it is not known
  bool hosts_are_alike = false;
};

/// Takes milliseconds for generators; walks all links if there are few enough.
[[nodiscard]] MachineFacts facts_of(const Machine& machine);

}  // namespace ringwood
