#pragma once

#include "schedule/plan_regions.hpp"

namespace ringwood {

/// Where a rank's part of the vector lies in the buffers that its user passes, by the contract of the collective.
struct BufferMap {
  RegionMap input;   ///< what the rank holds before
  RegionMap home;    ///< where the vector is worked on, as far as the receive buffer has room; the rest is scratch
  RegionMap target;  ///< what the rank must hold after
  RegionMap saved;   ///< what is copied to `input` first, since the result overwrites it
  Bytes send_bytes = 0;
  Bytes receive_bytes = 0;
  Bytes scratch_bytes = 0;  ///< of scratch, from 0 on, that `input` occupies
};

[[nodiscard]] BufferMap buffers_of(const Schedule& schedule, const Layout& layout, Rank me, BufferUse use);

}  // namespace ringwood
