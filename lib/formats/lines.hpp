#pragma once

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>

#include "formats/input.hpp"

namespace ringwood {

/// The words of a text, line by line. Blanks separate words; `comment` begins a comment.
class Lines {
 public:
  Lines(std::string_view text, const std::string& name, std::string_view comment = "#")
      : text_(text), name_(name), comment_(comment) {}

  /// Goes to the next line that has a word; false at the end of the text.
  bool next() {
    while (at_ < text_.size()) {
      const std::size_t end = std::min(text_.find('\n', at_), text_.size());
      line_ = text_.substr(at_, end - at_);
      at_ = std::min(end + 1, text_.size());
      ++number_;
      rest_ = line_.substr(0, line_.find(comment_));
      skip_blanks();
      if (!rest_.empty()) {
        return true;
      }
    }
    line_ = {};
    rest_ = {};
    ++number_;
    return false;
  }

  [[nodiscard]] std::string_view peek() const { return rest_.substr(0, rest_.find_first_of(" \t\r")); }

  std::string_view word() {
    const std::string_view found = peek();
    rest_.remove_prefix(found.size());
    skip_blanks();
    return found;
  }

  /// What is left of the line.
  std::string_view take_rest() {
    std::string_view found = rest_;
    rest_ = {};
    while (!found.empty() && (found.back() == ' ' || found.back() == '\t' || found.back() == '\r')) {
      found.remove_suffix(1);
    }
    return found;
  }

  void expect_end() const {
    if (!rest_.empty()) {
      fail("the end of the line");
    }
  }

  void expect(std::string_view wanted) {
    if (peek() != wanted) {
      fail("'" + std::string(wanted) + "'");
    }
    static_cast<void>(word());
  }

  std::int64_t integer(std::string_view what, std::int64_t minimum, std::int64_t maximum) {
    const std::string_view found = peek();
    std::int64_t value = 0;
    const auto [end, status] = std::from_chars(found.data(), found.data() + found.size(), value);
    if (status != std::errc{} || end != found.data() + found.size() || value < minimum || value > maximum) {
      fail(std::string(what) + " from " + std::to_string(minimum) + " to " + std::to_string(maximum));
    }
    static_cast<void>(word());
    return value;
  }

  /// "expected WHAT, found ..." at the next word.
  [[noreturn]] void fail(const std::string& expected) const {
    const std::string found(peek().substr(0, 40));
    fail_here("expected " + expected + ", found " + (found.empty() ? "nothing more" : "'" + found + "'"));
  }

  [[noreturn]] void fail_here(const std::string& message) const { fail_at(name_, place(), message); }

  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  [[nodiscard]] TextPlace place() const {
    const std::size_t column = rest_.empty() ? std::min(line_.size(), line_.find(comment_))
                                             : static_cast<std::size_t>(rest_.data() - line_.data());
    return {.line = number_, .column = column + 1};
  }

  void skip_blanks() {
    const std::size_t start = rest_.find_first_not_of(" \t\r");
    rest_ = start == std::string_view::npos ? std::string_view() : rest_.substr(start);
  }

  std::string_view text_;
  std::string_view line_;
  std::string_view rest_;
  const std::string& name_;
  std::string_view comment_;
  std::size_t at_ = 0;
  std::size_t number_ = 0;
};

}  // namespace ringwood
