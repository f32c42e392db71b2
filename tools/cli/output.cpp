#include "tools/cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

[[nodiscard]] std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

[[nodiscard]] Error cannot_write() {
  return Error(ErrorKind::kSystem, fmt::format("cannot write to standard output: {}", std::strerror(errno)));
}

}  // namespace

void print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size()) {
    throw cannot_write();
  }
}

void remark(std::string_view text) {
  fmt::print(stderr, "{}\n", text);
}

void flush_output() {
  if (std::fflush(stdout) != 0) {
    throw cannot_write();
  }
}

bool is_terminal(int stream) {
  for (const char* const launcher : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"}) {
    if (std::getenv(launcher) != nullptr) {
      return false;
    }
  }
  return ::isatty(stream) == 1;
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
