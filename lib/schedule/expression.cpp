#include "ringwood/expression.hpp"

#include <charconv>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kLongestText = 4096;
constexpr int kDeepestBrackets = 16;

/// Recursive descent over one line of text.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Expression whole() {
    if (text_.size() > kLongestText) {
      throw Error(ErrorKind::kUsage, "an algorithm expression of " + std::to_string(text_.size()) +
                                         " characters; accepted: at most " + std::to_string(kLongestText));
    }
    Expression expression = one(0);
    skip_blanks();
    if (at_ != text_.size()) {
      fail("the end");
    }
    return expression;
  }

 private:
  Expression one(int depth) {
    if (depth > kDeepestBrackets) {
      fail("at most " + std::to_string(kDeepestBrackets) + " levels of brackets");
    }
    Expression expression;
    expression.name = name();
    if (accept(':')) {
      do {
        named_parameter(expression);
      } while (parameter_follows() && accept(','));
    } else if (accept('(')) {
      do {
        argument(expression, depth);
      } while (accept(','));
      expect(')');
    }
    return expression;
  }

  void argument(Expression& expression, int depth) {
    skip_blanks();
    if (is_digit(peek())) {
      expression.numbers.push_back(integer());
      return;
    }
    if (parameter_here()) {
      named_parameter(expression);
      return;
    }
    Expression::Argument part;
    const std::size_t start = at_;
    part.label = name();
    if (!accept('=')) {
      part.label.clear();
      at_ = start;
    }
    part.expression = one(depth + 1);
    expression.arguments.push_back(std::move(part));
  }

  void named_parameter(Expression& expression) {
    std::string key = name();
    expect('=');
    std::vector<std::int64_t> values{integer()};
    while (peek() == 'x') {
      ++at_;
      values.push_back(integer());
    }
    if (expression.parameters.find(key) != nullptr) {
      fail("parameter '" + key + "' only once");
    }
    expression.parameters.set(std::move(key), std::move(values));
  }

  /// Whether "key=NUMBER" stands here, as opposed to "label=algorithm".
  [[nodiscard]] bool parameter_here() const {
    std::size_t at = at_;
    while (at < text_.size() && (is_name(text_[at]) || text_[at] == ' ')) {
      ++at;
    }
    if (at == text_.size() || text_[at] != '=') {
      return false;
    }
    at = text_.find_first_not_of(' ', at + 1);
    return at != std::string_view::npos && (is_digit(text_[at]) || text_[at] == '-');
  }

  [[nodiscard]] bool parameter_follows() {
    skip_blanks();
    if (peek() != ',') {
      return false;
    }
    const std::size_t comma = at_++;
    skip_blanks();
    const bool follows = parameter_here();
    at_ = comma;
    return follows;
  }

  std::string name() {
    skip_blanks();
    const std::size_t start = at_;
    while (at_ < text_.size() && is_name(text_[at_])) {
      ++at_;
    }
    if (start == at_) {
      fail("a name");
    }
    return std::string(text_.substr(start, at_ - start));
  }

  std::int64_t integer() {
    skip_blanks();
    std::int64_t value = 0;
    const auto [end, status] = std::from_chars(text_.data() + at_, text_.data() + text_.size(), value);
    if (status != std::errc{}) {
      fail("an integer below 2^63");
    }
    at_ = static_cast<std::size_t>(end - text_.data());
    return value;
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_blanks() {
    while (peek() == ' ') {
      ++at_;
    }
  }

  bool accept(char wanted) {
    skip_blanks();
    if (peek() != wanted) {
      return false;
    }
    ++at_;
    return true;
  }

  void expect(char wanted) {
    if (!accept(wanted)) {
      fail(std::string("'") + wanted + "'");
    }
  }

  [[noreturn]] void fail(const std::string& expected) const {
    throw Error(ErrorKind::kUsage, "algorithm '" + std::string(text_.substr(0, 80)) + "', column " +
                                       std::to_string(at_ + 1) + ": expected " + expected);
  }

  [[nodiscard]] static bool is_digit(char c) { return c >= '0' && c <= '9'; }

  [[nodiscard]] static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_' || c == '.';
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

Expression parse_expression(std::string_view text) {
  return Parser(text).whole();
}

std::string to_string(const Expression& expression) {
  const std::string parameters = expression.parameters.to_string();
  if (expression.arguments.empty() && expression.numbers.empty()) {
    return expression.name + (parameters.empty() ? "" : ":" + parameters);
  }
  std::string inside;
  const auto add = [&](const std::string& text) { inside += (inside.empty() ? "" : ", ") + text; };
  for (const std::int64_t number : expression.numbers) {
    add(std::to_string(number));
  }
  if (!parameters.empty()) {
    add(parameters);
  }
  for (const Expression::Argument& argument : expression.arguments) {
    add((argument.label.empty() ? "" : argument.label + "=") + to_string(argument.expression));
  }
  return expression.name + "(" + inside + ")";
}

}  // namespace ringwood
