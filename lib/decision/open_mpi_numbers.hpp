#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "decision/findings.hpp"

namespace ringwood::open_mpi {

struct Number {
  std::int64_t value = 0;
  FilePlace place;
};

/// The file is dropped: said where and why, reading ends.
struct Dropped {};

// No number that counts is longer.
constexpr std::size_t kMostLetters = 40;

// What a hostile file may ask for.
constexpr std::size_t kMostNumbers = 4'000'000;

/// The numbers of a file, as the reader sees them.
class Numbers {
 public:
  Numbers(std::string_view text, Findings& findings) : text_(text), findings_(findings) {}

  /// Throws Dropped at the end of the file and for negative numbers.
  [[nodiscard]] Number next(std::string_view what) {
    if (!find()) {
      drop(place(), "truncated",
           fmt::format("the file ends where {} is expected: it is dropped whole, without a message", what));
    }
    const Number number = take();
    if (number.value < 0) {
      drop(number.place, "negative",
           fmt::format("{} is {}: the file is dropped whole, without a message", what, number.value));
    }
    if (++count_ > kMostNumbers) {
      drop(number.place, "too-long", fmt::format("more than {} numbers; not read on", kMostNumbers));
    }
    return number;
  }

  [[noreturn]] void drop(FilePlace where, const char* code, std::string message) {
    findings_.error(where, code, std::move(message));
    throw Dropped();
  }

  /// Whether another number follows before the line ends.
  [[nodiscard]] bool more_on_line() const {
    const std::size_t next = text_.find_first_not_of(" \t\r", at_);
    return next != std::string_view::npos && is_digit(text_[next]);
  }

  /// How many numbers follow before the line ends.
  [[nodiscard]] std::size_t count_on_line() const {
    const std::string_view rest = text_.substr(at_, text_.substr(at_).find_first_of("\n#"));
    std::size_t numbers = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      numbers += is_digit(rest[i]) && (i == 0 || !is_digit(rest[i - 1])) ? 1 : 0;
    }
    return numbers;
  }

  /// Whether that place is the first of its line that is no blank.
  [[nodiscard]] bool begins_line(const FilePlace& where) const {
    return where.line == line_ &&
           text_.substr(line_start_, where.column - 1).find_first_not_of(" \t") == std::string_view::npos;
  }

  /// Whether there is any number left, and where.
  [[nodiscard]] bool any_left(FilePlace& where) {
    if (!find()) {
      return false;
    }
    where = place();
    return true;
  }

  /// Reads "rule-file-version-N", which must be the very first of the file.
  [[nodiscard]] std::optional<std::int64_t> header() {
    if (!text_.starts_with(kHeader)) {
      return std::nullopt;
    }
    at_ = kHeader.size();
    const std::size_t end = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
    if (end == at_ || end - at_ > 9) {
      at_ = 0;
      return std::nullopt;
    }
    const std::int64_t version = std::strtol(std::string(text_.substr(at_, end - at_)).c_str(), nullptr, 10);
    at_ = end;
    return version;
  }

  [[nodiscard]] FilePlace place() const { return {line_, at_ - line_start_ + 1}; }

 private:
  static constexpr std::string_view kHeader = "rule-file-version-";

  [[nodiscard]] static bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

  /// Goes to the next number, over what is none.
  [[nodiscard]] bool find() {
    while (at_ < text_.size()) {
      const char letter = text_[at_];
      const bool signed_number = (letter == '-' || letter == '+') && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
      if (is_digit(letter) || signed_number) {
        return true;
      }
      if (letter == '#') {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (letter == ' ' || letter == '\t' || letter == '\r') {
        ++at_;
      } else if (letter == '\n') {
        ++at_;
        ++line_;
        line_start_ = at_;
      } else {
        skip_word();
      }
    }
    return false;
  }

  void skip_word() {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (at_ == 0 && text_.starts_with(kByteOrderMark)) {
      findings_.note({}, "byte-order-mark", "the file begins with a byte-order mark, which is skipped");
      at_ = kByteOrderMark.size();
      return;
    }
    if (text_.substr(at_).starts_with(kHeader)) {
      findings_.warn(place(), "header-not-first",
                     fmt::format("'{}N' is a header only where nothing, not even a blank or a byte-order mark, comes "
                                 "before it: it is read as the number -N",
                                 kHeader));
      at_ += kHeader.size() - 1;
      return;
    }
    const std::size_t end = std::min(text_.find_first_of(" \t\r\n#0123456789+-", at_ + 1), text_.size());
    findings_.warn(place(), "not-a-number",
                   fmt::format("'{}' is skipped in silence: only numbers count, without units or fractions",
                               text_.substr(at_, std::min<std::size_t>(end - at_, 40))));
    at_ = end;
  }

  [[nodiscard]] Number take() {
    Number number{.value = 0, .place = place()};
    const bool is_signed = !is_digit(text_[at_]);
    const bool octal = text_[at_ + (is_signed ? 1 : 0)] == '0';
    const std::string rest(text_.substr(at_, kMostLetters));
    char* end = nullptr;
    errno = 0;
    number.value = std::strtol(rest.c_str(), &end, 0);
    const auto length = static_cast<std::size_t>(end - rest.c_str());
    if (errno == ERANGE || length == kMostLetters) {
      findings_.warn(number.place, "overflow",
                     fmt::format("a number beyond 64 bits, which is read as {}", number.value));
    }
    if (octal && length > (is_signed ? 2U : 1U)) {
      findings_.warn(number.place, "octal",
                     fmt::format("'{}' is read as {}: a leading 0 makes it octal, 0x hexadecimal",
                                 rest.substr(0, length), number.value));
    }
    at_ += length;
    return number;
  }

  std::string_view text_;
  Findings& findings_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t count_ = 0;
};

}  // namespace ringwood::open_mpi
