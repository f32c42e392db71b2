#pragma once

#include <mpi.h>

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>

#include "api/c_request.hpp"
#include "api/context.hpp"

namespace ringwood {

/// What can be packed, and what all ranks therefore send through the library.
inline constexpr std::size_t kMostPackedBytes = std::numeric_limits<int>::max();

/// 1 in no communicator.
inline Rank ranks_of(MPI_Comm comm) {
  int ranks = 1;
  if (comm != MPI_COMM_NULL) {
    PMPI_Comm_size(comm, &ranks);
  }
  return ranks;
}

inline Rank rank_in(MPI_Comm comm) {
  int rank = 0;
  PMPI_Comm_rank(comm, &rank);
  return rank;
}

/// Whether the call is not for us: between two groups, or in no communicator.
inline bool is_inter(MPI_Comm comm) {
  int between_groups = 0;
  return comm == MPI_COMM_NULL || PMPI_Comm_test_inter(comm, &between_groups) != MPI_SUCCESS || between_groups != 0;
}

/// What becomes of a call of C's.
struct Verdict {
  enum class Kind {
    kOurs,
    kNative,   ///< for the MPI library's own function
    kRefused,  ///< no rank may pass this; the MPI library's own function might not look (MPICH without error checking)
  };

  Kind kind = Kind::kOurs;
  int error_class = MPI_SUCCESS;

  static constexpr Verdict ours() { return {}; }

  static constexpr Verdict native() { return {Kind::kNative, MPI_SUCCESS}; }

  static constexpr Verdict refused(int error_class) { return {Kind::kRefused, error_class}; }
};

/// One call of C's: MPI's arguments, and what they mean to the library. Written once for what waits, what is started
/// and what is planned.
class CCall {
 public:
  explicit CCall(MPI_Comm comm) : comm_(comm) {}

  CCall(const CCall&) = delete;
  CCall& operator=(const CCall&) = delete;
  virtual ~CCall() = default;

  [[nodiscard]] MPI_Comm comm() const { return comm_; }

  [[nodiscard]] virtual Collective collective() const = 0;

  /// Looks only at what MPI requires to be the same on all ranks, unless it refuses.
  [[nodiscard]] virtual Verdict verdict() const = 0;

  /// MPI's own function: the blocking one, or if there is a request the non-blocking one.
  [[nodiscard]] virtual int native(MPI_Request* request) const = 0;

  /// Keeps what arguments refer to, for a call that goes on after its function has returned.
  virtual void keep() {}

  /// Turns it into a call of the library's; before anything below.
  virtual void bind(Context& context) = 0;

  [[nodiscard]] const CollectiveCall& call() const { return call_; }

  /// Before each start: what is not in one piece is packed.
  virtual void pack() {}

  /// After each end: and unpacked.
  virtual void unpack() {}

 protected:
  CollectiveCall call_;

 private:
  MPI_Comm comm_;
};

struct CallKey;

/// Does it. Returns MPI's code, after the error handler. With a key it is remembered (c_repeat.hpp).
[[nodiscard]] int do_call(CCall& call, const CallKey* key = nullptr);

/// Starts it.
[[nodiscard]] int start_call(std::unique_ptr<CCall> call, ringwood_request* request);

/// Prepares it.
[[nodiscard]] int plan_call(std::unique_ptr<CCall> call, ringwood_request* request);

}  // namespace ringwood
