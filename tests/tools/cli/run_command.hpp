#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace ringwood::cli {

/// What a command did.
struct Outcome {
  int code = -1;
  std::string output;
  std::string errors;
};

[[nodiscard]] inline std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A directory that goes when the object goes.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "ringwood-test-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }

  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }

  [[nodiscard]] std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

/// Runs a line of shell, in which `ringwood` is the program under test.
[[nodiscard]] inline Outcome run_line(const std::string& line) {
  const TemporaryDirectory directory;
  const std::string errors = directory / "errors";
  const std::string setup = "export LC_ALL=C.UTF-8 PATH=\"" RINGWOOD_BINARY_DIRECTORY ":$PATH\"; ";
  FILE* const pipe = ::popen((setup + "{ " + line + "\n} 2>'" + errors + "'").c_str(), "r");
  Outcome outcome;
  std::array<char, 4096> piece{};
  while (const std::size_t count = std::fread(piece.data(), 1, piece.size(), pipe)) {
    outcome.output.append(piece.data(), count);
  }
  const int status = ::pclose(pipe);
  outcome.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.errors = read_file(errors);
  return outcome;
}

/// `ringwood ARGUMENTS`.
[[nodiscard]] inline Outcome ringwood(const std::string& arguments) {
  return run_line("ringwood " + arguments);
}

}  // namespace ringwood::cli
