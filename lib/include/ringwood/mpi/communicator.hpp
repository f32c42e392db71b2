#pragma once

#include <mpi.h>

#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/error.hpp"
#include "ringwood/message.hpp"
#include "ringwood/mpi/element_types.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/recorded.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// How a call is to be done. All ranks must say the same.
struct CallOptions {
  /// "ring", "pat:aggregation=4", "lanes(4, ring)"; "native": the MPI library's own; empty: the library chooses.
  std::string algorithm = {};
  bool commutative = false;  ///< of a custom operation; built-in operators commute anyway
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
  MessageLog* log = nullptr;              ///< gets the messages that this rank sends; none if native
  /// In place of an algorithm: a schedule as data, for this many ranks. What is no schedule of the collective gives
  /// wrong results or does not end: `verify` it before. Must live until the communicator is freed.
  const RecordedSchedule* recorded = nullptr;
};

/// What can be called as an operation on T: result = operation(left, right), left coming from lower ranks.
template <typename Operation, typename T>
concept CustomOperation = std::invocable<const Operation&, const T&, const T&> && std::is_trivially_copyable_v<T>;

/// Collectives over the ranks of an MPI communicator. Messages travel over a private communicator of the same ranks, so
/// that they never meet the user's; it is made collectively by the first call, and freed with the user's. All objects
/// for one communicator share it, and one call at a time uses it, as MPI has it for collectives anyway; objects for
/// different communicators may be used by different threads if MPI was told so.
///
/// Calls throw Error: kUsage for what cannot be done (no algorithm is ever replaced by another), and nothing has
/// happened then; kSystem if MPI fails. After a failure with messages under way the communicator is not used again:
/// calls throw kSystem. Receives are cancelled; buffers that were to be sent from may still be read.
///
/// What no call names is taken from RINGWOOD_ALLREDUCE, RINGWOOD_REDUCE_SCATTER, ... of rank 0's environment, as it is
/// when the private communicator is made: an algorithm as in CallOptions.
class Communicator {
 public:
  /// `communicator` stays the user's, and must live as long as this is used. Throws Error(kUsage) for an
  /// intercommunicator or MPI_COMM_NULL.
  explicit Communicator(MPI_Comm communicator);
  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  [[nodiscard]] Rank rank() const;
  [[nodiscard]] Rank size() const;

  /// Does the call; collective.
  void run(const CollectiveCall& call);

  /// The algorithm that `run` would use, as users write it. Collective if it is the first call. Throws as `run` does.
  [[nodiscard]] std::string algorithm_for(const CollectiveCall& call);

  /// Says who is near whom, for hierarchical algorithms; without this, level "node" is the ranks that share memory.
  /// Collective: all ranks say the same. Holds for all objects of this communicator. Throws Error(kUsage) if the
  /// placement is one of another number of ranks.
  void place(Placement placement);

  /// out[i] = in[i] of rank 0 (+) in[i] of rank 1 (+) ...
  template <ElementOf T>
  void allreduce(std::span<const T> in, std::span<T> out, ReduceOperator op, const CallOptions& options = {}) {
    check_equal("allreduce", in.size(), out.size());
    reduce_built_in<T>({.send = in.data(), .receive = out.data(), .elements = in.size()}, op, options);
  }

  /// In place.
  template <ElementOf T>
  void allreduce(std::span<T> data, ReduceOperator op, const CallOptions& options = {}) {
    reduce_built_in<T>({.receive = data.data(), .in_place = true, .elements = data.size()}, op, options);
  }

  template <typename T, CustomOperation<T> F>
  void allreduce(std::span<const T> in, std::span<T> out, const F& operation, const CallOptions& options = {}) {
    check_equal("allreduce", in.size(), out.size());
    reduce_custom<T>({.send = in.data(), .receive = out.data(), .elements = in.size()}, operation, options);
  }

  template <typename T, CustomOperation<T> F>
  void allreduce(std::span<T> data, const F& operation, const CallOptions& options = {}) {
    reduce_custom<T>({.receive = data.data(), .in_place = true, .elements = data.size()}, operation, options);
  }

  /// Equal blocks: `in` has size() times as many elements as `out`, and rank r gets block r of the result.
  template <ElementOf T>
  void reduce_scatter(std::span<const T> in, std::span<T> out, ReduceOperator op, const CallOptions& options = {}) {
    check_equal("reduce-scatter", in.size(), out.size() * static_cast<std::size_t>(size()));
    reduce_built_in<T>(
        {.collective = Collective::kReduceScatter, .send = in.data(), .receive = out.data(), .elements = in.size()}, op,
        options);
  }

  /// counts[r] elements for rank r; `in` has all.
  template <ElementOf T>
  void reduce_scatter(std::span<const T> in, std::span<T> out, std::span<const std::size_t> counts, ReduceOperator op,
                      const CallOptions& options = {}) {
    check_counts("reduce-scatter", counts, in.size(), out.size());
    reduce_built_in<T>({.collective = Collective::kReduceScatter,
                        .send = in.data(),
                        .receive = out.data(),
                        .elements = in.size(),
                        .counts = counts},
                       op, options);
  }

  /// In place: the own block of the result comes first in `data`, the rest is undefined then.
  template <ElementOf T>
  void reduce_scatter(std::span<T> data, ReduceOperator op, const CallOptions& options = {}) {
    check_divides("reduce-scatter", data.size());
    reduce_built_in<T>(
        {.collective = Collective::kReduceScatter, .receive = data.data(), .in_place = true, .elements = data.size()},
        op, options);
  }

  template <typename T, CustomOperation<T> F>
  void reduce_scatter(std::span<const T> in, std::span<T> out, const F& operation, const CallOptions& options = {}) {
    check_equal("reduce-scatter", in.size(), out.size() * static_cast<std::size_t>(size()));
    reduce_custom<T>(
        {.collective = Collective::kReduceScatter, .send = in.data(), .receive = out.data(), .elements = in.size()},
        operation, options);
  }

  /// Everybody gets everybody's `in`, one after the other; all have as many elements.
  template <typename T>
  requires std::is_trivially_copyable_v<T>

  void allgather(std::span<const T> in, std::span<T> out, const CallOptions& options = {}) {
    check_equal("allgather", in.size() * static_cast<std::size_t>(size()), out.size());
    run({.collective = Collective::kAllgather,
         .send = in.data(),
         .receive = out.data(),
         .elements = out.size(),
         .element_size = sizeof(T),
         .algorithm = options.algorithm});
  }

  /// counts[r] elements from rank r.
  template <typename T>
  requires std::is_trivially_copyable_v<T>

  void allgather(std::span<const T> in, std::span<T> out, std::span<const std::size_t> counts,
                 const CallOptions& options = {}) {
    check_counts("allgather", counts, out.size(), in.size());
    run({.collective = Collective::kAllgather,
         .send = in.data(),
         .receive = out.data(),
         .elements = out.size(),
         .counts = counts,
         .element_size = sizeof(T),
         .algorithm = options.algorithm});
  }

  /// In place: every rank's own block is in its place.
  template <typename T>
  requires std::is_trivially_copyable_v<T>

  void allgather(std::span<T> data, const CallOptions& options = {}) {
    check_divides("allgather", data.size());
    run({.collective = Collective::kAllgather,
         .receive = data.data(),
         .in_place = true,
         .elements = data.size(),
         .element_size = sizeof(T),
         .algorithm = options.algorithm});
  }

  /// The root's data goes to all.
  template <typename T>
  requires std::is_trivially_copyable_v<T>

  void broadcast(std::span<T> data, Rank root, const CallOptions& options = {}) {
    run({.collective = Collective::kBroadcast,
         .receive = data.data(),
         .in_place = true,
         .elements = data.size(),
         .element_size = sizeof(T),
         .root = root,
         .algorithm = options.algorithm});
  }

  /// As allreduce, but only the root's `out` is written; the others' may be empty.
  template <ElementOf T>
  void reduce(std::span<const T> in, std::span<T> out, ReduceOperator op, Rank root, const CallOptions& options = {}) {
    if (rank() == root) {
      check_equal("reduce", in.size(), out.size());
    }
    reduce_built_in<T>({.collective = Collective::kReduce,
                        .send = in.data(),
                        .receive = out.data(),
                        .elements = in.size(),
                        .root = root},
                       op, options);
  }

 private:
  class State;

  template <typename T>
  void reduce_built_in(CollectiveCall call, ReduceOperator op, const CallOptions& options) {
    const auto reduction = built_in_reduction(kElementType<T>, op);
    if (!reduction) {
      refuse_operator(op, kElementType<T>);
    }
    call.element_size = sizeof(T);
    call.reduction = &*reduction;
    call.type = mpi_type(kElementType<T>);
    call.op = mpi_op(op);
    call.algorithm = options.algorithm;
    run(call);
  }

  template <typename T, typename F>
  void reduce_custom(CollectiveCall call, const F& operation, const CallOptions& options) {
    const Reduction reduction{.apply = apply_custom<T, F>,
                              .context = std::addressof(operation),
                              .element_size = sizeof(T),
                              .commutative = options.commutative};
    call.element_size = sizeof(T);
    call.reduction = &reduction;
    call.algorithm = options.algorithm;
    run(call);
  }

  template <typename T, typename F>
  static void apply_custom(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                           const void* context) {
    const F& operation = *static_cast<const F*>(context);
    const T* a = reinterpret_cast<const T*>(left);
    const T* b = reinterpret_cast<const T*>(right);
    T* c = reinterpret_cast<T*>(result);
    for (std::size_t i = 0; i < count; ++i) {
      c[i] = operation(a[i], b[i]);
    }
  }

  static void check_equal(const char* collective, std::size_t expected, std::size_t given);
  void check_divides(const char* collective, std::size_t elements) const;
  void check_counts(const char* collective, std::span<const std::size_t> counts, std::size_t all,
                    std::size_t own) const;
  [[noreturn]] static void refuse_operator(ReduceOperator op, ElementType type);

  std::unique_ptr<State> state_;
};

}  // namespace ringwood
