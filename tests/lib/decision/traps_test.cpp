// Each file of traps/ has one trap of ../shared/tuning-files.md section 5; the reader must find it where it is.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "ringwood/decision_files.hpp"

namespace ringwood {
namespace {

[[nodiscard]] std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

[[nodiscard]] std::string contents(const std::string& name) {
  return contents_of(std::string(RINGWOOD_TRAPS) + "/" + name);
}

struct Trap {
  const char* file;
  const char* target;
  const char* code;
  std::size_t line;
  FindingLevel level = FindingLevel::kWarning;
  bool used = true;
};

constexpr FindingLevel kError = FindingLevel::kError;
constexpr FindingLevel kNote = FindingLevel::kNote;

constexpr Trap kTraps[] = {
    {"truncated.conf", "open-mpi-4.1", "truncated", 7, kError, false},
    {"negative.conf", "open-mpi-4.1", "negative", 6, kError, false},
    {"too_many_collectives.conf", "open-mpi-4.1", "too-many-collectives", 1, kError, false},
    {"unknown_collective.conf", "open-mpi-4.1", "unknown-collective", 2, kError, false},
    {"first_rule_not_zero.conf", "open-mpi-4.1", "first-rule-not-zero", 6, kError, false},
    {"version_2.conf", "open-mpi-4.1", "version-2", 1, kError, false},
    {"version_2.conf", "open-mpi-5.0.6", "version-2", 1, kError, false},
    {"version_2.conf", "open-mpi-5.0", "version-2", 1},
    {"bruck_radix.conf", "open-mpi-6", "fan-is-radix", 6, kNote},
    {"module.json", "open-mpi-6", "module", 1, kNote},
    {"version_2_after_comment.conf", "open-mpi-5.0.7", "negative", 2, kError, false},
    {"fifth_number.conf", "open-mpi-4.1", "misaligned", 6},
    {"units.conf", "open-mpi-4.1", "not-a-number", 7},
    {"octal.conf", "open-mpi-4.1", "octal", 7},
    {"trailing.conf", "open-mpi-4.1", "trailing", 7},
    {"collective_twice.conf", "open-mpi-4.1", "replaced", 2},
    {"ranks_descending.conf", "open-mpi-4.1", "not-ascending", 7},
    {"sizes_descending.conf", "open-mpi-4.1", "shadowed", 7},
    {"sizes_descending.conf", "open-mpi-4.1", "not-ascending", 8},
    {"size_twice.conf", "open-mpi-4.1", "shadowed", 7},
    {"first_block_below.conf", "open-mpi-4.1", "first-block-below", 4},
    {"ranks_twice.conf", "open-mpi-4.1", "repeated", 7},
    {"ranks_beyond_int.conf", "open-mpi-4.1", "overflow", 7},
    {"segment_beyond_int.conf", "open-mpi-4.1", "overflow", 6},
    {"gatherv.conf", "open-mpi-4.1", "never-asked", 6},
    {"scatter_sizes.conf", "open-mpi-4.1", "size-definition", 7},
    {"header_after_mark.conf", "open-mpi-5.0.7", "header-not-first", 1, FindingLevel::kWarning, false},
    {"odd_ranks.conf", "open-mpi-4.1", "taken-over", 6, kNote},
    {"unsafe_allreduce.conf", "open-mpi-4.1", "unsafe-operator", 7},
    {"unsafe_reduce_scatter.conf", "open-mpi-4.1", "unsafe-operator", 6},
    {"unknown_algorithm.conf", "open-mpi-4.1", "unknown-algorithm", 6, kError},
    {"sparbit.conf", "open-mpi-4.1", "unknown-algorithm", 6, kError},
    {"two_ranks_only.conf", "open-mpi-4.1", "two-ranks-only", 6, kError},
    {"segment_ignored.conf", "open-mpi-4.1", "segment-ignored", 6},
    {"fan_ignored.conf", "open-mpi-4.1", "fan-ignored", 6},
    {"in_place_allgather.conf", "open-mpi-4.1", "in-place-as-zero", 6},
    {"in_place_allgather.conf", "open-mpi-4.1", "size-definition", 6, kNote},
    {"scan_sizes.conf", "open-mpi-4.1", "size-ignores-count", 7},
    {"barrier_sizes.conf", "open-mpi-4.1", "never-matches", 7},
    {"two_blocks.conf", "open-mpi-6", "block-shift", 7},
    {"two_blocks.conf", "open-mpi-5.0", "han", 1, kNote},
    {"two_blocks.conf", "open-mpi-5.0", "forced-first", 1, kNote},
    {"two_blocks.conf", "open-mpi-4.1", "file-first", 1, kNote},
    {"two_blocks.conf", "open-mpi-4.1", "needs-flag", 1, kNote},
    {"json_for_old.json", "open-mpi-5.0", "json-too-new", 1, kError, false},
    {"not_json.json", "open-mpi-6", "not-json", 1, kError, false},
    {"reducescatter.json", "open-mpi-6", "unknown-collective", 3, kError, false},
    {"segsize.json", "open-mpi-6", "unknown-key", 3},
    {"unknown_alg.json", "open-mpi-6", "unknown-algorithm", 3, kError},
    {"distribution.json", "open-mpi-6", "unknown-distribution", 3},
    {"shadowed.json", "open-mpi-6", "shadowed", 4},
    {"shadowed_block.json", "open-mpi-6", "shadowed", 3},
    {"empty_range.json", "open-mpi-6", "empty-range", 3},
    {"no_alg.json", "open-mpi-6", "no-algorithm", 3},
    {"infinite_ranks.json", "open-mpi-6", "overflow", 2},
    {"overlap.json", "open-mpi-6", "overlap", 3},
    {"ranks_overlap.json", "open-mpi-6", "overlap", 2},
    {"negative.json", "open-mpi-6", "negative", 1},
    {"gap.json", "open-mpi-6", "gap", 3, kNote},
    {"missing_collectives.json", "mpich-4.0", "missing-collectives", 1, kError},
    {"no_any.json", "mpich-4.0", "no-any", 3, kError},
    {"after_any.json", "mpich-4.0", "after-any", 4, kError},
    {"undefined_test.json", "mpich-4.0", "undefined-test", 2, kError},
    {"unknown_test.json", "mpich-4.0", "unknown-test", 2, kError},
    {"beyond_int.json", "mpich-4.0", "overflow", 2, kError},
    {"units.json", "mpich-4.0", "not-a-number", 2, kError},
    {"unsafe.json", "mpich-4.0", "restriction", 3, kError},
    {"unsafe.json", "mpich-4.0", "unsafe-operator", 4, kError},
    {"pow2.json", "mpich-4.0", "restriction", 2, kError},
    {"communicator_after_message.json", "mpich-4.0", "communicator-after-message", 3},
    {"descending.json", "mpich-4.0", "shadowed", 3},
    {"key_twice.json", "mpich-4.0", "replaced", 3},
    {"unknown_algorithm.json", "mpich-4.0", "unknown-algorithm", 2, kError},
    {"tree_type.json", "mpich-4.2", "tree-type", 3},
    {"parameter.json", "mpich-4.2", "parameter-form", 3, kError},
    {"total_of_gather.json", "mpich-4.0", "size-definition", 2},
    {"wrong_collective.json", "mpich-4.0", "wrong-collective", 2, kError},
    {"page_size.json", "mpich-4.0", "page-size", 1, kError},
    {"ucc_memory.conf", "ucc", "memory-type", 1, kError},
    {"ucc_overlap.conf", "ucc", "overlap", 1},
    {"ucc_shadowed.conf", "ucc", "shadowed", 1},
    {"ucc_algorithm.conf", "ucc", "unknown-algorithm", 1, kError},
    {"ucc_no_effect.conf", "ucc", "no-effect", 1, kError},
    {"ucc_range.conf", "ucc", "bad-range", 1, kError},
    {"ucc_size_ignored.conf", "ucc", "size-ignored", 1},
    {"ucc_section.conf", "ucc", "unknown-section-key", 1, kError},
    {"ucc_section_variable.conf", "ucc", "not-in-section", 2},
    {"ucc_one_size.conf", "ucc", "bad-range", 1, kError},
    {"ucc_two_algorithms.conf", "ucc", "repeated-qualifier", 1, kError},
    {"ucc_twice.conf", "ucc", "repeated", 2},
    {"ucc_typo.conf", "ucc", "unknown-variable", 1},
    {"ucc_section_value.conf", "ucc", "bad-range", 1, kError},
    {"ucc_export.conf", "ucc", "export", 1},
    {"ucc_radix.conf", "ucc", "bad-value", 1, kError},
    {"ucc_radix.conf", "ucc", "unknown-variable", 2},
    {"two_leaves.json", "mpich-4.0", "leaf-among-tests", 5, kError},
    {"leaf_no_object.json", "mpich-4.0", "not-an-object", 4, kError},
    {"hierarchy.json", "mpich-4.0", "hierarchy", 4},
    {"hierarchy.json", "mpich-4.0", "shadowed", 7},
    {"mark.json", "mpich-4.0", "byte-order-mark", 1, kError, false},
};

class Traps : public ::testing::TestWithParam<Trap> {};

TEST_P(Traps, AreFoundWhereTheyAre) {
  const Trap& trap = GetParam();
  const DecisionReading reading = read_as(contents(trap.file), parse_decision_target(trap.target));
  EXPECT_EQ(reading.used, trap.used);
  std::string all;
  bool found = false;
  for (const Finding& finding : reading.findings) {
    all += std::to_string(finding.place.line) + " " + finding.code + ": " + finding.message + "\n";
    found = found || (finding.code == trap.code && finding.place.line == trap.line && finding.level == trap.level);
  }
  EXPECT_TRUE(found) << trap.file << " for " << trap.target << ", " << trap.code << ":\n" << all;
}

INSTANTIATE_TEST_SUITE_P(All, Traps, ::testing::ValuesIn(kTraps));

struct Sane {
  const char* file;
  const char* target;
};

class SaneFiles : public ::testing::TestWithParam<Sane> {};

TEST_P(SaneFiles, RaiseNoAlarm) {
  const DecisionReading reading = read_as(contents_of(std::string(RINGWOOD_SANE) + "/" + GetParam().file),
                                          parse_decision_target(GetParam().target));
  EXPECT_TRUE(reading.used);
  for (const Finding& finding : reading.findings) {
    EXPECT_EQ(finding.level, FindingLevel::kNote) << finding.place.line << ": " << finding.message;
  }
}

INSTANTIATE_TEST_SUITE_P(All, SaneFiles,
                         ::testing::Values(Sane{"no_newline.conf", "open-mpi-4.1"},
                                           Sane{"one_line.conf", "open-mpi-4.1"}, Sane{"tabs.conf", "open-mpi-4.1"},
                                           Sane{"comments.conf", "open-mpi-5.0"}, Sane{"mark.conf", "open-mpi-4.1"},
                                           Sane{"mark.json", "open-mpi-6"},
                                           Sane{"carriage_returns.conf", "open-mpi-4.1"},
                                           Sane{"catch_all.json", "open-mpi-6"},
                                           Sane{"max_requests.conf", "open-mpi-5.0.7"}, Sane{"ucc.conf", "ucc"},
                                           Sane{"ucc_spaces.conf", "ucc"}, Sane{"ucc_mark.conf", "ucc"},
                                           Sane{"ucc_carriage_returns.conf", "ucc"}, Sane{"json_c.json", "mpich-4.0"}));

// What a file says may be anything; what is said of it is text.
TEST(Lint, ShowsNoControlLettersAndNoBrokenText) {
  const DecisionReading reading =
      read_as(std::string_view("\x1B[2J\xFF\xC3(\0", 9), parse_decision_target("open-mpi-4.1"));
  EXPECT_FALSE(reading.used);
  for (const Finding& finding : reading.findings) {
    EXPECT_EQ(finding.message.find_first_of(std::string("\x1B\xFF\xC3\0", 4)), std::string::npos) << finding.message;
  }
}

// A megabyte of another kind of file would otherwise have a finding for each of its words.
TEST(Lint, CountsWhatItFindsThousandsOfTimes) {
  std::string text = "1 2 1 0 1 0";
  for (int i = 0; i < 5000; ++i) {
    text += " x";
  }
  const DecisionReading reading = read_as(text, parse_decision_target("open-mpi-4.1"));
  const auto of_the_kind = [](const Finding& finding) { return finding.code == "not-a-number"; };
  EXPECT_EQ(std::count_if(reading.findings.begin(), reading.findings.end(), of_the_kind), 1001);
  EXPECT_THAT(reading.findings,
              ::testing::Contains(::testing::Field(&Finding::message, "and 4000 more of this kind, from here on")));
}

TEST(Lint, FindsNothingInTheExampleOfTheDocumentForTheVersionsThatItIsFor) {
  const DecisionReading reading = read_as(
      "2            # two collectives\n2            # allreduce\n2            # two communicator-size blocks\n"
      "2            # covers p < 16\n2            # two size rules\n0      3 0 0       # recursive doubling\n"
      "16384  6 0 0       # Rabenseifner\n16           # covers p >= 16\n2\n0      3 0 0\n65536  6 0 0\n"
      "7            # bcast\n1\n0\n2\n0      6 0 0        # binomial\n131072 3 0 32768    # pipeline\n",
      parse_decision_target("open-mpi-4.1"));
  EXPECT_TRUE(reading.used);
  for (const Finding& finding : reading.findings) {
    EXPECT_EQ(finding.level, FindingLevel::kNote) << finding.message;
  }
  const CollectiveDecisions* allreduce = reading.table.find(Collective::kAllreduce);
  ASSERT_NE(allreduce, nullptr);
  const auto taken = [&](Rank ranks, Bytes bytes) { return find_rule(*allreduce, {ranks, 1, bytes})->algorithm; };
  EXPECT_EQ(taken(15, 16383), "recursive-doubling");
  EXPECT_EQ(taken(15, 16384), "rabenseifner");
  EXPECT_EQ(taken(16, 65535), "recursive-doubling");
  EXPECT_EQ(taken(1000, 65536), "rabenseifner");
}

TEST(Lint, ClassicBlocksShiftInSix) {
  const std::string text = contents("two_blocks.conf");
  const auto taken = [&](const char* target, Rank ranks) {
    const DecisionReading reading = read_as(text, parse_decision_target(target));
    return find_rule(*reading.table.find(Collective::kAllreduce), {ranks, 1, 8})->algorithm;
  };
  EXPECT_EQ(taken("open-mpi-5.0", 64), "recursive-doubling");
  EXPECT_EQ(taken("open-mpi-6", 64), "rabenseifner");
  EXPECT_EQ(taken("open-mpi-6", 63), "recursive-doubling");
  EXPECT_EQ(taken("open-mpi-4.1", 2), "recursive-doubling");
}

TEST(Lint, VersionTwoIsReadByThoseThatKnowIt) {
  const DecisionReading reading = read_as(contents("version_2.conf"), parse_decision_target("open-mpi-5.0.7"));
  EXPECT_TRUE(reading.used);
  EXPECT_THAT(reading.findings, ::testing::Not(::testing::Contains(::testing::Field(&Finding::level, kError))));
}

TEST(Lint, TellsColumns) {
  const DecisionReading reading = read_as(contents("units.conf"), parse_decision_target("open-mpi-4.1"));
  const auto found = std::find_if(reading.findings.begin(), reading.findings.end(),
                                  [](const Finding& finding) { return finding.code == "not-a-number"; });
  ASSERT_NE(found, reading.findings.end());
  EXPECT_EQ(found->place.column, 3U);
}

}  // namespace
}  // namespace ringwood
