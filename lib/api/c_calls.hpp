#pragma once

#include <mpi.h>

#include <span>
#include <vector>

#include "api/c_block.hpp"
#include "api/c_call.hpp"
#include "api/c_reduction.hpp"

namespace ringwood {

/// A vector that is reduced: MPI_Allreduce, MPI_Reduce and both reduce-scatters, by what their arguments are.
class ReducingCall : public CCall {
 public:
  struct Arguments {
    const void* send = nullptr;
    void* receive = nullptr;
    int count = 0;                ///< where there is one count
    const int* counts = nullptr;  ///< one a rank
    MPI_Datatype type = MPI_DATATYPE_NULL;
    MPI_Op op = MPI_OP_NULL;
    int root = 0;
  };

  enum class Form { kAllreduce, kReduce, kReduceScatter, kReduceScatterBlock };

  ReducingCall(Form form, const Arguments& arguments, MPI_Comm comm);

  [[nodiscard]] Collective collective() const override;
  [[nodiscard]] Verdict verdict() const override;
  [[nodiscard]] int native(MPI_Request* request) const override;
  void keep() override;
  void bind(Context& context) override;

 private:
  [[nodiscard]] int counts_error(Rank ranks) const;
  [[nodiscard]] int buffer_error() const;

  Form form_;
  Arguments arguments_;
  MpiReduction reduction_;
  std::vector<int> kept_counts_;
  std::vector<std::size_t> counts_;
};

/// MPI_Bcast.
class BroadcastCall : public CCall {
 public:
  BroadcastCall(void* buffer, int count, MPI_Datatype type, int root, MPI_Comm comm);

  [[nodiscard]] Collective collective() const override { return Collective::kBroadcast; }

  [[nodiscard]] Verdict verdict() const override;
  [[nodiscard]] int native(MPI_Request* request) const override;
  void keep() override;
  void bind(Context& context) override;
  void pack() override;
  void unpack() override;

 private:
  void* buffer_;
  int count_;
  KeptType type_;
  int root_;
  DataBlock data_;
  bool is_root_ = false;
  std::vector<std::byte> staged_;
};

/// MPI_Allgather and MPI_Allgatherv.
class AllgatherCall : public CCall {
 public:
  /// What this rank sends; `memory` is MPI_IN_PLACE where it is in its place already.
  struct Input {
    const void* memory = nullptr;
    int count = 0;
    MPI_Datatype type = MPI_DATATYPE_NULL;
  };

  /// The receive buffer.
  struct Output {
    void* memory = nullptr;
    int count = 0;                       ///< where all blocks are equal
    const int* counts = nullptr;         ///< else one a rank,
    const int* displacements = nullptr;  ///< in extents of `type`
    MPI_Datatype type = MPI_DATATYPE_NULL;
  };

  AllgatherCall(const Input& input, const Output& output, bool has_counts, MPI_Comm comm);

  [[nodiscard]] Collective collective() const override { return Collective::kAllgather; }

  [[nodiscard]] Verdict verdict() const override;
  [[nodiscard]] int native(MPI_Request* request) const override;
  void keep() override;
  void bind(Context& context) override;
  void pack() override;
  void unpack() override;

 private:
  [[nodiscard]] bool is_in_place() const { return input_.memory == MPI_IN_PLACE; }

  [[nodiscard]] std::size_t count(Rank rank) const;
  [[nodiscard]] MPI_Aint start(Rank rank) const;
  [[nodiscard]] DataBlock block(Rank rank) const;
  [[nodiscard]] std::size_t total_bytes(Rank ranks) const;
  [[nodiscard]] bool is_direct() const;

  Input input_;
  Output output_;
  bool has_counts_;
  KeptType input_type_;
  KeptType output_type_;
  std::vector<int> kept_counts_;
  std::vector<int> kept_displacements_;
  Rank rank_ = 0;
  Rank ranks_ = 1;
  MPI_Aint extent_ = 0;
  std::vector<std::size_t> byte_counts_;
  std::vector<std::byte> sent_;
  std::vector<std::byte> staged_;  // what is received, where that is not the receive buffer
  bool is_staged_ = false;
};

/// MPI_Barrier.
class BarrierCall : public CCall {
 public:
  using CCall::CCall;

  [[nodiscard]] Collective collective() const override { return Collective::kBarrier; }

  [[nodiscard]] Verdict verdict() const override { return Verdict::ours(); }

  [[nodiscard]] int native(MPI_Request* request) const override;
  void bind(Context& context) override;
};

}  // namespace ringwood
