// Any text as a number with a unit: refused, or in range and written so that it is read as the same again.

#include "base/units.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  const std::string_view text = fuzz::text_of(data, size);
  fuzz::expect_result_or_error([&] {
    const Bytes bytes = parse_bytes(text);
    fuzz::require(bytes >= 0 && parse_bytes(format_bytes(bytes)) == bytes, "sizes are read back");
  });
  fuzz::expect_result_or_error([&] { fuzz::require(parse_rate(text) > 0, "rates are above 0"); });
  fuzz::expect_result_or_error([&] { fuzz::require(parse_time(text) >= 0, "times are not negative"); });
  fuzz::expect_result_or_error([&] { fuzz::require(!parse_bytes_list(text).empty(), "a list has an entry"); });
  fuzz::expect_result_or_error([&] { fuzz::require(parse_ranks_list(text).front() >= 1, "there is a rank"); });
  fuzz::expect_result_or_error([&] { static_cast<void>(parse_dimensions(text, {1, 1000}, "dims")); });
  fuzz::expect_result_or_error([&] { static_cast<void>(parse_ratio(text, "ratio")); });
  fuzz::expect_result_or_error([&] { static_cast<void>(parse_seed(text)); });
  return 0;
}
