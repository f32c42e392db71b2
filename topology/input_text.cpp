#include "topology/input_text.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "ringwood/error.hpp"

namespace ringwood {

InputText InputText::from_file(const std::string& name) {
  constexpr std::uintmax_t kMostBytes = 512U << 20U;
  std::error_code failed;
  const std::uintmax_t size = std::filesystem::file_size(name, failed);
  std::ifstream file(name, std::ios::binary);
  if (failed || !file) {
    throw Error(ErrorKind::kUsage, "machine file '" + name + "' cannot be read");
  }
  if (size > kMostBytes) {
    throw Error(ErrorKind::kInput, name + ": larger than 512 MiB, which no machine needs");
  }
  std::ostringstream text;
  text << file.rdbuf();
  return {name, text.str()};
}

void InputText::refuse(std::size_t offset, const std::string& reason) const {
  const std::size_t end = std::min(offset, text_.size());
  const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(end), '\n');
  const std::size_t newline = end == 0 ? std::string::npos : text_.rfind('\n', end - 1);
  refuse_at(static_cast<std::size_t>(line), newline == std::string::npos ? end + 1 : end - newline, reason);
}

void InputText::refuse(std::string_view part, const std::string& reason) const {
  refuse(static_cast<std::size_t>(part.data() - text_.data()), reason);
}

void InputText::refuse_at(std::size_t line, std::size_t column, const std::string& reason) const {
  throw Error(ErrorKind::kInput, name_ + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " + reason);
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::string quoted = "'";
  quoted += text.substr(0, kShown);
  quoted += text.size() > kShown ? "...'" : "'";
  return quoted;
}

bool take_line(std::string_view& rest, std::string_view& line) {
  if (rest.empty()) {
    return false;
  }
  const std::size_t end = rest.find('\n');
  line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return true;
}

std::string_view take_word(std::string_view& rest) {
  constexpr std::string_view kBetween = " \t\r";
  const std::size_t first = std::min(rest.find_first_not_of(kBetween), rest.size());
  const std::size_t end = std::min(rest.find_first_of(kBetween, first), rest.size());
  const std::string_view word = rest.substr(first, end - first);
  rest.remove_prefix(end);
  return word;
}

}  // namespace ringwood
