#pragma once

#include <mpi.h>

#include <array>
#include <exception>

#include "ringwood/ids.hpp"

namespace ringwood {

// What all ranks prepare together goes through collective operations of MPI. A rank that fails in between (no memory is
// left) would leave the others waiting in the next one. So each is preceded by an agreement that everybody has come so
// far, and a rank that has failed takes part in that agreement and in nothing else.

/// Another rank has failed. No Error: nobody on the way is to take it for one of its own. Allocates nothing.
class NotAllReady : public std::exception {
 public:
  explicit NotAllReady(Rank rank);

  [[nodiscard]] const char* what() const noexcept override { return text_.data(); }

 private:
  std::array<char, 80> text_{};
};

/// Collective. Returns on all ranks, or throws NotAllReady on all that have not failed. To be called before each
/// collective operation inside `agreed`; between it and that operation nothing may fail. Throws Error(kSystem) if MPI
/// fails.
void all_ready(MPI_Comm communicator);

/// What a rank calls that has failed, instead of the next `all_ready`.
void not_ready(MPI_Comm communicator) noexcept;

/// Turns NotAllReady into an Error(kSystem).
[[noreturn]] void throw_error(const NotAllReady& failure);

/// `work()` on all ranks, or an error on all: those that have not failed themselves are told of one that has.
/// Collective; throws what `work` does, or Error(kSystem).
template <typename Work>
auto agreed(MPI_Comm communicator, Work work) {
  try {
    auto result = [&] {
      try {
        return work();
      } catch (const NotAllReady&) {
        throw;
      } catch (...) {
        not_ready(communicator);
        throw;
      }
    }();
    all_ready(communicator);
    return result;
  } catch (const NotAllReady& failure) {
    throw_error(failure);
  }
}

}  // namespace ringwood
