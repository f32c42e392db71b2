#pragma once

#include <mpi.h>

#include <cstddef>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// A datatype that a call names; kept, where the call goes on after its function has returned.
class KeptType {
 public:
  explicit KeptType(MPI_Datatype type) : type_(type) {}

  KeptType(const KeptType&) = delete;
  KeptType& operator=(const KeptType&) = delete;
  ~KeptType();

  [[nodiscard]] MPI_Datatype get() const { return type_; }

  /// From now on the user may free it: predefined ones stay anyway, of others this has a duplicate.
  void keep();

 private:
  MPI_Datatype type_;
  bool owned_ = false;
};

/// Elements of a datatype in a user's memory, seen as the bytes that travel: where the datatype has no gaps, the memory
/// itself; else packed copies. Whether it is copied is this rank's own affair.
class DataBlock {
 public:
  /// `count` elements at `memory`.
  DataBlock(const void* memory, std::size_t count, MPI_Datatype type);

  [[nodiscard]] std::size_t bytes() const { return bytes_; }

  [[nodiscard]] bool is_packed() const { return packed_needed_; }

  /// Writes the bytes that travel to `target`.
  void pack(std::byte* target, MPI_Comm communicator) const;

  /// Takes them from `source` into the user's memory.
  void unpack(const std::byte* source) const;

 private:
  void* memory_;
  int count_;
  MPI_Datatype type_;
  std::size_t bytes_ = 0;
  bool packed_needed_ = false;
};

}  // namespace ringwood
