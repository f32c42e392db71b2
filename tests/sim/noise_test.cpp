#include "sim/noise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "tests/sim/machines.hpp"

namespace ringwood {
namespace {

std::shared_ptr<const NoiseTrace> trace_of(std::vector<Detour> detours, Picoseconds period) {
  return std::make_shared<const NoiseTrace>(NoiseTrace{std::move(detours), period});
}

TEST(Noise, LengthensWhatItInterrupts) {
  // Wherever the rank begins in the trace: over a whole number of turns it loses 40 of every 100.
  const NoiseModel model{.kind = NoiseModel::Kind::kTrace, .trace = trace_of({{10, 30}, {50, 10}}, 100), .seed = 3};
  Noise noise(model, 8);
  for (Rank rank = 0; rank < 8; ++rank) {
    const Picoseconds end = noise.finish(rank, 0, 600);
    EXPECT_GE(end, 1000 - 40);
    EXPECT_LE(end, 1000 + 40);
    // In parts it takes as long as in one piece.
    Noise again(model, 8);
    Picoseconds at = 0;
    for (int part = 0; part < 600; ++part) {
      at = again.finish(rank, at, 1);
    }
    EXPECT_EQ(at, end);
  }
}

TEST(Noise, OfNoneIsNone) {
  Noise noise({}, 1);
  EXPECT_EQ(noise.finish(0, 5, 7), 12);
}

TEST(Noise, TakesThePartThatItSays) {
  for (const char* text : {"exponential:10us@90us", "periodic:10us@100us"}) {
    Noise noise(parse_noise(text, 11), 4);
    const Picoseconds second = kPicosecondsPerSecond;
    for (Rank rank = 0; rank < 4; ++rank) {
      EXPECT_NEAR(static_cast<double>(noise.finish(rank, 0, second)) / static_cast<double>(second), 1 / 0.9, 0.02)
          << text;
    }
  }
}

TEST(Noise, RefusesWhatIsWrong) {
  for (const char* text : {"", "white", "exponential", "exponential:5us", "exponential:5@6us", "periodic:5us@5us",
                           "exponential:0us@1us", "exponential:1us@900000s", "trace:/no/such/file"}) {
    EXPECT_THROW(static_cast<void>(parse_noise(text, 1)), Error) << text;
  }
}

TEST(Noise, ReadsTraces) {
  const std::string file = std::filesystem::path(testing::TempDir()) / "noise_test.txt";
  const auto read = [&](const std::string& text) {
    std::ofstream(file) << text;
    return parse_noise("trace:" + file, 1);
  };
  const NoiseModel model = read("# recorded\n1us 2us\n\n5us 500ns  # a long one\nperiod 10us\n");
  ASSERT_EQ(model.trace->detours.size(), 2U);
  EXPECT_EQ(model.trace->detours[1].start, 5'000'000);
  EXPECT_EQ(model.trace->period, 10'000'000);
  for (const char* wrong :
       {"", "1us 2us\n", "1us\nperiod 3us\n", "1us 2us 3us\nperiod 9us\n", "1us 2us\n2us 1us\nperiod 9us\n",
        "1us 2us\nperiod 3us\n", "1us 2\nperiod 9us\n", "period 9us\n1us 2us\n", "1us 0us\nperiod 9us\n"}) {
    try {
      static_cast<void>(read(wrong));
      ADD_FAILURE() << "accepted: " << wrong;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("noise_test.txt:")) << wrong;
    }
  }
  std::filesystem::remove(file);
}

TEST(Noise, IsTheSameForAllEngines) {
  for (const Algorithm* algorithm : {&allreduce_ring, &allreduce_rabenseifner, &allgather_bruck, &allreduce_binomial}) {
    Machine machine = test_machine(13, false);
    machine.between_hosts.S = 100;
    for (const LogGopsForm form : {LogGopsForm::kTextbook, LogGopsForm::kSimulator}) {
      SimulationOptions options{
          .form = form, .engine = Engine::kDataFlow, .noise = parse_noise("exponential:1ns@3ns", 5)};
      const SimulationReport quiet = run(*algorithm, 13, 1300, machine, {.form = form});
      const SimulationReport report = run(*algorithm, 13, 1300, machine, options);
      options.engine = Engine::kEventQueue;
      EXPECT_EQ(run(*algorithm, 13, 1300, machine, options).finish, report.finish) << algorithm->name;
      EXPECT_GT(report.time, quiet.time) << algorithm->name;
      options.engine = Engine::kAutomatic;
      options.critical_path = true;
      const CriticalPath path = run(*algorithm, 13, 1300, machine, options).critical_path;
      EXPECT_GT(path.noise, 0);
      options.noise.seed = 6;
      EXPECT_NE(run(*algorithm, 13, 1300, machine, options).finish, report.finish) << algorithm->name;
    }
  }
}

}  // namespace
}  // namespace ringwood
