#pragma once

#include "interpret/mpi/transport.hpp"

namespace ringwood {

// Who uses which tags of the private communicator. All ranks start their calls in the same order, and so find the same
// tags for a call; nothing is said about it in messages. Two operations of one rank that are both under way never share
// a tag: the later one waits for the earlier one's end before its first message (progress.hpp).

/// Blocking calls, of which there is one at a time: lane l has tag l.
inline constexpr Lane kBlockingTags = 1 << 13;

/// Non-blocking calls take the blocks of tags in turn.
inline constexpr Lane kCallTags = 64;
inline constexpr Lane kFirstCallTag = kBlockingTags;
inline constexpr Lane kCallBlocks = 128;

/// Persistent ones get theirs when they are made, and keep them, so that they may be started in any order. These too
/// are taken in turn.
inline constexpr Lane kFirstPlanTag = kFirstCallTag + kCallTags * kCallBlocks;
inline constexpr Lane kPlanTags = MpiTransport::kTags - kFirstPlanTag;

/// Tags `first` .. `first + count - 1`.
struct TagRange {
  Lane first = 0;
  Lane count = 0;

  [[nodiscard]] bool meets(const TagRange& other) const {
    return first < other.first + other.count && other.first < first + count;
  }
};

/// What one communicator's operations take, in the order of their calls.
class Tags {
 public:
  [[nodiscard]] TagRange next_call() {
    const TagRange taken{kFirstCallTag + block_ * kCallTags, kCallTags};
    block_ = (block_ + 1) % kCallBlocks;
    return taken;
  }

  /// `lanes` is the same on all ranks, and at most kPlanTags.
  [[nodiscard]] TagRange next_plan(Lane lanes) {
    if (lanes > kPlanTags - plan_) {
      plan_ = 0;
    }
    const TagRange taken{kFirstPlanTag + plan_, lanes};
    plan_ += lanes;
    return taken;
  }

 private:
  Lane block_ = 0;
  Lane plan_ = 0;
};

}  // namespace ringwood
