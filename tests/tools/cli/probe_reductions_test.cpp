#include "tools/cli/probe_reductions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/tools/cli/run_command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::HasSubstr;

TEST(ProbeReductions, TheCacheEndsWhereTimesAreNearerToThoseOfMemory) {
  EXPECT_EQ(end_of_cache({{16, 1}, {32, 1.1}, {64, 1.4}, {128, 3}, {256, 4}}), 64);
  EXPECT_EQ(end_of_cache({{16, 1}, {32, 3.9}, {64, 4}}), 16);
  EXPECT_EQ(end_of_cache({{16, 1}, {32, 9}, {64, 1.05}}), 64) << "memory that costs no more";
  EXPECT_EQ(end_of_cache({{16, 1}, {32, 5}, {64, 1}, {128, 4}}), 16) << "the first that is slow ends it";
  EXPECT_EQ(end_of_cache({{16, 1}}), 16);
}

TEST(ProbeReductions, EveryTypeAndOperatorThatTheLibraryReducesIsMeasured) {
  const ReductionCosts costs = measure_reductions(Bytes{4} << 20U);
  std::size_t pairs = 0;
  for (const ElementType type : all_element_types()) {
    for (const ReduceOperator op : all_reduce_operators()) {
      const auto time = costs.of(type, op);
      EXPECT_EQ(time.has_value(), built_in_reduction(type, op).has_value()) << name_of(type) << " " << name_of(op);
      if (time) {
        ++pairs;
        EXPECT_GT(time->cached.scaled, 0U) << name_of(type) << " " << name_of(op);
        EXPECT_GT(time->memory.scaled, 0U) << name_of(type) << " " << name_of(op);
      }
    }
  }
  EXPECT_EQ(pairs, costs.entries().size());
  EXPECT_GE(costs.cache_bytes(), Bytes{16} << 10U);
}

TEST(ProbeReductions, TablesShowBothFigures) {
  const ReductionCosts costs({{ElementType::kBool, ReduceOperator::kLogicalAnd, TimePerByte::from_picoseconds(12.4),
                               TimePerByte::from_picoseconds(137)}},
                             Bytes{1} << 20U);
  const std::string text = as_text(costs);
  const std::string dashes = "      -      -      -      -      -      -      -";
  EXPECT_THAT(text, HasSubstr("\nbool    " + dashes + "     12      -      -\n"));
  EXPECT_THAT(text, HasSubstr("\nbool    " + dashes + "    137      -      -\n"));
}

/// The seconds of two ranks' exchange of so many bytes in which each reduces all of them once.
[[nodiscard]] double seconds(const std::string& options, const std::string& size) {
  const Outcome outcome = ringwood(
      "simulate allreduce --algorithm recursive-doubling --ranks 2 --format json --sizes " + size + " " + options);
  EXPECT_EQ(outcome.code, 0) << outcome.errors;
  return nlohmann::json::parse(outcome.output)[0]["time_s"];
}

TEST(ProbeReductions, SimulationsTakeThoseOfTypeAndOperator) {
  const std::string file = testing::TempDir() + "ringwood_reductions.json";
  std::ofstream(file) << R"({"schema":"ringwood.machine/1","hosts":[{"id":"a"},{"id":"b"}],
      "links":[{"a":"a","b":"b","bw_Bps":1e9,"lat_s":1e-6}],"gamma_s_per_byte":1e-9,
      "reductions":{"cache_bytes":65536,"times":[
        {"type":"float","op":"sum","cache_s_per_byte":2e-9,"memory_s_per_byte":8e-9},
        {"type":"int32","op":"max","cache_s_per_byte":3e-9,"memory_s_per_byte":5e-9}]}})";
  const std::string machine = "--machine " + file + " ";
  for (const char* const model : {"loggops", "flow"}) {
    const std::string with = machine + "--model " + model + " ";
    const auto per_byte = [&](const std::string& options, Bytes bytes) {
      const std::string size = std::to_string(bytes);
      return (seconds(with + options, size) - seconds(with + "--gamma 0ns", size)) / static_cast<double>(bytes) * 1e9;
    };
    EXPECT_NEAR(per_byte("", 65536), 2, 1e-3) << model;
    EXPECT_NEAR(per_byte("", 65540), 8, 1e-3) << model;
    EXPECT_NEAR(per_byte("--type int32 --op max", 65536), 3, 1e-3) << model;
    EXPECT_NEAR(per_byte("--type int32 --op max", 1 << 20U), 5, 1e-3) << model;
    EXPECT_NEAR(per_byte("--type double", 65536), 1, 1e-3) << model << ": a pair that the file does not have";
    EXPECT_NEAR(per_byte("--gamma 4ns", 1 << 20U), 4, 1e-3) << model << ": what is said holds";
  }
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace ringwood::cli
