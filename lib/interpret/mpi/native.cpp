#include "interpret/mpi/native.hpp"

#include <limits>
#include <string>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/layout.hpp"

namespace ringwood {

namespace {

int to_int(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Error(ErrorKind::kUsage, "native collectives take at most 2147483647 elements, not " + std::to_string(count));
  }
  return static_cast<int>(count);
}

std::size_t index(Rank rank) {
  return static_cast<std::size_t>(rank);
}

}  // namespace

NativeCollective::NativeCollective(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks)
    : call_(call), communicator_(communicator), me_(me), ranks_(ranks) {
  if (call.type == MPI_DATATYPE_NULL) {
    unit_ = static_cast<std::size_t>(call.element_size);
  } else {
    type_ = call.type;
  }
}

NativeCollective::~NativeCollective() {
  // MPI has no way to take it back.
  int ended = 0;
  if (request_ != MPI_REQUEST_NULL && PMPI_Finalized(&ended) == MPI_SUCCESS && ended == 0) {
    PMPI_Wait(&request_, MPI_STATUS_IGNORE);
  }
}

int NativeCollective::allreduce(bool waits) {
  check_reduction();
  return waits ? PMPI_Allreduce(input(true), call_.receive, whole(), type_, call_.op, communicator_)
               : PMPI_Iallreduce(input(true), call_.receive, whole(), type_, call_.op, communicator_, &request_);
}

int NativeCollective::reduce_scatter(bool waits) {
  check_reduction();
  if (is_equal()) {
    return waits ? PMPI_Reduce_scatter_block(input(true), call_.receive, equal(), type_, call_.op, communicator_)
                 : PMPI_Ireduce_scatter_block(input(true), call_.receive, equal(), type_, call_.op, communicator_,
                                              &request_);
  }
  find_blocks(in_);
  const int* counts = in_.counts.data();
  return waits ? PMPI_Reduce_scatter(input(true), call_.receive, counts, type_, call_.op, communicator_)
               : PMPI_Ireduce_scatter(input(true), call_.receive, counts, type_, call_.op, communicator_, &request_);
}

int NativeCollective::allgather(bool waits) {
  if (is_equal()) {
    return waits
               ? PMPI_Allgather(input(true), equal(), type_, call_.receive, equal(), type_, communicator_)
               : PMPI_Iallgather(input(true), equal(), type_, call_.receive, equal(), type_, communicator_, &request_);
  }
  find_blocks(in_);
  const int* counts = in_.counts.data();
  const int* starts = in_.starts.data();
  return waits ? PMPI_Allgatherv(input(true), own(in_), type_, call_.receive, counts, starts, type_, communicator_)
               : PMPI_Iallgatherv(input(true), own(in_), type_, call_.receive, counts, starts, type_, communicator_,
                                  &request_);
}

int NativeCollective::broadcast(bool waits) {
  return waits ? PMPI_Bcast(call_.receive, whole(), type_, call_.root, communicator_)
               : PMPI_Ibcast(call_.receive, whole(), type_, call_.root, communicator_, &request_);
}

int NativeCollective::reduce(bool waits) {
  check_reduction();
  const void* in = input(me_ == call_.root);
  return waits ? PMPI_Reduce(in, call_.receive, whole(), type_, call_.op, call_.root, communicator_)
               : PMPI_Ireduce(in, call_.receive, whole(), type_, call_.op, call_.root, communicator_, &request_);
}

int NativeCollective::gather(bool waits) {
  find_blocks(in_);
  const void* in = input(me_ == call_.root);
  const int* counts = in_.counts.data();
  const int* starts = in_.starts.data();
  return waits ? PMPI_Gatherv(in, own(in_), type_, call_.receive, counts, starts, type_, call_.root, communicator_)
               : PMPI_Igatherv(in, own(in_), type_, call_.receive, counts, starts, type_, call_.root, communicator_,
                               &request_);
}

int NativeCollective::scatter(bool waits) {
  find_blocks(out_);
  void* out = call_.in_place && me_ == call_.root ? MPI_IN_PLACE : call_.receive;
  const int* counts = out_.counts.data();
  const int* starts = out_.starts.data();
  return waits ? PMPI_Scatterv(call_.send, counts, starts, type_, out, own(out_), type_, call_.root, communicator_)
               : PMPI_Iscatterv(call_.send, counts, starts, type_, out, own(out_), type_, call_.root, communicator_,
                                &request_);
}

int NativeCollective::alltoall(bool waits) {
  const Chunk pairs = Chunk{ranks_} * ranks_;
  if (call_.in_place && call_.elements % static_cast<std::size_t>(pairs) != 0) {
    throw Error(ErrorKind::kUsage, "a native alltoall in place needs equal blocks; " + std::to_string(call_.elements) +
                                       " elements are none for " + std::to_string(pairs) + " pairs of ranks");
  }
  const Layout layout = Layout::equal(static_cast<Bytes>(call_.elements), static_cast<Bytes>(unit_), pairs, pairs);
  out_ = {};
  in_ = {};
  for (Rank other = 0; other < ranks_; ++other) {
    append(out_, layout.bytes({Chunk{me_} * ranks_ + other, 1}));
    append(in_, layout.bytes({Chunk{other} * ranks_ + me_, 1}));
  }
  const void* in = input(true);
  return waits ? PMPI_Alltoallv(in, out_.counts.data(), out_.starts.data(), type_, call_.receive, in_.counts.data(),
                                in_.starts.data(), type_, communicator_)
               : PMPI_Ialltoallv(in, out_.counts.data(), out_.starts.data(), type_, call_.receive, in_.counts.data(),
                                 in_.starts.data(), type_, communicator_, &request_);
}

void NativeCollective::append(Counts& counts, Bytes count) {
  counts.starts.push_back(counts.starts.empty() ? 0
                                                : to_int(static_cast<std::size_t>(counts.starts.back()) +
                                                         static_cast<std::size_t>(counts.counts.back())));
  counts.counts.push_back(to_int(static_cast<std::size_t>(count)));
}

const void* NativeCollective::input(bool in_place_counts) const {
  return call_.in_place && in_place_counts ? MPI_IN_PLACE : call_.send;
}

int NativeCollective::whole() const {
  return to_int(call_.elements * unit_);
}

bool NativeCollective::is_equal() const {
  return call_.counts.empty() && call_.elements % index(ranks_) == 0;
}

int NativeCollective::equal() const {
  return to_int(call_.elements / index(ranks_) * unit_);
}

void NativeCollective::find_blocks(Counts& counts) const {
  const Layout layout = call_.counts.empty() ? Layout::equal(static_cast<Bytes>(call_.elements), 1, ranks_, ranks_)
                                             : Layout::counts(call_.counts, 1, ranks_);
  counts = {};
  for (Rank rank = 0; rank < ranks_; ++rank) {
    append(counts, layout.bytes({rank, 1}) * static_cast<Bytes>(unit_));
  }
}

void NativeCollective::check_reduction() const {
  if (call_.op == MPI_OP_NULL || call_.type == MPI_DATATYPE_NULL) {
    throw Error(ErrorKind::kUsage, "a native " + std::string(name_of(call_.collective)) +
                                       " needs an operation of MPI; a custom one runs over the library's algorithms");
  }
}

int NativeCollective::call(bool waits) {
  switch (call_.collective) {
    case Collective::kAllreduce:
      return allreduce(waits);
    case Collective::kReduceScatter:
      return reduce_scatter(waits);
    case Collective::kAllgather:
      return allgather(waits);
    case Collective::kBroadcast:
      return broadcast(waits);
    case Collective::kReduce:
      return reduce(waits);
    case Collective::kBarrier:
      return waits ? PMPI_Barrier(communicator_) : PMPI_Ibarrier(communicator_, &request_);
    case Collective::kGather:
      return gather(waits);
    case Collective::kScatter:
      return scatter(waits);
    case Collective::kAlltoall:
      return alltoall(waits);
  }
  return MPI_ERR_ARG;
}

void NativeCollective::run() {
  check_mpi(call(true), name_of(call_.collective).data());
}

void NativeCollective::start(const void* send, void* receive) {
  call_.send = send;
  call_.receive = receive;
  check_mpi(call(false), name_of(call_.collective).data());
}

bool NativeCollective::test() {
  int ended = 0;
  check_mpi(PMPI_Test(&request_, &ended, MPI_STATUS_IGNORE), name_of(call_.collective).data());
  return ended != 0;
}

}  // namespace ringwood
