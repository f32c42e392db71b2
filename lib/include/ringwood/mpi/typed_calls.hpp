#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "ringwood/error.hpp"
#include "ringwood/mpi/call.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// The collectives with types. Written once for all that can be done with a call: `Face` has rank(), size(), and
/// submit(call, kept, sizes), whose result is each function's. Buffers are spans; sizes that do not fit throw
/// Error(kUsage) before anything happens.
template <typename Face>
class TypedCalls {
 public:
  /// out[i] = in[i] of rank 0 (+) in[i] of rank 1 (+) ...
  template <typename T, OperationOn<T> Operation>
  auto allreduce(std::span<const T> in, std::span<T> out, const Operation& operation, const CallOptions& options = {}) {
    check_equal("allreduce", in.size(), out.size());
    return reduce_with<T>(separate(Collective::kAllreduce, in, out, in.size()), operation, options);
  }

  /// In place.
  template <typename T, OperationOn<T> Operation>
  auto allreduce(std::span<T> data, const Operation& operation, const CallOptions& options = {}) {
    return reduce_with<T>(in_place(Collective::kAllreduce, data), operation, options);
  }

  /// Equal blocks: `in` has size() times as many elements as `out`, and rank r gets block r of the result.
  template <typename T, OperationOn<T> Operation>
  auto reduce_scatter(std::span<const T> in, std::span<T> out, const Operation& operation,
                      const CallOptions& options = {}) {
    check_equal("reduce-scatter", in.size(), out.size() * ranks());
    return reduce_with<T>(separate(Collective::kReduceScatter, in, out, in.size()), operation, options);
  }

  /// counts[r] elements for rank r; `in` has all.
  template <typename T, OperationOn<T> Operation>
  auto reduce_scatter(std::span<const T> in, std::span<T> out, std::span<const std::size_t> counts,
                      const Operation& operation, const CallOptions& options = {}) {
    check_counts("reduce-scatter", counts, in.size(), out.size());
    Submission what = separate(Collective::kReduceScatter, in, out, in.size());
    what.call.counts = counts;
    return reduce_with<T>(what, operation, options);
  }

  /// In place: the own block of the result comes first in `data`, the rest is undefined then.
  template <typename T, OperationOn<T> Operation>
  auto reduce_scatter(std::span<T> data, const Operation& operation, const CallOptions& options = {}) {
    check_divides("reduce-scatter", data.size());
    return reduce_with<T>(in_place(Collective::kReduceScatter, data), operation, options);
  }

  template <typename T, OperationOn<T> Operation>
  auto reduce_scatter(std::span<T> data, std::span<const std::size_t> counts, const Operation& operation,
                      const CallOptions& options = {}) {
    check_counts("reduce-scatter", counts, data.size(), own(counts));
    Submission what = in_place(Collective::kReduceScatter, data);
    what.call.counts = counts;
    return reduce_with<T>(what, operation, options);
  }

  /// Everybody gets everybody's `in`, one after the other; all have as many elements.
  template <Copied T>
  auto allgather(std::span<const T> in, std::span<T> out, const CallOptions& options = {}) {
    check_equal("allgather", in.size() * ranks(), out.size());
    return copy<T>(separate(Collective::kAllgather, in, out, out.size()), options);
  }

  /// counts[r] elements from rank r.
  template <Copied T>
  auto allgather(std::span<const T> in, std::span<T> out, std::span<const std::size_t> counts,
                 const CallOptions& options = {}) {
    check_counts("allgather", counts, out.size(), in.size());
    Submission what = separate(Collective::kAllgather, in, out, out.size());
    what.call.counts = counts;
    return copy<T>(what, options);
  }

  /// In place: every rank's own block is in its place.
  template <Copied T>
  auto allgather(std::span<T> data, const CallOptions& options = {}) {
    check_divides("allgather", data.size());
    return copy<T>(in_place(Collective::kAllgather, data), options);
  }

  template <Copied T>
  auto allgather(std::span<T> data, std::span<const std::size_t> counts, const CallOptions& options = {}) {
    check_counts("allgather", counts, data.size(), own(counts));
    Submission what = in_place(Collective::kAllgather, data);
    what.call.counts = counts;
    return copy<T>(what, options);
  }

  /// The root's data goes to all.
  template <Copied T>
  auto broadcast(std::span<T> data, Rank root, const CallOptions& options = {}) {
    return copy<T>(rooted(in_place(Collective::kBroadcast, data), root), options);
  }

  /// As allreduce, but only the root's `out` is written; the others' may be empty.
  template <typename T, OperationOn<T> Operation>
  auto reduce(std::span<const T> in, std::span<T> out, const Operation& operation, Rank root,
              const CallOptions& options = {}) {
    if (face().rank() == root) {
      check_equal("reduce", in.size(), out.size());
    }
    return reduce_with<T>(rooted(separate(Collective::kReduce, in, out, in.size()), root), operation, options);
  }

  /// The root gets everybody's `in`, one after the other; all have as many elements. The others' `out` may be empty.
  template <Copied T>
  auto gather(std::span<const T> in, std::span<T> out, Rank root, const CallOptions& options = {}) {
    if (face().rank() == root) {
      check_equal("gather", in.size() * ranks(), out.size());
    }
    return copy<T>(rooted(separate(Collective::kGather, in, out, in.size() * ranks()), root), options);
  }

  /// Rank r gets block r of the root's `in`. The others' `in` may be empty.
  template <Copied T>
  auto scatter(std::span<const T> in, std::span<T> out, Rank root, const CallOptions& options = {}) {
    if (face().rank() == root) {
      check_equal("scatter", in.size(), out.size() * ranks());
    }
    return copy<T>(rooted(separate(Collective::kScatter, in, out, out.size() * ranks()), root), options);
  }

  /// Block r of `in` goes to rank r; block r of `out` comes from there.
  template <Copied T>
  auto alltoall(std::span<const T> in, std::span<T> out, const CallOptions& options = {}) {
    check_equal("alltoall", in.size(), out.size());
    check_divides("alltoall", in.size());
    return copy<T>(separate(Collective::kAlltoall, in, out, in.size() * ranks()), options);
  }

  /// Nobody goes on before all have come.
  auto barrier(const CallOptions& options = {}) {
    return submit({.call = {.collective = Collective::kBarrier}, .sizes = {}}, options);
  }

 private:
  struct Submission {
    CollectiveCall call;
    BufferSizes sizes;
  };

  [[nodiscard]] Face& face() { return static_cast<Face&>(*this); }

  [[nodiscard]] std::size_t ranks() { return static_cast<std::size_t>(face().size()); }

  [[nodiscard]] std::size_t own(std::span<const std::size_t> counts) {
    const auto rank = static_cast<std::size_t>(face().rank());
    return rank < counts.size() ? counts[rank] : 0;
  }

  template <typename T>
  static Submission separate(Collective collective, std::span<const T> in, std::span<T> out, std::size_t elements) {
    return {.call = {.collective = collective, .send = in.data(), .receive = out.data(), .elements = elements},
            .sizes = {.send = in.size_bytes(), .receive = out.size_bytes()}};
  }

  template <typename T>
  static Submission in_place(Collective collective, std::span<T> data) {
    return {.call = {.collective = collective, .receive = data.data(), .in_place = true, .elements = data.size()},
            .sizes = {.send = 0, .receive = data.size_bytes()}};
  }

  static Submission rooted(Submission what, Rank root) {
    what.call.root = root;
    return what;
  }

  auto submit(Submission what, const CallOptions& options, std::shared_ptr<const void> kept = nullptr) {
    what.call.algorithm = options.algorithm;
    what.call.policies = options.policies;
    return face().submit(what.call, std::move(kept), what.sizes);
  }

  template <typename T>
  auto copy(Submission what, const CallOptions& options) {
    what.call.element_size = sizeof(T);
    return submit(what, options);
  }

  template <typename T, typename Operation>
  auto reduce_with(Submission what, const Operation& operation, const CallOptions& options) {
    what.call.element_size = sizeof(T);
    if constexpr (std::is_same_v<Operation, ReduceOperator>) {
      const auto reduction = built_in_reduction(kElementType<T>, operation);
      if (!reduction) {
        refuse_operator(operation, kElementType<T>);
      }
      what.call.reduction = &*reduction;
      what.call.type = mpi_type(kElementType<T>);
      what.call.op = mpi_op(operation);
      return submit(what, options);
    } else if constexpr (Face::kKeepsOperations) {
      const auto kept = std::make_shared<const Operation>(operation);
      const Reduction reduction = custom<T>(*kept, options);
      what.call.reduction = &reduction;
      return submit(what, options, kept);
    } else {
      const Reduction reduction = custom<T>(operation, options);
      what.call.reduction = &reduction;
      return submit(what, options);
    }
  }

  template <typename T, typename Operation>
  static Reduction custom(const Operation& operation, const CallOptions& options) {
    return {.apply = apply_custom<T, Operation>,
            .context = std::addressof(operation),
            .element_size = sizeof(T),
            .commutative = options.commutative};
  }

  template <typename T, typename Operation>
  static void apply_custom(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                           const void* context) {
    const Operation& operation = *static_cast<const Operation*>(context);
    const T* a = reinterpret_cast<const T*>(left);
    const T* b = reinterpret_cast<const T*>(right);
    T* c = reinterpret_cast<T*>(result);
    for (std::size_t i = 0; i < count; ++i) {
      c[i] = operation(a[i], b[i]);
    }
  }

  static void check_equal(const std::string& collective, std::size_t expected, std::size_t given) {
    if (expected != given) {
      throw Error(ErrorKind::kUsage, collective + ": the output has to match " + std::to_string(expected) +
                                         " elements, not " + std::to_string(given));
    }
  }

  void check_divides(const std::string& collective, std::size_t elements) {
    if (elements % ranks() != 0) {
      throw Error(ErrorKind::kUsage, collective + ": " + std::to_string(elements) +
                                         " elements are no equal blocks for " + std::to_string(ranks()) + " ranks");
    }
  }

  void check_counts(const std::string& collective, std::span<const std::size_t> counts, std::size_t all,
                    std::size_t of_this_rank) {
    std::size_t sum = 0;
    for (const std::size_t count : counts) {
      sum += count;
    }
    if (counts.size() != ranks() || sum != all || own(counts) != of_this_rank) {
      throw Error(ErrorKind::kUsage, collective + ": " + std::to_string(counts.size()) + " counts with sum " +
                                         std::to_string(sum) + " do not fit " + std::to_string(ranks()) + " ranks, " +
                                         std::to_string(all) + " elements in all and " + std::to_string(of_this_rank) +
                                         " of this rank");
    }
  }

  [[noreturn]] static void refuse_operator(ReduceOperator op, ElementType type) {
    throw Error(ErrorKind::kUsage,
                "operator " + std::string(name_of(op)) + " has no meaning for " + std::string(name_of(type)));
  }
};

}  // namespace ringwood
