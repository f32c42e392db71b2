#pragma once

#include <string>

#include "ringwood/decision.hpp"

namespace ringwood {

/// Where a table is about to be used.
struct DecisionSurroundings {
  std::string mpi;                ///< "Open MPI 4.1.4"
  std::string strange_host = {};  ///< one that the table was not measured on; empty if there is none
};

/// Whether the table was measured on that host, or says nothing of hosts.
[[nodiscard]] bool knows_host(const DecisionProvenance& provenance, std::string_view host);

/// What makes the table one for somewhere else, as "it is for MPI A, and this is B; ..."; empty if nothing does. What
/// the table does not tell is no difference, and a simulated one tells of no host.
[[nodiscard]] std::string differences(const DecisionProvenance& provenance, const DecisionSurroundings& here);

}  // namespace ringwood
