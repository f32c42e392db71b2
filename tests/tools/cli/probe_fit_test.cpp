#include <gtest/gtest.h>

#include <limits>

#include "ringwood/error.hpp"
#include "tools/cli/probe_fit.hpp"

namespace ringwood::cli {
namespace {

/// What a machine that is exactly like the model would have measured.
ProbeSamples samples_of(const LogGops& truth) {
  ProbeSamples samples;
  samples.overhead = static_cast<double>(truth.o) * 1e-12;
  samples.eager_limit = truth.S;
  for (Bytes bytes = 1; bytes <= (1 << 20); bytes *= 4) {
    const double seconds = predicted_one_way(truth, bytes);
    const double gap = static_cast<double>(truth.g + truth.G.of(bytes - 1)) * 1e-12;
    samples.points.push_back({.bytes = bytes, .one_way = seconds, .exchange = seconds, .gap = gap});
  }
  return samples;
}

void expect_found(const LogGops& truth) {
  const ProbeFit found = fit(samples_of(truth));
  EXPECT_NEAR(static_cast<double>(found.parameters.L), static_cast<double>(truth.L), 2);
  EXPECT_NEAR(static_cast<double>(found.parameters.o), static_cast<double>(truth.o), 2);
  EXPECT_NEAR(static_cast<double>(found.parameters.g), static_cast<double>(truth.g), 2);
  EXPECT_NEAR(static_cast<double>(found.parameters.G.scaled) / static_cast<double>(truth.G.scaled), 1, 1e-3);
  EXPECT_NEAR(static_cast<double>(found.parameters.O.scaled), static_cast<double>(truth.O.scaled),
              1e-3 * static_cast<double>(truth.G.scaled));
  EXPECT_EQ(found.parameters.S, truth.S);
  EXPECT_LT(found.worst_error, 1e-3);
}

TEST(ProbeFit, FindsTheParametersOfAMachineThatIsLikeTheModel) {
  expect_found(
      {.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}, .S = 16384});
  expect_found({.L = 200'000,
                .o = 100'000,
                .g = 150'000,
                .G = TimePerByte::from_picoseconds(100),
                .O = TimePerByte::from_picoseconds(60),
                .S = 4096});
}

TEST(ProbeFit, SaysHowFarOffItIs) {
  ProbeSamples samples =
      samples_of({.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}});
  samples.points[3].exchange *= 3;
  EXPECT_GT(fit(samples).worst_error, 0.3);
}

TEST(ProbeFit, RefusesTimesThatAreNone) {
  ProbeSamples samples =
      samples_of({.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}});
  samples.points[2].one_way = 0;
  EXPECT_THROW(static_cast<void>(fit(samples)), Error);
  samples.points[2].one_way = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(static_cast<void>(fit(samples)), Error);
}

}  // namespace
}  // namespace ringwood::cli
