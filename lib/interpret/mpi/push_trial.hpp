#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace ringwood {

/// How a rank writes a piece into a slot.
enum class PushManner : std::uint8_t {
  kNarrow,     ///< round a few slots, which the caches of a core keep
  kWide,       ///< round more of them than those caches hold
  kPastCache,  ///< the same ring, by stores that leave no trace in the caches
};

/// Which manner is the fastest here. What is slow about writing into a slot is to take its lines away from the core
/// that read them last. Where the two share a small cache, a narrow ring is up to five times faster than a wide one;
/// where they share only the last level, the lines of a wide ring have got there by then, and that one is up to four
/// times faster; where they share none, only stores past the caches do not wait for each line, and are ten times
/// faster, while everywhere else they make the reader fetch from memory. Nothing that a machine says of itself tells
/// which it is, and virtual machines are moved from one to another within seconds; so all of them are tried now and
/// then. Concerns nobody but the writer: readers find the same in each.
class PushTrial {
 public:
  /// Whose time is told: the writer's, or that of all that both sides do.
  enum class Told : std::uint8_t { kWriting, kAll };

  /// `manners`, in the order in which they are declared, has to outlive this. The first of them is used at first.
  explicit PushTrial(std::span<const PushManner> manners, Told told = Told::kWriting)
      : manners_(manners), told_(told) {}

  [[nodiscard]] PushManner manner() const { return manners_[current_]; }

  /// Whether the time of the coming piece counts.
  [[nodiscard]] bool measures() const { return unmeasured_ == 0; }

  /// A piece of so many bytes, more than 0, was written in so many ticks of whatever clock; these do not matter where
  /// it was not measured.
  void wrote(std::size_t bytes, std::uint64_t ticks);

 private:
  static constexpr std::size_t kPieces = 16;

  /// Pieces have to go round a ring before their times say anything.
  static constexpr std::size_t kWarming = std::size_t{2} << 20U;

  /// Between two trials, the longer the more often nothing came of them.
  static constexpr std::size_t kLeastBetween = std::size_t{64} << 20U;
  static constexpr std::size_t kMostBetween = std::size_t{512} << 20U;

  /// What both sides spend is told in turns of large messages only: so many bytes are a few calls.
  static constexpr std::size_t kMostBetweenTurns = std::size_t{128} << 20U;

  [[nodiscard]] bool is_faster(std::size_t one, std::size_t other) const;
  void decide();
  [[nodiscard]] std::size_t best() const;

  std::span<const PushManner> manners_;
  Told told_;
  std::size_t current_ = 0;
  std::size_t taken_ = 0;    // by the last decision
  std::size_t untried_ = 0;  // of this trial, after the current one
  std::size_t unmeasured_ = kWarming / 4;
  std::size_t between_ = kLeastBetween;
  std::size_t measured_ = 0;
  std::array<std::uint64_t, kPieces> paces_{};  // of pieces, in ticks for a MiB
  std::array<std::uint64_t, 3> pace_of_{};      // of manners
};

}  // namespace ringwood
