#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "ringwood/error.hpp"
#include "ringwood/formats.hpp"

namespace ringwood::fuzz {

[[nodiscard]] inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// What must hold whatever the input is.
inline void require(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "does not hold: %s\n", what);
    std::abort();
  }
}

/// Runs `parse`; that it refuses its input as it should is fine, any other way out is not.
template <typename Parse>
void expect_result_or_error(Parse&& parse) {
  try {
    parse();
  } catch (const Error& error) {
    require(error.kind() != ErrorKind::kSystem, "bad input is no failure of the system");
    require(error.what()[0] != '\0', "an error says what is wrong");
  }
}

/// Small enough for thousands of schedules a second.
inline constexpr FormatLimits kSmall{
    .bytes = 1U << 16U, .ranks = 32, .operations = 500, .cells = 1 << 13, .intervals = 1U << 12U};

}  // namespace ringwood::fuzz
