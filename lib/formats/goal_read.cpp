#include <limits>
#include <string>
#include <unordered_map>

#include "formats/lines.hpp"
#include "formats/workloads.hpp"

namespace ringwood {

namespace {

// A requirement is a line of two labels and a word: so many would be a file of the largest accepted size.
constexpr std::int64_t kMostTag = std::numeric_limits<std::int32_t>::max();
constexpr Picoseconds kLongestCalc = Picoseconds{1} << 60U;

[[nodiscard]] bool is_letter(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z');
}

[[nodiscard]] bool is_label(std::string_view word) {
  return !word.empty() && is_letter(word.front()) &&
         word.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyz"
             "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
             "0123456789_") == std::string_view::npos;
}

class GoalReader {
 public:
  GoalReader(std::string_view text, const std::string& name, Picoseconds calc_unit, const FormatLimits& limits)
      : lines_(text, name, "//"), calc_unit_(calc_unit), limits_(limits) {}

  [[nodiscard]] TaskGraph read() {
    next_line("'num_ranks'");
    lines_.expect("num_ranks");
    const auto ranks = static_cast<std::size_t>(lines_.integer("a number of ranks", 1, limits_.ranks));
    lines_.expect_end();
    graph_.ranks.resize(ranks);
    seen_.resize(ranks);
    for (std::size_t i = 0; i < ranks; ++i) {
      next_line("'rank'");
      rank();
    }
    if (next()) {
      lines_.fail("the end of the file, as all ranks are there");
    }
    return std::move(graph_);
  }

 private:
  /// Goes to the next line that is no comment of the form "/* ... */".
  bool next() {
    while (lines_.next()) {
      if (!lines_.peek().starts_with("/*")) {
        return true;
      }
      while (lines_.peek().find("*/") == std::string_view::npos) {
        static_cast<void>(lines_.word());
        if (lines_.peek().empty() && !lines_.next()) {
          lines_.fail("'*/'");
        }
      }
      if (!lines_.peek().ends_with("*/")) {
        lines_.fail("'*/'");
      }
      static_cast<void>(lines_.word());
      lines_.expect_end();
    }
    return false;
  }

  void next_line(const std::string& expected) {
    if (!next()) {
      lines_.fail(expected);
    }
  }

  void rank() {
    lines_.expect("rank");
    const std::int64_t number = lines_.integer("a rank", 0, static_cast<std::int64_t>(graph_.ranks.size()) - 1);
    if (seen_[static_cast<std::size_t>(number)]) {
      lines_.fail_here("rank " + std::to_string(number) + " is there twice");
    }
    seen_[static_cast<std::size_t>(number)] = true;
    lines_.expect("{");
    lines_.expect_end();
    labels_.clear();
    RankTasks& tasks = graph_.ranks[static_cast<std::size_t>(number)];
    for (next_line("'}'"); lines_.peek() != "}"; next_line("'}'")) {
      line(tasks);
      lines_.expect_end();
    }
    static_cast<void>(lines_.word());
    lines_.expect_end();
  }

  void line(RankTasks& tasks) {
    const std::string_view first = lines_.peek();
    if (first.ends_with(':')) {
      const std::string_view label = first.substr(0, first.size() - 1);
      if (!is_label(label)) {
        lines_.fail("a label, a letter and then letters, digits or '_'");
      }
      if (!labels_.emplace(label, static_cast<std::uint32_t>(tasks.tasks.size())).second) {
        lines_.fail_here("label '" + std::string(label.substr(0, 40)) + "' is there twice in this rank");
      }
      static_cast<void>(lines_.word());
      operation(tasks);
    } else if (first == "calc" || first == "send" || first == "recv") {
      operation(tasks);
    } else {
      requirement(tasks);
    }
  }

  void operation(RankTasks& tasks) {
    if (++operations_ > limits_.operations) {
      lines_.fail_here("more operations than " + std::to_string(limits_.operations) + ", which is the most accepted");
    }
    tasks.lines.push_back(static_cast<std::uint32_t>(lines_.number()));
    Task& task = tasks.tasks.emplace_back();
    const std::string_view kind = lines_.peek();
    if (kind == "calc") {
      static_cast<void>(lines_.word());
      task.amount = calc_unit_ * lines_.integer("a time", 0, kLongestCalc / calc_unit_);
    } else if (kind == "send" || kind == "recv") {
      static_cast<void>(lines_.word());
      message(task, kind == "send");
    } else {
      lines_.fail("'calc', 'send' or 'recv'");
    }
    if (lines_.peek() == "cpu") {
      static_cast<void>(lines_.word());
      task.cpu = static_cast<std::uint8_t>(lines_.integer("a CPU", 0, kMostTaskResources - 1));
    }
    if (task.kind != TaskKind::kCompute && lines_.peek() == "nic") {
      static_cast<void>(lines_.word());
      task.nic = static_cast<std::uint8_t>(lines_.integer("a NIC", 0, kMostTaskResources - 1));
    }
  }

  void message(Task& task, bool sends) {
    task.kind = sends ? TaskKind::kSend : TaskKind::kReceive;
    task.amount = bytes();
    lines_.expect(sends ? "to" : "from");
    task.peer = static_cast<Rank>(
        lines_.integer("a rank", sends ? 0 : kAnyRank, static_cast<std::int64_t>(graph_.ranks.size()) - 1));
    if (lines_.peek() == "tag") {
      static_cast<void>(lines_.word());
      task.tag = static_cast<std::int32_t>(lines_.integer("a tag", sends ? 0 : kAnyTag, kMostTag));
    }
  }

  /// "1024b".
  Bytes bytes() {
    const std::string_view found = lines_.peek();
    Bytes value = 0;
    const auto [end, status] = std::from_chars(found.data(), found.data() + found.size(), value);
    if (status != std::errc{} || value < 0 || found.substr(static_cast<std::size_t>(end - found.data())) != "b") {
      lines_.fail("a size such as 1024b");
    }
    static_cast<void>(lines_.word());
    return value;
  }

  void requirement(RankTasks& tasks) {
    const std::uint32_t task = label();
    const std::string_view word = lines_.peek();
    if (word != "requires" && word != "irequires") {
      lines_.fail("'requires' or 'irequires'");
    }
    static_cast<void>(lines_.word());
    tasks.requirements.push_back({task, label(), word == "irequires"});
    if (tasks.requirements.back().required == task) {
      lines_.fail_here("an operation requires itself");
    }
  }

  std::uint32_t label() {
    const auto found = labels_.find(std::string(lines_.peek()));
    if (found == labels_.end()) {
      lines_.fail("an operation, '}', or a label that is defined above in this rank");
    }
    static_cast<void>(lines_.word());
    return found->second;
  }

  Lines lines_;
  Picoseconds calc_unit_;
  FormatLimits limits_;
  TaskGraph graph_;
  std::vector<bool> seen_;
  std::unordered_map<std::string, std::uint32_t> labels_;  // of the rank
  std::size_t operations_ = 0;
};

}  // namespace

TaskGraph read_goal(std::string_view text, const std::string& name, Picoseconds calc_unit, const FormatLimits& limits) {
  if (text.size() > limits.bytes) {
    fail_at(name, {}, "a text of more than " + std::to_string(limits.bytes) + " bytes, which is the most accepted");
  }
  return GoalReader(text, name, calc_unit, limits).read();
}

}  // namespace ringwood
