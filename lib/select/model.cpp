#include <algorithm>
#include <optional>

#include "ringwood/choose.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"

namespace ringwood {

namespace {

/// What the options are made of.
struct Context {
  const SelectionQuestion& question;
  const Library& library;
  const CostView& costs;
  const Objection& objection;
  const ModelEffort& effort;
};

[[nodiscard]] Schedule schedule_of(const Context& context, const std::string& algorithm) {
  return {context.library, context.question.collective, parse_expression(algorithm), context.question.request};
}

[[nodiscard]] Layout layout_of(const Context& context, const Schedule& schedule) {
  return equal_layout(schedule, context.question.elements, context.question.element_size);
}

/// Estimates one expression; `best` is the best estimate so far.
[[nodiscard]] ModelOption estimated(const Context& context, const std::string& algorithm, double& best) {
  ModelOption option{.algorithm = algorithm, .why_not = {}};
  try {
    const Schedule schedule = schedule_of(context, algorithm);
    if (context.objection) {
      option.why_not = context.objection(schedule);
    }
    if (option.why_not.empty()) {
      option.estimated_s =
          estimate(schedule, layout_of(context, schedule), context.costs, best * context.effort.factor);
      best = std::min(best, option.estimated_s);
    }
  } catch (const Error& error) {
    option.why_not = error.what();
  }
  return option;
}

/// What is made of several algorithms; why such a thing cannot be done here is of no interest.
void add_compositions(const Context& context, double& best, std::vector<ModelOption>& options) {
  const Placement* placement = context.question.request.placement;
  if (!context.effort.variants || placement == nullptr) {
    return;
  }
  for (const std::string& text : compositions_of(context.question.collective, context.library.algorithms, *placement)) {
    if (ModelOption option = estimated(context, text, best); option.why_not.empty()) {
      options.push_back(std::move(option));
    }
  }
}

[[nodiscard]] std::vector<ModelOption> all_estimated(const Context& context) {
  std::vector<ModelOption> options;
  double best = std::numeric_limits<double>::infinity();
  for (const Algorithm* algorithm : context.library.algorithms) {
    if (algorithm->collective != context.question.collective) {
      continue;
    }
    if (std::string reason = why_not(*algorithm, context.question.request); !reason.empty()) {
      options.push_back({.algorithm = std::string(algorithm->name), .why_not = std::move(reason)});
      continue;
    }
    for (const std::string& variant : variants_of(*algorithm, context.question.grid)) {
      ModelOption option = estimated(context, variant, best);
      // Why parameters do not fit here is of no interest, only why algorithms do not.
      if (option.why_not.empty() || variant == algorithm->name) {
        options.push_back(std::move(option));
      }
      if (!context.effort.variants) {
        break;
      }
    }
  }
  add_compositions(context, best, options);
  return options;
}

}  // namespace

std::vector<ModelOption> model_options(const SelectionQuestion& question, const Library& library, const CostView& costs,
                                       const Predictor& predictor, const Objection& objection,
                                       const ModelEffort& effort) {
  const Context context{question, library, costs, objection, effort};
  std::vector<ModelOption> options = all_estimated(context);
  const auto able = std::stable_partition(options.begin(), options.end(),
                                          [](const ModelOption& option) { return option.why_not.empty(); });
  std::stable_sort(options.begin(), able,
                   [](const ModelOption& a, const ModelOption& b) { return a.estimated_s < b.estimated_s; });
  if (!predictor) {
    return options;
  }
  double best = std::numeric_limits<double>::infinity();
  std::size_t predictions = 0;
  for (auto option = options.begin(); option != able && predictions < effort.most_predictions; ++option) {
    if (option->estimated_s > best * effort.factor) {
      break;
    }
    const Schedule schedule = schedule_of(context, option->algorithm);
    option->predicted_s = predictor(schedule, layout_of(context, schedule));
    best = option->predicted() ? std::min(best, option->predicted_s) : best;
    ++predictions;
  }
  std::stable_sort(options.begin(), able, [](const ModelOption& a, const ModelOption& b) {
    return a.predicted() != b.predicted() ? a.predicted() : a.seconds() < b.seconds();
  });
  return options;
}

}  // namespace ringwood
