#pragma once

#include <vector>

#include "ringwood/mpi/communicator.hpp"

namespace ringwood {

/// The MPI library's own collective for a call, on `communicator`. Throws Error(kUsage) for what MPI's interface cannot
/// say: counts above 2^31 - 1, and operations that are not MPI's; Error(kSystem) if MPI fails.
class NativeCollective {
 public:
  NativeCollective(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks);
  NativeCollective(const NativeCollective&) = delete;
  NativeCollective& operator=(const NativeCollective&) = delete;
  ~NativeCollective();

  /// In one go.
  void run();

  /// In steps: the non-blocking form, on these buffers.
  void start(const void* send, void* receive);

  /// Whether what was started has ended.
  [[nodiscard]] bool test();

 private:
  /// Sizes as MPI wants them.
  struct Counts {
    std::vector<int> counts;
    std::vector<int> starts;
  };

  [[nodiscard]] int call(bool waits);
  [[nodiscard]] int allreduce(bool waits);
  [[nodiscard]] int reduce_scatter(bool waits);
  [[nodiscard]] int allgather(bool waits);
  [[nodiscard]] int broadcast(bool waits);
  [[nodiscard]] int reduce(bool waits);
  [[nodiscard]] int gather(bool waits);
  [[nodiscard]] int scatter(bool waits);
  [[nodiscard]] int alltoall(bool waits);

  static void append(Counts& counts, Bytes count);
  [[nodiscard]] const void* input(bool in_place_counts) const;
  [[nodiscard]] int whole() const;
  [[nodiscard]] bool is_equal() const;
  [[nodiscard]] int equal() const;

  [[nodiscard]] int own(const Counts& counts) const { return counts.counts[static_cast<std::size_t>(me_)]; }

  void find_blocks(Counts& counts) const;
  void check_reduction() const;

  CollectiveCall call_;
  MPI_Comm communicator_;
  Rank me_;
  Rank ranks_;
  MPI_Datatype type_ = MPI_BYTE;
  std::size_t unit_ = 1;  // of type_ in an element
  Counts out_;            // MPI reads them until the operation has ended
  Counts in_;
  MPI_Request request_ = MPI_REQUEST_NULL;
};

/// One of them in one go.
inline void run_native(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks) {
  NativeCollective(call, communicator, me, ranks).run();
}

}  // namespace ringwood
