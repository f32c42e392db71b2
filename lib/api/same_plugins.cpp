#include "api/same_plugins.hpp"

#include <cstdint>
#include <functional>
#include <string>

#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"

namespace ringwood {

void load_same_plugins(MPI_Comm communicator) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  std::string failure;
  try {
    load_named_plugins();
  } catch (const Error& error) {
    failure = error.what();
  }
  const auto mine = static_cast<std::int64_t>(std::hash<std::string>()(plugin_fingerprint()));
  // The least of all and the complement of the largest; and the first rank that failed.
  const Least least = least_when_ready({mine, ~mine, failure.empty() ? kNothing : rank}, communicator);
  if (!failure.empty()) {
    throw Error(ErrorKind::kUsage, failure);
  }
  if (least[2] != kNothing) {
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
