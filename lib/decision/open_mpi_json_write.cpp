#include <nlohmann/json.hpp>

#include "decision/open_mpi.hpp"

namespace ringwood {

namespace {

using namespace open_mpi;
using Json = nlohmann::ordered_json;

[[nodiscard]] Json json_of(const DecisionRule& rule, const Choice& choice) {
  Json json;
  if (rule.bytes.least > 0) {
    json["msg_size_min"] = rule.bytes.least;
  }
  if (rule.bytes.most != CountRange::kUnlimited) {
    json["msg_size_max"] = rule.bytes.most;
  }
  json["alg"] = choice.algorithm->name;
  if (choice.fan != 0) {
    json["faninout"] = choice.fan;
  }
  if (choice.segment != 0) {
    json["seg_size"] = choice.segment;
  }
  return json;
}

/// What is left to the built-in table needs no rule.
[[nodiscard]] Json json_of(const RankBlock& block, const std::vector<Choice>& choices, std::size_t& count) {
  Json rules = Json::array();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    if (choices[i].algorithm != nullptr && !block.rules[i].bytes.empty()) {
      rules.push_back(json_of(block.rules[i], choices[i]));
    }
  }
  count += rules.size();
  Json json;
  json["comm_size_min"] = block.ranks.least;
  // More than an int holds is no limit.
  if (block.ranks.most < std::numeric_limits<int>::max()) {
    json["comm_size_max"] = block.ranks.most;
  }
  json["rules"] = std::move(rules);
  return json;
}

}  // namespace

DecisionExport write_open_mpi_json(const DecisionTable& table, DecisionWriting& writing) {
  Json collectives = Json::object();
  std::size_t count = 0;
  for (const Section& section : sections_of(table, writing)) {
    Json blocks = Json::array();
    for (std::size_t i = 0; i < section.blocks.size(); ++i) {
      blocks.push_back(json_of(section.blocks[i], section.choices[i], count));
    }
    collectives[std::string(collective_name(section.collective))] = std::move(blocks);
  }
  const Json document{{"rule_file_version", 3}, {"module", "tuned"}, {"collectives", std::move(collectives)}};
  return writing.finish(document.dump(2) + "\n", usage_of(writing), count);
}

}  // namespace ringwood
