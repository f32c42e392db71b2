// A remark on what takes long: once, and not where it ends in time.

#include "tools/cli/progress.hpp"

#include <gtest/gtest.h>

#include <future>

#include "ringwood/error.hpp"

namespace ringwood::cli {
namespace {

using namespace std::chrono_literals;

TEST(SlowRemark, IsMadeOfWhatTakesLong) {
  testing::internal::CaptureStderr();
  {
    std::promise<void> asked;
    const SlowRemark slow(
        true,
        [&] {
          asked.set_value();
          return std::string("it is the ring");
        },
        1ms);
    asked.get_future().wait();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "it is the ring\n");
}

TEST(SlowRemark, IsNotMadeOfWhatEndsInTimeNorWhereItIsNotWanted) {
  testing::internal::CaptureStderr();
  {
    const SlowRemark in_time(
        true, [] { return std::string("too early"); }, 1h);
    const SlowRemark unwanted(
        false, [] { return std::string("not wanted"); }, 0ms);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(SlowRemark, IsLeftOutWhereItCannotBeTold) {
  testing::internal::CaptureStderr();
  {
    std::promise<void> asked;
    const SlowRemark slow(
        true,
        [&]() -> std::string {
          asked.set_value();
          throw Error(ErrorKind::kUsage, "no such schedule");
        },
        1ms);
    asked.get_future().wait();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace ringwood::cli
