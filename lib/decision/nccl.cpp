#include <fmt/format.h>

#include <algorithm>

#include "decision/writers.hpp"
#include "ringwood/expression.hpp"

// The CSV of NCCL's example tuner plugin: collective, least and most bytes, algorithm, protocol, channels, nodes,
// ranks.
namespace ringwood {

namespace {

// The plugin takes a number as an order, and -1 as one channel: a usual number is better than none.
constexpr int kChannels = 16;

// Up to here LL, whose flags cost half of the bandwidth, and beyond the protocol without.
constexpr Bytes kLowLatencyBytes = 64 * 1024;

struct Pair {
  Collective collective;
  std::string_view ours;
  std::string_view theirs;
};

constexpr Pair kPairs[] = {
    {Collective::kAllreduce, "ring", "ring"},        {Collective::kAllreduce, "bidirectional-ring", "ring"},
    {Collective::kAllreduce, "multi-ring", "ring"},  {Collective::kAllreduce, "segmented-ring", "ring"},
    {Collective::kAllreduce, "double-tree", "tree"}, {Collective::kAllgather, "ring", "ring"},
    {Collective::kAllgather, "pat", "pat"},          {Collective::kReduceScatter, "ring", "ring"},
    {Collective::kReduceScatter, "pat", "pat"},      {Collective::kBroadcast, "chain", "ring"},
    {Collective::kReduce, "chain", "ring"}};

[[nodiscard]] std::string_view their_collective(Collective collective) {
  switch (collective) {
    case Collective::kAllreduce:
      return "allreduce";
    case Collective::kReduceScatter:
      return "reducescatter";
    case Collective::kAllgather:
      return "allgather";
    case Collective::kBroadcast:
      return "broadcast";
    case Collective::kReduce:
      return "reduce";
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
    case Collective::kBarrier:
      return "";
  }
  return "";
}

[[nodiscard]] std::optional<std::string> counterpart(Collective collective, std::string_view algorithm) {
  if (algorithm == "native") {
    return std::nullopt;
  }
  const Expression expression = parse_expression(algorithm);
  for (const Pair& pair : kPairs) {
    if (pair.collective == collective && pair.ours == expression.name && expression.arguments.empty()) {
      return std::string(pair.theirs);
    }
  }
  return std::nullopt;
}

[[nodiscard]] std::string row(std::string_view collective, const DecisionRule& rule, const CountRange& bytes,
                              Rank nodes) {
  const bool low_latency = rule.algorithm != "pat" && bytes.most < kLowLatencyBytes;
  return fmt::format("{},{},{},{},{},{},{},{}\n", collective, bytes.least,
                     bytes.most == CountRange::kUnlimited ? "18446744073709551615" : std::to_string(bytes.most),
                     rule.algorithm, low_latency ? "ll" : "simple", kChannels, nodes, rule.at_ranks);
}

[[nodiscard]] Rank nodes_at(const CollectiveDecisions& decisions, Rank ranks) {
  Rank nodes = -1;
  for (const DecisionSample& sample : decisions.samples) {
    if (sample.ranks == ranks) {
      nodes = std::max(nodes, sample.nodes);
    }
  }
  return nodes;
}

}  // namespace

DecisionExport write_nccl(const DecisionTable& table, DecisionWriting& writing) {
  std::string text;
  for (const std::string& line : provenance_lines(table)) {
    // The plugin reads no more than 255 letters of a line.
    text += "# " + line.substr(0, 250) + "\n";
  }
  text += "# collective,min_bytes,max_bytes,algorithm,protocol,channels,nNodes,nRanks\n";
  std::size_t rules = 0;
  for (const CollectiveDecisions& decisions : table.collectives) {
    const std::string_view collective = their_collective(decisions.collective);
    if (collective.empty()) {
      writing.warn(fmt::format("{}: the tuner has no rows for it", name_of(decisions.collective)));
      continue;
    }
    const TranslatedDecisions theirs = translated(
        decisions,
        [&](std::string_view algorithm, Rank, Bytes) { return counterpart(decisions.collective, algorithm); }, true);
    writing.warn_of(collective, theirs.losses);
    for (const DecisionRule& rule : theirs.rules) {
      if (rule.at_ranks == 0) {
        writing.warn(
            fmt::format("{}: rows are for one number of ranks; a rule that says none was left out", collective));
        continue;
      }
      const Rank nodes = nodes_at(decisions, rule.at_ranks);
      const bool crosses =
          rule.algorithm != "pat" && rule.bytes.least < kLowLatencyBytes && rule.bytes.most >= kLowLatencyBytes;
      if (crosses) {
        text += row(collective, rule, {rule.bytes.least, kLowLatencyBytes - 1}, nodes);
        text += row(collective, rule, {kLowLatencyBytes, rule.bytes.most}, nodes);
      } else {
        text += row(collective, rule, rule.bytes, nodes);
      }
      ++rules;
    }
  }
  writing.warn(
      fmt::format("protocols (ll below {} KiB) and {} channels are usual values, not predictions; calls that match "
                  "no row run with one channel, unless the plugin is patched",
                  kLowLatencyBytes / 1024, kChannels));
  return writing.finish(std::move(text),
                        "NCCL_TUNER_PLUGIN=libnccl-tuner-example.so NCCL_TUNER_CONFIG_FILE=" + writing.file_name(),
                        rules);
}

}  // namespace ringwood
