#pragma once

#include <mpi.h>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "ringwood/choose.hpp"
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

  /// An expression, or "native" where `with_native` says that this can be had; empty if no machine is given, or nothing
  /// can do the request. Simulates the promising candidates for the first call of each size, and looks up the others.
  /// Throws Error if the machine cannot be had: it names the variable.
  [[nodiscard]] std::string_view choose(const CollectiveCall& call, const Schedule::Request& request, bool with_native);

  /// After the placement has changed.
  void forget() { known_.clear(); }

 private:
  // root, commutative, elements, size of one, with native
  using Kind = std::tuple<Collective, Rank, bool, Bytes, Bytes, bool>;

  [[nodiscard]] std::vector<ModelOption> options_for(const CollectiveCall& call, const Schedule::Request& request,
                                                     Bytes elements) const;

  std::string error_;
  std::optional<Machine> machine_;
  Mapping mapping_;
  std::map<Kind, std::string> known_;
};

/// Whether the MPI library's own collective is expected to be as fast as the best of the model's options (best first),
/// for a short vector. Nothing is known of the library but this: every one has the textbook's algorithms of few rounds,
/// and takes them where rounds count. Who promises little more than those do is not taken, since the model may be off
/// by that much.
[[nodiscard]] bool native_does_as_well(Collective collective, std::span<const ModelOption> options);

/// Where ranks on nodes of these names run on a machine: hosts of the same names (or the same up to the first dot); if
/// the machine knows none of them, the nodes are its hosts in the order of their first ranks. Throws Error(kUsage) if
/// it knows only some, or has fewer hosts.
[[nodiscard]] Mapping mapping_by_name(const Machine& machine, const std::vector<std::string>& nodes);

}  // namespace ringwood
