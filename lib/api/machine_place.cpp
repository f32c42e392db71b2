#include "api/machine_place.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "base/units.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "sim/cost_view.hpp"
#include "sim/simulate.hpp"

namespace ringwood {

namespace {

// Up to so many all values of parameters are candidates that are worth trying.
constexpr Rank kRanksOfVariants = 16;

// Closed forms were within 0.9 and 1.3 of nine predictions in ten on eight hosts in two racks, and who was predicted to
// be the best within that of the best.
constexpr double kFactor = 1.4;

// Estimates from the programs of a few ranks know nothing of shared links.
constexpr double kFactorWithoutRoutes = 4;

// What the textbook's algorithms may take of the messages that are to be simulated.
constexpr std::int64_t kTextbookPart = 4;

// Predictions of two candidates that differ by less are equal. Measured on eight hosts over TCP that share two cores,
// they were off by more where messages were short, and what sends fewer was faster then.
constexpr double kTie = 0.15;

// What fits into a second of the budget, on a processor like those of 2020 (bench.choice).
constexpr double kOperationsPerSecond = 20e6;
constexpr double kMessagesPerSecond = 2e6;

/// How the budget is shared: the first collective takes so much for its closed forms, and the first size for
/// predictions; each further one that part of the one before. All together it is about the whole.
struct Shares {
  double forms;
  double predictions;
};

constexpr Shares kFewRanks{.forms = 0.3, .predictions = 0.08};
constexpr Shares kManyRanks{.forms = 0.4, .predictions = 0.04};
constexpr double kNextForms = 0.5;
constexpr double kNextPredictions = 0.8;

// A program may have more communicators, placed in different ways, than are worth remembering.
constexpr std::size_t kMostPlaces = 64;

// Measured on eight hosts over TCP that share two cores, short vectors took 1.4 to 1.95 times what was predicted, those
// with many messages the most: of two that differ by less than that, the model does not know the better one.
constexpr double kConvincing = 0.6;

// What counts as less to carry, and as longer, of the time that is predicted.
constexpr double kWorthSparing = 0.1;

// Longer vectors are no matter of rounds any more, and libraries differ in what they do with them.
constexpr Bytes kTextbookBytes = Bytes{32} << 10U;

/// What every MPI library has for few rounds; nothing where they differ.
[[nodiscard]] std::span<const std::string_view> textbook(Collective collective) {
  static constexpr std::array<std::string_view, 2> kAllreduce{"recursive-doubling", "rabenseifner"};
  static constexpr std::array<std::string_view, 1> kReduceScatter{"recursive-halving"};
  static constexpr std::array<std::string_view, 2> kAllgather{"recursive-doubling", "bruck"};
  switch (collective) {
    case Collective::kAllreduce:
      return kAllreduce;
    case Collective::kReduceScatter:
      return kReduceScatter;
    case Collective::kAllgather:
      return kAllgather;
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kBarrier:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
      return {};
  }
  return {};
}

/// An option of the model that may be taken and has a closed form.
struct Formed {
  const ModelOption* option = nullptr;
  const ClosedForm* form = nullptr;
  double doubtful_s = std::numeric_limits<double>::infinity();

  /// Whether one that takes hardly longer, by no more messages, has less to carry over its most loaded link, so that it
  /// is the better one if that carries less than it should: what passes at once hangs on who else sends, and on what
  /// did before.
  [[nodiscard]] bool is_spared_by(const Formed& other, double bytes) const {
    const double spared_s = (form->load_per_byte() - other.form->load_per_byte()) * bytes;
    return other.option->seconds() <= (1 + kWorthSparing) * option->seconds() &&
           other.form->messages() <= form->messages() && spared_s > kWorthSparing * other.option->seconds();
  }
};

[[nodiscard]] std::vector<Formed> formed(std::span<const ModelOption> options, double bytes, const ClosedForms& forms) {
  std::vector<Formed> all;
  for (const ModelOption& option : options) {
    const ClosedForms::Known* known = option.why_not.empty() ? forms.find(option.algorithm) : nullptr;
    if (known != nullptr && known->form) {
      all.push_back({&option, &*known->form, known->form->doubtful_seconds(option.seconds(), bytes)});
    }
  }
  return all;
}

}  // namespace

std::string_view best_beside_native(const SelectionQuestion& question, std::span<const ModelOption> options,
                                    const ClosedForms& forms) {
  const std::span<const std::string_view> names = textbook(question.collective);
  const double limit = options.front().seconds() / kConvincing;
  const auto is_native = [&](const ModelOption& option) {
    return option.why_not.empty() && std::ranges::find(names, option.algorithm) != names.end() &&
           option.seconds() < limit;
  };
  if (std::ranges::none_of(options, is_native)) {
    return options.front().algorithm;
  }
  const auto bytes = static_cast<double>(question.elements * question.element_size);
  const std::vector<Formed> known = formed(options, bytes, forms);
  Formed native;
  for (const Formed& one : known) {
    native = is_native(*one.option) && one.doubtful_s < native.doubtful_s ? one : native;
  }
  Formed lightest;
  for (const Formed& one : known) {
    const bool spares = native.form != nullptr && native.is_spared_by(one, bytes);
    lightest = spares && one.doubtful_s < lightest.doubtful_s ? one : lightest;
  }
  return lightest.option == nullptr ? std::string_view("native") : lightest.option->algorithm;
}

MachinePlace::Effort ChoiceBudget::next(const SelectionQuestion& question) {
  const auto share = [this](double first, double next, double number, double per_second) {
    return static_cast<std::int64_t>(seconds_ * first * std::pow(next, number) * per_second);
  };
  const Shares& shares = question.request.ranks <= kRanksOfVariants ? kFewRanks : kManyRanks;
  const std::int64_t operations =
      share(shares.forms, kNextForms, static_cast<double>(collectives_.size()), kOperationsPerSecond);
  const std::tuple collective(question.collective, question.request.root, question.request.commutative);
  return {.operations = collectives_.emplace(collective, operations).first->second,
          .messages = share(shares.predictions, kNextPredictions, questions_++, kMessagesPerSecond)};
}

MachinePlace::MachinePlace(Machine machine, Mapping mapping)
    : machine_(std::move(machine)),
      mapping_(std::move(mapping)),
      costs_(static_cast<Rank>(mapping_.size()) <= ClosedForm::kMostWithRoutes
                 ? cost_view_with_routes(machine_, mapping_)
                 : cost_view_kept(machine_, mapping_)) {}

std::shared_ptr<MachinePlace> MachinePlace::shared(const std::string& key, Machine machine, Mapping mapping) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<MachinePlace>> places;
  const std::lock_guard lock(mutex);
  const auto known = places.find(key);
  if (known != places.end()) {
    return known->second;
  }
  if (places.size() >= kMostPlaces) {
    places.clear();
  }
  return places.emplace(key, std::make_shared<MachinePlace>(std::move(machine), std::move(mapping))).first->second;
}

std::string MachinePlace::choose(const SelectionQuestion& question, bool with_native, const Effort& effort) {
  const std::lock_guard lock(mutex_);
  const Asked asked{question.collective,
                    question.request.root,
                    question.request.commutative,
                    question.elements,
                    question.element_size,
                    with_native,
                    effort};
  const auto known = answers_.find(asked);
  if (known != answers_.end()) {
    return known->second;
  }
  std::vector<ModelOption> options = options_for(question, effort);
  std::string chosen;
  if (!options.empty() && options.front().why_not.empty()) {
    chosen = options.front().algorithm;
    if (with_native && question.elements * question.element_size <= kTextbookBytes) {
      predict_textbook(question, effort, options);
      chosen = best_beside_native(question, options, forms_for(question, effort));
    }
  }
  return answers_.emplace(asked, std::move(chosen)).first->second;
}

ClosedForms& MachinePlace::forms_for(const SelectionQuestion& question, const Effort& effort) {
  const Walked walked{question.collective, question.request.root, question.request.commutative, effort.operations};
  return forms_.try_emplace(walked, effort.operations).first->second;
}

std::int64_t MachinePlace::simulations() const {
  return costs_.burst > 0 ? 2 : 1;
}

double MachinePlace::predicted(const Schedule& schedule, const Layout& layout) const {
  return seconds(simulate(schedule, layout, machine_, mapping_, {.model = CostModel::kFlow}).time);
}

/// What the textbook's algorithms take, to be set beside what was predicted of the best.
void MachinePlace::predict_textbook(const SelectionQuestion& question, const Effort& effort,
                                    std::vector<ModelOption>& options) {
  const std::span<const std::string_view> names = textbook(question.collective);
  ClosedForms& forms = forms_for(question, effort);
  forms.allow_messages(effort.messages / kTextbookPart / simulations());
  for (ModelOption& option : options) {
    if (option.why_not.empty() && !option.predicted() && options.front().predicted() &&
        std::ranges::find(names, option.algorithm) != names.end() && forms.may_predict(option.algorithm)) {
      const Schedule schedule(known_library(), question.collective, parse_expression(option.algorithm),
                              question.request);
      option.predicted_s = predicted(schedule, equal_layout(schedule, question.elements, question.element_size));
    }
  }
}

std::vector<ModelOption> MachinePlace::options_for(const SelectionQuestion& question, const Effort& effort) {
  const Predictor predictor = [this](const Schedule& schedule, const Layout& layout) {
    return predicted(schedule, layout);
  };
  ClosedForms& forms = forms_for(question, effort);
  forms.allow_messages((effort.messages - effort.messages / kTextbookPart) / simulations());
  return model_options(
      question, known_library(), costs_, effort.messages == 0 ? nullptr : predictor, nullptr,
      {.factor = question.request.ranks <= ClosedForm::kMostWithRoutes ? kFactor : kFactorWithoutRoutes,
       .variants = question.request.ranks <= kRanksOfVariants,
       .tie = kTie,
       .forms = &forms});
}

}  // namespace ringwood
