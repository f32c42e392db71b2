#include "base/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename Function>
std::string message_of(Function&& function) {
  try {
    function();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(Units, SizesAreExact) {
  EXPECT_EQ(parse_bytes("0"), 0);
  EXPECT_EQ(parse_bytes("8"), 8);
  EXPECT_EQ(parse_bytes("64KiB"), 65536);
  EXPECT_EQ(parse_bytes("1MB"), 1'000'000);
  EXPECT_EQ(parse_bytes("1.5MiB"), 1'572'864);
  EXPECT_EQ(parse_bytes("2GB"), 2'000'000'000);
  EXPECT_EQ(parse_bytes("9007199254740993"), 9007199254740993);
  EXPECT_EQ(parse_bytes("9223372036854775807"), 9223372036854775807);
}

TEST(Units, BadSizesAreRefusedByName) {
  EXPECT_THAT(message_of([] { (void)parse_bytes("-8"); }), HasSubstr("size '-8': negative"));
  EXPECT_THAT(message_of([] { (void)parse_bytes(""); }), HasSubstr("empty"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("nan"); }), HasSubstr("not a number"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("inf"); }), HasSubstr("not a number"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("1e400"); }), HasSubstr("out of range"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("9223372036854775808"); }), HasSubstr("2^63"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("8388608TiB"); }), HasSubstr("2^63"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("1.5"); }), HasSubstr("whole number"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("8XB"); }), HasSubstr("unknown unit 'XB'"));
  EXPECT_THAT(message_of([] { (void)parse_bytes("8 KiB"); }), HasSubstr("unknown unit"));
}

TEST(Units, RatesInBytesAndBits) {
  EXPECT_DOUBLE_EQ(parse_rate("25GB/s"), 25e9);
  EXPECT_DOUBLE_EQ(parse_rate("200Gbit/s"), 25e9);
  EXPECT_DOUBLE_EQ(parse_rate("200Gb/s"), 25e9);
  EXPECT_DOUBLE_EQ(parse_rate("100Gbps"), 12.5e9);
  EXPECT_DOUBLE_EQ(parse_rate("12.5GBps"), 12.5e9);
  EXPECT_DOUBLE_EQ(parse_rate("1GiB/s"), 1073741824.0);
  EXPECT_THAT(message_of([] { (void)parse_rate("25"); }), HasSubstr("unit is missing"));
  EXPECT_THAT(message_of([] { (void)parse_rate("0GB/s"); }), HasSubstr("rate of 0"));
  EXPECT_THAT(message_of([] { (void)parse_rate("-1GB/s", "bandwidth"); }), HasSubstr("bandwidth '-1GB/s': negative"));
  EXPECT_THAT(message_of([] { (void)parse_rate("1e300TB/s"); }), HasSubstr("out of range"));
}

TEST(Units, TimesInPicoseconds) {
  EXPECT_EQ(parse_time("2.5us"), 2'500'000);
  EXPECT_EQ(parse_time("2.5µs"), 2'500'000);
  EXPECT_EQ(parse_time("0ns"), 0);
  EXPECT_EQ(parse_time("1s"), kPicosecondsPerSecond);
  EXPECT_EQ(parse_time("1.2345ns"), 1235);
  EXPECT_DOUBLE_EQ(parse_picoseconds("0.0022ns"), 2.2);
  EXPECT_THAT(message_of([] { (void)parse_time("1"); }), HasSubstr("unit is missing"));
  EXPECT_THAT(message_of([] { (void)parse_time("-1us"); }), HasSubstr("negative"));
  EXPECT_THAT(message_of([] { (void)parse_time("1e9s"); }), HasSubstr("longer than an hour"));
}

TEST(Units, ListsAndRanges) {
  EXPECT_THAT(parse_bytes_list("8,64,1KiB"), ElementsAre(8, 64, 1024));
  EXPECT_THAT(parse_bytes_list("8..100"), ElementsAre(8, 16, 32, 64));
  EXPECT_THAT(parse_bytes_list("1KiB..64KiB*4"), ElementsAre(1024, 4096, 16384, 65536));
  EXPECT_EQ(parse_bytes_list("8..64MiB").size(), 24U);
  EXPECT_EQ(parse_bytes_list("1..9223372036854775807").size(), 63U);
  EXPECT_THAT(parse_bytes_list("0..24+8"), ElementsAre(0, 8, 16, 24));
  EXPECT_THAT(parse_ranks_list("2..1024"), ElementsAre(2, 4, 8, 16, 32, 64, 128, 256, 512, 1024));
  EXPECT_THAT(parse_ranks_list("2..6+1"), ElementsAre(2, 3, 4, 5, 6));
  EXPECT_THAT(parse_ranks_list("2..18*3,5"), ElementsAre(2, 6, 18, 5));
}

TEST(Units, BadListsAreRefused) {
  EXPECT_THAT(message_of([] { (void)parse_bytes_list("8,,9"); }), HasSubstr("entry of the list is empty"));
  EXPECT_THAT(message_of([] { (void)parse_bytes_list("64..8"); }), HasSubstr("ends before it begins"));
  EXPECT_THAT(message_of([] { (void)parse_bytes_list("0..8"); }), HasSubstr("multiplies from 0"));
  EXPECT_THAT(message_of([] { (void)parse_bytes_list("8..64*1"); }), HasSubstr("factor '1'"));
  EXPECT_THAT(message_of([] { (void)parse_bytes_list("8..64+0"); }), HasSubstr("step is 0"));
  EXPECT_THAT(message_of([] { (void)parse_ranks_list("0"); }), HasSubstr("from 1 to 2147483647"));
  EXPECT_THAT(message_of([] { (void)parse_ranks_list("-4"); }), HasSubstr("'-4'"));
  EXPECT_THAT(message_of([] { (void)parse_ranks_list("1..2147483647+1"); }), HasSubstr("more than 1000000"));
  EXPECT_THAT(message_of([] { (void)parse_ranks_list("4294967296"); }), HasSubstr("2147483647"));
}

TEST(Units, RatiosAndDimensions) {
  EXPECT_DOUBLE_EQ(parse_ratio("1:2", "taper"), 0.5);
  EXPECT_DOUBLE_EQ(parse_ratio("0.25", "taper"), 0.25);
  EXPECT_THAT(message_of([] { (void)parse_ratio("0", "taper"); }), HasSubstr("not above 0"));
  EXPECT_THAT(message_of([] { (void)parse_ratio("1:0", "taper"); }), HasSubstr("not above 0"));
  EXPECT_THAT(parse_dimensions("8x4x2", {1, 100}, "dims"), ElementsAre(8, 4, 2));
  EXPECT_THAT(message_of([] { (void)parse_dimensions("8x0", {1, 100}, "dims"); }), HasSubstr("dims '0'"));
  EXPECT_EQ(parse_seed("18446744073709551615"), 18446744073709551615ULL);
  EXPECT_THAT(message_of([] { (void)parse_seed("-1"); }), HasSubstr("seed '-1'"));
}

TEST(Units, FormattingForPeople) {
  EXPECT_EQ(format_bytes(65536), "64KiB");
  EXPECT_EQ(format_bytes(1000), "1000");
  EXPECT_EQ(format_bytes(0), "0");
  EXPECT_EQ(format_rate(25e9), "25GB/s");
  EXPECT_EQ(format_rate(6.8e9), "6.8GB/s");
  EXPECT_EQ(format_rate(1.25e12), "1.25TB/s");
  EXPECT_EQ(format_time(2'500'000), "2.5us");
  EXPECT_EQ(format_time(0), "0ps");
  EXPECT_EQ(format_time(999'999'999'999), "1s");
  for (const Bytes bytes : {Bytes{1}, Bytes{1024}, Bytes{3} << 40, Bytes{123456789}}) {
    EXPECT_EQ(parse_bytes(format_bytes(bytes)), bytes);
  }
}

}  // namespace
}  // namespace ringwood
