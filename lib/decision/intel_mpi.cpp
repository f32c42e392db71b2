#include <fmt/format.h>

#include <algorithm>

#include "decision/writers.hpp"
#include "ringwood/expression.hpp"

// Intel MPI: I_MPI_ADJUST_COLLECTIVE="id:sizes@ranks;...". The ids are those of the 2019 manual, and are not promised
// to stay.
namespace ringwood {

namespace {

struct Pair {
  Collective collective;
  std::string_view ours;
  int id;
};

constexpr Pair kPairs[] = {{Collective::kAllreduce, "recursive-doubling", 1},
                           {Collective::kAllreduce, "rabenseifner", 2},
                           {Collective::kAllreduce, "binomial", 3},
                           {Collective::kAllreduce, "ring", 8},
                           {Collective::kAllreduce, "k-nomial", 9},
                           {Collective::kAllgather, "recursive-doubling", 1},
                           {Collective::kAllgather, "bruck", 2},
                           {Collective::kAllgather, "ring", 3},
                           {Collective::kAlltoall, "bruck", 1},
                           {Collective::kAlltoall, "direct", 2},
                           {Collective::kAlltoall, "pairwise", 3},
                           {Collective::kBarrier, "dissemination", 1},
                           {Collective::kBroadcast, "binomial", 1},
                           {Collective::kBroadcast, "scatter-allgather", 3},
                           {Collective::kGather, "binomial", 1},
                           {Collective::kReduceScatter, "recursive-halving", 1},
                           {Collective::kReduceScatter, "pairwise", 2},
                           {Collective::kScatter, "binomial", 1}};

[[nodiscard]] std::string_view variable_of(Collective collective) {
  switch (collective) {
    case Collective::kAllreduce:
      return "I_MPI_ADJUST_ALLREDUCE";
    case Collective::kReduceScatter:
      return "I_MPI_ADJUST_REDUCE_SCATTER";
    case Collective::kAllgather:
      return "I_MPI_ADJUST_ALLGATHER";
    case Collective::kBroadcast:
      return "I_MPI_ADJUST_BCAST";
    case Collective::kReduce:
      return "I_MPI_ADJUST_REDUCE";
    case Collective::kGather:
      return "I_MPI_ADJUST_GATHER";
    case Collective::kScatter:
      return "I_MPI_ADJUST_SCATTER";
    case Collective::kAlltoall:
      return "I_MPI_ADJUST_ALLTOALL";
    case Collective::kBarrier:
      return "I_MPI_ADJUST_BARRIER";
  }
  return "";
}

[[nodiscard]] std::optional<std::string> id_of(Collective collective, std::string_view algorithm) {
  if (algorithm == "native") {
    return "0";
  }
  const Expression expression = parse_expression(algorithm);
  if (!expression.arguments.empty() || !expression.numbers.empty()) {
    return std::nullopt;
  }
  for (const Pair& pair : kPairs) {
    if (pair.collective == collective && pair.ours == expression.name) {
      return std::to_string(pair.id);
    }
  }
  return std::nullopt;
}

[[nodiscard]] std::string limit(std::int64_t value) {
  constexpr std::int64_t kMost = 2'147'483'647;
  return std::to_string(std::min(value, kMost));
}

}  // namespace

DecisionExport write_intel_mpi(const DecisionTable& table, DecisionWriting& writing) {
  std::string text;
  for (const std::string& line : provenance_lines(table)) {
    text += "# " + line + "\n";
  }
  std::size_t rules = 0;
  for (const CollectiveDecisions& decisions : table.collectives) {
    const TranslatedDecisions theirs = translated(
        decisions, [&](std::string_view algorithm, Rank, Bytes) { return id_of(decisions.collective, algorithm); },
        true);
    writing.warn_of(name_of(decisions.collective), theirs.losses);
    std::string value;
    for (const RankBlock& block : blocks_of(theirs.rules)) {
      for (const DecisionRule& rule : block.rules) {
        if (rule.algorithm != "0") {
          value += fmt::format("{}{}:{}-{}@{}-{}", value.empty() ? "" : ";", rule.algorithm, limit(rule.bytes.least),
                               limit(rule.bytes.most), limit(rule.ranks.least), limit(rule.ranks.most));
          ++rules;
        }
      }
    }
    if (!value.empty()) {
      text += fmt::format("export {}=\"{}\"\n", variable_of(decisions.collective), value);
    }
  }
  writing.warn(
      "the ids are those of Intel MPI 2019; manuals from 2021.13 on call them presets, which other versions may "
      "number otherwise");
  return writing.finish(std::move(text), "source " + writing.file_name(), rules);
}

}  // namespace ringwood
