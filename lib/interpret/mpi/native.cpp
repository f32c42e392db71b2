#include "interpret/mpi/native.hpp"

#include <limits>

#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

int to_int(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Error(ErrorKind::kUsage, "native collectives take at most 2147483647 elements, not " + std::to_string(count));
  }
  return static_cast<int>(count);
}

struct Counts {
  std::vector<int> counts;
  std::vector<int> starts;
};

Counts to_ints(std::span<const std::size_t> counts, std::size_t unit) {
  Counts result;
  std::size_t start = 0;
  for (const std::size_t count : counts) {
    result.counts.push_back(to_int(count * unit));
    result.starts.push_back(to_int(start * unit));
    start += count;
  }
  return result;
}

void check_reduction(const CollectiveCall& call) {
  if (call.op == MPI_OP_NULL || call.type == MPI_DATATYPE_NULL) {
    throw Error(ErrorKind::kUsage, "a native " + std::string(name_of(call.collective)) +
                                       " needs an operation of MPI; a custom one runs over the library's algorithms");
  }
}

int allgather(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks) {
  const bool bytes = call.type == MPI_DATATYPE_NULL;
  const MPI_Datatype type = bytes ? MPI_BYTE : call.type;
  const std::size_t unit = bytes ? static_cast<std::size_t>(call.element_size) : 1;
  const void* send = call.in_place ? MPI_IN_PLACE : call.send;
  if (call.counts.empty()) {
    const int count = to_int(call.elements / static_cast<std::size_t>(ranks) * unit);
    return PMPI_Allgather(send, count, type, call.receive, count, type, communicator);
  }
  const Counts all = to_ints(call.counts, unit);
  return PMPI_Allgatherv(send, all.counts[static_cast<std::size_t>(me)], type, call.receive, all.counts.data(),
                         all.starts.data(), type, communicator);
}

int reduce_scatter(const CollectiveCall& call, MPI_Comm communicator, Rank ranks) {
  const void* send = call.in_place ? MPI_IN_PLACE : call.send;
  if (call.counts.empty()) {
    const int count = to_int(call.elements / static_cast<std::size_t>(ranks));
    return PMPI_Reduce_scatter_block(send, call.receive, count, call.type, call.op, communicator);
  }
  const Counts all = to_ints(call.counts, 1);
  return PMPI_Reduce_scatter(send, call.receive, all.counts.data(), call.type, call.op, communicator);
}

int reduce(const CollectiveCall& call, MPI_Comm communicator, Rank me) {
  const bool root_in_place = call.in_place && me == call.root;
  return PMPI_Reduce(root_in_place ? MPI_IN_PLACE : call.send, call.receive, to_int(call.elements), call.type, call.op,
                     call.root, communicator);
}

int broadcast(const CollectiveCall& call, MPI_Comm communicator) {
  const auto bytes = to_int(call.elements * static_cast<std::size_t>(call.element_size));
  return PMPI_Bcast(call.receive, bytes, MPI_BYTE, call.root, communicator);
}

int start_native(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks) {
  switch (call.collective) {
    case Collective::kAllreduce:
      check_reduction(call);
      return PMPI_Allreduce(call.in_place ? MPI_IN_PLACE : call.send, call.receive, to_int(call.elements), call.type,
                            call.op, communicator);
    case Collective::kReduceScatter:
      check_reduction(call);
      return reduce_scatter(call, communicator, ranks);
    case Collective::kAllgather:
      return allgather(call, communicator, me, ranks);
    case Collective::kBroadcast:
      return broadcast(call, communicator);
    case Collective::kReduce:
      check_reduction(call);
      return reduce(call, communicator, me);
    case Collective::kBarrier:
      return PMPI_Barrier(communicator);
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
      break;
  }
  throw Error(ErrorKind::kUsage, "there is no native " + std::string(name_of(call.collective)) + " here");
}

}  // namespace

void run_native(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks) {
  check_mpi(start_native(call, communicator, me, ranks), name_of(call.collective).data());
}

}  // namespace ringwood
