#pragma once

#include <cstddef>

namespace ringwood {

/// memcpy that leaves no trace of `to` in the caches: for results too large to be found there again. Without it, every
/// line that is written is read from memory first.
void copy_past_cache(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

}  // namespace ringwood
