#include <algorithm>
#include <iterator>
#include <map>
#include <optional>
#include <span>

#include "ringwood/choose.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "select/closed_form.hpp"
#include "select/messages.hpp"

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

[[nodiscard]] double bytes_of(const Context& context) {
  return static_cast<double>(context.question.elements) * static_cast<double>(context.question.element_size);
}

/// Why the expression cannot be taken, or nothing.
[[nodiscard]] std::string objection_to(const Context& context, const Schedule& schedule) {
  return context.objection ? context.objection(schedule) : std::string();
}

/// Of one expression, by its closed form.
[[nodiscard]] ModelOption by_form(const Context& context, const std::string& algorithm, ClosedForms& forms) {
  const ClosedForms::Known* known = forms.find(algorithm);
  if (known == nullptr) {
    try {
      const Schedule schedule = schedule_of(context, algorithm);
      std::string why_not = objection_to(context, schedule);
      known = why_not.empty() ? &forms.add(algorithm, schedule, context.costs)
                              : &forms.refuse(algorithm, std::move(why_not));
    } catch (const Error& error) {
      known = &forms.refuse(algorithm, error.what());
    }
  }
  return {.algorithm = algorithm,
          .estimated_s = known->why_not.empty() ? known->seconds(bytes_of(context), context.costs) : 0,
          .why_not = known->why_not};
}

/// Estimates one expression; `best` is the best estimate so far.
[[nodiscard]] ModelOption estimated(const Context& context, const std::string& algorithm, double& best) {
  if (context.effort.forms != nullptr) {
    return by_form(context, algorithm, *context.effort.forms);
  }
  ModelOption option{.algorithm = algorithm, .why_not = {}};
  try {
    const Schedule schedule = schedule_of(context, algorithm);
    option.why_not = objection_to(context, schedule);
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

/// Something to estimate.
struct Wish {
  /// Of an algorithm's variants why the first cannot be done is of interest, of others it is not.
  enum class Kind { kFirst, kComposition, kVariant };

  std::string algorithm;
  Kind kind = Kind::kFirst;
};

[[nodiscard]] std::vector<Wish> wishes(const Context& context, std::vector<ModelOption>& unable) {
  std::vector<Wish> all;
  for (const Algorithm* algorithm : context.library.algorithms) {
    if (algorithm->collective != context.question.collective) {
      continue;
    }
    if (std::string reason = why_not(*algorithm, context.question.request); !reason.empty()) {
      unable.push_back({.algorithm = std::string(algorithm->name), .why_not = std::move(reason)});
      continue;
    }
    for (std::string& variant : variants_of(*algorithm, context.question.grid)) {
      const bool first = variant == algorithm->name;
      all.push_back({std::move(variant), first ? Wish::Kind::kFirst : Wish::Kind::kVariant});
      if (!context.effort.variants) {
        break;
      }
    }
  }
  const Placement* placement = context.question.request.placement;
  if (placement != nullptr) {
    for (std::string& text : compositions_of(context.question.collective, context.library.algorithms, *placement)) {
      all.push_back({std::move(text), Wish::Kind::kComposition});
    }
  }
  return all;
}

/// Algorithms as they are come before their variants: the sooner something good is known, the sooner estimates of what
/// is worse may end. So do those that follow the machine: variants of many messages would leave nothing of the effort.
/// The order of the result is that of the wishes all the same.
[[nodiscard]] std::vector<ModelOption> all_estimated(const Context& context) {
  std::vector<ModelOption> unable;
  const std::vector<Wish> all = wishes(context, unable);
  std::vector<ModelOption> options(all.size());
  double best = std::numeric_limits<double>::infinity();
  for (const Wish::Kind kind : {Wish::Kind::kFirst, Wish::Kind::kComposition, Wish::Kind::kVariant}) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all[i].kind == kind) {
        options[i] = estimated(context, all[i].algorithm, best);
      }
    }
  }
  std::vector<ModelOption> kept;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (options[i].why_not.empty() || all[i].kind == Wish::Kind::kFirst) {
      kept.push_back(std::move(options[i]));
    }
  }
  std::move(unable.begin(), unable.end(), std::back_inserter(kept));
  return kept;
}

/// Whose variant an expression is; compositions are nobody's.
[[nodiscard]] std::string_view algorithm_of(std::string_view expression) {
  return expression.find('(') == std::string_view::npos ? expression.substr(0, expression.find(':')) : expression;
}

/// Predicts the promising ones, within what the effort allows.
class Predictions {
 public:
  using Options = std::span<ModelOption>;

  Predictions(const Context& context, const Predictor& predictor) : context_(context), predictor_(predictor) {}

  /// In the order of their estimates, which are good.
  void in_order(Options options) {
    for (ModelOption& option : options) {
      predict(option, option.estimated_s);
    }
  }

  /// Estimates of a few ranks' programs are wrong in the same way for all variants of an algorithm: first one of each
  /// is predicted, then the others in the order of their estimates as far as those were off. Else the variants of one
  /// algorithm would use up the effort.
  void by_algorithm(Options options) {
    std::vector<ModelOption*> others;
    std::map<std::string_view, double> off;
    for (ModelOption& option : options) {
      const auto [entry, is_first] = off.try_emplace(algorithm_of(option.algorithm), 1);
      if (!is_first) {
        others.push_back(&option);
      } else if (predict(option, option.estimated_s); option.predicted() && option.estimated_s > 0) {
        entry->second = option.predicted_s / option.estimated_s;
      }
    }
    const auto corrected = [&](const ModelOption* option) {
      return option->estimated_s * off.at(algorithm_of(option->algorithm));
    };
    std::ranges::stable_sort(others, {}, corrected);
    for (ModelOption* option : others) {
      predict(*option, corrected(option));
    }
  }

 private:
  void predict(ModelOption& option, double estimated_s) {
    if (predictions_ == context_.effort.most_predictions || estimated_s > best_ * context_.effort.factor) {
      return;
    }
    if (context_.effort.forms != nullptr && !context_.effort.forms->may_predict(option.algorithm)) {
      return;
    }
    const Schedule schedule = schedule_of(context_, option.algorithm);
    option.predicted_s = predictor_(schedule, layout_of(context_, schedule));
    best_ = option.predicted() ? std::min(best_, option.predicted_s) : best_;
    ++predictions_;
  }

  const Context& context_;
  const Predictor& predictor_;
  double best_ = std::numeric_limits<double>::infinity();
  std::size_t predictions_ = 0;
};

/// By what one of several that are equally good is taken: seconds if messages and links cost more than they should;
/// messages of a rank where no form tells that.
[[nodiscard]] double doubt_of(const Context& context, const ModelOption& option) {
  if (context.effort.forms == nullptr) {
    return static_cast<double>(messages_of_a_rank(schedule_of(context, option.algorithm)));
  }
  const ClosedForms::Known* known = context.effort.forms->find(option.algorithm);
  return known != nullptr && known->form ? known->form->doubtful_seconds(option.seconds(), bytes_of(context))
                                         : std::numeric_limits<double>::infinity();
}

/// Puts those that are as good as the first in the order of what is doubtful about them.
void order_ties(const Context& context, std::vector<ModelOption>::iterator first,
                std::vector<ModelOption>::iterator last) {
  const double limit = first->seconds() * (1 + context.effort.tie);
  const bool any = context.effort.forms != nullptr;
  const auto end = std::find_if(first, last, [&, predicted = first->predicted()](const ModelOption& option) {
    return (!any && option.predicted() != predicted) || option.seconds() > limit;
  });
  if (context.effort.tie <= 0 || end - first < 2) {
    return;
  }
  std::vector<std::pair<double, ModelOption>> ties;
  for (auto option = first; option != end; ++option) {
    const double doubt = doubt_of(context, *option);
    ties.emplace_back(doubt, std::move(*option));
  }
  std::ranges::stable_sort(ties, {}, &std::pair<double, ModelOption>::first);
  std::ranges::transform(ties, first, [](auto& tie) { return std::move(tie.second); });
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
  Predictions predictions(context, predictor);
  if (effort.forms != nullptr) {
    predictions.in_order({options.begin(), able});
  } else {
    predictions.by_algorithm({options.begin(), able});
  }
  std::stable_sort(options.begin(), able, [&effort](const ModelOption& a, const ModelOption& b) {
    return effort.forms == nullptr && a.predicted() != b.predicted() ? a.predicted() : a.seconds() < b.seconds();
  });
  if (options.begin() != able) {
    order_ties(context, options.begin(), able);
  }
  return options;
}

}  // namespace ringwood
