#include "api/twin.hpp"

#include <utility>
#include <vector>

#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

MPI_Comm make_twin(MPI_Comm users) {
  MPI_Group all = MPI_GROUP_NULL;
  check_mpi(PMPI_Comm_group(users, &all), "MPI_Comm_group");
  MPI_Comm twin = MPI_COMM_NULL;
  const int code = PMPI_Comm_create(users, all, &twin);
  PMPI_Group_free(&all);
  check_mpi(code, "MPI_Comm_create");
  check_mpi(PMPI_Comm_set_errhandler(twin, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
  return twin;
}

Placement shared_memory_placement(MPI_Comm communicator, Rank me, Rank ranks) {
  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(PMPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, me, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
  Rank lowest = me;
  const int code = PMPI_Bcast(&lowest, 1, MPI_INT32_T, 0, node);
  PMPI_Comm_free(&node);
  check_mpi(code, "MPI_Bcast");
  Placement::Level level{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks))};
  check_mpi(PMPI_Allgather(&lowest, 1, MPI_INT32_T, level.group_of.data(), 1, MPI_INT32_T, communicator),
            "MPI_Allgather");
  std::vector<Placement::Level> levels;
  levels.push_back(std::move(level));
  return Placement(std::move(levels));
}

std::string text_of_first_rank(std::string text, MPI_Comm communicator) {
  auto length = static_cast<int>(text.size());
  check_mpi(PMPI_Bcast(&length, 1, MPI_INT, 0, communicator), "MPI_Bcast");
  text.resize(static_cast<std::size_t>(length));
  check_mpi(PMPI_Bcast(text.data(), length, MPI_CHAR, 0, communicator), "MPI_Bcast");
  return text;
}

}  // namespace ringwood
