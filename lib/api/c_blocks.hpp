#pragma once

#include <mpi.h>

#include <vector>

#include "api/c_block.hpp"
#include "api/c_call.hpp"

namespace ringwood {

/// MPI_Alltoall, MPI_Gather and MPI_Scatter: equal blocks, of which a rank has one or one for each rank.
class BlocksCall : public CCall {
 public:
  /// One side of the call: `count` elements a block. `memory` may be MPI_IN_PLACE.
  struct Side {
    void* memory = nullptr;
    int count = 0;
    MPI_Datatype type = MPI_DATATYPE_NULL;
  };

  BlocksCall(Collective collective, const Side& send, const Side& receive, int root, MPI_Comm comm);

  [[nodiscard]] Collective collective() const override { return collective_; }

  [[nodiscard]] Verdict verdict() const override;
  [[nodiscard]] int native(MPI_Request* request) const override;
  void keep() override;
  void bind(Context& context) override;
  void pack() override;
  void unpack() override;

 private:
  [[nodiscard]] bool is_root() const;
  [[nodiscard]] bool sends() const;
  [[nodiscard]] bool receives() const;
  [[nodiscard]] DataBlock sent() const;
  [[nodiscard]] DataBlock received() const;
  [[nodiscard]] std::size_t block_bytes() const;
  [[nodiscard]] int native_now() const;
  [[nodiscard]] int native_later(MPI_Request* request) const;

  Collective collective_;
  Side send_;
  Side receive_;
  int root_;
  KeptType send_type_;
  KeptType receive_type_;
  std::vector<std::byte> packed_;
  std::vector<std::byte> staged_;
};

}  // namespace ringwood
