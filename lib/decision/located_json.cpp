#include "decision/located_json.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <nlohmann/json.hpp>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Builds the tree from the events of the parser. Those carry no places, so the text is walked along: between two
/// tokens there are only blanks, commas and colons.
class Builder {
 public:
  Builder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  // The interface that nlohmann::json::sax_parse expects.
  bool null() { return add({}, 4); }

  bool boolean(bool value) {
    LocatedJson json;
    json.kind = LocatedJson::Kind::kBoolean;
    json.boolean = value;
    return add(std::move(json), value ? 4 : 5);
  }

  bool number_integer(std::int64_t value) { return number(LocatedJson::Kind::kInteger, value); }

  bool number_unsigned(std::uint64_t value) {
    const bool fits = value <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return number(fits ? LocatedJson::Kind::kInteger : LocatedJson::Kind::kReal,
                  fits ? static_cast<std::int64_t>(value) : 0, static_cast<double>(value));
  }

  bool number_float(double value, const std::string&) { return number(LocatedJson::Kind::kReal, 0, value); }

  bool string(std::string& value) {
    LocatedJson json;
    json.kind = LocatedJson::Kind::kString;
    json.text = std::move(value);
    skip();
    return add(std::move(json), string_length());
  }

  bool binary(nlohmann::json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(LocatedJson::Kind::kObject); }

  bool start_array(std::size_t) { return open(LocatedJson::Kind::kArray); }

  bool end_object() { return close(); }

  bool end_array() { return close(); }

  bool key(std::string& value) {
    skip();
    key_ = {std::move(value), place(), {}};
    take(string_length());
    return true;
  }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& error) {
    std::string_view reason = error.what();
    if (const std::size_t colon = reason.find("column "); colon != std::string_view::npos) {
      reason.remove_prefix(std::min(reason.find(": ", colon), reason.size() - 2) + 2);
    }
    refuse_at(name_, file_place_of(text_, position == 0 ? 0 : position - 1), "not JSON: " + std::string(reason));
  }

  [[nodiscard]] LocatedJson take_root() { return std::move(root_); }

 private:
  bool number(LocatedJson::Kind kind, std::int64_t integer, double real) {
    LocatedJson json;
    json.kind = kind;
    json.integer = integer;
    json.real = real;
    skip();
    const std::size_t end = std::min(text_.find_first_not_of("+-.0123456789eE", at_), text_.size());
    return add(std::move(json), end - at_);
  }

  bool number(LocatedJson::Kind kind, std::int64_t integer) {
    return number(kind, integer, static_cast<double>(integer));
  }

  [[nodiscard]] LocatedJson* attach(LocatedJson json) {
    json.place = place();
    if (open_.empty()) {
      root_ = std::move(json);
      return &root_;
    }
    LocatedJson& parent = *open_.back();
    if (parent.is(LocatedJson::Kind::kArray)) {
      parent.items.push_back(std::move(json));
      return &parent.items.back();
    }
    key_.value = std::move(json);
    parent.members.push_back(std::move(key_));
    return &parent.members.back().value;
  }

  bool add(LocatedJson json, std::size_t length) {
    skip();
    static_cast<void>(attach(std::move(json)));
    take(length);
    return true;
  }

  bool open(LocatedJson::Kind kind) {
    skip();
    if (open_.size() == kMostJsonDepth) {
      refuse_at(name_, place(), "nested deeper than " + std::to_string(kMostJsonDepth) + " levels");
    }
    LocatedJson json;
    json.kind = kind;
    // What is open is the last child of what is open around it, which gets no others meanwhile: pointers stay good.
    open_.push_back(attach(std::move(json)));
    take(1);
    return true;
  }

  bool close() {
    skip();
    take(1);
    open_.pop_back();
    return true;
  }

  void skip() { take(std::min(text_.find_first_not_of(" \t\r\n,:\xEF\xBB\xBF", at_), text_.size()) - at_); }

  [[nodiscard]] std::size_t string_length() const {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') {
      end += text_[end] == '\\' ? 2 : 1;
    }
    return std::min(end + 1, text_.size()) - at_;
  }

  void take(std::size_t count) {
    for (; count > 0; --count, ++at_) {
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
    }
  }

  [[nodiscard]] FilePlace place() const { return {line_, at_ - line_start_ + 1}; }

  std::string_view text_;
  const std::string& name_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  LocatedJson root_;
  LocatedJson::Member key_;
  std::vector<LocatedJson*> open_;
};

}  // namespace

const LocatedJson* LocatedJson::find(std::string_view name) const {
  const auto found =
      std::find_if(members.begin(), members.end(), [&](const Member& member) { return member.name == name; });
  return found == members.end() ? nullptr : &found->value;
}

std::string_view name_of(LocatedJson::Kind kind) {
  switch (kind) {
    case LocatedJson::Kind::kNull:
      return "null";
    case LocatedJson::Kind::kBoolean:
      return "a boolean";
    case LocatedJson::Kind::kInteger:
      return "an integer";
    case LocatedJson::Kind::kReal:
      return "a number";
    case LocatedJson::Kind::kString:
      return "a string";
    case LocatedJson::Kind::kArray:
      return "an array";
    case LocatedJson::Kind::kObject:
      return "an object";
  }
  return "";
}

void refuse_at(const std::string& name, FilePlace place, const std::string& message) {
  throw Error(ErrorKind::kInput,
              name + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": " + message);
}

std::pair<FilePlace, std::string> take_place(const std::string& message) {
  FilePlace place;
  int length = 0;
  if (std::sscanf(message.c_str(), ":%zu:%zu: %n", &place.line, &place.column, &length) == 2) {
    return {place, message.substr(static_cast<std::size_t>(length))};
  }
  return {FilePlace(), message};
}

FilePlace file_place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t newline = before.rfind('\n');
  return {.line = 1 + static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')),
          .column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1};
}

LocatedJson parse_located_json(std::string_view text, const std::string& name) {
  if (text.size() > kMostDecisionFileBytes) {
    refuse_at(name, {}, "a file of more than " + std::to_string(kMostDecisionFileBytes) + " bytes");
  }
  Builder builder(text, name);
  if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder)) {
    refuse_at(name, {}, "not JSON");
  }
  return builder.take_root();
}

}  // namespace ringwood
