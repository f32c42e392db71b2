#include "api/settings.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <sstream>

#include "base/units.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::array kVariables{"RINGWOOD_SHARED_MEMORY", "RINGWOOD_CHECK",    "RINGWOOD_VERBOSE", "RINGWOOD_TIMEOUT",
                                "RINGWOOD_REPORT",        "RINGWOOD_PROGRESS", "RINGWOOD_PIECE",   "RINGWOOD_RECORD",
                                "RINGWOOD_MODEL_BUDGET",  "RINGWOOD_CHECKSUM"};

bool is_on(const char* variable, const std::string& value, bool fallback) {
  if (value != "" && value != "0" && value != "1") {
    throw Error(ErrorKind::kUsage, std::string(variable) + "=" + value + ": accepted are 0 and 1");
  }
  return value.empty() ? fallback : value == "1";
}

std::chrono::milliseconds seconds_of(const char* variable, const std::string& value) {
  constexpr double kMost = 1e9;
  double seconds = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  const bool whole = failure == std::errc() && end == value.data() + value.size();
  if (!value.empty() && !(whole && seconds >= 0 && seconds <= kMost)) {
    throw Error(ErrorKind::kUsage, std::string(variable) + "=" + value + ": accepted are seconds, 0 to 1e9");
  }
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1e3));
}

std::optional<Bytes> piece_of(const char* variable, const std::string& value) {
  constexpr Bytes kLeast = 1024;
  constexpr Bytes kMost = Bytes{1} << 30U;
  if (value.empty()) {
    return std::nullopt;
  }
  const Bytes bytes = parse_bytes(value, variable);
  if (bytes != 0 && (bytes < kLeast || bytes > kMost)) {
    throw Error(ErrorKind::kUsage, std::string(variable) + "=" + value + ": accepted are 0 and 1KiB to 1GiB");
  }
  return bytes;
}

std::chrono::nanoseconds budget_of(const char* variable, const std::string& value) {
  constexpr Picoseconds kMost = 60 * kPicosecondsPerSecond;
  if (value.empty()) {
    return Settings().model_budget;
  }
  const Picoseconds budget = parse_time(value, variable);
  if (budget < 0 || budget > kMost) {
    throw Error(ErrorKind::kUsage, std::string(variable) + "=" + value + ": accepted are times from 0 to 60s, as 5ms");
  }
  return std::chrono::nanoseconds(budget / 1000);
}

}  // namespace

std::string value_of(const std::string& variable) {
  const char* value = ::secure_getenv(variable.c_str());
  return value == nullptr ? "" : value;
}

std::string settings_text() {
  std::string text;
  for (const char* variable : kVariables) {
    text += value_of(variable) + '\n';
  }
  return text;
}

Settings settings_from(const std::string& text) {
  std::istringstream lines(text);
  std::array<std::string, kVariables.size()> values;
  for (std::string& value : values) {
    std::getline(lines, value);
  }
  return {.shared_memory = is_on(kVariables[0], values[0], true),
          .check = is_on(kVariables[1], values[1], false),
          .verbose = is_on(kVariables[2], values[2], false),
          .progress = is_on("RINGWOOD_PROGRESS", values[5], false),
          .checksum = is_on(kVariables[9], values[9], false),
          .report = !values[4].empty() && values[4] != "0",
          .model_budget = budget_of(kVariables[8], values[8]),
          .timeout = seconds_of(kVariables[3], values[3]),
          .record = values[7],
          .piece = piece_of(kVariables[6], values[6])};
}

}  // namespace ringwood
