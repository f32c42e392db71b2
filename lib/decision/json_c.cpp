#include "decision/json_c.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "decision/located_json.hpp"

namespace ringwood {

namespace {

/// The end of the comment that begins at `at`; `at` itself if none does.
[[nodiscard]] std::size_t end_of_comment(std::string_view text, std::size_t at) {
  if (text.substr(at, 2) == "//") {
    return std::min(text.find('\n', at), text.size());
  }
  if (text.substr(at, 2) == "/*") {
    const std::size_t end = text.find("*/", at + 2);
    return end == std::string_view::npos ? at : end + 2;
  }
  return at;
}

}  // namespace

std::string without_json_c_extensions(std::string_view text, Findings& findings) {
  std::string plain(text);
  std::size_t comma = std::string::npos;
  const auto blank = [&](std::size_t from, std::size_t to, const char* what) {
    findings.note(file_place_of(text, from), "not-quite-json",
                  fmt::format("{}: MPICH's reader takes it, others do not", what));
    std::replace_if(
        plain.begin() + static_cast<std::ptrdiff_t>(from), plain.begin() + static_cast<std::ptrdiff_t>(to),
        [](char letter) { return letter != '\n'; }, ' ');
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) {
        i += text[i] == '\\' ? 1 : 0;
      }
      comma = std::string::npos;
    } else if (const std::size_t end = end_of_comment(text, i); end > i) {
      blank(i, end, "a comment");
      i = end - 1;
    } else if (text[i] == ',') {
      comma = i;
    } else if (text[i] == '}' && comma != std::string::npos) {
      blank(comma, comma + 1, "a comma before the end");
      comma = std::string::npos;
    } else if (text[i] != ' ' && text[i] != '\t' && text[i] != '\r' && text[i] != '\n') {
      comma = std::string::npos;
    }
  }
  return plain;
}

}  // namespace ringwood
