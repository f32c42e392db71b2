#pragma once

#include <string>
#include <string_view>

namespace ringwood {

/// What a file says, and where in it: for readers whose messages name file, line and column.
class InputText {
 public:
  InputText(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {}

  /// Throws Error(kUsage) if the file cannot be read, Error(kInput) if it is larger than 512 MiB.
  [[nodiscard]] static InputText from_file(const std::string& name);

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] std::string_view text() const { return text_; }

  /// Throws Error(kInput) "name:line:column: reason" for what stands at that byte of the text.
  [[noreturn]] void refuse(std::size_t offset, const std::string& reason) const;

  /// The same for a part of text().
  [[noreturn]] void refuse(std::string_view part, const std::string& reason) const;

  /// The same for a line and column counted from 1.
  [[noreturn]] void refuse_at(std::size_t line, std::size_t column, const std::string& reason) const;

 private:
  std::string name_;
  std::string text_;
};

/// At most 40 bytes of what was found, in quotes, for messages.
[[nodiscard]] std::string shown(std::string_view text);

/// The next line of `rest` without its end, cut off from it; false if nothing is left.
[[nodiscard]] bool take_line(std::string_view& rest, std::string_view& line);

/// The next word of `rest` (blanks, tabs and carriage returns are between words), cut off from it; empty at its end.
[[nodiscard]] std::string_view take_word(std::string_view& rest);

}  // namespace ringwood
