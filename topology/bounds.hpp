#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/bounds.hpp"
#include "ringwood/ids.hpp"
#include "topology/facts.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// A collective on `bytes` bytes of the whole vector.
struct Demand {
  Collective collective = Collective::kAllreduce;
  Rank root = 0;
  Bytes bytes = 0;
};

/// Why nothing can be faster (algorithms.md, section 2).
enum class BoundKind {
  kRounds,     ///< what one rank knows must reach all others: the LogP broadcast tree, on any number of ports
  kBytes,      ///< what the busiest rank must send or receive, through its own port
  kCut,        ///< what must leave some set of hosts, through the links that leave it
  kPartition,  ///< what must cross between groups of hosts, through the links out of all groups
  kHops,       ///< all bytes times the links of the shortest way, through all links
};

inline constexpr std::array kAllBounds{BoundKind::kRounds, BoundKind::kBytes, BoundKind::kCut, BoundKind::kPartition,
                                       BoundKind::kHops};

[[nodiscard]] constexpr std::string_view name_of(BoundKind kind) {
  switch (kind) {
    case BoundKind::kRounds:
      return "rounds";
    case BoundKind::kBytes:
      return "bytes";
    case BoundKind::kCut:
      return "cut";
    case BoundKind::kPartition:
      return "partition";
    case BoundKind::kHops:
      return "hops";
  }
  return "";
}

/// The least time for each reason; 0 where it does not apply, or nothing is known.
struct TimeBounds {
  std::array<Picoseconds, kAllBounds.size()> least{};

  [[nodiscard]] Picoseconds operator[](BoundKind kind) const { return least[static_cast<std::size_t>(kind)]; }

  /// The one that is largest.
  [[nodiscard]] BoundKind binding() const;
};

/// In how much time one rank can tell `ranks` - 1 others, if a message takes `delay` and the next one of a rank may
/// start `gap` after it: the broadcast tree of Karp, Sahay, Santos and Schauser (1993), which has as many children as
/// there is time for.
[[nodiscard]] Picoseconds broadcast_time(Rank ranks, Picoseconds delay, Picoseconds gap);

/// Ranks in groups that divide the network: the hosts, or what is around them.
struct Partition {
  std::string name;                 ///< "host", "leaf", "halves"
  std::vector<Rank> ranks;          ///< of each group that has any
  std::vector<double> outgoing;     ///< bytes per second that can leave it; infinite where it is not known
  std::vector<std::size_t> groups;  ///< by rank
};

/// The hosts, with all links out of each; and, if the network is small enough for maximum flows and `thorough` asks for
/// them, its levels of groups, and the lower half of the hosts against the upper one.
[[nodiscard]] std::vector<Partition> partitions_of(const Machine& machine, const Mapping& mapping, bool thorough);

/// Whether messages share the links of their routes, or each rank's messages only its own port (LogGOPS): then only
/// rounds and bytes bound.
enum class LinkSharing { kShared, kNone };

/// What so many ranks on a machine cannot beat. Refers to all of them.
class Bounds {
 public:
  Bounds(const Machine& machine, const MachineFacts& facts, const Mapping& mapping, LinkSharing sharing,
         bool thorough = false);

  [[nodiscard]] TimeBounds of(const Demand& demand) const;

  /// The hosts first; none where links are not shared.
  [[nodiscard]] const std::vector<Partition>& partitions() const { return partitions_; }

 private:
  [[nodiscard]] Picoseconds rounds() const;
  [[nodiscard]] Picoseconds bytes(const Demand& demand) const;
  [[nodiscard]] Picoseconds cut(const Demand& demand) const;
  [[nodiscard]] Picoseconds partition(const Demand& demand) const;
  [[nodiscard]] Picoseconds hops(const Demand& demand) const;

  const Machine& machine_;
  const MachineFacts& facts_;
  const Mapping& mapping_;
  LinkSharing sharing_;
  bool one_host_;
  bool hosts_shared_;
  std::vector<Partition> partitions_;
};

}  // namespace ringwood
