#pragma once

#include <mpi.h>

#include "tools/cli/probe_groups.hpp"
#include "tools/cli/probe_samples.hpp"

namespace ringwood::cli {

/// Which hosts share cables towards the others, and how wide those are: exchanges between all hosts at once, in
/// changing pairs. `leaders` has one rank of each host; collective over them.
[[nodiscard]] ProbeNetwork probe_network(MPI_Comm leaders);

/// A number for each pair, the same for both; negative for who is in none.
[[nodiscard]] int color_in(const Pairing& pairs, std::size_t me);

}  // namespace ringwood::cli
