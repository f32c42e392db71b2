#include "interpret/mpi/all_ready.hpp"

#include <cstdio>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

int exchange(AgreementWords& words, MPI_Comm communicator) {
  return PMPI_Allreduce(MPI_IN_PLACE, words.data(), static_cast<int>(words.size()), MPI_INT64_T, MPI_MIN, communicator);
}

}  // namespace

NotAllReady::NotAllReady(Rank rank) {
  std::snprintf(text_.data(), text_.size(), "rank %d has failed while the ranks prepared this together", rank);
}

void all_ready(MPI_Comm communicator) {
  (void)least_when_ready({kNothing, kNothing, kNothing}, communicator);
}

Least checked(const AgreementWords& least) {
  if (least[0] != kNothing) {
    throw NotAllReady(static_cast<Rank>(least[0]));
  }
  return {least[1], least[2], least[3]};
}

Least least_when_ready(Least mine, MPI_Comm communicator) {
  AgreementWords words = words_of(mine);
  check_mpi(exchange(words, communicator), "MPI_Allreduce");
  return checked(words);
}

void not_ready(MPI_Comm communicator) noexcept {
  int rank = 0;
  PMPI_Comm_rank(communicator, &rank);
  AgreementWords words = words_of({kNothing, kNothing, kNothing}, rank);
  (void)exchange(words, communicator);
}

void throw_error(const NotAllReady& failure) {
  throw Error(ErrorKind::kSystem, failure.what());
}

}  // namespace ringwood
