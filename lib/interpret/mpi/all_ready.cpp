#include "interpret/mpi/all_ready.hpp"

#include <cstdio>
#include <limits>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr Rank kNobody = std::numeric_limits<Rank>::max();

/// The least rank that has failed, or kNobody.
int first_failed(Rank& rank, MPI_Comm communicator) {
  return PMPI_Allreduce(MPI_IN_PLACE, &rank, 1, MPI_INT32_T, MPI_MIN, communicator);
}

}  // namespace

NotAllReady::NotAllReady(Rank rank) {
  std::snprintf(text_.data(), text_.size(), "rank %d has failed while the ranks prepared this together", rank);
}

void all_ready(MPI_Comm communicator) {
  Rank rank = kNobody;
  check_mpi(first_failed(rank, communicator), "MPI_Allreduce");
  if (rank != kNobody) {
    throw NotAllReady(rank);
  }
}

void not_ready(MPI_Comm communicator) noexcept {
  Rank rank = 0;
  PMPI_Comm_rank(communicator, &rank);
  (void)first_failed(rank, communicator);
}

void throw_error(const NotAllReady& failure) {
  throw Error(ErrorKind::kSystem, failure.what());
}

}  // namespace ringwood
