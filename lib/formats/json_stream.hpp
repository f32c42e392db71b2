#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "formats/input.hpp"

namespace ringwood {

/// JSON objects one after the other, with commas between them and a list around them or not.
class JsonStream {
 public:
  /// Both arguments must outlive this.
  JsonStream(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  /// The next object, or nothing at the end. Throws Error(kInput) for what is none.
  [[nodiscard]] std::optional<nlohmann::json> next();

  /// The line on which the last object begins.
  [[nodiscard]] std::uint32_t line() const { return line_; }

  /// Throws Error(kInput) for something about the last object: at the first place where it says `key`, or at its
  /// beginning.
  [[noreturn]] void fail(const std::string& message, std::string_view key = {}) const;

 private:
  void skip_blanks();
  void skip_to_object();
  [[nodiscard]] std::size_t end_of_object() const;

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;    // of the last object
  std::size_t counted_ = 0;  // up to where lines were counted
  std::uint32_t line_ = 1;
  bool started_ = false;
  bool in_list_ = false;
  bool needs_more_ = false;  // as a comma was there
  bool list_ended_ = false;
};

}  // namespace ringwood
