#include "base/yaml_limits.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kMostBytes = 1U << 20U;
constexpr int kMostParts = 40'000;

/// Whether a part of the document ends or begins at that character: keys and entries do not go without.
[[nodiscard]] bool parts(std::string_view text, std::size_t at) {
  const char next = at + 1 < text.size() ? text[at + 1] : '\n';
  switch (text[at]) {
    case '\n':
    case ',':
    case '[':
    case ']':
    case '{':
    case '}':
      return true;
    case ':':
      return next == ' ' || next == '\t' || next == '\n' || (at > 0 && (text[at - 1] == '"' || text[at - 1] == '\''));
    case '-':
    case '?':
      return next == ' ' || next == '\t' || next == '\n';
    default:
      return false;
  }
}

}  // namespace

std::optional<YamlExcess> yaml_excess(std::string_view text) {
  if (text.size() > kMostBytes) {
    return YamlExcess{kMostBytes, "more than 1 MiB of YAML"};
  }
  int count = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (parts(text, at) && ++count > kMostParts) {
      return YamlExcess{at, "YAML of more than " + std::to_string(kMostParts) + " keys, entries and lines"};
    }
  }
  return std::nullopt;
}

}  // namespace ringwood
