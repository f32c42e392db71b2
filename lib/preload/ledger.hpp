#pragma once

#include <mpi.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>

#include "ringwood/collective.hpp"

namespace ringwood::preload {

/// One call, as the report tells it apart from others.
struct Site {
  Collective collective = Collective::kBarrier;
  MPI_Comm communicator = MPI_COMM_NULL;
  const void* caller = nullptr;  ///< where the call returns to
  std::int64_t count = 0;        ///< as passed
  MPI_Datatype type = MPI_DATATYPE_NULL;
};

/// Who called what, and what became of it. Kept if RINGWOOD_REPORT asks for it; told by rank 0 when MPI ends.
class Ledger {
 public:
  [[nodiscard]] static bool is_kept();
  static Ledger& instance();

  void add(const Site& site, double seconds);

 private:
  struct Entry {
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;
  };

  /// Communicator, call site, collective, binary logarithm of the bytes, algorithm.
  using Key = std::tuple<std::string, const void*, Collective, int, std::string>;

  Ledger();
  static int tell_at_end(MPI_Comm self, int key, void* value, void* state);
  void tell() const;
  [[nodiscard]] std::string text() const;

  std::mutex mutex_;
  std::map<Key, Entry> entries_;
};

}  // namespace ringwood::preload
