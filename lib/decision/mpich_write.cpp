#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "decision/mpich.hpp"
#include "decision/mpich_names.hpp"
#include "decision/writers.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

using namespace mpich;
using Json = nlohmann::ordered_json;

/// What MPICH has for a choice of ours; nothing: its own choice.
using Choices = std::map<std::string, std::optional<Counterpart>>;

[[nodiscard]] Json one(const std::string& key, Json value) {
  Json json = Json::object();
  json[key] = std::move(value);
  return json;
}

[[nodiscard]] Json plain_leaf(std::string_view name) {
  return one(fmt::format("algorithm=MPIR_{}", name), Json::object());
}

/// The algorithm that is right for every call where another has restrictions.
[[nodiscard]] std::string_view safe_algorithm(std::string_view collective) {
  struct Safe {
    std::string_view collective;
    std::string_view name;
  };

  static constexpr Safe kSafe[] = {{"allgather", "Allgather_intra_ring"},
                                   {"allreduce", "Allreduce_intra_recursive_doubling"},
                                   {"alltoall", "Alltoall_intra_pairwise_sendrecv_replace"},
                                   {"reduce", "Reduce_intra_binomial"},
                                   {"reduce_scatter", "Reduce_scatter_intra_recursive_doubling"},
                                   {"reduce_scatter_block", "Reduce_scatter_block_intra_recursive_doubling"}};
  const auto* const found =
      std::find_if(std::begin(kSafe), std::end(kSafe), [&](const Safe& safe) { return safe.collective == collective; });
  return found == std::end(kSafe) ? std::string_view() : found->name;
}

/// A leaf behind the tests that its restrictions ask for. Whether operators commute, calls are in place, and ranks are
/// a power of two is asked further out.
[[nodiscard]] Json leaf(std::string_view collective, const Counterpart& choice) {
  Json parameters = Json::object();
  if (choice.k > 0) {
    parameters[fmt::format("k={}", choice.k)] = Json::object();
  }
  Json json = one(fmt::format("algorithm=MPIR_{}", choice.algorithm->name), std::move(parameters));
  const Json safe = plain_leaf(safe_algorithm(collective));
  if (choice.algorithm->needs.count_pow2) {
    json = Json{{"count<pow2", safe}, {"count=any", std::move(json)}};
  }
  if (choice.algorithm->needs.built_in) {
    json = Json{{"is_op_built_in=yes", std::move(json)}, {"is_op_built_in=no", safe}};
  }
  return json;
}

[[nodiscard]] std::string_view size_test(std::string_view collective) {
  if (has_average_size(collective)) {
    return "avg_msg_size";
  }
  return collective == "barrier" || collective == "gather" || collective == "scatter" ? "" : "total_msg_size";
}

constexpr double kMostInFile = std::numeric_limits<int>::max();

/// The chain over sizes for one number of ranks. Thresholds beyond an int are left out: what lies there is the rest's.
[[nodiscard]] Json sizes(std::string_view collective, const RankBlock& block, const Choices& choices,
                         const Json& fallback) {
  const std::string_view test = size_test(collective);
  const Rank ranks =
      block.at_ranks > 0 ? block.at_ranks : static_cast<Rank>(std::min<std::int64_t>(block.ranks.least, 1 << 30));
  const double factor = our_bytes_per_size(collective, test == "total_msg_size", ranks);
  Json chain = Json::object();
  Json last = fallback;
  std::int64_t next = 0;  // the first size that is not settled
  const auto up_to = [&](std::int64_t bytes, const Json& leaf) {
    chain[fmt::format("{}<={}", test, static_cast<std::int64_t>(static_cast<double>(bytes) / factor))] = leaf;
  };
  for (const DecisionRule& rule : block.rules) {
    const std::optional<Counterpart>& choice = choices.at(rule.algorithm);
    const bool by_size = !test.empty() && static_cast<double>(rule.bytes.least) / factor < kMostInFile;
    if (by_size && rule.bytes.least > next) {
      up_to(rule.bytes.least - 1, fallback);  // what has no counterpart was left out
    }
    last = choice ? leaf(collective, *choice) : fallback;
    if (!by_size || rule.bytes.most == CountRange::kUnlimited ||
        static_cast<double>(rule.bytes.most) / factor >= kMostInFile) {
      next = CountRange::kUnlimited;
      break;
    }
    up_to(rule.bytes.most, last);
    next = rule.bytes.most + 1;
  }
  if (chain.empty()) {
    return last;
  }
  chain[fmt::format("{}=any", test)] = next == CountRange::kUnlimited ? std::move(last) : fallback;
  return chain;
}

/// Whether any leaf is for one of several numbers of ranks only, which has to be asked before anything else.
[[nodiscard]] bool any_needs_pow2(const RankBlock& block, const Choices& choices) {
  return std::any_of(block.rules.begin(), block.rules.end(), [&](const DecisionRule& rule) {
    const std::optional<Counterpart>& choice = choices.at(rule.algorithm);
    return choice && choice->algorithm->needs.ranks_pow2;
  });
}

/// Tests of the communicator go first: MPICH settles them once for each.
[[nodiscard]] Json block_tree(std::string_view collective, const RankBlock& block, const Choices& choices,
                              const Json& fallback) {
  if (!any_needs_pow2(block, choices)) {
    return sizes(collective, block, choices, fallback);
  }
  Choices others = choices;
  const TheirAlgorithm* safe =
      find_algorithm(fmt::format("MPIR_{}", safe_algorithm(collective)), {DecisionReader::kMpich, 4, 0, 0});
  for (auto& [name, choice] : others) {
    if (choice && choice->algorithm->needs.ranks_pow2) {
      choice = Counterpart{safe, 0};
    }
  }
  return Json{{"comm_size=pow2", sizes(collective, block, choices, fallback)},
              {"comm_size=any", sizes(collective, block, others, fallback)}};
}

[[nodiscard]] Json commuting_tree(std::string_view collective, Json tree) {
  if (has_operator(collective)) {
    return Json{{"is_commutative=yes", std::move(tree)}, {"is_commutative=no", plain_leaf(safe_algorithm(collective))}};
  }
  if (has_in_place_test(collective)) {
    return Json{{"is_sendbuf_inplace=yes", plain_leaf(safe_algorithm(collective))},
                {"is_sendbuf_inplace=no", std::move(tree)}};
  }
  return tree;
}

struct Written {
  Json tree;
  std::size_t rules = 0;
};

/// The collective's own tree in `document`, with what is decided put into it.
[[nodiscard]] Written tree_of(std::string_view collective, const CollectiveDecisions& decisions,
                              const Json& default_tree, DecisionWriting& writing) {
  Choices choices;
  const TranslatedDecisions theirs = translated(
      decisions,
      [&](std::string_view algorithm, Rank, Bytes) -> std::optional<std::string> {
        std::optional<Counterpart> choice;
        std::string name = "MPICH's own choice";
        if (algorithm != "native") {
          choice = counterpart(collective, algorithm, writing.target());
          if (!choice) {
            return std::nullopt;
          }
          name = fmt::format("{}{}", choice->algorithm->name, choice->k > 0 ? fmt::format(" k={}", choice->k) : "");
        }
        choices[name] = choice;
        return name;
      },
      true);
  writing.warn_of(collective, theirs.losses);
  const Json intra = default_tree.contains("comm_type=intra") ? default_tree.at("comm_type=intra") : default_tree;
  Json chain = Json::object();
  Json last = intra;
  std::size_t rules = 0;
  const std::vector<RankBlock> blocks = blocks_of(theirs.rules);
  for (const RankBlock& block : blocks) {
    rules += block.rules.size();
    last = commuting_tree(collective, block_tree(collective, block, choices, intra));
    if (block.ranks.most >= std::numeric_limits<int>::max()) {
      break;
    }
    chain[fmt::format("comm_size<={}", block.ranks.most)] = last;
  }
  if (!chain.empty()) {
    chain["comm_size=any"] = std::move(last);
    last = std::move(chain);
  }
  Json tree = Json{{"comm_type=intra", std::move(last)}};
  if (default_tree.contains("comm_type=inter")) {
    tree["comm_type=inter"] = default_tree.at("comm_type=inter");
  } else {
    tree["comm_type=inter"] = default_tree;
  }
  return {std::move(tree), rules};
}

[[nodiscard]] Json document_to_change(const DecisionExportOptions& options) {
  Json document = Json::object();
  if (options.splice.empty()) {
    for (const std::string_view collective : collectives()) {
      document[fmt::format("collective={}", collective)] = Json::parse(default_tree(collective));
    }
    return document;
  }
  try {
    document = Json::parse(options.splice);
  } catch (const Json::parse_error& error) {
    throw Error(ErrorKind::kInput, std::string("the file to splice into is not JSON: ") + error.what());
  }
  if (!document.is_object()) {
    throw Error(ErrorKind::kInput, "the file to splice into is not an object of trees");
  }
  return document;
}

[[nodiscard]] std::vector<std::string_view> theirs(Collective collective) {
  std::vector<std::string_view> names;
  for (const std::string_view name : collectives()) {
    if (our_collective(name) == collective) {
      names.push_back(name);
    }
  }
  if (collective == Collective::kReduceScatter) {
    names.emplace_back("reduce_scatter");
  }
  return names;
}

}  // namespace

DecisionExport write_mpich(const DecisionTable& table, DecisionWriting& writing) {
  Json document = document_to_change(writing.options());
  std::size_t rules = 0;
  for (const CollectiveDecisions& decisions : table.collectives) {
    for (const std::string_view collective : theirs(decisions.collective)) {
      const std::string key = fmt::format("collective={}", collective);
      if (!document.contains(key)) {
        document[key] = Json::parse(default_tree(collective));
      }
      Written written = tree_of(collective, decisions, document.at(key), writing);
      if (written.rules > 0) {
        document[key] = std::move(written.tree);
        rules += written.rules;
      }
    }
  }
  if (writing.target().at_least(4, 1)) {
    writing.warn(
        "names and restrictions were checked with MPICH 4.0.2; an unknown name makes MPICH stop when it starts");
  }
  std::string text = document.dump(2) + "\n";
  // MPICH maps the file and takes it for a C string.
  if (text.size() % 4096 == 0) {
    text += "\n";
  }
  std::string usage = "MPIR_CVAR_COLL_SELECTION_TUNING_JSON_FILE=" + writing.file_name();
  for (const CollectiveDecisions& decisions : table.collectives) {
    for (const std::string_view collective : theirs(decisions.collective)) {
      std::string upper(collective);
      std::transform(upper.begin(), upper.end(), upper.begin(), [](char letter) {
        return letter >= 'a' && letter <= 'z' ? static_cast<char>(letter - 32) : letter;
      });
      // Otherwise compositions decide first, and these trees only about their parts.
      usage += " MPIR_CVAR_" + upper + "_DEVICE_COLLECTIVE=0";
    }
  }
  return writing.finish(std::move(text), std::move(usage), rules);
}

}  // namespace ringwood
