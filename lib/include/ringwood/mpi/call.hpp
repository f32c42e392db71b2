#pragma once

#include <mpi.h>

#include <chrono>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/message.hpp"
#include "ringwood/mpi/element_types.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What a call asks of the way in which it is done, beside results. All ranks must say the same. Whoever asks for
/// anything here is not served by the MPI library, of which nothing is known, nor by a table: the fastest algorithm
/// that can do it is taken. Error(kUsage) if there is none, or if the named one cannot.
struct Policies {
  /// The least level of VerifyReport::reproducibility, 0 to 5: 1 is the same bits on all ranks, 3 whatever the size,
  /// 4 whatever the placement, 5 whatever the number of ranks. Proved when the call is made for the first time, for at
  /// most 256 ranks.
  int reproducibility = 0;
  /// Most bytes that any rank may use beside its buffers; negative: as many as it takes. A call with a limit waits for
  /// all ranks before it begins, also a non-blocking one.
  Bytes scratch = -1;
  /// For how long nothing may move before the call fails; 0: as RINGWOOD_TIMEOUT says. A blocking call that has one of
  /// its own goes in steps, over MPI.
  std::chrono::milliseconds timeout{0};

  friend bool operator==(const Policies&, const Policies&) = default;
};

/// How a call is to be done. All ranks must say the same.
struct CallOptions {
  /// "ring", "pat:aggregation=4", "lanes(4, ring)"; "native": the MPI library's own; empty: the library chooses.
  std::string algorithm = {};
  bool commutative = false;  ///< of a custom operation; built-in operators commute anyway
  Policies policies = {};
};

/// A collective without types: what the typed calls, the C face and `ringwood bench` end in.
struct CollectiveCall {
  Collective collective = Collective::kAllreduce;
  const void* send = nullptr;  ///< not read if in place
  void* receive = nullptr;
  bool in_place = false;  ///< as MPI_IN_PLACE, whatever that means for the collective
  /// Of the whole vector: where ranks have blocks, all of them together. What does not divide evenly goes to the first
  /// blocks, an element each.
  std::size_t elements = 0;
  std::span<const std::size_t> counts = {};  ///< one a rank, in elements; empty: equal blocks (or none)
  Bytes element_size = 1;
  Rank root = 0;
  const Reduction* reduction = nullptr;   ///< where the collective reduces; for "native" only its `commutative` counts
  MPI_Datatype type = MPI_DATATYPE_NULL;  ///< for "native": the type of an element; null: `element_size` bytes
  MPI_Op op = MPI_OP_NULL;                ///< for "native", where the collective reduces
  std::string_view algorithm = {};        ///< as CallOptions::algorithm
  Policies policies = {};
  MessageLog* log = nullptr;  ///< gets the messages that this rank sends; none if native
  /// In place of an algorithm: a schedule as data, for this many ranks. What is no schedule of the collective gives
  /// wrong results or does not end: `verify` it before. Must live until the communicator is freed.
  const RecordedSchedule* recorded = nullptr;
};

/// What can be called as an operation on T: result = operation(left, right), left coming from lower ranks.
template <typename Operation, typename T>
concept CustomOperation = std::invocable<const Operation&, const T&, const T&> && std::is_trivially_copyable_v<T>;

/// What reduces Ts: an operator that the library has for them, or something to be called.
template <typename Operation, typename T>
concept OperationOn = (std::same_as<Operation, ReduceOperator> && ElementOf<T>) || CustomOperation<Operation, T>;

/// What travels as it is.
template <typename T>
concept Copied = std::is_trivially_copyable_v<T>;

/// Bytes of the buffers that a call was made with.
struct BufferSizes {
  std::size_t send = 0;
  std::size_t receive = 0;
};

}  // namespace ringwood
