#include "base/streaming.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "base/instruction_set.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace ringwood {

namespace {

constexpr std::size_t kLine = 64;

// What is reduced before it is written past the caches. As short as a processor looks ahead: the next block is fetched
// while this one is written.
constexpr std::size_t kShortBlock = 1024;

// Where blocks cannot all begin at a line of what they are copied to, lines that two of them share are few.
constexpr std::size_t kBlock = 4096;

#ifdef __x86_64__

// Whole lines only: `to` is aligned to kLine, `bytes` a multiple of it.
__attribute__((target("avx512f"))) void stream_lines_512(std::byte* to, const std::byte* from, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += kLine) {
    _mm512_stream_si512(reinterpret_cast<__m512i*>(to + at), _mm512_loadu_si512(from + at));
  }
}

void stream_lines_128(std::byte* to, const std::byte* from, std::size_t bytes) {
  constexpr std::size_t kPart = sizeof(__m128i);
  for (std::size_t at = 0; at < bytes; at += kPart) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at), _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
}

void stream_lines(std::byte* to, const std::byte* from, std::size_t bytes) {
  if (best_instruction_set() == InstructionSet::kAvx512) {
    stream_lines_512(to, from, bytes);
  } else {
    stream_lines_128(to, from, bytes);
  }
}

#else

void stream_lines(std::byte* to, const std::byte* from, std::size_t bytes) {
  std::memcpy(to, from, bytes);
}

#endif

}  // namespace

void copy_past_cache(std::byte* to, const std::byte* from, std::size_t bytes) noexcept {
  const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(to) % kLine;
  const std::size_t head = std::min(bytes, (kLine - misaligned) % kLine);
  const std::size_t lines = (bytes - head) / kLine * kLine;
  if (head > 0) {
    std::memcpy(to, from, head);
  }
  if (lines > 0) {
    stream_lines(to + head, from + head, lines);
  }
  if (const std::size_t tail = bytes - head - lines; tail > 0) {
    std::memcpy(to + head + lines, from + head + lines, tail);
  }
}

void reduce_past_cache(const Reduction& reduction, const std::byte* left, const std::byte* right, std::byte* result,
                       std::size_t bytes) {
  const Target target{result, true};
  reduce_to(reduction, left, right, {&target, 1}, bytes);
}

namespace {

/// How far the first block goes, so that all others begin at a line of what is written past the caches.
std::size_t first_block(std::span<const Target> targets, std::size_t size, std::size_t most) {
  const auto past = std::ranges::find_if(targets, &Target::past_cache);
  if (past == targets.end()) {
    return most;
  }
  const std::size_t to_line = (kLine - reinterpret_cast<std::uintptr_t>(past->to) % kLine) % kLine;
  return to_line > 0 && to_line % size == 0 ? to_line : most;
}

}  // namespace

// Block by block, each made in the first place that the caches keep anyway, or else beside them all, and copied to the
// others from there.
void reduce_to(const Reduction& reduction, const std::byte* left, const std::byte* right,
               std::span<const Target> targets, std::size_t bytes) {
  alignas(kLine) std::byte block[kBlock];
  const auto size = static_cast<std::size_t>(reduction.element_size);
  const auto kept =
      std::ranges::find_if(targets, [size](const Target& one) { return !one.past_cache || size > kBlock; });
  const std::size_t block_bytes = kept != targets.end() || targets.size() == 1 ? kShortBlock : kBlock;
  const std::size_t most = size > block_bytes ? size : block_bytes / size * size;
  std::size_t part = 0;
  for (std::size_t at = 0; at < bytes; at += part) {
    part = std::min(at == 0 ? first_block(targets, size, most) : most, bytes - at);
    std::byte* const made = kept != targets.end() ? kept->to + at : block;
    reduction.apply(left + at, right + at, made, part / size, reduction.context);
    for (const Target& one : targets) {
      if (one.to + at == made) {
        continue;
      }
      if (one.past_cache) {
        copy_past_cache(one.to + at, made, part);
      } else {
        std::memcpy(one.to + at, made, part);
      }
    }
  }
}

void settle_streams() noexcept {
#ifdef __x86_64__
  _mm_sfence();
#endif
}

}  // namespace ringwood
