#pragma once

#include <mpi.h>

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ringwood/mpi/communicator.hpp"
#include "ringwood/schedule.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// What the cost model says on the machine that the variable RINGWOOD_MACHINE names: a file, as `ringwood probe` writes
/// it, a generator or a preset. Rank 0 reads it and all get its text, so that ranks cannot differ.
class MachineChoice {
 public:
  MachineChoice() = default;

  /// Collective.
  MachineChoice(MPI_Comm communicator, Rank me);

  /// The nodes that share memory, and the groups of the machine's network around them.
  [[nodiscard]] Placement placement(const Placement& nodes) const;

  /// An expression; empty if no machine is given, or nothing can do the request. Simulates the promising candidates for
  /// the first call of each size, and looks up the others. Throws Error if the machine cannot be had: it names the
  /// variable.
  [[nodiscard]] std::string_view choose(const CollectiveCall& call, const Schedule::Request& request);

  /// After the placement has changed.
  void forget() { known_.clear(); }

 private:
  using Kind = std::tuple<Collective, Rank, bool, Bytes, Bytes>;  // root, commutative, elements, size of one

  [[nodiscard]] std::string chosen(const CollectiveCall& call, const Schedule::Request& request, Bytes elements) const;

  std::string error_;
  std::optional<Machine> machine_;
  Mapping mapping_;
  std::map<Kind, std::string> known_;
};

/// Where ranks on nodes of these names run on a machine: hosts of the same names (or the same up to the first dot); if
/// the machine knows none of them, the nodes are its hosts in the order of their first ranks. Throws Error(kUsage) if
/// it knows only some, or has fewer hosts.
[[nodiscard]] Mapping mapping_by_name(const Machine& machine, const std::vector<std::string>& nodes);

}  // namespace ringwood
