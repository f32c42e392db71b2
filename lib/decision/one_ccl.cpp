#include <fmt/format.h>

#include <array>

#include "decision/writers.hpp"
#include "ringwood/expression.hpp"

// oneCCL: one variable a collective, with ranges of sizes and no condition on the ranks.
namespace ringwood {

namespace {

struct Pair {
  Collective collective;
  std::string_view ours;
  std::string_view theirs;
};

constexpr Pair kPairs[] = {{Collective::kAllreduce, "recursive-doubling", "recursive_doubling"},
                           {Collective::kAllreduce, "rabenseifner", "rabenseifner"},
                           {Collective::kAllreduce, "ring", "ring"},
                           {Collective::kAllreduce, "double-tree", "double_tree"},
                           {Collective::kAllgather, "ring", "ring"},
                           {Collective::kAllgather, "direct", "flat"},
                           {Collective::kReduceScatter, "ring", "ring"},
                           {Collective::kBroadcast, "double-tree", "double_tree"},
                           {Collective::kBroadcast, "scatter-allgather", "ring"},
                           {Collective::kReduce, "double-tree", "double_tree"},
                           {Collective::kReduce, "reduce-scatter-gather", "rabenseifner"}};

struct Variable {
  Collective collective;
  std::string_view name;
};

constexpr std::array kVariables{
    Variable{Collective::kAllreduce, "CCL_ALLREDUCE"}, Variable{Collective::kAllgather, "CCL_ALLGATHERV"},
    Variable{Collective::kReduceScatter, "CCL_REDUCE_SCATTER"}, Variable{Collective::kBroadcast, "CCL_BCAST"},
    Variable{Collective::kReduce, "CCL_REDUCE"}};

[[nodiscard]] std::optional<std::string> counterpart(Collective collective, std::string_view algorithm) {
  const Expression expression = parse_expression(algorithm);
  if (!expression.arguments.empty() || !expression.numbers.empty()) {
    return std::nullopt;
  }
  for (const Pair& pair : kPairs) {
    if (pair.collective == collective && pair.ours == expression.name) {
      return std::string(pair.theirs);
    }
  }
  return std::nullopt;
}

/// The block that is written: the last, for the most ranks.
[[nodiscard]] std::string value_of(const RankBlock& block) {
  std::string text;
  for (const DecisionRule& rule : block.rules) {
    text += fmt::format("{}{}:{}-{}", text.empty() ? "" : ";", rule.algorithm, rule.bytes.least,
                        rule.bytes.most == CountRange::kUnlimited ? "max" : std::to_string(rule.bytes.most));
  }
  return text;
}

}  // namespace

DecisionExport write_one_ccl(const DecisionTable& table, DecisionWriting& writing) {
  std::string text;
  for (const std::string& line : provenance_lines(table)) {
    text += "# " + line + "\n";
  }
  std::size_t rules = 0;
  for (const Variable& variable : kVariables) {
    const CollectiveDecisions* decisions = table.find(variable.collective);
    if (decisions == nullptr) {
      continue;
    }
    const TranslatedDecisions theirs = translated(
        *decisions,
        [&](std::string_view algorithm, Rank, Bytes) -> std::optional<std::string> {
          // There is no word for oneCCL's own choice.
          return algorithm == "native" ? std::nullopt : counterpart(variable.collective, algorithm);
        },
        true);
    writing.warn_of(name_of(variable.collective), theirs.losses);
    const std::vector<RankBlock> blocks = blocks_of(theirs.rules);
    if (blocks.empty()) {
      continue;
    }
    if (blocks.size() > 1) {
      writing.warn(fmt::format("{}: oneCCL does not look at the number of ranks; written for {} ranks and more",
                               variable.name, blocks.back().ranks.least));
    }
    text += fmt::format("export {}=\"{}\"\n", variable.name, value_of(blocks.back()));
    rules += blocks.back().rules.size();
  }
  return writing.finish(std::move(text), "source " + writing.file_name(), rules);
}

}  // namespace ringwood
