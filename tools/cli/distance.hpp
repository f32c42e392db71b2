#pragma once

#include "ringwood/schedule.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/records.hpp"
#include "topology/bounds.hpp"

namespace ringwood::cli {

/// What a schedule does to a network, and the least that any could (algorithms.md, section 2). Parts of the vector.
struct NetworkUse {
  double crossing = 0;    ///< between the groups of the partition that bounds most
  double hops = 0;        ///< bytes times the links of their routes
  double congestion = 1;  ///< time on the fullest links over the time at the busiest ports, round by round
};

/// Rounds as they are in a figure. Throws Error(kUsage) for schedules of more messages than a figure has.
[[nodiscard]] NetworkUse use_of(const Schedule& schedule, const Machine& machine, const Mapping& mapping,
                                const Partition& partition);

/// How far schedules are from the bounds of `--machine` with `--map`, at the size `--sizes`. Not to be moved.
class Distance {
 public:
  /// For so many ranks. Throws as make_machine and make_mapping, and Error(kUsage) for more than one size.
  Distance(const Arguments& arguments, Rank ranks);
  Distance(const Distance&) = delete;
  Distance& operator=(const Distance&) = delete;

  /// Who shares a host, for algorithms that ask.
  [[nodiscard]] const Placement& placement() const { return placement_; }

  /// The fields that it adds to the record of a proof.
  [[nodiscard]] Record fields(const Schedule& schedule) const;

 private:
  Machine machine_;
  Mapping mapping_;
  Placement placement_;
  MachineFacts facts_;
  Bounds bounds_;
  Bytes bytes_;
};

}  // namespace ringwood::cli
