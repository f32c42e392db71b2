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
    kSlot,  ///< where the next round's message is sent from; a result that goes there, for the push to `peers` that
            ///< comes next, goes to its address too
  };
  Place from = Place::kHome;  ///< of `left`
  Place into = Place::kHome;  ///< of `result`
  Rank peer = 0;
  PlanRange peers;  ///< of a push: to whom; where a message is read: whose messages the round reads from here on
  std::uint32_t round = 0;
  std::uint32_t lag = 0;  ///< how many windows behind the first step it is
  Address left;
  Address right;
  Address result;
  Bytes bytes = 0;
};

/// A plan of one lane as one list of steps for a node, where a message is read where it lies. Longer messages move in
/// windows of `window` bytes of every step, so that what one round writes is still in the caches when the next one
/// sends it. In turn t each step is at window t - lag: a message is waited for one turn after the peer has sent it, so
/// that it is there, and the sum of one round is sent on in the turn in which it was made.
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

  [[nodiscard]] std::uint32_t longest_lag() const { return longest_lag_; }

  /// Whether results go past the caches.
  [[nodiscard]] bool streams() const { return streams_; }

 private:
  friend class Fusion;

  std::vector<FusedStep> steps_;
  std::vector<Rank> peers_;
  std::vector<Effect> start_;
  std::vector<Effect> finish_;
  Bytes window_ = 0;
  Bytes longest_ = 0;
  std::uint32_t longest_lag_ = 0;
  bool streams_ = false;
};

/// How longer messages may move.
enum class Windows {
  kNone,         ///< in one piece
  kOneByOne,     ///< all steps for one window, then for the next
  kOverlapping,  ///< as FusedPlan says
};

/// What every rank's program allows. Windows: all that it names are pieces that are the same or have no byte in common.
/// Overlapping ones: both sides of a message have it in the same round, and two turns' messages of a rank fit in
/// `slots`. Says the same on all ranks.
[[nodiscard]] Windows windows_of(const Schedule& schedule, const Layout& layout, std::size_t slots);

struct FusionOptions {
  Bytes window = 0;      ///< in one go; no message is longer where windows are not allowed
  bool overlaps = true;  ///< as Windows::kOverlapping
  bool hot = false;      ///< sums are made where they are sent from, and wait there for their push
  bool streams = false;  ///< results are too large for the caches; with `hot`
};

/// The plan has one strand.
[[nodiscard]] FusedPlan fuse(const Plan& plan, const FusionOptions& options);

}  // namespace ringwood
