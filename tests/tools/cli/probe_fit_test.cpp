#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"
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
  EXPECT_EQ(found.parameters.S, truth.S);
  EXPECT_LT(found.error_without, 1e-3);
  EXPECT_LT(found.error_of_checks, 1e-3);
  EXPECT_LT(found.error_of_one_way, 1e-3);
}

TEST(ProbeFit, FindsTheParametersOfAMachineThatIsLikeTheModel) {
  expect_found(
      {.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}, .S = 16384});
  expect_found({.L = 200'000, .o = 100'000, .g = 150'000, .G = TimePerByte::from_picoseconds(100), .O = {}, .S = 4096});
}

// A protocol that takes longer from some size on, and one that is faster while a message fits somewhere.
TEST(ProbeFit, EachRangeOfSizesHasItsProtocol) {
  ProbeSamples samples =
      samples_of({.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}});
  for (ProbePoint& point : samples.points) {
    const auto bytes = static_cast<double>(point.bytes);
    point.exchange = point.bytes < 1000 ? 1.6e-6 : point.bytes < 20'000 ? 1.6e-6 + bytes * 2e-11 : 9e-6 + bytes * 4e-11;
    point.one_way = point.exchange;
  }
  const ProbeFit found = fit(samples);
  EXPECT_GT(found.error_without, 0.01);
  for (const ProbePoint& point : samples.points) {
    EXPECT_NEAR(predicted_one_way(found.parameters, point.bytes) / point.exchange, 1, 1e-3) << point.bytes << " bytes";
  }
}

// Four exchanges in a row, of which the first 20,000 bytes pass at once: short ones never wait for the cable.
TEST(ProbeFit, HowMuchCablesLetPassAtOnce) {
  const LogGops truth{.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(4000), .O = {}};
  constexpr double kBurst = 20'000;
  ProbeSamples samples = samples_of(truth);
  for (ProbePoint& point : samples.points) {
    point.in_a_row = 4;
    point.exchange -= 4e-9 * std::min(kBurst / point.in_a_row, static_cast<double>(point.bytes - 1));
  }
  EXPECT_NEAR(static_cast<double>(fit(samples).parameters.corrections->burst()), kBurst, kBurst / 10);
  for (ProbePoint& point : samples.points) {
    point.gap = point.exchange / 3;  // nothing holds a burst up
  }
  EXPECT_EQ(fit(samples).parameters.corrections->burst(), 0);
}

// Where CPUs copy what is sent and what is received, an exchange takes longer than a message: both are told as
// measured.
TEST(ProbeFit, ExchangesAndMessagesThroughMemory) {
  ProbeSamples samples =
      samples_of({.L = 100'000, .o = 50'000, .g = 60'000, .G = TimePerByte::from_picoseconds(500), .O = {}});
  samples.through_memory = true;
  for (ProbePoint& point : samples.points) {
    point.exchange = point.one_way * (point.bytes < 1000 ? 1 : point.bytes < 100'000 ? 1.3 : 1.9);
  }
  const LogGops found = fit(samples).parameters;
  for (const ProbePoint& point : samples.points) {
    EXPECT_NEAR(predicted_one_way(found, point.bytes) / point.one_way, 1, 1e-3) << point.bytes << " bytes";
    EXPECT_NEAR(predicted_exchange(found, point.bytes) / point.exchange, 1, 1e-3) << point.bytes << " bytes";
  }
  // An exchange that is faster than a message is no time of a CPU: between the two.
  samples.points[3].exchange = samples.points[3].one_way * 0.81;
  EXPECT_NEAR(predicted_one_way(fit(samples).parameters, samples.points[3].bytes) / samples.points[3].one_way, 0.9,
              1e-3);
}

// What simulate() says of a ping-pong and of a ring is what the fit promises.
TEST(ProbeFit, IsWhatTheSimulatorSays) {
  ProbeSamples samples =
      samples_of({.L = 100'000, .o = 50'000, .g = 60'000, .G = TimePerByte::from_picoseconds(500), .O = {}});
  samples.through_memory = true;
  for (ProbePoint& point : samples.points) {
    point.exchange = point.one_way * (point.bytes < 1000 ? 1 : 1.6);
  }
  Machine machine = machine_on(make_machine("crossbar:hosts=1").network, 2);
  machine.inside_host = fit(samples).parameters;
  machine.gamma = {TimePerByte::from_picoseconds(30)};
  for (const Bytes bytes : {Bytes{1}, Bytes{96}, Bytes{5000}, Bytes{1} << 20U}) {
    const auto time_of = [&](const Algorithm& algorithm, Bytes all) {
      const Schedule schedule(algorithm, {.ranks = 2});
      return static_cast<double>(simulate(schedule, equal_layout(schedule, all, 1), machine, {0, 0}, {}).time) / 1e12;
    };
    EXPECT_NEAR(time_of(broadcast_binomial, bytes) / predicted_one_way(machine.inside_host, bytes), 1, 1e-6);
    const double ring =
        2 * predicted_exchange(machine.inside_host, bytes) + static_cast<double>(machine.gamma.of(bytes)) / 1e12;
    EXPECT_NEAR(time_of(allreduce_ring, 2 * bytes) / ring, 1, 1e-6);
  }
}

TEST(ProbeFit, SaysHowFarOffItIs) {
  ProbeSamples samples =
      samples_of({.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}});
  samples.checks = {samples.points[2]};
  samples.checks.front().exchange *= 3;
  EXPECT_GT(fit(samples).error_of_checks, 0.3);
}

TEST(ProbeFit, CountsShortMessagesThatTookLongerThanLongOnes) {
  ProbeSamples samples =
      samples_of({.L = 1'000'000, .o = 300'000, .g = 400'000, .G = TimePerByte::from_picoseconds(40), .O = {}});
  const auto points = static_cast<double>(samples.points.size());
  samples.points[2].exchange = 1.4 * samples.points[3].exchange;  // a protocol may be faster for more bytes
  EXPECT_EQ(fit(samples).contradicting, 0);
  samples.points[2].exchange = 1.6 * samples.points[3].exchange;
  EXPECT_EQ(fit(samples).contradicting, 1 / points);
  samples.points[1].exchange = 3 * samples.points[4].exchange;  // not longer than the next one, but than later ones
  EXPECT_EQ(fit(samples).contradicting, 2 / points);
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
