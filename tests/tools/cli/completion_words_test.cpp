#include "tools/cli/completion_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/tools/cli/run_command.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/command.hpp"

namespace ringwood::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Completion, KnowsCommandsOptionsAndValues) {
  EXPECT_THAT(completions({"sw"}), ElementsAre("sweep"));
  EXPECT_THAT(completions({"sweep", "allr"}), ElementsAre("allreduce"));
  EXPECT_THAT(completions({"show", "allreduce", "rabens"}), Contains("rabenseifner"));
  EXPECT_THAT(completions({"sweep", "allreduce", "--form"}), ElementsAre("--format"));
  EXPECT_THAT(completions({"sweep", "allreduce", "--format", "c"}), ElementsAre("csv"));
  EXPECT_THAT(completions({"simulate", "broadcast", "--algorithm", ""}), Not(Contains("rabenseifner")));
  EXPECT_THAT(completions({"simulate", "--machine", "fat"}), ElementsAre("fat-tree"));
  EXPECT_THAT(completions({"report", ""}), IsEmpty()) << "the shell knows files";
  EXPECT_THAT(completions({"nothing", ""}), IsEmpty());
}

TEST(Completion, OffersAllOptionsThatACommandHas) {
  for (const Command* const command : all_commands()) {
    const std::vector<std::string> offered = completions({std::string(command->name), "--"});
    EXPECT_EQ(offered.size(), command->options.size() + 2) << command->name;
  }
}

TEST(Completion, WorksInBash) {
  const Outcome outcome = run_line(
      "bash -c 'eval \"$(ringwood completion bash)\"; COMP_WORDS=(ringwood sweep allreduce --mod \"\"); COMP_CWORD=3; "
      "_ringwood; "
      "echo \"${COMPREPLY[@]}\"'");
  EXPECT_EQ(outcome.output, "--model\n") << outcome.errors;
  EXPECT_EQ(ringwood("completion csh").code, 2);
}

TEST(Manual, HasEveryOptionOfTheHelp) {
  EXPECT_THAT(ringwood("manual").output, HasSubstr("ringwood\\-sweep"));
  for (const Command* const command : all_commands()) {
    const Outcome page = ringwood("manual " + std::string(command->name));
    ASSERT_EQ(page.code, 0);
    EXPECT_EQ(page.output.find(".TH "), 0U);
    for (const OptionUse& use : command->options) {
      std::string name(use.name);
      for (std::size_t i = 0; (i = name.find('-', i)) != std::string::npos; i += 2) {
        name.insert(i, "\\");
      }
      EXPECT_THAT(page.output, HasSubstr(".B \\-\\-" + name)) << command->name;
    }
  }
}

}  // namespace
}  // namespace ringwood::cli
