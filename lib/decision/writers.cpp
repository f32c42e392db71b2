#include "decision/writers.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string range_text(const CountRange& range, const std::function<std::string(std::int64_t)>& format) {
  if (range.least == range.most) {
    return format(range.least);
  }
  if (range.most == CountRange::kUnlimited) {
    return "from " + format(range.least) + " on";
  }
  return format(range.least) + " to " + format(range.most);
}

}  // namespace

std::string region_text(const CountRange& ranks, const CountRange& bytes) {
  return range_text(ranks, [](std::int64_t value) { return std::to_string(value); }) + " ranks, " +
         range_text(bytes, [](std::int64_t value) { return format_bytes(value); });
}

void DecisionWriting::warn_of(std::string_view collective, const std::vector<DecisionLoss>& losses) {
  for (const DecisionLoss& loss : losses) {
    const std::string where = fmt::format("{}, {}", collective, region_text(loss.ranks, loss.bytes));
    if (loss.instead.empty()) {
      warn(fmt::format("{}: {} has no '{}', and nothing that it has was timed: left to its own choice", where,
                       name_of(target_), loss.wanted));
    } else {
      warn(fmt::format("{}: {} has no '{}'; '{}' instead takes up to {:.0f} % longer", where, name_of(target_),
                       loss.wanted, loss.instead, (loss.factor - 1) * 100));
    }
  }
}

DecisionExport DecisionWriting::finish(std::string text, std::string usage, std::size_t rules) const {
  if (rules == 0) {
    throw Error(ErrorKind::kUsage, "nothing of this table can be said to " + name_of(target_) +
                                       (warnings_.empty() ? std::string() : ": " + warnings_.front()));
  }
  return {.text = std::move(text), .usage = std::move(usage), .warnings = warnings_};
}

std::string DecisionWriting::file_name() const {
  return options_.file_name.empty() ? "FILE" : options_.file_name;
}

std::vector<std::string> provenance_lines(const DecisionTable& table) {
  const DecisionProvenance& from = table.provenance;
  std::vector<std::string> lines{"written by ringwood export"};
  const auto add = [&](const char* what, const std::string& value) {
    if (!value.empty()) {
      std::string line = fmt::format("{}: {}", what, value);
      std::replace_if(
          line.begin(), line.end(), [](char letter) { return letter == '\n' || letter == '\r'; }, ' ');
      lines.push_back(std::move(line));
    }
  };
  add("source", from.source);
  add("model", from.model);
  add("machine", from.machine);
  add("map", from.map);
  add("mpi", from.mpi);
  add("date", from.date);
  return lines;
}

std::vector<RankBlock> blocks_of(const std::vector<DecisionRule>& rules) {
  std::vector<RankBlock> blocks;
  for (const DecisionRule& rule : rules) {
    const auto known =
        std::find_if(blocks.begin(), blocks.end(), [&](const RankBlock& block) { return block.ranks == rule.ranks; });
    if (known == blocks.end()) {
      blocks.push_back({rule.ranks, rule.at_ranks, {rule}});
    } else {
      known->rules.push_back(rule);
    }
  }
  std::stable_sort(blocks.begin(), blocks.end(),
                   [](const RankBlock& a, const RankBlock& b) { return a.ranks.least < b.ranks.least; });
  for (RankBlock& block : blocks) {
    std::stable_sort(block.rules.begin(), block.rules.end(),
                     [](const DecisionRule& a, const DecisionRule& b) { return a.bytes.least < b.bytes.least; });
  }
  return blocks;
}

}  // namespace ringwood
