#include "tools/cli/race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/statistics.hpp"
#include "tools/cli/tuning.hpp"

namespace ringwood::cli {

namespace {

// Heats: a short one for all, longer ones for those that may still win.
constexpr double kHeats[] = {1.0 / 16, 1.0 / 4, 1.0};

// In a heat that is not the last, intervals are those of few samples: this much behind the best is still in the race.
constexpr double kGrace = 0.1;

/// The candidates of one collective on these ranks. The same on all ranks.
[[nodiscard]] std::vector<std::string> candidates_of(Collective collective, Rank ranks, const SelectionLimits& limits) {
  const Placement one_node({{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks), 0)}});
  std::vector<std::string> names{"native"};
  for (const Algorithm* algorithm : known_catalogue()) {
    const std::string name(algorithm->name);
    const auto listed = [&](const std::vector<std::string>& list) {
      return std::find(list.begin(), list.end(), name) != list.end();
    };
    if (algorithm->collective == collective && !listed(limits.deny) && (limits.allow.empty() || listed(limits.allow)) &&
        why_not(*algorithm, {.ranks = ranks, .placement = &one_node}).empty()) {
      names.push_back(name);
    }
  }
  return names;
}

/// Which of the field may go on; of use on the first rank.
[[nodiscard]] std::vector<char> still_in(const std::vector<DecisionTiming>& field) {
  double limit = std::numeric_limits<double>::infinity();
  for (const DecisionTiming& one : field) {
    limit = std::min(limit, one.high * (1 + kGrace));
  }
  std::vector<char> flags;
  for (const DecisionTiming& one : field) {
    flags.push_back(one.low <= limit ? 1 : 0);
  }
  return flags;
}

class Race {
 public:
  Race(RealWorld& world, const Arguments& arguments)
      : world_(world), task_(MeasuringOptions(arguments).task), limits_(arguments) {}

  [[nodiscard]] DecisionSample run(Collective collective, Bytes bytes) {
    DecisionSample sample{.ranks = world_.ranks(), .nodes = 1, .bytes = bytes, .times = {}};
    std::vector<std::string> field = candidates_of(collective, world_.ranks(), limits_);
    std::vector<DecisionTiming> out;
    for (const double share : kHeats) {
      const std::vector<DecisionTiming> times = heat(collective, bytes, field, share);
      const bool last = share == 1.0;
      // Only the first rank has times to judge by.
      const bool judges = world_.first() && !last;
      const std::vector<char> flags = world_.shared(judges ? still_in(times) : std::vector<char>(field.size(), 1));
      std::vector<std::string> next;
      for (std::size_t i = 0; i < field.size(); ++i) {
        if (flags[i] != 0) {
          next.push_back(field[i]);
        }
        if (world_.first() && (flags[i] == 0 || last)) {
          out.push_back(times[i]);
        }
      }
      field = std::move(next);
    }
    sample.times = std::move(out);
    return sample;
  }

  [[nodiscard]] std::int64_t wrong() const { return wrong_; }

 private:
  [[nodiscard]] std::vector<DecisionTiming> heat(Collective collective, Bytes bytes,
                                                 const std::vector<std::string>& field, double share) {
    MeasurementTask task = task_;
    task.collective = collective;
    task.bytes = bytes;
    task.algorithms = field;
    task.budget_s = task_.budget_s * share;
    const std::vector<Measurement> measured = world_.measure(task);
    std::vector<DecisionTiming> times;
    for (std::size_t i = 0; i < measured.size() && world_.first(); ++i) {
      const Summary summary = summary_of(measured[i].seconds);
      times.push_back({field[i], summary.median, summary.low, summary.high});
      wrong_ += measured[i].wrong;
    }
    return times;
  }

  RealWorld& world_;
  MeasurementTask task_;
  SelectionLimits limits_;
  std::int64_t wrong_ = 0;
};

}  // namespace

int tune_measured(const Arguments& arguments, const std::vector<Collective>& collectives,
                  const std::vector<Bytes>& sizes, DecisionProvenance provenance) {
  const MeasuringOptions check_before_start(arguments);
  const std::unique_ptr<RealWorld> world = start_real_world();
  if (world->first() && !arguments.given("quiet") && !world->doubts().empty()) {
    remark("ringwood tune: " + world->doubts());
  }
  provenance.source = "measured";
  provenance.mpi = world->library();
  provenance.machine = world->hosts();
  std::optional<TableFile> file;
  world->on_first([&] { file.emplace(arguments.text("output"), provenance); });
  if (!file) {
    file.emplace("", provenance);
  }
  Race race(*world, arguments);
  TuningSource source;
  source.sample = [&](Collective collective, Bytes bytes) { return race.run(collective, bytes); };
  source.agree = [&](bool mine) { return world->shared({mine ? '\1' : '\0'}).front() != 0; };
  source.first = world->first();
  source.ranks = world->ranks();
  source.element_size = element_size_of(arguments);
  for (const Collective collective : collectives) {
    tune_sizes(collective, sizes, source, *file);
  }
  world->on_first([&] {
    file->save(0);
    if (!arguments.given("quiet")) {
      tell_inconsistencies(file->table());
    }
    for (const CollectiveDecisions& decisions : file->table().collectives) {
      for (const DecisionRule& rule : decisions.rules) {
        print(
            fmt::format("{} from {} bytes on: {}\n", name_of(decisions.collective), rule.bytes.least, rule.algorithm));
      }
    }
    flush_output();
  });
  return world->shared({race.wrong() == 0 ? '\0' : '\1'}).front();
}

}  // namespace ringwood::cli
