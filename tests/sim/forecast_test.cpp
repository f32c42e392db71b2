#include "ringwood/forecast.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ringwood/catalogue.hpp"
#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using ::testing::DoubleEq;
using ::testing::HasSubstr;

TEST(Forecast, IsTheClosedFormOfARing) {
  // 2(p-1) rounds of L and n/p bytes: 1 us, and 1 ns a byte.
  const Forecast ring = forecast(built_in_library(), Collective::kAllreduce, "ring", 8, 8 * 1000 * 4,
                                 {.machine = "crossbar:hosts=8,bandwidth=1GB/s,latency=500ns"});
  EXPECT_EQ(ring.rounds, 14);
  EXPECT_EQ(ring.messages, 8 * 14);
  EXPECT_EQ(ring.bytes_sent_max, 14 * 4000);
  EXPECT_EQ(ring.finish_s.size(), 8U);
  EXPECT_THAT(ring.seconds, DoubleEq(*std::ranges::max_element(ring.finish_s)));
  const Forecast longer = forecast(built_in_library(), Collective::kAllreduce, "ring", 8, 8 * 2000 * 4,
                                   {.machine = "crossbar:hosts=8,bandwidth=1GB/s,latency=500ns"});
  EXPECT_NEAR(longer.seconds - ring.seconds, 14 * 4000e-9, 1e-12);
}

TEST(Forecast, SharedLinksCostTimeInTheFlowModel) {
  ForecastOptions options{.machine = "fat-tree:leaves=2,hosts-per-leaf=4,taper=0.25"};
  const auto by = [&](const std::string& model) {
    options.model = model;
    return forecast(built_in_library(), Collective::kAllreduce, "recursive-doubling", 8, 1 << 20, options).seconds;
  };
  EXPECT_GT(by("flow"), by("loggops"));
}

TEST(Forecast, SaysWhatItDoesNotKnow) {
  const auto complaint = [](const std::string& algorithm, Bytes bytes, const ForecastOptions& options) {
    try {
      static_cast<void>(forecast(built_in_library(), Collective::kAllreduce, algorithm, 4, bytes, options));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(complaint("rong", 4, {}), HasSubstr("'rong'"));
  EXPECT_THAT(complaint("ring", 5, {}), HasSubstr("not a multiple of the 4 bytes"));
  EXPECT_THAT(complaint("ring", 4, {.model = "magic"}), HasSubstr("accepted: loggops, flow"));
  EXPECT_THAT(complaint("ring", 4, {.machine = "crossbar:hosts=2"}), HasSubstr("4"));
}

}  // namespace
}  // namespace ringwood
