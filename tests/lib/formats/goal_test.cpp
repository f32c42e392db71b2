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

#include "ringwood/formats.hpp"
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

}  // namespace
}  // namespace ringwood
