#pragma once

#include <mpi.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <utility>

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

  /// Whether this call is left to the MPI library, to be compared with. The same on all ranks.
  [[nodiscard]] static bool is_compared(const Site& site);

  static Ledger& instance();

  /// After a call. `calls_before`: what `calls_served` said before it.
  void add(const Site& site, double seconds, bool compared, std::uint64_t calls_before);

  /// How many calls the library has served on the communicator.
  [[nodiscard]] static std::uint64_t calls_served(const Site& site);

 private:
  struct Entry {
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;
    double seconds = 0;

    [[nodiscard]] double mean() const { return seconds / static_cast<double>(calls); }
  };

  /// Communicator, call site, collective, binary logarithm of the bytes.
  using Place = std::tuple<std::string, const void*, Collective, int>;
  /// The same, and algorithm and who chose it.
  using Key = std::pair<Place, std::string>;

  Ledger();
  static int tell_at_end(MPI_Comm self, int key, void* value, void* state);
  void tell() const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::string line(const Key& key, const Entry& entry, double& saved) const;

  std::mutex mutex_;
  std::map<Key, Entry> entries_;
  std::map<Place, Entry> compared_;  // those left to the MPI library
};

}  // namespace ringwood::preload
