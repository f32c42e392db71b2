#pragma once

#include <mpi.h>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "api/machine_place.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// What the cost model says on the machine that the variable RINGWOOD_MACHINE names: a file, as `ringwood probe` writes
/// it, a generator or a preset. Rank 0 reads it and all get its text, so that ranks cannot differ.
class MachineChoice {
 public:
  MachineChoice() = default;

  /// Collective. All choices of the communicator together may take about `budget`, the same on all ranks: it is counted
  /// in what is walked through and simulated, and not on a clock.
  MachineChoice(MPI_Comm communicator, Rank me, std::chrono::nanoseconds budget);

  /// The nodes that share memory, and the groups of the machine's network around them. To be called before `choose`.
  [[nodiscard]] Placement placement(const Placement& nodes);

  /// An expression, or "native" where `with_native` says that this can be had; empty if no machine is given, or nothing
  /// can do the request. The first call of each size may take a share of the budget, and the others look up what it
  /// found. Throws Error if the machine cannot be had: it names the variable.
  [[nodiscard]] std::string_view choose(const CollectiveCall& call, const Schedule::Request& request, bool with_native);

  /// After the placement has changed.
  void forget();

 private:
  // root, commutative, elements, size of one, with native
  using Kind = std::tuple<Collective, Rank, bool, Bytes, Bytes, bool>;

  std::string error_;
  std::string told_;
  ChoiceBudget budget_{std::chrono::nanoseconds(0)};
  std::optional<Machine> machine_;
  Mapping mapping_;
  std::shared_ptr<MachinePlace> place_;  // from when it is known which ranks share a node
  std::map<Kind, std::string> known_;
};

/// Where ranks on nodes of these names run on a machine: hosts of the same names (or the same up to the first dot); if
/// the machine knows none of them, the nodes are its hosts in the order of their first ranks. Throws Error(kUsage) if
/// it knows only some, or has fewer hosts.
[[nodiscard]] Mapping mapping_by_name(const Machine& machine, const std::vector<std::string>& nodes);

/// What is strange about that: that there are several nodes, and the machine knows none of them. Empty otherwise.
[[nodiscard]] std::string strange_nodes(const Machine& machine, const Mapping& mapping,
                                        const std::vector<std::string>& nodes);

}  // namespace ringwood
