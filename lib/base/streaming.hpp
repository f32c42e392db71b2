#pragma once

#include <cstddef>
#include <span>

#include "ringwood/reduction.hpp"

namespace ringwood {

/// memcpy that leaves no trace of `to` in the caches: for results too large to be found there again. Without it, every
/// line that is written is read from memory first. Others may see the bytes late: settle_streams comes before whatever
/// tells them that they are there.
void copy_past_cache(std::byte* to, const std::byte* from, std::size_t bytes) noexcept;

/// The same of a reduction's result, which is one of the operands or overlaps neither.
void reduce_past_cache(const Reduction& reduction, const std::byte* left, const std::byte* right, std::byte* result,
                       std::size_t bytes);

/// Where a result goes.
struct Target {
  std::byte* to = nullptr;
  bool past_cache = false;
};

/// The reduction's result to all of up to a few places, none of which overlaps another, and each of which is one of the
/// operands or overlaps neither.
void reduce_to(const Reduction& reduction, const std::byte* left, const std::byte* right,
               std::span<const Target> targets, std::size_t bytes);

/// Waits until everybody sees what went past the caches.
void settle_streams() noexcept;

}  // namespace ringwood
