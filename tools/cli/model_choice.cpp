#include "tools/cli/model_choice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/verify.hpp"
#include "sim/cost_view.hpp"
#include "tools/cli/what_if.hpp"

namespace ringwood::cli {

namespace {

// What the closed forms of a collective may walk through.
constexpr std::int64_t kOperationsSideBySide = 20'000'000;

// What is selected is simulated, on the way to the choice too: more messages than that take many seconds.
constexpr std::int64_t kMessagesForSelection = 100'000'000;
constexpr std::int64_t kMessagesForPrediction = 2'500'000;

// Of all candidates at one point together; those that look best are simulated first.
constexpr std::int64_t kMessagesAtOnePoint = 24'000'000;

// Estimates of segmented rings were seen to be 2.15 times too long on a torus, where hardly anybody waits.
constexpr double kLeastFactor = 2.5;

// What messages cost more that are on their way side by side, in the flow model.
constexpr std::int64_t kMostSideBySide = 16;

// What a message costs more in the event queue.
constexpr std::int64_t kEventQueuePerMessage = 8;

// Memory has to be had and cleared before it is used.
constexpr std::int64_t kBytesForPrediction = std::int64_t{1} << 30U;

// Over very many ranks, what each sends a few dozen messages of can be simulated all the same, the first such candidate
// that is, since what is taken is simulated in any case.
constexpr std::int64_t kMessagesOfRank = 48;

// Pieces that a message lists are written down by its program, sorted, and added up: about a quarter of a message each.
constexpr std::int64_t kPiecesPerMessage = 4;

// Qualities are proved for so many ranks in place of more, and for others: what holds for some numbers only is not
// promised.
constexpr Rank kRanksForProof = 16;
constexpr Rank kOddRanks[] = {7, 9};

/// The most messages that a prediction may have.
[[nodiscard]] std::int64_t most_messages(Rank ranks) {
  return std::max(kMessagesForPrediction, kMessagesOfRank * ranks);
}

/// What a prediction costs, in messages of schedules without lanes; negative: too much. In the flow model messages of
/// rounds that all ranks take together are settled at once; where a rank has several on their way, more flows share
/// links and end one by one. Else lanes need the event queue.
[[nodiscard]] std::int64_t work_of(const Effort& effort, Rank ranks, CostModel model) {
  const std::int64_t per_message = model == CostModel::kFlow
                                       ? std::clamp<std::int64_t>(effort.at_once, 1, kMostSideBySide)
                                   : effort.lanes > 0 ? kEventQueuePerMessage
                                                      : 1;
  const std::int64_t work = effort.messages * per_message + effort.pieces / kPiecesPerMessage;
  return effort.bytes > kBytesForPrediction || work > most_messages(ranks) ? -1 : work;
}

/// Where messages share the links of a host and nothing else, as many as it has links do not hinder each other.
[[nodiscard]] double ports_of(const Site& site, const SimulationOptions& options) {
  const MachineFacts& facts = site.facts();
  if (options.model != CostModel::kFlow || options.flow.nic_bandwidth > 0 || facts.fastest_link <= 0) {
    return 1;
  }
  return std::max(1.0, facts.injection / facts.fastest_link / site.machine().ranks_per_host);
}

[[nodiscard]] bool knows_routes(const Site& site, const SimulationOptions& options) {
  return options.model == CostModel::kFlow && options.flow.nic_bandwidth == 0 &&
         static_cast<Rank>(site.mapping().size()) <= ClosedForm::kMostWithRoutes;
}

[[nodiscard]] CostView cost_view(const Site& site, const SimulationOptions& options) {
  if (knows_routes(site, options)) {
    return cost_view_with_routes(site.machine(), site.mapping());
  }
  CostView costs = ringwood::cost_view(site.machine(), site.mapping());
  costs.ports = ports_of(site, options);
  return costs;
}

/// The grid of the hosts, where ranks are on it one by one, in the order of the hosts.
[[nodiscard]] std::vector<Rank> grid_of(const Site& site) {
  const std::vector<std::int64_t> sides = site.machine().network->shape().grid;
  const Mapping& mapping = site.mapping();
  std::vector<Rank> grid;
  std::int64_t hosts = 1;
  for (const std::int64_t side : sides) {
    hosts *= side;
    if (side > 1) {
      grid.push_back(static_cast<Rank>(side));
    }
  }
  bool in_order = hosts == static_cast<std::int64_t>(mapping.size());
  for (std::size_t rank = 0; in_order && rank < mapping.size(); ++rank) {
    in_order = mapping[rank] == static_cast<Host>(rank);
  }
  return in_order ? grid : std::vector<Rank>();
}

[[nodiscard]] std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(",;"), text.size());
    if (end > 0) {
      words.emplace_back(text.substr(0, end));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

[[nodiscard]] bool is_among(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

SelectionLimits::SelectionLimits(const Arguments& arguments)
    : allow(words_of(arguments.text("allow"))), deny(words_of(arguments.text("deny"))) {
  if (arguments.given("reproducibility")) {
    reproducibility = static_cast<int>(parse_integer(arguments.text("reproducibility"), {0, 5}, "--reproducibility"));
  }
  if (arguments.given("scratch")) {
    scratch_bytes = static_cast<double>(parse_bytes(arguments.text("scratch"), "--scratch"));
  }
  for (const std::vector<std::string>* list : {&allow, &deny}) {
    for (const std::string& name : *list) {
      const auto all = known_catalogue();
      if (std::none_of(all.begin(), all.end(), [&](const Algorithm* one) { return one->name == name; })) {
        throw Error(ErrorKind::kUsage, fmt::format("--{} '{}' is no algorithm; see `ringwood list algorithms`",
                                                   list == &allow ? "allow" : "deny", name));
      }
    }
  }
}

ModelChoice::ModelChoice(const Site& site, const Arguments& arguments, const SimulationSettings& settings,
                         SelectionLimits limits)
    : site_(site),
      arguments_(arguments),
      options_(settings.options),
      limits_(std::move(limits)),
      element_size_(element_size_of(arguments)),
      nodes_(static_cast<Rank>(std::set<Host>(site.mapping().begin(), site.mapping().end()).size())) {
  options_.stragglers = stragglers_of(arguments, static_cast<Rank>(site.mapping().size()));
  costs_ = cost_view(site_, options_);
}

SelectionQuestion ModelChoice::question(Collective collective, Bytes bytes) const {
  return {.collective = collective,
          .request = site_.request(arguments_),
          .elements = bytes / element_size_,
          .element_size = element_size_,
          .grid = grid_of(site_)};
}

const ModelChoice::Qualities& ModelChoice::qualities(const Schedule& schedule) const {
  const auto [entry, is_new] = known_.emplace(schedule.name(), Qualities());
  if (is_new) {
    entry->second = {5, 0};
    for (const Rank ranks : {std::min(schedule.ranks(), kRanksForProof), kOddRanks[0], kOddRanks[1]}) {
      const Placement placement = nodes_of_four(ranks);
      const Schedule::Request request{.ranks = ranks, .commutative = schedule.commutative(), .placement = &placement};
      if (!why_not(schedule.algorithm(), request).empty()) {
        continue;
      }
      const VerifyReport report =
          verify(Schedule(known_library(), schedule.collective(), parse_expression(schedule.name()), request));
      const double scratch = static_cast<double>(report.scratch_chunks) / static_cast<double>(report.chunks);
      entry->second.reproducibility = std::min(entry->second.reproducibility, report.reproducibility);
      entry->second.scratch_per_byte = std::max(entry->second.scratch_per_byte, scratch);
    }
  }
  return entry->second;
}

std::string ModelChoice::objection(const Schedule& schedule, Bytes bytes) const {
  const std::string name(schedule.algorithm().name);
  if ((!limits_.allow.empty() && !is_among(limits_.allow, name)) || is_among(limits_.deny, name)) {
    return is_among(limits_.deny, name) ? "--deny names it" : "--allow does not name it";
  }
  if (limits_.reproducibility > 0 && qualities(schedule).reproducibility < limits_.reproducibility) {
    return fmt::format("its reproducibility is of level {}, and {} is demanded", qualities(schedule).reproducibility,
                       limits_.reproducibility);
  }
  if (limits_.scratch_bytes >= 0) {
    const double scratch = qualities(schedule).scratch_per_byte * static_cast<double>(bytes);
    if (scratch > limits_.scratch_bytes) {
      return fmt::format("it needs {} of scratch memory, more than --scratch",
                         format_bytes(static_cast<Bytes>(scratch)));
    }
  }
  const Effort& found = effort(schedule);
  if (found.messages > kMessagesForSelection) {
    return fmt::format("it has more than {} messages, too many to be simulated here", kMessagesForSelection);
  }
  if (found.pieces / kPiecesPerMessage > kMessagesForSelection) {
    return fmt::format("its messages list more than {} pieces, too many to be simulated here",
                       kPiecesPerMessage * kMessagesForSelection);
  }
  if (found.bytes > memory_of_computer()) {
    return fmt::format("its simulation needs about {} of memory, and there are {}", format_bytes(found.bytes),
                       format_bytes(memory_of_computer()));
  }
  return "";
}

const Effort& ModelChoice::effort(const Schedule& schedule) const {
  const auto [entry, is_new] = efforts_.try_emplace(schedule.name());
  if (is_new) {
    entry->second =
        effort_of(schedule, kPiecesPerMessage * std::max(kMessagesForSelection, most_messages(schedule.ranks())));
  }
  return entry->second;
}

double ModelChoice::simulated(const Schedule& schedule, const Layout& layout) const {
  return seconds(simulate(schedule, layout, site_.machine(), site_.mapping(), options_).time);
}

double ModelChoice::affordable_seconds(const Schedule& schedule, Bytes bytes) const {
  if (work_of(effort(schedule), schedule.ranks(), options_.model) < 0) {
    return -1;
  }
  return simulated(schedule, equal_layout(schedule, bytes / element_size_, element_size_));
}

std::vector<ModelOption> ModelChoice::options(Collective collective, Bytes bytes, const ModelEffort& effort,
                                              std::optional<SimulationReport>* best) const {
  ModelEffort wider = effort;
  wider.factor = std::max(effort.factor, kLeastFactor);
  std::int64_t spent = 0;
  const Predictor predictor = [&](const Schedule& schedule, const Layout& layout) {
    const std::int64_t work = work_of(this->effort(schedule), schedule.ranks(), options_.model);
    if (work < 0 || (spent > 0 && spent + work > kMessagesAtOnePoint)) {
      return -1.0;
    }
    spent += work;
    SimulationReport report = simulate(schedule, layout, site_.machine(), site_.mapping(), options_);
    const double time_s = seconds(report.time);
    if (best != nullptr && (!best->has_value() || report.time < (*best)->time)) {
      *best = std::move(report);
    }
    return time_s;
  };
  const Objection objects = [&](const Schedule& schedule) { return objection(schedule, bytes); };
  const SelectionQuestion asked = question(collective, bytes);
  if (knows_routes(site_, options_) && limits_.scratch_bytes < 0) {
    wider.forms = &forms_.try_emplace(collective, kOperationsSideBySide).first->second;
  }
  std::vector<ModelOption> found = model_options(asked, known_library(), costs_, predictor, objects, wider);
  // Closed forms let nothing wait: what is too long to be simulated on the way does not come before what was.
  std::stable_partition(found.begin(), found.end(),
                        [](const ModelOption& option) { return option.predicted() && option.why_not.empty(); });
  return found;
}

int safety_of(Collective collective, std::string_view algorithm) {
  if (algorithm == "native") {
    return 2;
  }
  const std::string name = parse_expression(algorithm).name;
  for (const Algorithm* known : known_catalogue()) {
    if (known->collective == collective && known->name == name) {
      return (known->needs.commutative ? 0 : 1) + (known->needs.ranks == RankRule::kAny ? 1 : 0);
    }
  }
  return 0;
}

}  // namespace ringwood::cli
