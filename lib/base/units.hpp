#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/ids.hpp"

/// Numbers as users type them, with their units. Every function refuses what is negative, not a number, infinite or too
/// large for its type with Error(kUsage), naming `what` was read, the text and what is accepted.
namespace ringwood {

/// "8", "64KiB", "1MB", "1.5GiB": k, M, G, T are powers of 1000, Ki, Mi, Gi, Ti of 1024; a bare number is bytes.
[[nodiscard]] Bytes parse_bytes(std::string_view text, std::string_view what = "size");

/// Bytes per second, above 0: "25GB/s", "12.5GBps", "20GiB/s", "200Gbit/s", "200Gb/s", "100Gbps". The unit is needed.
[[nodiscard]] double parse_rate(std::string_view text, std::string_view what = "rate");

/// "2.5us", "0ns", "350ps", "1ms", "2s", to the nearest picosecond. The unit is needed.
[[nodiscard]] Picoseconds parse_time(std::string_view text, std::string_view what = "time");

/// The same without rounding, for times per byte ("0.0022ns").
[[nodiscard]] double parse_picoseconds(std::string_view text, std::string_view what = "time");

/// A time as the floating-point world counts it; refuses nothing.
[[nodiscard]] constexpr double seconds(Picoseconds time) {
  return static_cast<double>(time) / static_cast<double>(kPicosecondsPerSecond);
}

/// The smallest and the largest value accepted.
struct IntegerRange {
  std::int64_t minimum = 0;
  std::int64_t maximum = 0;
};

/// A decimal integer within the range.
[[nodiscard]] std::int64_t parse_integer(std::string_view text, IntegerRange range, std::string_view what);

/// A number from 0 to 2^64 - 1.
[[nodiscard]] std::uint64_t parse_seed(std::string_view text);

/// A number above 0 as "0.5" or "1:2".
[[nodiscard]] double parse_ratio(std::string_view text, std::string_view what);

/// "8x8x4": integers within the range, at most 64 of them.
[[nodiscard]] std::vector<std::int64_t> parse_dimensions(std::string_view text, IntegerRange range,
                                                         std::string_view what);

/// Sizes: a list of sizes and ranges, in the order given. "8..64MiB" doubles from 8 on, "8..64MiB*4" multiplies by 4,
/// "8..64+8" adds 8; the last one is at most the end.
[[nodiscard]] std::vector<Bytes> parse_bytes_list(std::string_view text);

/// Numbers of ranks, each at least 1: "8", "2,4,8", "2..1024" (doubling), "2..64+1" (every number), "2..81*3".
[[nodiscard]] std::vector<Rank> parse_ranks_list(std::string_view text);

/// A size for people that parse_bytes reads back exactly: "64KiB", "1000", "1MiB".
[[nodiscard]] std::string format_bytes(Bytes bytes);

/// At most four digits: "25GB/s", "6.8GB/s", "1.25TB/s".
[[nodiscard]] std::string format_rate(double bytes_per_second);

/// At most four digits: "2.5us", "350ps", "1.062ms".
[[nodiscard]] std::string format_time(Picoseconds time);

}  // namespace ringwood
