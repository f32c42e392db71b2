#pragma once

#include <mpi.h>

#include <array>
#include <cstdint>
#include <exception>
#include <limits>

#include "ringwood/ids.hpp"

namespace ringwood {

// What all ranks prepare together goes through collective operations of MPI. A rank that fails in between (no memory is
// left) would leave the others waiting in the next one. So each is preceded by an agreement that everybody has come so
// far, and a rank that has failed takes part in that agreement and in nothing else. What the ranks need to know of each
// other in a few numbers comes with the agreement.

/// Another rank has failed. No Error: nobody on the way is to take it for one of its own. Allocates nothing.
class NotAllReady : public std::exception {
 public:
  explicit NotAllReady(Rank rank);

  [[nodiscard]] const char* what() const noexcept override { return text_.data(); }

 private:
  std::array<char, 80> text_{};
};

/// Numbers that come with an agreement: of each the least of all ranks. What a rank has nothing to say about is
/// kNothing.
using Least = std::array<std::int64_t, 3>;

constexpr std::int64_t kNothing = std::numeric_limits<std::int64_t>::max();

/// What each rank says in an agreement, and the least of it: the rank if it has failed, or kNothing; then the numbers.
/// Always of this length, since who has failed does not know what the others ask.
using AgreementWords = std::array<std::int64_t, 1 + std::tuple_size_v<Least>>;

[[nodiscard]] constexpr AgreementWords words_of(Least mine, std::int64_t failed = kNothing) {
  return {failed, mine[0], mine[1], mine[2]};
}

/// The numbers, or NotAllReady.
[[nodiscard]] Least checked(const AgreementWords& least);

/// Collective. Returns on all ranks, or throws NotAllReady on all that have not failed. To be called before each
/// collective operation inside `agreed`; between it and that operation nothing may fail. Throws Error(kSystem) if MPI
/// fails.
void all_ready(MPI_Comm communicator);

/// As all_ready; the least of what the ranks say.
[[nodiscard]] Least least_when_ready(Least mine, MPI_Comm communicator);

/// What a rank calls that has failed, instead of the next `all_ready` or `least_when_ready`.
void not_ready(MPI_Comm communicator) noexcept;

/// Turns NotAllReady into an Error(kSystem).
[[noreturn]] void throw_error(const NotAllReady& failure);

/// `work()` on all ranks, or an error on all: those that have not failed themselves are told of one that has. `where`
/// they agree is a communicator, or anything else that has the three functions above. Collective; throws what `work`
/// does, or Error(kSystem).
template <typename Where, typename Work>
auto agreed(Where&& where, Work work) {
  try {
    auto result = [&] {
      try {
        return work();
      } catch (const NotAllReady&) {
        throw;
      } catch (...) {
        not_ready(where);
        throw;
      }
    }();
    all_ready(where);
    return result;
  } catch (const NotAllReady& failure) {
    throw_error(failure);
  }
}

}  // namespace ringwood
