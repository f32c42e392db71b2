#include "formats/json_stream.hpp"

#include <algorithm>

namespace ringwood {

namespace {

constexpr int kDeepest = 64;

}  // namespace

void JsonStream::skip_blanks() {
  at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size());
}

/// Goes to where the next object begins, past what may be around and between objects.
void JsonStream::skip_to_object() {
  skip_blanks();
  const auto take = [this](char character) {
    const bool is_there = at_ < text_.size() && text_[at_] == character;
    at_ += is_there ? 1 : 0;
    skip_blanks();
    return is_there;
  };
  if (!started_) {
    in_list_ = take('[');
  } else if (in_list_) {
    needs_more_ = take(',');
  }
  started_ = true;
  begin_ = at_;
  if (in_list_ && !needs_more_ && take(']')) {
    in_list_ = false;
    list_ended_ = true;
    begin_ = at_;
  }
}

std::optional<nlohmann::json> JsonStream::next() {
  skip_to_object();
  if (at_ == text_.size() && !in_list_) {
    return std::nullopt;
  }
  if (list_ended_ || at_ == text_.size() || text_[at_] != '{') {
    fail(list_ended_ ? "expected the end of the file after the list" : "expected an object, '{'");
  }
  line_ += static_cast<std::uint32_t>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(counted_),
                                                 text_.begin() + static_cast<std::ptrdiff_t>(begin_), '\n'));
  counted_ = begin_;
  const std::size_t end = end_of_object();
  const std::string_view object = text_.substr(begin_, end - begin_);
  at_ = end;
  try {
    return nlohmann::json::parse(object.begin(), object.end());
  } catch (const nlohmann::json::exception& error) {
    const auto* const place = dynamic_cast<const nlohmann::json::parse_error*>(&error);
    const std::size_t offset = place == nullptr || place->byte == 0 ? 0 : place->byte - 1;
    fail_at(name_, place_of(text_, std::min(begin_ + offset, text_.size())),
            "not JSON: the object that begins on line " + std::to_string(line_));
  }
}

std::size_t JsonStream::end_of_object() const {
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = begin_; i < text_.size(); ++i) {
    const char character = text_[i];
    if (in_string) {
      i += character == '\\' ? 1 : 0;
      in_string = character != '"';
    } else if (character == '"') {
      in_string = true;
    } else if (character == '{' || character == '[') {
      if (++depth > kDeepest) {
        fail_at(name_, place_of(text_, i), "nested deeper than " + std::to_string(kDeepest) + " levels");
      }
    } else if ((character == '}' || character == ']') && --depth == 0) {
      return i + 1;
    }
  }
  fail("an object that does not end");
}

void JsonStream::fail(const std::string& message, std::string_view key) const {
  std::size_t offset = begin_;
  if (!key.empty()) {
    const std::size_t found = text_.substr(0, at_).find("\"" + std::string(key) + "\"", begin_);
    offset = found == std::string_view::npos ? begin_ : found;
  }
  fail_at(name_, place_of(text_, offset), message);
}

}  // namespace ringwood
