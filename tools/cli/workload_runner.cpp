#include "tools/cli/workload_runner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/what_if.hpp"

namespace ringwood::cli {

namespace {

constexpr std::int64_t kMostMessages = std::int64_t{1} << 31U;

[[nodiscard]] Mapping mapping_of(const Site& site, const std::vector<Rank>& members) {
  Mapping mapping;
  for (const Rank rank : members) {
    mapping.push_back(site.mapping()[static_cast<std::size_t>(rank)]);
  }
  return mapping;
}

/// Groups with equal ones can do the same schedule.
[[nodiscard]] std::string signature_of(const Machine& machine, const Mapping& mapping) {
  const Placement placement = placement_of(machine, mapping);
  std::string signature = std::to_string(mapping.size());
  for (const Placement::Level& level : placement.levels()) {
    signature += fmt::format("|{} {}", level.name, fmt::join(level.group_of, ","));
  }
  return signature;
}

}  // namespace

WorkloadRunner::WorkloadRunner(const Arguments& arguments, const LoadedWorkload& workload, std::string algorithm)
    : arguments_(arguments),
      workload_(workload),
      algorithm_(std::move(algorithm)),
      settings_(arguments),
      element_size_(element_size_of(arguments)),
      site_(arguments, workload.graph.size(), workload.hosts) {
  const std::int64_t memory = workload_memory(workload.graph);
  if (memory > memory_of_computer()) {
    throw Error(ErrorKind::kUsage, fmt::format("the workload needs about {} of memory, and there are {}",
                                               format_bytes(memory), format_bytes(memory_of_computer())));
  }
  for (const std::vector<Rank>& members : workload.graph.groups) {
    group_signatures_.push_back(signature_of(site_.machine(), mapping_of(site_, members)));
  }
  for (const CollectiveCall& call : workload.graph.calls) {
    const Planned& found = planned(call);
    calls_.push_back({found.schedule.get(), found.layout.get()});
    check_messages(found.messages);
  }
}

/// A message takes a microsecond or more: that it will take hours is to be known before.
void WorkloadRunner::check_messages(std::int64_t more) {
  messages_ += more;
  if (messages_ > kMostMessages) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the workload's collectives send about {} messages or more, which would take more than {} "
                            "minutes to simulate one by one; take fewer ranks, or --algorithm with fewer messages",
                            messages_, messages_ / 60'000'000));
  }
}

const WorkloadRunner::Planned& WorkloadRunner::planned(const CollectiveCall& call) {
  const std::vector<Rank>& members = workload_.graph.groups[call.group];
  const std::string key =
      fmt::format("{} {} {} {}", name_of(call.collective), call.bytes, call.algorithm, group_signatures_[call.group]);
  Planned& entry = planned_[key];
  if (entry.schedule == nullptr) {
    entry.site = std::make_unique<Site>(site_, mapping_of(site_, members));
    const Bytes elements = std::max<Bytes>((call.bytes + element_size_ - 1) / element_size_,
                                           call.collective == Collective::kBarrier ? call.bytes + 1 : 0);
    const Choice choice = choice_for(call, *entry.site, elements * element_size_);
    entry.schedule = std::make_unique<Schedule>(
        schedule_for(choice, call.collective, entry.site->request(arguments_), known_library()));
    check_memory(*entry.schedule);
    entry.messages = messages_about(*entry.schedule);
    entry.layout = std::make_unique<Layout>(equal_layout(*entry.schedule, elements, element_size_));
  }
  return entry;
}

/// What the call names; what the user names, where there is such a thing for this collective; the selector's.
Choice WorkloadRunner::choice_for(const CollectiveCall& call, const Site& site, Bytes bytes) const {
  const std::string& own = workload_.graph.labels[call.algorithm];
  const std::string& text = own.empty() ? algorithm_ : own;
  if (!text.empty() && text != "selected") {
    const Expression expression = parse_expression(text);
    const auto algorithms = known_library().algorithms;
    const auto is_for = [&](const Algorithm* one) {
      return one->name == expression.name && one->collective == call.collective;
    };
    const bool is_plain = std::any_of(algorithms.begin(), algorithms.end(),
                                      [&](const Algorithm* one) { return one->name == expression.name; });
    if (!own.empty() || !is_plain || std::any_of(algorithms.begin(), algorithms.end(), is_for)) {
      return parse_choices(text, call.collective, known_library()).front();
    }
  }
  const std::vector<ModelOption> found = ModelChoice(site, arguments_, settings_).options(call.collective, bytes, {});
  if (found.empty() || !found.front().why_not.empty()) {
    throw Error(ErrorKind::kUsage, fmt::format("no algorithm for {} among {} ranks can do this",
                                               name_of(call.collective), site.mapping().size()));
  }
  return {.expression = parse_expression(found.front().algorithm)};
}

WorkloadOptions WorkloadRunner::options() const {
  WorkloadOptions options;
  options.model = settings_.options.model;
  options.form = settings_.options.form;
  options.flow = settings_.options.flow;
  options.noise = settings_.options.noise;
  options.nics = settings_.options.nics;
  const std::string order = arguments_.one_of("receives", {"automatic", "posted", "arrival"});
  options.order = order == "automatic" ? TaskOrder::kAutomatic
                  : order == "posted"  ? TaskOrder::kPosted
                                       : TaskOrder::kArrival;
  options.stragglers = stragglers_of(arguments_, workload_.graph.size());
  std::map<Rank, std::size_t> known;
  for (std::size_t i = 0; i < options.stragglers.size(); ++i) {
    known[options.stragglers[i].rank] = i;
  }
  for (const JobRanks& job : workload_.jobs) {
    for (Rank rank = job.first; job.start > 0 && rank < job.first + job.ranks; ++rank) {
      const auto [found, is_new] = known.try_emplace(rank, options.stragglers.size());
      if (is_new) {
        options.stragglers.push_back({.rank = rank});
      }
      options.stragglers[found->second].arrival += job.start;
    }
  }
  return options;
}

WorkloadReport WorkloadRunner::run(const WorkloadOptions& options) const {
  return run_workload({workload_.graph, calls_, site_.machine(), site_.mapping(), options});
}

WorkloadReport WorkloadRunner::run_free() const {
  Machine machine = site_.machine();
  machine.replaced = {.L = 0, .o = 0, .g = 0, .G = TimePerByte{}, .O = TimePerByte{}, .S = {}};
  machine.gamma = {};
  WorkloadOptions free = options();
  free.model = CostModel::kLogGops;
  free.flow = {};
  return run_workload({workload_.graph, calls_, machine, site_.mapping(), free});
}

std::string WorkloadRunner::algorithms() const {
  std::set<std::string> names;
  for (const auto& [key, entry] : planned_) {
    names.insert(fmt::format("{} {}", name_of(entry.schedule->collective()), entry.schedule->name()));
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace ringwood::cli
