#include <algorithm>

#include "ringwood/choose.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Why the expression cannot be taken, or nothing.
[[nodiscard]] std::string objection_to(const std::string& algorithm, const SelectionQuestion& question,
                                       const Library& library, const DecisionSources& sources) {
  if (algorithm == "native") {
    return sources.native ? std::string() : "'native' is the MPI library's own, which is not there";
  }
  try {
    const Schedule schedule(library, question.collective, parse_expression(algorithm), question.request);
    return sources.objection ? sources.objection(schedule) : std::string();
  } catch (const Error& error) {
    return error.what();
  }
}

/// What the table says; the first of the rule's ties that can do it. `passed_over` tells why others could not.
[[nodiscard]] std::string from_table(const SelectionQuestion& question, const Library& library,
                                     const DecisionSources& sources, std::string& passed_over) {
  const CollectiveDecisions* decisions = sources.table == nullptr ? nullptr : sources.table->find(question.collective);
  const DecisionRule* rule =
      decisions == nullptr
          ? nullptr
          : find_rule(*decisions, {question.request.ranks, sources.nodes, question.elements * question.element_size});
  if (rule == nullptr) {
    return "";
  }
  std::vector<std::string> names{rule->algorithm};
  names.insert(names.end(), rule->ties.begin(), rule->ties.end());
  for (const std::string& name : names) {
    const std::string objection = objection_to(name, question, library, sources);
    if (objection.empty()) {
      return name;
    }
    passed_over += " (the table's " + name + " cannot: " + objection + ")";
  }
  return "";
}

}  // namespace

std::string_view name_of(DecisionSource source) {
  switch (source) {
    case DecisionSource::kForced:
      return "forced";
    case DecisionSource::kTable:
      return "table";
    case DecisionSource::kModel:
      return "model";
  }
  return "";
}

Decision decide(const SelectionQuestion& question, const Library& library, const DecisionSources& sources) {
  for (const ForcedAlgorithm& forced : sources.forced) {
    if (forced.algorithm.empty()) {
      continue;
    }
    if (const std::string objection = objection_to(forced.algorithm, question, library, sources); !objection.empty()) {
      throw Error(ErrorKind::kUsage, forced.origin + "=" + forced.algorithm + ": " + objection);
    }
    return {forced.algorithm, DecisionSource::kForced, forced.origin + " asks for it", {}};
  }
  std::string passed_over;
  if (std::string name = from_table(question, library, sources, passed_over); !name.empty()) {
    return {std::move(name), DecisionSource::kTable, "the decision table says so" + passed_over, {}};
  }
  std::vector<ModelOption> options = sources.model ? sources.model() : std::vector<ModelOption>();
  if (options.empty() || !options.front().why_not.empty()) {
    throw Error(ErrorKind::kUsage, "no algorithm for " + std::string(name_of(question.collective)) + " can do this" +
                                       (options.empty() ? "" : ": " + options.front().why_not));
  }
  Decision decision{
      options.front().algorithm, DecisionSource::kModel, "the cost model finds nothing faster" + passed_over, {}};
  decision.options = std::move(options);
  return decision;
}

}  // namespace ringwood
