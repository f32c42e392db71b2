#include "api/twin.hpp"

#include <limits>
#include <utility>
#include <vector>

#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

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

namespace {

/// A communicator that is freed in any case.
class NodeCommunicator {
 public:
  NodeCommunicator(MPI_Comm communicator, Rank me) {
    check_mpi(PMPI_Comm_split_type(communicator, MPI_COMM_TYPE_SHARED, me, MPI_INFO_NULL, &node_),
              "MPI_Comm_split_type");
  }

  NodeCommunicator(const NodeCommunicator&) = delete;
  NodeCommunicator& operator=(const NodeCommunicator&) = delete;

  ~NodeCommunicator() { PMPI_Comm_free(&node_); }

  [[nodiscard]] MPI_Comm get() const { return node_; }

 private:
  MPI_Comm node_ = MPI_COMM_NULL;
};

}  // namespace

Node find_node(MPI_Comm communicator, Rank me, Rank ranks, bool shares_memory) {
  Placement::Level level{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks))};
  Node node;
  node.rank_of.resize(static_cast<std::size_t>(ranks));
  all_ready(communicator);
  {
    // Nothing is allocated while this lives: to free it is collective too.
    const NodeCommunicator together(communicator, me);
    Rank lowest = me;
    check_mpi(PMPI_Bcast(&lowest, 1, MPI_INT32_T, 0, together.get()), "MPI_Bcast");
    check_mpi(PMPI_Allgather(&lowest, 1, MPI_INT32_T, level.group_of.data(), 1, MPI_INT32_T, communicator),
              "MPI_Allgather");
    Rank here = 0;
    for (std::size_t rank = 0; rank < level.group_of.size(); ++rank) {
      node.rank_of[rank] = level.group_of[rank] == lowest ? here++ : Rank{-1};
    }
    if (shares_memory && here > 1) {
      node.segment = NodeSegment::create(together.get());
    }
  }
  std::vector<Placement::Level> levels;
  levels.push_back(std::move(level));
  node.placement = Placement(std::move(levels));
  return node;
}

std::string text_of_first_rank(std::string text, MPI_Comm communicator) {
  int rank = 0;
  check_mpi(PMPI_Comm_rank(communicator, &rank), "MPI_Comm_rank");
  const std::int64_t mine = rank == 0 ? static_cast<std::int64_t>(text.size()) : kNothing;
  const auto length = static_cast<std::size_t>(least_when_ready({mine, kNothing, kNothing}, communicator)[0]);
  if (length > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Error(ErrorKind::kUsage, "rank 0 has a text of " + std::to_string(length) + " bytes for the others");
  }
  text.resize(length);
  if (length > 0) {
    all_ready(communicator);
    check_mpi(PMPI_Bcast(text.data(), static_cast<int>(length), MPI_CHAR, 0, communicator), "MPI_Bcast");
  }
  return text;
}

}  // namespace ringwood
