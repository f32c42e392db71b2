// MPI's collectives under an unmodified program: the names of the C functions.

#include <cstdlib>
#include <numeric>
#include <string_view>

#include "api/context_cache.hpp"
#include "preload/preload.hpp"
#include "ringwood.h"

namespace ringwood::preload {

bool is_on() {
  static const bool wanted = [] {
    const char* value = ::secure_getenv("RINGWOOD_PRELOAD");
    return value == nullptr || std::string_view(value) != "0";
  }();
  int begun = 0;
  int ended = 0;
  // To ask MPI takes as long as what is left of a small call.
  return wanted && (contexts_in_use() || (PMPI_Initialized(&begun) == MPI_SUCCESS && begun != 0 &&
                                          PMPI_Finalized(&ended) == MPI_SUCCESS && ended == 0));
}

const void*& CalledFrom::told() {
  thread_local const void* caller = nullptr;
  return caller;
}

int& Inside::depth() {
  thread_local int depth = 0;
  return depth;
}

}  // namespace ringwood::preload

using ringwood::Collective;
using ringwood::preload::serve;

#define RINGWOOD_CALLER ringwood::preload::CalledFrom::or_else(__builtin_return_address(0))

#pragma GCC visibility push(default)
extern "C" {

// NOLINTBEGIN(readability-function-size): as many arguments as MPI's functions have.
int MPI_Allreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm) {
  return serve(
      {Collective::kAllreduce, comm, RINGWOOD_CALLER, count, datatype},
      [&] { return ringwood_allreduce(sendbuf, recvbuf, count, datatype, op, comm); },
      [&] { return PMPI_Allreduce(sendbuf, recvbuf, count, datatype, op, comm); });
}

int MPI_Reduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype, MPI_Op op,
                       MPI_Comm comm) {
  return serve(
      {Collective::kReduceScatter, comm, RINGWOOD_CALLER, recvcounts == nullptr ? 0 : recvcounts[0], datatype},
      [&] { return ringwood_reduce_scatter(sendbuf, recvbuf, recvcounts, datatype, op, comm); },
      [&] { return PMPI_Reduce_scatter(sendbuf, recvbuf, recvcounts, datatype, op, comm); });
}

int MPI_Reduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                             MPI_Comm comm) {
  return serve(
      {Collective::kReduceScatter, comm, RINGWOOD_CALLER, recvcount, datatype},
      [&] { return ringwood_reduce_scatter_block(sendbuf, recvbuf, recvcount, datatype, op, comm); },
      [&] { return PMPI_Reduce_scatter_block(sendbuf, recvbuf, recvcount, datatype, op, comm); });
}

int MPI_Allgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                  MPI_Datatype recvtype, MPI_Comm comm) {
  return serve(
      {Collective::kAllgather, comm, RINGWOOD_CALLER, recvcount, recvtype},
      [&] { return ringwood_allgather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm); },
      [&] { return PMPI_Allgather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm); });
}

int MPI_Allgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, const int recvcounts[],
                   const int displs[], MPI_Datatype recvtype, MPI_Comm comm) {
  return serve(
      {Collective::kAllgather, comm, RINGWOOD_CALLER, recvcounts == nullptr ? 0 : recvcounts[0], recvtype},
      [&] { return ringwood_allgatherv(sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm); },
      [&] { return PMPI_Allgatherv(sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm); });
}

int MPI_Bcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm) {
  return serve(
      {Collective::kBroadcast, comm, RINGWOOD_CALLER, count, datatype},
      [&] { return ringwood_bcast(buffer, count, datatype, root, comm); },
      [&] { return PMPI_Bcast(buffer, count, datatype, root, comm); });
}

int MPI_Reduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
               MPI_Comm comm) {
  return serve(
      {Collective::kReduce, comm, RINGWOOD_CALLER, count, datatype},
      [&] { return ringwood_reduce(sendbuf, recvbuf, count, datatype, op, root, comm); },
      [&] { return PMPI_Reduce(sendbuf, recvbuf, count, datatype, op, root, comm); });
}

int MPI_Alltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                 MPI_Datatype recvtype, MPI_Comm comm) {
  return serve(
      {Collective::kAlltoall, comm, RINGWOOD_CALLER, recvcount, recvtype},
      [&] { return ringwood_alltoall(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm); },
      [&] { return PMPI_Alltoall(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm); });
}

// What counts at all ranks of a gather is what they send, where they do; of a scatter, what they receive.
int MPI_Gather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
               MPI_Datatype recvtype, int root, MPI_Comm comm) {
  const bool in_place = sendbuf == MPI_IN_PLACE;
  return serve(
      {Collective::kGather, comm, RINGWOOD_CALLER, in_place ? recvcount : sendcount, in_place ? recvtype : sendtype},
      [&] { return ringwood_gather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm); },
      [&] { return PMPI_Gather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm); });
}

int MPI_Scatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                MPI_Datatype recvtype, int root, MPI_Comm comm) {
  const bool in_place = recvbuf == MPI_IN_PLACE;
  return serve(
      {Collective::kScatter, comm, RINGWOOD_CALLER, in_place ? sendcount : recvcount, in_place ? sendtype : recvtype},
      [&] { return ringwood_scatter(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm); },
      [&] { return PMPI_Scatter(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm); });
}

int MPI_Barrier(MPI_Comm comm) {
  return serve(
      {Collective::kBarrier, comm, RINGWOOD_CALLER, 0, MPI_DATATYPE_NULL}, [&] { return ringwood_barrier(comm); },
      [&] { return PMPI_Barrier(comm); });
}

// NOLINTEND(readability-function-size)

}  // extern "C"
#pragma GCC visibility pop
