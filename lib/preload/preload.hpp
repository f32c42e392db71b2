#pragma once

#include <mpi.h>

#include "preload/ledger.hpp"

namespace ringwood::preload {

/// Whether calls are ours: MPI has begun and not ended, and RINGWOOD_PRELOAD is not 0.
[[nodiscard]] bool is_on();

/// Where a call comes from, told by functions that stand between the program and those of C.
class CalledFrom {
 public:
  explicit CalledFrom(const void* caller) { told() = caller; }

  CalledFrom(const CalledFrom&) = delete;
  CalledFrom& operator=(const CalledFrom&) = delete;

  ~CalledFrom() { told() = nullptr; }

  /// What was told, or `otherwise`.
  [[nodiscard]] static const void* or_else(const void* otherwise) { return told() == nullptr ? otherwise : told(); }

 private:
  static const void*& told();
};

/// Marks this thread as inside the library: what MPI calls in turn is not for us.
class Inside {
 public:
  explicit Inside(int& depth) : depth_(++depth) {}

  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  ~Inside() { --depth_; }

  /// How often this thread is inside.
  [[nodiscard]] static int& depth();

 private:
  int& depth_;
};

/// `ours()` or `native()`, whichever is to serve the call.
template <typename Ours, typename Native>
int serve(const Site& site, Ours ours, Native native) {
  int& depth = Inside::depth();
  if (depth > 0 || !is_on()) {
    return native();
  }
  const Inside inside(depth);
  const bool compared = Ledger::is_compared(site);
  if (!Ledger::is_kept()) {
    return compared ? native() : ours();
  }
  const std::uint64_t calls_before = Ledger::calls_served(site);
  const double start = PMPI_Wtime();
  const int code = compared ? native() : ours();
  Ledger::instance().add(site, PMPI_Wtime() - start, compared, calls_before);
  return code;
}

}  // namespace ringwood::preload
