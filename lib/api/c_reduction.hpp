#pragma once

#include <mpi.h>

#include <optional>

#include "api/c_block.hpp"
#include "ringwood/reduction.hpp"

namespace ringwood {

/// MPI's operation on MPI's datatype, as the library's. Where there is a kernel it is taken, else MPI_Reduce_local.
/// Must stay where it is while its reduction is used.
class MpiReduction {
 public:
  MpiReduction(MPI_Datatype type, MPI_Op op);
  MpiReduction(const MpiReduction&) = delete;
  MpiReduction& operator=(const MpiReduction&) = delete;

  /// The datatype is used after the call that named it has returned, and may be freed by then. An operation has to
  /// stay: MPI has no way to keep one.
  void keep() { type_.keep(); }

  [[nodiscard]] MPI_Datatype type() const { return type_.get(); }

  /// nullptr: this is for the MPI library's own collective. Depends on type and operation only, which MPI requires to
  /// be the same on all ranks.
  [[nodiscard]] const Reduction* get() const { return reduction_ ? &*reduction_ : nullptr; }

 private:
  static void reduce_local(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                           const void* context);
  void take_mpi(Bytes size, bool commutative);

  KeptType type_;
  MPI_Op op_;
  std::optional<Reduction> reduction_;
};

/// The bytes of an element, if elements follow each other without gaps and each is one piece from its address on.
[[nodiscard]] std::optional<Bytes> contiguous_size(MPI_Datatype type);

/// The same of a datatype whose handle never means another.
[[nodiscard]] bool is_predefined_without_gaps(MPI_Datatype type);

}  // namespace ringwood
