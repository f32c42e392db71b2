#include "topology/hostlist.hpp"

#include <algorithm>
#include <charconv>

namespace ringwood {

namespace {

constexpr std::size_t kMostNames = std::size_t{1} << 22U;
/// All names of a list together; a few long names repeated by ranges must not fill the memory.
constexpr std::size_t kMostBytes = std::size_t{1} << 28U;

class Expander {
 public:
  explicit Expander(const InputText& input) : input_(input) {}

  [[nodiscard]] std::vector<std::string> expand(std::string_view list) {
    while (!list.empty()) {
      append_item(take_item(list));
    }
    return std::move(names_);
  }

 private:
  /// Up to the next comma outside of brackets.
  [[nodiscard]] std::string_view take_item(std::string_view& list) const {
    bool inside = false;
    std::size_t end = 0;
    for (; end < list.size() && (inside || list[end] != ','); ++end) {
      if (list[end] == (inside ? '[' : ']')) {
        input_.refuse(list.substr(end), "unexpected '" + std::string(1, list[end]) + "' in a list of hosts");
      }
      inside = list[end] == '[' || (inside && list[end] != ']');
    }
    if (inside) {
      input_.refuse(list.substr(0, end), "'[' without ']' in " + shown(list) + ": was the line cut off?");
    }
    const std::string_view item = list.substr(0, end);
    if (item.empty() || end + 1 == list.size()) {
      input_.refuse(list.substr(end), "an empty name in a list of hosts");
    }
    list.remove_prefix(std::min(end + 1, list.size()));
    return item;
  }

  /// The product of all its brackets, the last one running fastest.
  void append_item(std::string_view item) {
    std::vector<std::string> names = {""};
    while (!item.empty()) {
      const std::size_t open = std::min(item.find('['), item.size());
      for (std::string& name : names) {
        name += item.substr(0, open);
      }
      item.remove_prefix(open);
      if (!item.empty()) {
        const std::size_t close = item.find(']');
        names = multiplied(names, item.substr(1, close - 1));
        item.remove_prefix(close + 1);
      }
    }
    for (std::string& name : names) {
      count(name, names_.size());
      names_.push_back(std::move(name));
    }
  }

  [[nodiscard]] std::vector<std::string> multiplied(const std::vector<std::string>& names, std::string_view ranges) {
    const std::vector<std::string> numbers = numbers_of(ranges);
    if (names.size() > kMostNames / numbers.size()) {
      refuse_size(ranges);
    }
    std::vector<std::string> product;
    for (const std::string& name : names) {
      for (const std::string& number : numbers) {
        count(name, product.size());
        product.push_back(name + number);
      }
    }
    return product;
  }

  void count(const std::string& name, std::size_t names) {
    bytes_ += name.size();
    if (names >= kMostNames || bytes_ > kMostBytes) {
      refuse_size(input_.text().substr(0, 0));
    }
  }

  [[noreturn]] void refuse_size(std::string_view where) const {
    input_.refuse(where, "a list of more than " + std::to_string(kMostNames) + " hosts or 256 MiB");
  }

  [[nodiscard]] std::vector<std::string> numbers_of(std::string_view ranges) {
    std::vector<std::string> numbers;
    while (true) {
      const std::size_t comma = std::min(ranges.find(','), ranges.size());
      append_range(ranges.substr(0, comma), numbers);
      if (comma == ranges.size()) {
        return numbers;
      }
      ranges.remove_prefix(comma + 1);
    }
  }

  /// The width of the first number pads.
  void append_range(std::string_view range, std::vector<std::string>& numbers) {
    const std::size_t dash = range.find('-');
    const std::string_view first_text = range.substr(0, dash);
    const std::uint64_t first = number_in(first_text);
    const std::uint64_t last = dash == std::string_view::npos ? first : number_in(range.substr(dash + 1));
    if (last < first) {
      input_.refuse(range, "the range " + shown(range) + " ends before it begins");
    }
    if (last - first >= kMostNames - numbers.size()) {
      refuse_size(range);
    }
    for (std::uint64_t value = first; value <= last; ++value) {
      std::string number = std::to_string(value);
      number.insert(0, first_text.size() - std::min(first_text.size(), number.size()), '0');
      count(number, numbers.size());
      numbers.push_back(std::move(number));
    }
  }

  [[nodiscard]] std::uint64_t number_in(std::string_view text) const {
    constexpr std::size_t kMostDigits = 18;
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() > kMostDigits || result.ec != std::errc() || result.ptr != text.data() + text.size()) {
      input_.refuse(text, "expected a number of at most 18 digits or a range such as 0-7, found " + shown(text));
    }
    return value;
  }

  const InputText& input_;
  std::vector<std::string> names_;
  std::size_t bytes_ = 0;
};

}  // namespace

std::vector<std::string> expand_hostlist(std::string_view list, const InputText& input) {
  return Expander(input).expand(list);
}

}  // namespace ringwood
