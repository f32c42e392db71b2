// The C face: arguments of MPI's functions become calls of the library, or go on to MPI's own function as they are.

#include "ringwood.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <vector>

#include "api/c_block.hpp"
#include "api/c_gather.hpp"
#include "api/c_reduction.hpp"
#include "api/c_serve.hpp"

namespace ringwood {

namespace {

// What can be packed, and what all ranks therefore send through the library.
constexpr std::size_t kMostPackedBytes = std::numeric_limits<int>::max();

Rank ranks_of(MPI_Comm comm) {
  int ranks = 1;
  if (comm != MPI_COMM_NULL) {
    MPI_Comm_size(comm, &ranks);
  }
  return ranks;
}

bool is_inter(MPI_Comm comm) {
  int between_groups = 0;
  return comm == MPI_COMM_NULL || MPI_Comm_test_inter(comm, &between_groups) != MPI_SUCCESS || between_groups != 0;
}

CollectiveCall reducing(Collective collective, const MpiReduction& reduction, const void* sendbuf, void* recvbuf) {
  const bool in_place = sendbuf == MPI_IN_PLACE;
  return {.collective = collective,
          .send = in_place ? nullptr : sendbuf,
          .receive = recvbuf,
          .in_place = in_place,
          .element_size = reduction.get()->element_size,
          .reduction = reduction.get()};
}

bool any_negative(const int* counts, Rank ranks) {
  return counts == nullptr || std::any_of(counts, counts + ranks, [](int count) { return count < 0; });
}

void broadcast(Context& context, MPI_Comm comm, const DataBlock& data, CollectiveCall call) {
  std::vector<std::byte> staged;
  call.in_place = true;
  call.elements = data.bytes();
  if (!data.is_packed()) {
    context.run(call);
    return;
  }
  staged.resize(data.bytes());
  if (context.rank() == call.root) {
    data.pack(staged.data(), comm);
  }
  call.receive = staged.data();
  context.run(call);
  if (context.rank() != call.root) {
    data.unpack(staged.data(), comm);
  }
}

}  // namespace

}  // namespace ringwood

using namespace ringwood;  // NOLINT(google-build-using-namespace): the functions below are C's, and outside

// NOLINTBEGIN(readability-function-size): as many arguments as MPI's functions have.
int ringwood_allreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm) {
  const auto native = [&] { return PMPI_Allreduce(sendbuf, recvbuf, count, datatype, op, comm); };
  const MpiReduction reduction(datatype, op);
  if (count < 0) {
    return refuse_argument(comm, MPI_ERR_COUNT);
  }
  if (reduction.get() == nullptr) {
    return native();
  }
  return serve(comm, Collective::kAllreduce, native, [&](Context& context) {
    CollectiveCall call = reducing(Collective::kAllreduce, reduction, sendbuf, recvbuf);
    call.elements = static_cast<std::size_t>(count);
    context.run(call);
  });
}

int ringwood_reduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                            MPI_Op op, MPI_Comm comm) {
  const auto native = [&] { return PMPI_Reduce_scatter(sendbuf, recvbuf, recvcounts, datatype, op, comm); };
  const MpiReduction reduction(datatype, op);
  if (is_inter(comm) || reduction.get() == nullptr) {
    return native();
  }
  if (any_negative(recvcounts, ranks_of(comm))) {
    return refuse_argument(comm, MPI_ERR_COUNT);
  }
  return serve(comm, Collective::kReduceScatter, native, [&](Context& context) {
    const std::vector<std::size_t> counts(recvcounts, recvcounts + context.ranks());
    CollectiveCall call = reducing(Collective::kReduceScatter, reduction, sendbuf, recvbuf);
    call.elements = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    call.counts = counts;
    context.run(call);
  });
}

int ringwood_reduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                                  MPI_Comm comm) {
  const auto native = [&] { return PMPI_Reduce_scatter_block(sendbuf, recvbuf, recvcount, datatype, op, comm); };
  const MpiReduction reduction(datatype, op);
  if (recvcount < 0) {
    return refuse_argument(comm, MPI_ERR_COUNT);
  }
  if (reduction.get() == nullptr) {
    return native();
  }
  return serve(comm, Collective::kReduceScatter, native, [&](Context& context) {
    CollectiveCall call = reducing(Collective::kReduceScatter, reduction, sendbuf, recvbuf);
    call.elements = static_cast<std::size_t>(recvcount) * static_cast<std::size_t>(context.ranks());
    context.run(call);
  });
}

int ringwood_allgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm) {
  const auto native = [&] { return PMPI_Allgather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm); };
  const bool in_place = sendbuf == MPI_IN_PLACE;
  if (is_inter(comm) || (!in_place && sendtype == MPI_DATATYPE_NULL) || recvtype == MPI_DATATYPE_NULL) {
    return native();
  }
  if ((!in_place && sendcount < 0) || recvcount < 0) {
    return refuse_argument(comm, MPI_ERR_COUNT);
  }
  const GatheredBlocks blocks{.memory = recvbuf, .type = recvtype, .equal_count = recvcount};
  if (bytes_of(blocks, ranks_of(comm)) > kMostPackedBytes) {
    return native();
  }
  return serve(comm, Collective::kAllgather, native, [&](Context& context) {
    gather_to_all(context, comm, {.memory = sendbuf, .count = sendcount, .type = sendtype}, blocks);
  });
}

int ringwood_allgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                        const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm) {
  const auto native = [&] {
    return PMPI_Allgatherv(sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm);
  };
  const bool in_place = sendbuf == MPI_IN_PLACE;
  const Rank ranks = ranks_of(comm);
  if (is_inter(comm) || (!in_place && sendtype == MPI_DATATYPE_NULL) || recvtype == MPI_DATATYPE_NULL) {
    return native();
  }
  if ((!in_place && sendcount < 0) || any_negative(recvcounts, ranks)) {
    return refuse_argument(comm, MPI_ERR_COUNT);
  }
  if (displs == nullptr) {
    return refuse_argument(comm, MPI_ERR_ARG);
  }
  const auto size = static_cast<std::size_t>(ranks);
  const GatheredBlocks blocks{
      .memory = recvbuf, .type = recvtype, .counts = {recvcounts, size}, .displacements = {displs, size}};
  if (bytes_of(blocks, ranks) > kMostPackedBytes) {
    return native();
  }
  return serve(comm, Collective::kAllgather, native, [&](Context& context) {
    gather_to_all(context, comm, {.memory = sendbuf, .count = sendcount, .type = sendtype}, blocks);
  });
}

int ringwood_bcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm) {
  const auto native = [&] { return PMPI_Bcast(buffer, count, datatype, root, comm); };
  if (is_inter(comm) || datatype == MPI_DATATYPE_NULL) {
    return native();
  }
  if (count < 0 || root < 0 || root >= ranks_of(comm)) {
    return refuse_argument(comm, count < 0 ? MPI_ERR_COUNT : MPI_ERR_ROOT);
  }
  const DataBlock data(buffer, static_cast<std::size_t>(count), datatype);
  if (data.bytes() > kMostPackedBytes) {
    return native();
  }
  return serve(comm, Collective::kBroadcast, native, [&](Context& context) {
    broadcast(context, comm, data, {.collective = Collective::kBroadcast, .receive = buffer, .root = root});
  });
}

int ringwood_reduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                    MPI_Comm comm) {
  const auto native = [&] { return PMPI_Reduce(sendbuf, recvbuf, count, datatype, op, root, comm); };
  const MpiReduction reduction(datatype, op);
  if (reduction.get() == nullptr || is_inter(comm)) {
    return native();
  }
  if (count < 0 || root < 0 || root >= ranks_of(comm)) {
    return refuse_argument(comm, count < 0 ? MPI_ERR_COUNT : MPI_ERR_ROOT);
  }
  return serve(comm, Collective::kReduce, native, [&](Context& context) {
    CollectiveCall call = reducing(Collective::kReduce, reduction, sendbuf, recvbuf);
    call.elements = static_cast<std::size_t>(count);
    call.root = root;
    context.run(call);
  });
}

int ringwood_barrier(MPI_Comm comm) {
  return serve(
      comm, Collective::kBarrier, [&] { return PMPI_Barrier(comm); },
      [&](Context& context) { context.run({.collective = Collective::kBarrier}); });
}

// NOLINTEND(readability-function-size)
