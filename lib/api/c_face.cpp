// The C face: arguments of MPI's functions become calls of the library, or go on to MPI's own function as they are.

#include "ringwood.h"

#include "api/c_blocks.hpp"
#include "api/c_calls.hpp"
#include "api/c_repeat.hpp"

using namespace ringwood;  // NOLINT(google-build-using-namespace): the functions below are C's, and outside

namespace {

// NOLINTBEGIN(readability-function-size): as many arguments as MPI's functions have.
std::unique_ptr<CCall> kept_allreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                                      MPI_Comm comm) {
  return std::unique_ptr<CCall>(
      new ReducingCall(ReducingCall::Form::kAllreduce,
                       {.send = sendbuf, .receive = recvbuf, .count = count, .type = datatype, .op = op}, comm));
}

std::unique_ptr<CCall> kept_reduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[],
                                           MPI_Datatype datatype, MPI_Op op, MPI_Comm comm) {
  return std::unique_ptr<CCall>(
      new ReducingCall(ReducingCall::Form::kReduceScatter,
                       {.send = sendbuf, .receive = recvbuf, .counts = recvcounts, .type = datatype, .op = op}, comm));
}

std::unique_ptr<CCall> kept_reduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount,
                                                 MPI_Datatype datatype, MPI_Op op, MPI_Comm comm) {
  return std::unique_ptr<CCall>(
      new ReducingCall(ReducingCall::Form::kReduceScatterBlock,
                       {.send = sendbuf, .receive = recvbuf, .count = recvcount, .type = datatype, .op = op}, comm));
}

std::unique_ptr<CCall> kept_allgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                                      int recvcount, MPI_Datatype recvtype, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new AllgatherCall(
      {sendbuf, sendcount, sendtype}, {.memory = recvbuf, .count = recvcount, .type = recvtype}, false, comm));
}

std::unique_ptr<CCall> kept_allgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                                       const int recvcounts[], const int displs[], MPI_Datatype recvtype,
                                       MPI_Comm comm) {
  return std::unique_ptr<CCall>(new AllgatherCall(
      {sendbuf, sendcount, sendtype},
      {.memory = recvbuf, .counts = recvcounts, .displacements = displs, .type = recvtype}, true, comm));
}

std::unique_ptr<CCall> kept_bcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new BroadcastCall(buffer, count, datatype, root, comm));
}

std::unique_ptr<CCall> kept_reduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                                   int root, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new ReducingCall(
      ReducingCall::Form::kReduce,
      {.send = sendbuf, .receive = recvbuf, .count = count, .type = datatype, .op = op, .root = root}, comm));
}

std::unique_ptr<CCall> kept_barrier(MPI_Comm comm) {
  return std::unique_ptr<CCall>(new BarrierCall(comm));
}

std::unique_ptr<CCall> kept_alltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                                     int recvcount, MPI_Datatype recvtype, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new BlocksCall(Collective::kAlltoall, {const_cast<void*>(sendbuf), sendcount, sendtype},
                                               {recvbuf, recvcount, recvtype}, 0, comm));
}

std::unique_ptr<CCall> kept_gather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                                   int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new BlocksCall(Collective::kGather, {const_cast<void*>(sendbuf), sendcount, sendtype},
                                               {recvbuf, recvcount, recvtype}, root, comm));
}

std::unique_ptr<CCall> kept_scatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                                    int recvcount, MPI_Datatype recvtype, int root, MPI_Comm comm) {
  return std::unique_ptr<CCall>(new BlocksCall(Collective::kScatter, {const_cast<void*>(sendbuf), sendcount, sendtype},
                                               {recvbuf, recvcount, recvtype}, root, comm));
}

/// Does the call as it was remembered, or as `make()` has it.
template <typename Make>
int repeat_or_do(const CallKey& key, const void* send, void* receive, Make make) {
  if (const auto code = repeat_call(key, send, receive)) {
    return *code;
  }
  auto call = make();
  return do_call(call, &key);
}

}  // namespace

int ringwood_allreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kAllreduce,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .count = count,
                    .comm = comm,
                    .type = datatype,
                    .op = op};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return ReducingCall(ReducingCall::Form::kAllreduce,
                        {.send = sendbuf, .receive = recvbuf, .count = count, .type = datatype, .op = op}, comm);
  });
}

int ringwood_iallreduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, MPI_Comm comm,
                        ringwood_request* request) {
  return start_call(kept_allreduce(sendbuf, recvbuf, count, datatype, op, comm), request);
}

int ringwood_allreduce_init(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op,
                            MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_allreduce(sendbuf, recvbuf, count, datatype, op, comm), request);
}

int ringwood_reduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                            MPI_Op op, MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kReduceScatter,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .comm = comm,
                    .type = datatype,
                    .op = op,
                    .counts = recvcounts};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return ReducingCall(ReducingCall::Form::kReduceScatter,
                        {.send = sendbuf, .receive = recvbuf, .counts = recvcounts, .type = datatype, .op = op}, comm);
  });
}

int ringwood_ireduce_scatter(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                             MPI_Op op, MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_reduce_scatter(sendbuf, recvbuf, recvcounts, datatype, op, comm), request);
}

int ringwood_reduce_scatter_init(const void* sendbuf, void* recvbuf, const int recvcounts[], MPI_Datatype datatype,
                                 MPI_Op op, MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_reduce_scatter(sendbuf, recvbuf, recvcounts, datatype, op, comm), request);
}

int ringwood_reduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                                  MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kReduceScatterBlock,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .count = recvcount,
                    .comm = comm,
                    .type = datatype,
                    .op = op};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return ReducingCall(ReducingCall::Form::kReduceScatterBlock,
                        {.send = sendbuf, .receive = recvbuf, .count = recvcount, .type = datatype, .op = op}, comm);
  });
}

int ringwood_ireduce_scatter_block(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype, MPI_Op op,
                                   MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_reduce_scatter_block(sendbuf, recvbuf, recvcount, datatype, op, comm), request);
}

int ringwood_reduce_scatter_block_init(const void* sendbuf, void* recvbuf, int recvcount, MPI_Datatype datatype,
                                       MPI_Op op, MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_reduce_scatter_block(sendbuf, recvbuf, recvcount, datatype, op, comm), request);
}

int ringwood_allgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kAllgather,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .count = recvcount,
                    .other_count = sendcount,
                    .comm = comm,
                    .type = recvtype,
                    .other_type = sendtype};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return AllgatherCall({sendbuf, sendcount, sendtype}, {.memory = recvbuf, .count = recvcount, .type = recvtype},
                         false, comm);
  });
}

int ringwood_iallgather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                        MPI_Datatype recvtype, MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_allgather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm), request);
}

int ringwood_allgather_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                            MPI_Datatype recvtype, MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_allgather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm), request);
}

int ringwood_allgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                        const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm) {
  AllgatherCall call({sendbuf, sendcount, sendtype},
                     {.memory = recvbuf, .counts = recvcounts, .displacements = displs, .type = recvtype}, true, comm);
  return do_call(call);
}

int ringwood_iallgatherv(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                         const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm,
                         ringwood_request* request) {
  return start_call(kept_allgatherv(sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm),
                    request);
}

int ringwood_allgatherv_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf,
                             const int recvcounts[], const int displs[], MPI_Datatype recvtype, MPI_Comm comm,
                             MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_allgatherv(sendbuf, sendcount, sendtype, recvbuf, recvcounts, displs, recvtype, comm), request);
}

int ringwood_bcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kBroadcast,
                    .in_place = true,
                    .count = count,
                    .root = root,
                    .comm = comm,
                    .type = datatype};
  return repeat_or_do(key, nullptr, buffer, [&] { return BroadcastCall(buffer, count, datatype, root, comm); });
}

int ringwood_ibcast(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm,
                    ringwood_request* request) {
  return start_call(kept_bcast(buffer, count, datatype, root, comm), request);
}

int ringwood_bcast_init(void* buffer, int count, MPI_Datatype datatype, int root, MPI_Comm comm, MPI_Info /*info*/,
                        ringwood_request* request) {
  return plan_call(kept_bcast(buffer, count, datatype, root, comm), request);
}

int ringwood_reduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                    MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kReduce,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .count = count,
                    .root = root,
                    .comm = comm,
                    .type = datatype,
                    .op = op};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return ReducingCall(ReducingCall::Form::kReduce,
                        {.send = sendbuf, .receive = recvbuf, .count = count, .type = datatype, .op = op, .root = root},
                        comm);
  });
}

int ringwood_ireduce(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                     MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_reduce(sendbuf, recvbuf, count, datatype, op, root, comm), request);
}

int ringwood_reduce_init(const void* sendbuf, void* recvbuf, int count, MPI_Datatype datatype, MPI_Op op, int root,
                         MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_reduce(sendbuf, recvbuf, count, datatype, op, root, comm), request);
}

int ringwood_barrier(MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kBarrier, .comm = comm};
  return repeat_or_do(key, nullptr, nullptr, [&] { return BarrierCall(comm); });
}

int ringwood_ibarrier(MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_barrier(comm), request);
}

int ringwood_barrier_init(MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_barrier(comm), request);
}

int ringwood_alltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, MPI_Comm comm) {
  const CallKey key{.function = CallKey::Function::kAlltoall,
                    .in_place = sendbuf == MPI_IN_PLACE,
                    .count = recvcount,
                    .other_count = sendcount,
                    .comm = comm,
                    .type = recvtype,
                    .other_type = sendtype};
  return repeat_or_do(key, sendbuf, recvbuf, [&] {
    return BlocksCall(Collective::kAlltoall, {const_cast<void*>(sendbuf), sendcount, sendtype},
                      {recvbuf, recvcount, recvtype}, 0, comm);
  });
}

int ringwood_ialltoall(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                       MPI_Datatype recvtype, MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_alltoall(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm), request);
}

int ringwood_alltoall_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                           MPI_Datatype recvtype, MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_alltoall(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, comm), request);
}

int ringwood_gather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                    MPI_Datatype recvtype, int root, MPI_Comm comm) {
  BlocksCall call(Collective::kGather, {const_cast<void*>(sendbuf), sendcount, sendtype},
                  {recvbuf, recvcount, recvtype}, root, comm);
  return do_call(call);
}

int ringwood_igather(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                     MPI_Datatype recvtype, int root, MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_gather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm), request);
}

int ringwood_gather_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                         MPI_Datatype recvtype, int root, MPI_Comm comm, MPI_Info /*info*/, ringwood_request* request) {
  return plan_call(kept_gather(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm), request);
}

int ringwood_scatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                     MPI_Datatype recvtype, int root, MPI_Comm comm) {
  BlocksCall call(Collective::kScatter, {const_cast<void*>(sendbuf), sendcount, sendtype},
                  {recvbuf, recvcount, recvtype}, root, comm);
  return do_call(call);
}

int ringwood_iscatter(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                      MPI_Datatype recvtype, int root, MPI_Comm comm, ringwood_request* request) {
  return start_call(kept_scatter(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm), request);
}

int ringwood_scatter_init(const void* sendbuf, int sendcount, MPI_Datatype sendtype, void* recvbuf, int recvcount,
                          MPI_Datatype recvtype, int root, MPI_Comm comm, MPI_Info /*info*/,
                          ringwood_request* request) {
  return plan_call(kept_scatter(sendbuf, sendcount, sendtype, recvbuf, recvcount, recvtype, root, comm), request);
}

// NOLINTEND(readability-function-size)
