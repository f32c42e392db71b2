#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/decision.hpp"
#include "ringwood/error.hpp"

namespace ringwood {
namespace {

[[nodiscard]] DecisionTiming exactly(const char* algorithm, double seconds) {
  return {algorithm, seconds, seconds, seconds};
}

[[nodiscard]] CollectiveDecisions sample_decisions() {
  CollectiveDecisions decisions;
  decisions.collective = Collective::kAllreduce;
  for (const Rank ranks : {16, 64}) {
    decisions.samples.push_back(
        {ranks, ranks, 1024, {exactly("recursive-doubling", 1), exactly("swing", 2), exactly("rabenseifner", 4)}});
    decisions.samples.push_back(
        {ranks, ranks, 16384, {exactly("recursive-doubling", 4), exactly("swing", 2), exactly("rabenseifner", 2.5)}});
  }
  decisions.rules = rules_of(decisions.samples, nullptr, 0);
  return decisions;
}

TEST(Rules, MeetAtGeometricMeans) {
  const CollectiveDecisions decisions = sample_decisions();
  const auto taken = [&](Rank ranks, Bytes bytes) { return find_rule(decisions, {ranks, 1, bytes})->algorithm; };
  EXPECT_EQ(taken(16, 4095), "recursive-doubling");
  EXPECT_EQ(taken(16, 4096), "swing");
  EXPECT_EQ(taken(1, 0), "recursive-doubling");
  EXPECT_EQ(taken(1000, 1 << 30), "swing");
  EXPECT_EQ(find_rule(decisions, {31, 1, 0})->at_ranks, 16);
  EXPECT_EQ(find_rule(decisions, {32, 1, 0})->at_ranks, 64);
}

TEST(Rules, TiesGoToTheSafest) {
  std::vector<DecisionSample> samples{
      {8, 8, 64, {{"ring", 1.00, 0.95, 1.05}, {"recursive-doubling", 1.04, 1.00, 1.10}, {"binomial", 2, 1.9, 2.1}}}};
  const Safety safety = [](std::string_view name) { return name == "ring" ? 0 : 1; };
  const std::vector<DecisionRule> rules = rules_of(samples, safety, 0);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules[0].algorithm, "recursive-doubling");
  EXPECT_THAT(rules[0].ties, ::testing::ElementsAre("ring"));
  EXPECT_EQ(rules_of(samples, nullptr, 0)[0].algorithm, "ring");
}

TEST(Rules, TellNodesApartOnlyWhereTheyDiffer) {
  std::vector<DecisionSample> samples{{16, 1, 64, {exactly("one-shot", 1)}}, {16, 16, 64, {exactly("ring", 1)}}};
  const std::vector<DecisionRule> rules = rules_of(samples, nullptr, 0);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_EQ(rules[0].nodes, (CountRange{1, 3}));
  EXPECT_EQ(rules[1].nodes, (CountRange{4, CountRange::kUnlimited}));
}

TEST(Translation, TakesTheBestThatThereIsAndTellsTheLoss) {
  const Translation without_swing = [](std::string_view algorithm, Rank, Bytes) -> std::optional<std::string> {
    return algorithm == "swing" ? std::nullopt : std::optional<std::string>("their " + std::string(algorithm));
  };
  const TranslatedDecisions theirs = translated(sample_decisions(), without_swing, true);
  CollectiveDecisions decisions;
  decisions.rules = theirs.rules;
  EXPECT_EQ(find_rule(decisions, {16, 1, 16384})->algorithm, "their rabenseifner");
  ASSERT_EQ(theirs.losses.size(), 2U);
  EXPECT_EQ(theirs.losses[0].wanted, "swing");
  EXPECT_EQ(theirs.losses[0].instead, "their rabenseifner");
  EXPECT_DOUBLE_EQ(theirs.losses[0].factor, 1.25);
}

TEST(Translation, OfRulesWithoutTimesTriesTies) {
  CollectiveDecisions decisions;
  DecisionRule rule;
  rule.algorithm = "swing";
  rule.ties = {"ring"};
  decisions.rules = {rule};
  const TranslatedDecisions theirs = translated(
      decisions,
      [](std::string_view algorithm, Rank, Bytes) -> std::optional<std::string> {
        return algorithm == "ring" ? std::optional<std::string>("4") : std::nullopt;
      },
      true);
  ASSERT_EQ(theirs.rules.size(), 1U);
  EXPECT_EQ(theirs.rules[0].algorithm, "4");
}

[[nodiscard]] DecisionTable sample_table() {
  DecisionTable table;
  table.provenance.source = "simulated";
  table.provenance.machine = "hpc:hosts=64";
  table.collectives.push_back(sample_decisions());
  table.collectives[0].rules[0].ties = {"lanes(2, ring)", "native"};
  table.collectives[0].samples[0].times[1] = {"swing", 2, 1.5, 2.5};
  return table;
}

TEST(TableFile, IsReadAsItWasWritten) {
  const DecisionTable table = sample_table();
  const std::string text = write_decision_table(table);
  EXPECT_EQ(read_decision_table(text, "table", built_in_library()), table);
  EXPECT_EQ(write_decision_table(read_decision_table(text, "table", built_in_library())), text);
}

TEST(TableFile, OfNothingIsATable) {
  EXPECT_EQ(read_decision_table(write_decision_table({}), "table", built_in_library()), DecisionTable());
}

[[nodiscard]] std::string refusal(const std::string& text) {
  try {
    static_cast<void>(read_decision_table(text, "t.json", built_in_library()));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::kInput);
    return error.what();
  }
  return "read";
}

TEST(TableFile, SaysWhereItIsBroken) {
  const std::string head = "{\"schema\": \"ringwood.decisions/1\",\n\"collectives\": [\n";
  const auto rule = [&](const std::string& inside) {
    return head + "{\"collective\": \"allreduce\", \"rules\": [\n" + inside + "]}]}";
  };
  using ::testing::HasSubstr;
  using ::testing::StartsWith;
  EXPECT_THAT(refusal(""), StartsWith("t.json:1:1: not JSON"));
  EXPECT_THAT(refusal("[]"), HasSubstr("ringwood.decisions/1"));
  EXPECT_THAT(refusal("{\"schema\": \"ringwood.decisions/2\"}"), StartsWith("t.json:1:12: "));
  EXPECT_THAT(refusal("{\"schema\": \"ringwood.decisions/1\",\n\n  \"tables\": 1}"),
              StartsWith("t.json:3:3: 'tables'"));
  EXPECT_THAT(refusal(rule("{\"ranks\": [1, 2], \"bytes\": [0, null], \"algorithm\": \"rung\"}")),
              StartsWith("t.json:4:52: "));
  EXPECT_THAT(refusal(rule("{\"ranks\": [4, 2], \"bytes\": [0, null], \"algorithm\": \"ring\"}")),
              StartsWith("t.json:4:15: expected an integer from 4"));
  EXPECT_THAT(refusal(rule("{\"ranks\": [1, 2], \"bytes\": [0, 1e300], \"algorithm\": \"ring\"}")),
              HasSubstr("expected an integer, found a number"));
  EXPECT_THAT(refusal(rule("{\"ranks\": [1, 2], \"bytes\": [0, null]}")), HasSubstr("'algorithm' is missing"));
  EXPECT_THAT(refusal(rule("{\"ranks\": [1, 2], \"ranks\": [1, 2]}")), HasSubstr("is there twice"));
  EXPECT_THAT(refusal(head + "{\"collective\": \"allreduce\", \"rules\": []},\n{\"collective\": \"allreduce\", "
                             "\"rules\": []}]}"),
              StartsWith("t.json:4:1: "));
  EXPECT_THAT(refusal(std::string(300, '[')), HasSubstr("nested deeper"));
  EXPECT_THAT(refusal(rule("{\"ranks\": [1, 2], \"bytes\": [0, null], \"algorithm\": \"ring\"},")),
              StartsWith("t.json:4:"));
}

TEST(TableFile, RefusesTimesThatContradictThemselves) {
  EXPECT_THAT(
      refusal("{\"schema\": \"ringwood.decisions/1\", \"collectives\": [{\"collective\": \"allreduce\", \"rules\": [], "
              "\"samples\": [{\"ranks\": 2, \"nodes\": 1, \"bytes\": 8, \"times\": [{\"algorithm\": \"ring\", "
              "\"s\": 2, \"low_s\": 3}]}]}]}"),
      ::testing::HasSubstr("outside"));
}

[[nodiscard]] CollectiveDecisions with_native_timings() {
  return {Collective::kAllreduce,
          {},
          {{.ranks = 4,
            .nodes = 1,
            .bytes = 1024,
            .times = {{"ring", 1e-6, 1e-6, 1e-6},
                      {"native", 5e-6, 5e-6, 5e-6},
                      {"native:algorithm=recursive_doubling", 3e-6, 3e-6, 3e-6},
                      {"native:algorithm=ring", 9e-6, 9e-6, 9e-6}}}}};
}

TEST(Translated, GoesByTheTimesOfTheLibraryItself) {
  const auto words = [](std::string_view algorithm, Rank, Bytes) {
    const std::string_view request = "native:algorithm=";
    return std::optional<std::string>(algorithm.substr(algorithm.starts_with(request) ? request.size() : 0));
  };
  const TranslatedDecisions own = translated(with_native_timings(), words, true, NativeTimings::kOwn);
  ASSERT_EQ(own.rules.size(), 1U);
  EXPECT_EQ(own.rules.front().algorithm, "recursive_doubling");
  const TranslatedDecisions foreign = translated(with_native_timings(), words, true);
  EXPECT_EQ(foreign.rules.front().algorithm, "ring") << "for others, their times mean nothing";
}

TEST(Rules, NeverNameWhatTheLibraryWasTold) {
  CollectiveDecisions decisions = with_native_timings();
  decisions.samples.front().times.erase(decisions.samples.front().times.begin());
  const std::vector<DecisionRule> rules = rules_of(decisions.samples, nullptr, 0);
  ASSERT_EQ(rules.size(), 1U);
  EXPECT_EQ(rules.front().algorithm, "native");
  DecisionTable table;
  table.collectives.push_back(decisions);
  const DecisionTable again = read_decision_table(write_decision_table(table), "t", built_in_library());
  EXPECT_EQ(again, table);
}

TEST(Provenance, SaysWhatDiffers) {
  DecisionProvenance measured;
  measured.source = "measured";
  measured.machine = "n1 n2";
  measured.mpi = "Open MPI 4.1.2";
  EXPECT_TRUE(knows_host(measured, "n2"));
  EXPECT_FALSE(knows_host(measured, "n"));
  EXPECT_EQ(differences(measured, {.mpi = "Open MPI 4.1.2"}), "");
  EXPECT_EQ(differences(measured, {.mpi = "Open MPI 4.1.4", .strange_host = "n3"}),
            "it is for Open MPI 4.1.2, and this is Open MPI 4.1.4; it was measured on 'n1 n2', and this is 'n3'");
  DecisionProvenance simulated;
  simulated.source = "simulated";
  simulated.machine = "hpc";
  EXPECT_TRUE(knows_host(simulated, "n3"));
  EXPECT_EQ(differences(simulated, {.mpi = "Open MPI 4.1.4"}), "");
}

}  // namespace
}  // namespace ringwood
