#pragma once

#include <mpi.h>

#include <cstdint>
#include <optional>

#include "api/context.hpp"

namespace ringwood {

/// What tells a call of C's from others, but for its buffers: two calls with equal ones do the same.
struct CallKey {
  enum class Function : std::uint8_t {
    kAllreduce,
    kReduceScatter,
    kReduceScatterBlock,
    kAllgather,
    kBroadcast,
    kReduce,
    kBarrier,
    kAlltoall,
  };

  Function function = Function::kBarrier;
  bool in_place = false;
  int count = 0;
  int other_count = 0;  ///< where both sides have one
  int root = 0;
  MPI_Comm comm = MPI_COMM_NULL;
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Datatype other_type = MPI_DATATYPE_NULL;
  MPI_Op op = MPI_OP_NULL;
  const int* counts = nullptr;  ///< what it points to counts; one a rank

  friend bool operator==(const CallKey& left, const CallKey& right) {
    return left.function == right.function && left.in_place == right.in_place && left.count == right.count &&
           left.other_count == right.other_count && left.root == right.root && left.comm == right.comm &&
           left.type == right.type && left.other_type == right.other_type && left.op == right.op;
  }
};

/// Does a call that this thread did before on other buffers, or the same ones, without finding out again what its
/// arguments mean. Nothing is done, and nothing returned, unless all is as it was then and both buffers are there; else
/// returns MPI's code, after the error handler.
[[nodiscard]] std::optional<int> repeat_call(const CallKey& key, const void* send, void* receive);

/// After a call that the library served: remembers what it means, where that cannot change: predefined datatypes and
/// operations, and a communicator of which nothing is freed, failed or placed anew meanwhile.
void remember_call(const CallKey& key, Context& context, const CollectiveCall& call) noexcept;

}  // namespace ringwood
