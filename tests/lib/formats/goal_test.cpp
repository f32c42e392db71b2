#include "algorithms/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
// GCC 12 takes parts of std::regex for uninitialized where the address sanitizer is on (GCC bug 105562).
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#include <regex>
#include <sstream>

#include "formats/workloads.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"

namespace ringwood {
namespace {

TEST(Goal, WritesAnExchangeAsInTheFormatsDescription) {
  const Schedule schedule(allreduce_recursive_doubling, {.ranks = 2});
  EXPECT_EQ(write_goal(record(schedule), equal_layout(schedule, 10, 8), 0.5),
            "num_ranks 2\n"
            "rank 0 {\nl0: send 80b to 1 tag 0\nl1: recv 80b from 1 tag 0\nl2: calc 40\nl2 requires l1\n}\n"
            "rank 1 {\nl0: send 80b to 0 tag 0\nl1: recv 80b from 0 tag 0\nl2: calc 40\nl2 requires l1\n}\n");
}

TEST(Goal, LeavesOutWhatCarriesNoByte) {
  const Schedule schedule(allgather_ring, {.ranks = 3});
  EXPECT_EQ(write_goal(record(schedule), equal_layout(schedule, 0, 8), 0),
            "num_ranks 3\nrank 0 {\n}\nrank 1 {\n}\nrank 2 {\n}\n");
}

// Every line is one of the grammar's, labels are defined before use, and sends and receives of each pair and tag agree.
void check(const std::string& text) {
  const std::regex operation(R"((l\d+): (?:calc \d+|(send|recv) (\d+)b (?:to|from) (\d+) tag (\d+)))");
  const std::regex requirement(R"((l\d+) requires (l\d+))");
  std::istringstream lines(text);
  std::string line;
  std::string rank;
  std::map<std::string, std::vector<std::string>> sent;
  std::map<std::string, std::vector<std::string>> received;
  std::map<std::string, bool> labels;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    std::smatch match;
    if (line.starts_with("rank ")) {
      rank = line.substr(5, line.find(' ', 5) - 5);
      labels.clear();
    } else if (std::regex_match(line, match, operation)) {
      EXPECT_TRUE(labels.emplace(match[1], true).second) << line;
      if (match[2] == "send") {
        sent[rank + ">" + match[4].str() + "#" + match[5].str()].push_back(match[3]);
      } else if (match[2] == "recv") {
        received[match[4].str() + ">" + rank + "#" + match[5].str()].push_back(match[3]);
      }
    } else if (std::regex_match(line, match, requirement)) {
      EXPECT_TRUE(labels.contains(match[1]) && labels.contains(match[2])) << line;
    } else {
      EXPECT_EQ(line, "}");
    }
  }
  EXPECT_EQ(sent, received);
  EXPECT_FALSE(sent.empty());
}

TEST(Goal, KeepsToTheGrammar) {
  for (const char* const text : {"ring", "double-tree", "lanes(2, lanes(2, ring))"}) {
    const Schedule schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 6});
    check(write_goal(record(schedule), equal_layout(schedule, 1000, 8), 0.1));
  }
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(read_goal(text, "a.goal", 1000));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Goal, ReadsWhatTheGrammarHas) {
  const TaskGraph graph = read_goal(
      "// first\nnum_ranks 2\nrank 1 {\n}\nrank 0 {\na: send 10b to 1 tag 7 cpu 2 nic 3\n/* two\nlines */\n"
      "b: recv 5b from -1 tag -1\ncalc 3 cpu 1  // behind\nb irequires a\n}\n",
      "a.goal", 2);
  const RankTasks& tasks = graph.ranks[0];
  ASSERT_EQ(tasks.tasks.size(), 3U);
  EXPECT_EQ(tasks.tasks[0].kind, TaskKind::kSend);
  EXPECT_EQ(tasks.tasks[0].cpu, 2);
  EXPECT_EQ(tasks.tasks[0].nic, 3);
  EXPECT_EQ(tasks.tasks[0].tag, 7);
  EXPECT_EQ(tasks.tasks[1].peer, kAnyRank);
  EXPECT_EQ(tasks.tasks[1].tag, kAnyTag);
  EXPECT_EQ(tasks.tasks[2].amount, 6);
  EXPECT_EQ(tasks.lines, (std::vector<std::uint32_t>{6, 9, 10}));
  ASSERT_EQ(tasks.requirements.size(), 1U);
  EXPECT_TRUE(tasks.requirements[0].begun);
}

TEST(Goal, RefusesWithLineAndColumn) {
  const std::pair<const char*, const char*> texts[]{
      {"", "a.goal:1:1: expected 'num_ranks', found nothing more"},
      {"num_ranks 0\n", "a.goal:1:11: expected a number of ranks from 1 to 65536, found '0'"},
      {"num_ranks 1\nrank 1 {\n}\n", "a.goal:2:6: expected a rank from 0 to 0, found '1'"},
      {"num_ranks 2\nrank 0 {\n}\nrank 0 {\n", "rank 0 is there twice"},
      {"num_ranks 1\nrank 0 {\nsend 8 to 0\n}\n", "a.goal:3:6: expected a size such as 1024b, found '8'"},
      {"num_ranks 1\nrank 0 {\nsend 8b to 1\n}\n", "a.goal:3:12: expected a rank from 0 to 0"},
      {"num_ranks 1\nrank 0 {\nsend -8b to 0\n}\n", "a.goal:3:6: expected a size"},
      {"num_ranks 1\nrank 0 {\ncalc 99999999999999999999\n}\n", "a.goal:3:6: expected a time"},
      {"num_ranks 1\nrank 0 {\na: calc 1\na: calc 1\n}\n", "a.goal:4:1: label 'a' is there twice"},
      {"num_ranks 1\nrank 0 {\na: calc 1\na requires b\n}\n", "a.goal:4:12: expected an operation, '}', or a label"},
      {"num_ranks 1\nrank 0 {\na: calc 1\na requires a\n}\n", "requires itself"},
      {"num_ranks 1\nrank 0 {\ncalc 1 nic 2\n}\n", "a.goal:3:8: expected the end of the line, found 'nic'"},
      {"num_ranks 1\nrank 0 {\n", "expected '}'"},
      {"num_ranks 1\nrank 0 {\n}\nrank 0 {\n}\n", "a.goal:4:1: expected the end of the file"},
      {"num_ranks 1\n/* no end\n", "expected '*/'"},
  };
  for (const auto& [text, message] : texts) {
    EXPECT_THAT(refusal(text), ::testing::HasSubstr(message)) << text;
  }
}

}  // namespace
}  // namespace ringwood
