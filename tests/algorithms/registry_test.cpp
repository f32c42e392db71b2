// The lines of algorithms/registry.def against the files on disk.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "algorithms/catalogue.hpp"

namespace ringwood {
namespace {

std::set<std::string> files_on_disk() {
  std::set<std::string> found;
  const std::filesystem::path root = std::filesystem::path(RINGWOOD_SOURCE_DIR) / "algorithms";
  for (const Collective collective : kAllCollectives) {
    std::string folder(name_of(collective));
    std::replace(folder.begin(), folder.end(), '-', '_');
    if (!std::filesystem::exists(root / folder)) {
      continue;
    }
    for (const auto& file : std::filesystem::directory_iterator(root / folder)) {
      if (file.path().extension() == ".cpp") {
        found.insert(folder + "/" + file.path().stem().string());
      }
    }
  }
  return found;
}

std::set<std::string> registered() {
  return {
#define ALGORITHM(collective, file) #collective "/" #file,
#include "algorithms/registry.def"
#undef ALGORITHM
  };
}

TEST(Registry, HasALineForEachFileAndAFileForEachLine) {
  EXPECT_EQ(registered(), files_on_disk());
  EXPECT_EQ(registered().size(), built_in_catalogue().size()) << "a line is there twice";
}

TEST(Registry, PutsEachAlgorithmInTheFolderOfItsCollective) {
  std::size_t index = 0;
  for (const char* const folder : {
#define ALGORITHM(collective, file) #collective,
#include "algorithms/registry.def"
#undef ALGORITHM
       }) {
    std::string expected(name_of(built_in_catalogue()[index]->collective));
    std::replace(expected.begin(), expected.end(), '-', '_');
    EXPECT_EQ(expected, folder) << built_in_catalogue()[index]->name;
    ++index;
  }
}

TEST(Registry, SaysWhatEachAlgorithmCostsAndWhereItComesFrom) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    EXPECT_FALSE(algorithm->reference.empty()) << algorithm->name;
    EXPECT_FALSE(algorithm->cost.empty()) << algorithm->name;
    EXPECT_FALSE(algorithm->name.empty());
    EXPECT_NE(algorithm->program, nullptr) << algorithm->name;
  }
}

TEST(Registry, NamesNoAlgorithmOfACollectiveTwice) {
  std::set<std::pair<Collective, std::string_view>> names;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    EXPECT_TRUE(names.insert({algorithm->collective, algorithm->name}).second) << algorithm->name;
  }
}

}  // namespace
}  // namespace ringwood
