#include <fmt/format.h>

#include <algorithm>

#include "decision/open_mpi.hpp"

namespace ringwood {

namespace {

using namespace open_mpi;

/// The id to write; 0, the built-in table, for "native".
[[nodiscard]] int id_of(const Choice& choice) {
  return choice.algorithm == nullptr ? 0 : choice.algorithm->id;
}

[[nodiscard]] std::string block_text(const Section& section, std::size_t index) {
  const RankBlock& block = section.blocks[index];
  // The first block is taken for fewer ranks too, whatever its label.
  const std::int64_t label = index == 0 ? std::min<std::int64_t>(block.ranks.least, 2) : block.ranks.least;
  std::string text = fmt::format("{}  # ranks and more\n{}  # sizes\n", label, block.rules.size());
  for (std::size_t i = 0; i < block.rules.size(); ++i) {
    const Choice& choice = section.choices[index][i];
    const std::string name(choice.algorithm == nullptr ? "built-in table" : choice.algorithm->name);
    text += fmt::format("{} {} {} {}  # {}\n", i == 0 ? 0 : block.rules[i].bytes.least, id_of(choice), choice.fan,
                        choice.segment, name);
  }
  return text;
}

/// Blocks and sizes have to be the whole range from 0 on without gaps: what begins later is filled with algorithm 0.
[[nodiscard]] Section without_gaps(Section section) {
  for (std::size_t k = 0; k < section.blocks.size(); ++k) {
    std::vector<DecisionRule> rules;
    std::vector<Choice> choices;
    std::int64_t covered = 0;
    for (std::size_t i = 0; i < section.blocks[k].rules.size(); ++i) {
      const DecisionRule& rule = section.blocks[k].rules[i];
      if (rule.bytes.least > covered) {
        rules.emplace_back().bytes.least = covered;
        choices.emplace_back();
      }
      rules.push_back(rule);
      choices.push_back(section.choices[k][i]);
      covered = rule.bytes.most == CountRange::kUnlimited ? rule.bytes.most : rule.bytes.most + 1;
    }
    if (covered != CountRange::kUnlimited) {
      rules.emplace_back().bytes.least = covered;
      choices.emplace_back();
    }
    section.blocks[k].rules = std::move(rules);
    section.choices[k] = std::move(choices);
  }
  return section;
}

/// The same for numbers of ranks.
void fill_ranks(Section& section) {
  const auto built_in = [](std::int64_t least) {
    RankBlock block;
    block.ranks.least = least;
    block.rules.emplace_back();
    return block;
  };
  std::int64_t covered = 2;
  for (std::size_t k = 0; k < section.blocks.size(); ++k) {
    const CountRange ranks = section.blocks[k].ranks;
    if (ranks.least > covered) {
      section.blocks.insert(section.blocks.begin() + static_cast<std::ptrdiff_t>(k), built_in(covered));
      section.choices.insert(section.choices.begin() + static_cast<std::ptrdiff_t>(k), std::vector<Choice>(1));
      ++k;
    }
    covered = ranks.most == CountRange::kUnlimited ? ranks.most : ranks.most + 1;
  }
  if (covered != CountRange::kUnlimited) {
    section.blocks.push_back(built_in(covered));
    section.choices.emplace_back(1);
  }
}

/// Allgather in place is looked up as 0 bytes: what is best for long vectors costs less where it is wrong.
void mind_in_place(Section& section, DecisionWriting& writing) {
  if (section.collective != 0) {
    return;
  }
  const bool differs = std::any_of(section.choices.begin(), section.choices.end(), [](const std::vector<Choice>& all) {
    return all.front().algorithm != all.back().algorithm;
  });
  if (differs) {
    writing.warn(
        "allgather: calls in place are looked up with 0 bytes, whatever their size, and take the algorithm for "
        "the shortest vectors");
  }
}

}  // namespace

DecisionExport write_open_mpi_classic(const DecisionTable& table, DecisionWriting& writing) {
  std::vector<Section> sections = sections_of(table, writing);
  std::string text;
  for (const std::string& line : provenance_lines(table)) {
    text += "# " + line + "\n";
  }
  text += fmt::format("# for {}: {}\n", name_of(writing.target()), usage_of(writing));
  text += fmt::format("{}  # collectives\n", sections.size());
  std::size_t rules = 0;
  for (Section& section : sections) {
    section = without_gaps(std::move(section));
    fill_ranks(section);
    mind_in_place(section, writing);
    text += fmt::format("{}  # {}\n{}  # communicator sizes\n", section.collective, collective_name(section.collective),
                        section.blocks.size());
    for (std::size_t i = 0; i < section.blocks.size(); ++i) {
      text += block_text(section, i);
      rules += section.blocks[i].rules.size();
    }
  }
  return writing.finish(std::move(text), usage_of(writing), rules);
}

}  // namespace ringwood
