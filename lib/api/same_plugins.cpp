#include "api/same_plugins.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"

namespace ringwood {

void load_same_plugins(MPI_Comm communicator) {
  constexpr std::uint64_t kNobody = std::numeric_limits<std::uint64_t>::max();
  int rank = 0;
  check_mpi(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  std::string failure;
  try {
    load_named_plugins();
  } catch (const Error& error) {
    failure = error.what();
  }
  const std::uint64_t mine = std::hash<std::string>()(plugin_fingerprint());
  // The least of all and the complement of the largest; and the first rank that failed.
  std::array<std::uint64_t, 3> least{mine, ~mine, failure.empty() ? kNobody : static_cast<std::uint64_t>(rank)};
  all_ready(communicator);
  check_mpi(PMPI_Allreduce(MPI_IN_PLACE, least.data(), 3, MPI_UINT64_T, MPI_MIN, communicator), "MPI_Allreduce");
  if (!failure.empty()) {
    throw Error(ErrorKind::kUsage, failure);
  }
  if (least[2] != kNobody) {
    throw Error(ErrorKind::kUsage,
                "rank " + std::to_string(least[2]) + " could not load what its RINGWOOD_PLUGINS names");
  }
  if (least[0] != ~least[1]) {
    const std::string own = plugin_fingerprint();
    throw Error(ErrorKind::kUsage, "the ranks have loaded different plug-ins; rank " + std::to_string(rank) + " has " +
                                       (own.empty() ? "none" : own.substr(0, own.size() - 1)));
  }
}

}  // namespace ringwood
