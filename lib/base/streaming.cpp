#include "base/streaming.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace ringwood {

namespace {

constexpr std::size_t kLine = 64;

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
  if (__builtin_cpu_supports("avx512f")) {
    stream_lines_512(to, from, bytes);
  } else {
    stream_lines_128(to, from, bytes);
  }
  _mm_sfence();  // the lines are seen before what says that they are there
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

}  // namespace ringwood
