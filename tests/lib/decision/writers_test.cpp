#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "algorithms/catalogue.hpp"
#include "ringwood/decision_files.hpp"
#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

[[nodiscard]] DecisionTiming exactly(const char* algorithm, double seconds) {
  return {algorithm, seconds, seconds, seconds};
}

/// Small vectors: recursive doubling; long ones: swing, then ring, then Rabenseifner.
[[nodiscard]] DecisionTable allreduce_table() {
  CollectiveDecisions decisions;
  decisions.collective = Collective::kAllreduce;
  for (const Rank ranks : {8, 32}) {
    decisions.samples.push_back({ranks, ranks, 1024, {exactly("recursive-doubling", 1), exactly("ring", 9)}});
    decisions.samples.push_back(
        {ranks,
         ranks,
         16384,
         {exactly("swing", 2), exactly("ring", 2.2), exactly("rabenseifner", 2.5), exactly("recursive-doubling", 6)}});
    decisions.samples.push_back(
        {ranks,
         ranks,
         1 << 20,
         {exactly("segmented-ring:segments=4", 3), exactly("ring", 3.3), exactly("rabenseifner", 4)}});
  }
  decisions.rules = rules_of(decisions.samples, nullptr, 0);
  DecisionTable table;
  table.collectives.push_back(std::move(decisions));
  return table;
}

[[nodiscard]] DecisionExport written(const DecisionTable& table, const char* target, bool commutative_only = false) {
  DecisionExportOptions options;
  options.commutative_only = commutative_only;
  options.file_name = "rules";
  return export_decisions(table, parse_decision_target(target), options);
}

/// What the target takes, by its own reader.
[[nodiscard]] std::string taken(const DecisionExport& file, const char* target, Collective collective, Rank ranks,
                                Bytes bytes) {
  const DecisionReading reading = read_as(file.text, parse_decision_target(target));
  EXPECT_TRUE(reading.used) << file.text;
  for (const Finding& finding : reading.findings) {
    EXPECT_NE(finding.level, FindingLevel::kError) << finding.place.line << ": " << finding.message << "\n"
                                                   << file.text;
  }
  const CollectiveDecisions* decisions = reading.table.find(collective);
  const DecisionRule* rule = decisions == nullptr ? nullptr : find_rule(*decisions, {ranks, 1, bytes});
  return rule == nullptr ? "nothing" : rule->algorithm;
}

class Targets : public ::testing::TestWithParam<const char*> {};

TEST_P(Targets, AreTakenAtTheirWord) {
  const DecisionExport file = written(allreduce_table(), GetParam());
  EXPECT_EQ(taken(file, GetParam(), Collective::kAllreduce, 8, 1024), "recursive-doubling");
  EXPECT_EQ(taken(file, GetParam(), Collective::kAllreduce, 40, 1024), "recursive-doubling");
  EXPECT_THAT(file.usage, HasSubstr("rules"));
  EXPECT_THAT(file.warnings, Contains(HasSubstr("swing")));
}

INSTANTIATE_TEST_SUITE_P(All, Targets, ::testing::Values("open-mpi-4.1", "open-mpi-5.0", "open-mpi-6", "mpich-4.0"));

TEST(OpenMpi, LeavesOutWhatIsUnsafeUnlessItIsToldThatAllCommutes) {
  const DecisionExport safe = written(allreduce_table(), "open-mpi-4.1");
  EXPECT_EQ(taken(safe, "open-mpi-4.1", Collective::kAllreduce, 8, 1 << 20), "rabenseifner");
  EXPECT_THAT(safe.warnings, Contains(HasSubstr("--commutative-only")));
  EXPECT_THAT(safe.warnings, Contains(HasSubstr("takes up to 25 % longer")));
  const DecisionExport all = written(allreduce_table(), "open-mpi-4.1", true);
  EXPECT_EQ(taken(all, "open-mpi-4.1", Collective::kAllreduce, 8, 16384), "ring");
  // A rank's block of 128 KiB in four segments.
  EXPECT_THAT(all.text, HasSubstr("5 0 32768"));
}

TEST(OpenMpi, SixGetsRangesAndNamesWithoutTheOthersTraps) {
  const DecisionExport file = written(allreduce_table(), "open-mpi-6", true);
  const auto json = nlohmann::json::parse(file.text);
  const auto& rules = json.at("collectives").at("allreduce").at(0).at("rules");
  EXPECT_EQ(rules.at(0).at("alg"), "recursive_doubling");
  EXPECT_EQ(rules.back().at("alg"), "segmented_ring");
  EXPECT_TRUE(rules.back().contains("seg_size"));
  EXPECT_THAT(file.usage, HasSubstr("coll_han_priority 0"));
}

TEST(OpenMpi, AlltoallIsLookedUpByWhatOneRankSends) {
  CollectiveDecisions decisions;
  decisions.collective = Collective::kAlltoall;
  decisions.samples = {{8, 8, 8 * 1024, {exactly("bruck", 1), exactly("pairwise", 2)}},
                       {8, 8, 8 * 4096, {exactly("bruck", 2), exactly("pairwise", 1)}}};
  decisions.rules = rules_of(decisions.samples, nullptr, 0);
  DecisionTable table;
  table.collectives.push_back(decisions);
  EXPECT_THAT(written(table, "open-mpi-4.1").text, HasSubstr("\n2048 2 0 0"));
}

TEST(Mpich, WritesATreeForEveryCollectiveAndEveryCall) {
  const DecisionExport file = written(allreduce_table(), "mpich-4.0");
  const DecisionReading reading = read_as(file.text, parse_decision_target("mpich-4.0"));
  for (const Finding& finding : reading.findings) {
    // Its own default trees ask gather and scatter nothing that has traps.
    EXPECT_EQ(finding.level, FindingLevel::kNote) << finding.place.line << ": " << finding.message;
  }
  EXPECT_NE(file.text.size() % 4096, 0U);
  EXPECT_THAT(file.usage, HasSubstr("MPIR_CVAR_ALLREDUCE_DEVICE_COLLECTIVE=0"));
}

TEST(Mpich, DoublingOfAllgatherIsForPowersOfTwoOnly) {
  CollectiveDecisions decisions;
  decisions.collective = Collective::kAllgather;
  decisions.samples = {{8, 8, 8192, {exactly("recursive-doubling", 1), exactly("bruck", 2)}}};
  decisions.rules = rules_of(decisions.samples, nullptr, 0);
  DecisionTable table;
  table.collectives.push_back(decisions);
  const DecisionExport file = written(table, "mpich-4.0");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllgather, 8, 8192), "recursive-doubling");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllgather, 12, 8192), "ring");
}

TEST(Mpich, WhatItHasNoWordForIsLeftToItsOwnChoice) {
  DecisionTable table;
  CollectiveDecisions& decisions = table.collectives.emplace_back();
  decisions.collective = Collective::kAllreduce;
  const auto rule = [&](Bytes least, Bytes most, const char* algorithm) {
    DecisionRule& one = decisions.rules.emplace_back();
    one.bytes = {least, most};
    one.algorithm = algorithm;
  };
  rule(0, 4095, "recursive-doubling");
  rule(4096, 65535, "swing");
  rule(65536, 262143, "recursive-doubling");
  rule(262144, CountRange::kUnlimited, "swing");
  const DecisionExport file = written(table, "mpich-4.0");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllreduce, 8, 1024), "recursive-doubling");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllreduce, 8, 16384), "rabenseifner");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllreduce, 8, 131072), "recursive-doubling");
  EXPECT_EQ(taken(file, "mpich-4.0", Collective::kAllreduce, 8, 1 << 20), "rabenseifner");
}

TEST(Mpich, SplicesIntoAFileAndKeepsTheRest) {
  DecisionExportOptions options;
  options.splice = "{\"collective=barrier\": {\"algorithm=MPIR_Barrier_intra_smp\": {}}}";
  const DecisionExport file = export_decisions(allreduce_table(), parse_decision_target("mpich-4.0"), options);
  EXPECT_THAT(file.text, HasSubstr("MPIR_Barrier_intra_smp"));
  EXPECT_THAT(file.text, HasSubstr("MPIR_Allreduce_intra_recursive_doubling"));
  options.splice = "[";
  EXPECT_THROW(static_cast<void>(export_decisions(allreduce_table(), parse_decision_target("mpich-4.0"), options)),
               Error);
}

TEST(Ucc, WritesRangesTeamsAndRadices) {
  const DecisionExport file = written(allreduce_table(), "ucc");
  EXPECT_THAT(file.text, HasSubstr("[team_size=1-15]\nUCC_TL_UCP_TUNE=allreduce:0-4096:host:@knomial#"));
  EXPECT_THAT(file.text, HasSubstr("UCC_TL_UCP_ALLREDUCE_KN_RADIX=0-4096:host:2"));
  const DecisionReading reading = read_as(file.text, parse_decision_target("ucc"));
  for (const Finding& finding : reading.findings) {
    EXPECT_EQ(finding.level, FindingLevel::kNote) << finding.place.line << ": " << finding.message << file.text;
  }
}

TEST(OneCcl, HasNoRanksAndSaysSo) {
  const DecisionExport file = written(allreduce_table(), "oneccl");
  EXPECT_THAT(file.text, HasSubstr("CCL_ALLREDUCE=\"recursive_doubling:0-4095;ring:4096-max\""));
  EXPECT_THAT(file.warnings, Contains(HasSubstr("number of ranks")));
}

TEST(IntelMpi, WritesIdsSizesAndRanks) {
  const DecisionExport file = written(allreduce_table(), "intel-mpi");
  EXPECT_THAT(file.text, HasSubstr("I_MPI_ADJUST_ALLREDUCE=\"1:0-4095@1-15;8:4096-2147483647@1-15"));
}

TEST(Nccl, NamesChannelsAndCommentsItsHeader) {
  const DecisionExport file = written(allreduce_table(), "nccl");
  EXPECT_THAT(file.text, HasSubstr("# collective,min_bytes"));
  EXPECT_THAT(file.text, HasSubstr("allreduce,0,65535,ring,ll,16,8,8\n"));
  EXPECT_THAT(file.text, HasSubstr(",18446744073709551615,ring,simple,16,8,8\n"));
}

TEST(Writers, RefuseATableOfWhichNothingCanBeSaid) {
  CollectiveDecisions decisions;
  decisions.collective = Collective::kAllreduce;
  decisions.samples = {{8, 8, 8192, {exactly("swing", 1)}}};
  DecisionTable table;
  table.collectives.push_back(decisions);
  EXPECT_THROW(static_cast<void>(written(table, "open-mpi-4.1")), Error);
}

TEST(TargetNames, AreReadWithTheirVersions) {
  EXPECT_EQ(name_of(parse_decision_target("open-mpi-5.0.6")), "open-mpi-5.0.6");
  EXPECT_EQ(name_of(parse_decision_target("open-mpi-6")), "open-mpi-6.0");
  for (const char* wrong : {"", "open-mpi-", "open-mpi-3.1", "open-mpi-5.x", "lam"}) {
    EXPECT_THROW(static_cast<void>(parse_decision_target(wrong)), Error) << wrong;
  }
}

}  // namespace
}  // namespace ringwood
