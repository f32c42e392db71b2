// What may be loaded and what is refused (12 cases of paths, owners and rights), and what a plug-in can do wrong.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "ringwood/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/schedule.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const fs::path kSamples = RINGWOOD_PLUGIN_SAMPLES;

/// What loading it is refused with; empty: it was loaded.
std::string refusal_of(const fs::path& file) {
  try {
    load_plugin(file.string());
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

/// A folder below the samples, which nobody else can write; removed at the end.
class Paths : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (kSamples / "paths-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    fs::copy_file(kSamples / "good.so", file());
    ::chmod(file().c_str(), 0755);
  }

  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] fs::path file() const { return folder_ / "copy.so"; }

  fs::path folder_;
};

TEST_F(Paths, Relative) {
  EXPECT_THAT(refusal_of("copy.so"), HasSubstr("not an absolute path"));
  EXPECT_THAT(refusal_of("./copy.so"), HasSubstr("not an absolute path"));
  EXPECT_THAT(refusal_of(""), HasSubstr("not an absolute path"));
}

TEST_F(Paths, FromTheWorkingDirectoryAndSearchPaths) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  ::setenv("LD_LIBRARY_PATH", folder_.c_str(), 1);
  EXPECT_THAT(refusal_of("copy.so"), HasSubstr("never searched for"));
  ::unsetenv("LD_LIBRARY_PATH");
  fs::current_path(before);
}

TEST_F(Paths, WithPartsThatSayNothing) {
  EXPECT_THAT(refusal_of(folder_ / "." / "copy.so"), HasSubstr("the plain path is " + file().string()));
  EXPECT_THAT(refusal_of(folder_.string() + "/../" + folder_.filename().string() + "/copy.so"),
              HasSubstr("plain path"));
  EXPECT_THAT(refusal_of(folder_.string() + "//copy.so"), HasSubstr("plain path"));
}

TEST_F(Paths, WithMoreBehindTheFile) {
  EXPECT_THAT(refusal_of(file().string() + "/"), HasSubstr("Not a directory"));
  EXPECT_THAT(refusal_of(file().string() + "/more.so"), HasSubstr("Not a directory"));
}

TEST_F(Paths, SymbolicLinkToTheFile) {
  fs::create_symlink(file(), folder_ / "link.so");
  EXPECT_THAT(refusal_of(folder_ / "link.so"), HasSubstr("symbolic links"));
}

TEST_F(Paths, SymbolicLinkToItsDirectory) {
  const fs::path link = kSamples / (folder_.filename().string() + "-link");
  fs::create_directory_symlink(folder_, link);
  EXPECT_THAT(refusal_of(link / "copy.so"), HasSubstr("symbolic links"));
  fs::remove(link);
}

TEST_F(Paths, FileThatItsGroupCanWrite) {
  ::chmod(file().c_str(), 0775);
  EXPECT_THAT(refusal_of(file()), AllOf(HasSubstr("can be written by group or others"), HasSubstr("0775")));
}

TEST_F(Paths, FileThatAllCanWrite) {
  ::chmod(file().c_str(), 0757);
  EXPECT_THAT(refusal_of(file()), HasSubstr("can be written by group or others"));
}

TEST_F(Paths, DirectoryThatItsGroupCanWrite) {
  ::chmod(folder_.c_str(), 0770);
  EXPECT_THAT(refusal_of(file()), HasSubstr("directory " + folder_.string() + " can be written"));
}

TEST_F(Paths, StickyDirectoryFurtherUp) {
  fs::create_directory(folder_ / "inside");
  fs::copy_file(file(), folder_ / "inside" / "copy.so");
  ::chmod(folder_.c_str(), 01777);
  EXPECT_THAT(refusal_of(folder_ / "inside" / "copy.so"), HasSubstr("(mode 1777)"));
}

TEST_F(Paths, OwnedByAnotherUser) {
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can give files away";
  }
  constexpr uid_t kNobody = 65534;
  ASSERT_EQ(::chown(file().c_str(), kNobody, 0), 0);
  EXPECT_THAT(refusal_of(file()), HasSubstr("belongs to user 65534"));
  ASSERT_EQ(::chown(file().c_str(), 0, 0), 0);
  ASSERT_EQ(::chown(folder_.c_str(), kNobody, 0), 0);
  EXPECT_THAT(refusal_of(file()), HasSubstr("directory " + folder_.string() + " belongs to user 65534"));
}

TEST_F(Paths, WhatIsNoRegularFile) {
  EXPECT_THAT(refusal_of(folder_), HasSubstr("not a regular file"));
  ASSERT_EQ(::mkfifo((folder_ / "pipe.so").c_str(), 0700), 0);
  EXPECT_THAT(refusal_of(folder_ / "pipe.so"), HasSubstr("not a regular file"));
  EXPECT_THAT(refusal_of(folder_ / "absent.so"), HasSubstr("No such file"));
}

TEST_F(Paths, WhatIsNoLibrary) {
  std::ofstream(folder_ / "text.so") << "not a shared object";
  EXPECT_THAT(refusal_of(folder_ / "text.so"), AllOf(HasSubstr("text.so"), ::testing::Not(HasSubstr("/proc/self"))));
  std::ofstream(folder_ / "empty.so").flush();
  EXPECT_THAT(refusal_of(folder_ / "empty.so"), HasSubstr("empty.so"));
}

/// What a program prints that loads what RINGWOOD_PLUGINS names.
std::string printed_by(const std::string& program) {
  std::FILE* const pipe = ::popen(("RINGWOOD_PLUGINS=" + (kSamples / "good.so").string() + " " + program).c_str(), "r");
  std::array<char, 1000> text{};
  const std::size_t length = std::fread(text.data(), 1, text.size() - 1, pipe);
  ::pclose(pipe);
  return std::string(text.data(), length);
}

TEST_F(Paths, TheVariableIsForProgramsWithoutMoreRightsThanTheirUser) {
  EXPECT_THAT(printed_by(RINGWOOD_PLUGIN_HELPER), HasSubstr("broadcast line"));
  if (::geteuid() != 0) {
    GTEST_SKIP() << "only root can make a set-group-ID program of another group";
  }
  const fs::path helper = folder_ / "helper";
  fs::copy_file(RINGWOOD_PLUGIN_HELPER, helper);
  ASSERT_EQ(::chown(helper.c_str(), 0, 65534), 0);
  ASSERT_EQ(::chmod(helper.c_str(), 02755), 0);
  EXPECT_THAT(printed_by(helper.string()), ::testing::StrEq("secure: 0 plug-ins\n"));
}

TEST(Plugins, AreKnownByName) {
  const std::size_t before = known_catalogue().size();
  const LoadedPlugin plugin = load_plugin((kSamples / "good.so").string());
  EXPECT_EQ(plugin.name, "good");
  EXPECT_EQ(plugin.version, "1.0");
  EXPECT_THAT(plugin.algorithms, ::testing::ElementsAre("broadcast line", "allreduce borrowed"));
  EXPECT_EQ(plugin.digest.size(), 16U);
  EXPECT_EQ(known_catalogue().size(), before + 2);
  static_cast<void>(load_plugin((kSamples / "good.so").string()));  // the same again
  EXPECT_EQ(known_catalogue().size(), before + 2);
  EXPECT_EQ(loaded_plugins().size(), 1U);
  EXPECT_THAT(plugin_fingerprint(), HasSubstr("good 1.0 " + plugin.digest));
  for (const Rank ranks : {1, 2, 7, 40}) {
    for (const std::string text : {"borrowed", "lanes(2, borrowed)"}) {
      const Schedule schedule(known_library(), Collective::kAllreduce, parse_expression(text), {.ranks = ranks});
      EXPECT_THAT(verify(schedule).error, IsEmpty()) << text << " of " << ranks;
    }
  }
  EXPECT_THROW(Schedule(built_in_library(), Collective::kAllreduce, parse_expression("borrowed"), {.ranks = 2}), Error);
}

/// A copy of the sample that does what the fault says, as long as this lives.
class Faulty {
 public:
  explicit Faulty(const std::string& fault) {
    ::setenv("RINGWOOD_TEST_FAULT", fault.c_str(), 1);
    std::string name = (kSamples / (fault + "-XXXXXX")).string();
    folder_ = ::mkdtemp(name.data());
    const fs::path own = kSamples / (fault + ".so");
    fs::copy_file(fs::exists(own) ? own : kSamples / "faulty.so", file());
    ::chmod(file().c_str(), 0755);
  }

  Faulty(const Faulty&) = delete;
  Faulty& operator=(const Faulty&) = delete;

  ~Faulty() {
    fs::remove_all(folder_);
    ::unsetenv("RINGWOOD_TEST_FAULT");
  }

  [[nodiscard]] fs::path file() const { return folder_ / "copy.so"; }

 private:
  fs::path folder_;
};

TEST(Plugins, AreProvedAgainForWhatTheyArePutTo) {
  const Faulty faulty("wrong_later");
  const LoadedPlugin plugin = load_plugin(faulty.file().string());
  EXPECT_NE(plugin.digest, load_plugin((kSamples / "good.so").string()).digest);
  const Algorithm& algorithm = find_algorithm(known_catalogue(), Collective::kBroadcast, "late");
  EXPECT_THAT(why_not(algorithm, {.ranks = 20}), IsEmpty());
  EXPECT_THAT(why_not(algorithm, {.ranks = 21}), HasSubstr("the plug-in's schedule is wrong"));
  EXPECT_THROW(Schedule(algorithm, {.ranks = 21}), Error);
  EXPECT_NO_THROW(Schedule(algorithm, {.ranks = 20}));
}

struct Fault {
  const char* sample;
  const char* refusal;
};

class Faults : public ::testing::TestWithParam<Fault> {};

TEST_P(Faults, AreRefusedWithTheReason) {
  const std::size_t before = known_catalogue().size();
  const Faulty faulty(GetParam().sample);
  EXPECT_THAT(refusal_of(faulty.file()), AllOf(HasSubstr(faulty.file().string()), HasSubstr(GetParam().refusal)));
  EXPECT_EQ(known_catalogue().size(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Samples, Faults,
    ::testing::Values(Fault{"throws", "thrown on purpose"}, Fault{"throws_integer", "no std::exception"},
                      Fault{"endless", "does not end"}, Fault{"wrong", "broadcast faulty is wrong for 2 ranks"},
                      Fault{"objection_throws", "thrown on purpose"}, Fault{"no_pieces", "is wrong for 1 ranks"},
                      Fault{"clash", "has an algorithm 'binomial' already"}, Fault{"reserved", "'native' already"},
                      Fault{"name", "without a name of small letters"}, Fault{"no_reference", "where it comes from"},
                      Fault{"no_program", "has no program"}, Fault{"no_symbol", "has no symbol ringwood_plugin"},
                      Fault{"null", "without a name"}, Fault{"none", "has 0 algorithms"},
                      Fault{"nameless", "or it has no version"}, Fault{"short", "bytes instead of"},
                      Fault{"old", "built for plug-in ABI 2, this is 1"}, Fault{"sizes", "other sizes"},
                      Fault{"unresolved", "nobody_has_this"}),
    [](const auto& fault) { return std::string(fault.param.sample); });

}  // namespace
}  // namespace ringwood
