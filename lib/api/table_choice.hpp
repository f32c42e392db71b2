#pragma once

#include <mpi.h>

#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "ringwood/choose.hpp"
#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// What a decision table, which the variable RINGWOOD_TABLE names, says about the calls of one communicator. Rank 0
/// reads the file and all get its text, so that ranks cannot differ.
class TableChoice {
 public:
  TableChoice() = default;

  /// Collective.
  TableChoice(MPI_Comm communicator, Rank me);

  /// An expression or "native"; empty if there is no table, or it has nothing that can do this. Constant time and no
  /// allocation after the first call of each kind. Throws Error if the table cannot be read: it names the variable.
  [[nodiscard]] std::string_view choose(const CollectiveCall& call, const Schedule::Request& request);

  /// After the placement has changed.
  void forget() { known_.clear(); }

 private:
  /// The rules for one collective, root and kind of operator on these ranks: a look-up by size.
  struct BySize {
    SizeIndex index;
    std::vector<std::string> algorithms;  // of each range of sizes
  };

  using Kind = std::tuple<Collective, Rank, bool>;

  [[nodiscard]] BySize by_size(Collective collective, const Schedule::Request& request) const;

  std::string error_;
  DecisionTable table_;
  std::map<Kind, BySize> known_;
};

}  // namespace ringwood
