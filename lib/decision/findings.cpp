#include "decision/findings.hpp"

namespace ringwood {

namespace {

/// The length of the UTF-8 letter that `text` begins with; 0 if there is none.
[[nodiscard]] std::size_t letter_length(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t length = first < 0x80                    ? 1
                             : first >= 0xC2 && first < 0xE0 ? 2
                             : first >= 0xE0 && first < 0xF0 ? 3
                             : first >= 0xF0 && first < 0xF5 ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) {
    return 0;
  }
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) {
      return 0;
    }
  }
  // Too long a form of a shorter letter, half a surrogate pair, or beyond the last.
  const auto second = static_cast<unsigned char>(length > 1 ? text[1] : '\0');
  const bool bad = (first == 0xE0 && second < 0xA0) || (first == 0xED && second >= 0xA0) ||
                   (first == 0xF0 && second < 0x90) || (first == 0xF4 && second >= 0x90);
  return bad ? 0 : length;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = letter_length(text);
    const bool obeyed = length == 1 && (text.front() < ' ' || text.front() == '\x7F');
    shown += length == 0 || obeyed ? std::string_view("?") : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return shown;
}

}  // namespace ringwood
