#pragma once

#include <vector>

#include "ringwood/reduction.hpp"
#include "schedule/plan.hpp"

namespace ringwood {

/// One thing that a rank does where messages lie in memory that both sides see: whatever reads a message reads it where
/// the sender put it.
struct FusedStep {
  enum class Kind : std::uint8_t {
    kPush,         ///< sends `left` to `peers`
    kPull,         ///< result := the message
    kReduceLeft,   ///< result := the message (+) left
    kReduceRight,  ///< result := left (+) the message
    kCopy,         ///< result := left
    kReduce,       ///< result := left (+) right
  };

  Kind kind = Kind::kPush;
  /// The result is not read again by this plan, nor was it just read: it need not be in the caches.
  bool last = false;
  /// Where the result is made, or the message comes from, and not only at its address.
  enum class Place : std::uint8_t {
    kHome,
    kHot,   ///< only in the hot memory: a step of this round overwrites it
    kSlot,  ///< only where the next round's message is sent from; its push also writes it home
  };
  Place from = Place::kHome;  ///< of `left`
  Place into = Place::kHome;  ///< of `result`
  Rank peer = 0;
  PlanRange peers;
  std::uint32_t round = 0;
  Address left;
  Address right;
  Address result;
  Bytes bytes = 0;
};

/// A plan of one lane as one list of steps for a node, where a message is read where it lies. Longer messages move in
/// windows: the whole list is carried out for the first `window` bytes of every step, then for the next, ..., so that
/// what one round writes is still in the caches when the next one sends it.
class FusedPlan {
 public:
  [[nodiscard]] std::span<const FusedStep> steps() const { return steps_; }

  [[nodiscard]] std::span<const Rank> peers(PlanRange range) const {
    return std::span(peers_).subspan(range.begin, range.end - range.begin);
  }

  /// Before everything else, and after.
  [[nodiscard]] std::span<const Effect> start() const { return start_; }

  [[nodiscard]] std::span<const Effect> finish() const { return finish_; }

  /// Of a step, in one go.
  [[nodiscard]] Bytes window() const { return window_; }

  [[nodiscard]] Bytes longest() const { return longest_; }

 private:
  friend class Fusion;

  std::vector<FusedStep> steps_;
  std::vector<Rank> peers_;
  std::vector<Effect> start_;
  std::vector<Effect> finish_;
  Bytes window_ = 0;
  Bytes longest_ = 0;
};

/// Whether every rank's program may be carried out window by window: all that it names are pieces that are the same or
/// have no byte in common. Says the same on all ranks.
[[nodiscard]] bool works_in_windows(const Schedule& schedule, const Layout& layout);

struct FusionOptions {
  Bytes window = 0;      ///< no message is longer, or works_in_windows
  bool streams = false;  ///< results are too large for the caches
};

/// The plan has one strand.
[[nodiscard]] FusedPlan fuse(const Plan& plan, const FusionOptions& options);

}  // namespace ringwood
