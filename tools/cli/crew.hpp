#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace ringwood::cli {

/// Pieces of work that do not depend on each other.
struct SharedWork {
  std::size_t count = 0;

  /// Does piece `index` and tells the result; called on any rank, by several threads at once.
  std::function<std::string(std::size_t index)> work;

  /// Takes a result; called on the first rank only, by one thread, as soon as a piece is done.
  std::function<void(std::size_t index, const std::string& result)> done;

  /// Whether to begin nothing more; asked on every rank before a piece is begun.
  std::function<bool()> enough;
};

/// All that this program was started as: one process, or the ranks of a launcher. Every rank calls the same functions
/// in the same order.
class Crew {
 public:
  Crew() = default;
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;
  virtual ~Crew() = default;

  [[nodiscard]] virtual bool first() const = 0;

  /// Collective: the first rank does it; an Error that it throws is thrown on all.
  virtual void on_first(const std::function<void()>& action) = 0;

  /// Collective: the first rank's flags.
  [[nodiscard]] virtual std::vector<char> shared(const std::vector<char>& flags) = 0;

  /// Collective: does the work with so many threads on each rank. Who is free takes the next piece, in the order of
  /// their numbers. Ends when no piece is under way. Throws what `work` or `done` threw; if there are other ranks, that
  /// rank says so and the program ends.
  virtual void share(const SharedWork& work, int threads) = 0;
};

/// One process without a launcher. Where ranks cannot be joined, as MPI is not built in, it stands for the first one,
/// and the others have nothing to do.
[[nodiscard]] std::unique_ptr<Crew> solo_crew();

/// The ranks of the launcher, if one started this program and MPI is built in; otherwise one process.
[[nodiscard]] std::unique_ptr<Crew> start_crew();

}  // namespace ringwood::cli
