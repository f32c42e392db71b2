#include "tools/cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

[[nodiscard]] std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Variables that launchers set: Open MPI's, MPICH's, and those of a Slurm step with PMIx.
struct Launcher {
  const char* size;
  const char* rank;
};

constexpr std::array<Launcher, 3> kLaunchers{
    {{"OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_RANK"}, {"PMI_SIZE", "PMI_RANK"}, {"PMIX_RANK", "PMIX_RANK"}}};

[[nodiscard]] Error cannot_write() {
  return Error(ErrorKind::kSystem, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw cannot_write();
  }
}

void write_whole_file(const std::string& path, std::string_view text) {
  std::error_code ignored;
  const bool replaceable = !std::filesystem::exists(path, ignored) || std::filesystem::is_regular_file(path, ignored);
  // Beside the file, as only there renaming is one step; with the process' number, as two may write at once.
  const std::string unfinished = replaceable ? fmt::format("{}.{}.part", path, ::getpid()) : path;
  const auto failed = [&](int error) {
    if (replaceable) {
      std::filesystem::remove(unfinished, ignored);
    }
    return Error(ErrorKind::kSystem, fmt::format("cannot write '{}': {}", path, std::strerror(error)));
  };
  if (replaceable) {
    std::filesystem::remove(unfinished, ignored);
  }
  // Never through a link that somebody else put there.
  std::FILE* const file = std::fopen(unfinished.c_str(), replaceable ? "wbx" : "wb");
  if (file == nullptr) {
    throw failed(errno);
  }
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  if (std::fclose(file) != 0 || !written) {
    throw failed(written ? errno : write_error);
  }
  if (replaceable && std::rename(unfinished.c_str(), path.c_str()) != 0) {
    throw failed(errno);
  }
}

void tell(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stderr) == text.size()) {
    std::fflush(stderr);
  }  // there is nowhere else to say that nobody reads it
}

void remark(std::string_view text) {
  tell(fmt::format("{}\n", text));
}

void flush_output() {
  if (std::fflush(stdout) != 0) {
    throw cannot_write();
  }
}

bool is_launched() {
  return std::any_of(kLaunchers.begin(), kLaunchers.end(),
                     [](const Launcher& launcher) { return std::getenv(launcher.size) != nullptr; });
}

int launched_rank() {
  for (const Launcher& launcher : kLaunchers) {
    if (const char* const rank = std::getenv(launcher.rank); rank != nullptr) {
      return std::atoi(rank);
    }
  }
  return 0;
}

bool is_terminal(int stream) {
  return !is_launched() && ::isatty(stream) == 1;
}

bool use_color(std::string_view when) {
  if (when != "auto") {
    return when == "always";
  }
  if (!environment("NO_COLOR").empty() || environment("TERM") == "dumb") {
    return false;
  }
  const std::string force = environment("CLICOLOR_FORCE");
  return (!force.empty() && force != "0") || is_terminal(STDOUT_FILENO);
}

bool locale_is_utf8() {
  for (const char* const name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = environment(name);
    if (!value.empty()) {
      return value.find("UTF-8") != std::string::npos || value.find("utf8") != std::string::npos ||
             value.find("UTF8") != std::string::npos || value.find("utf-8") != std::string::npos;
    }
  }
  return false;
}

}  // namespace ringwood::cli
