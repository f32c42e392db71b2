#include "tools/cli/race.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/model_choice.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/statistics.hpp"
#include "tools/cli/tuning.hpp"

namespace ringwood::cli {

namespace {

// Heats: a short one for all, longer ones for those that may still win.
constexpr double kHeats[] = {1.0 / 16, 1.0 / 4, 1.0};

// With a machine, what its model finds so many times slower than the best is not raced: that is far more than the model
// is off by.
constexpr double kHopeless = 3;

// From that size on bytes count for more than messages: what was so many times slower than the best is not raced for
// up to so many times as many bytes, where each call of it may take seconds.
constexpr Bytes kLong = Bytes{256} << 10U;
constexpr double kFarBehind = 2.5;
constexpr Bytes kStaysFarBehind = 16;

// In a heat that is not the last, intervals are those of few samples: this much behind the best is still in the race.
constexpr double kGrace = 0.1;

[[nodiscard]] bool is_allowed(const Choice& choice, const SelectionLimits& limits) {
  const auto listed = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), choice.expression.name) != list.end();
  };
  return choice.kind != Choice::Kind::kNamed ||
         (!listed(limits.deny) && (limits.allow.empty() || listed(limits.allow)));
}

[[nodiscard]] Rank nodes_of(const Placement& placement) {
  const std::vector<Rank>& node_of = placement.levels().front().group_of;
  return static_cast<Rank>(std::set<Rank>(node_of.begin(), node_of.end()).size());
}

/// Which of the field may go on; of use on the first rank. What the MPI library has races for itself as well: of use to
/// those who cannot have ours.
[[nodiscard]] std::vector<char> still_in(const std::vector<DecisionTiming>& field) {
  double ours = std::numeric_limits<double>::infinity();
  double native = std::numeric_limits<double>::infinity();
  for (const DecisionTiming& one : field) {
    const double limit = one.high * (1 + kGrace);
    const bool forced = is_forced_native(one.algorithm);
    ours = forced ? ours : std::min(ours, limit);
    native = forced || one.algorithm == "native" ? std::min(native, limit) : native;
  }
  std::vector<char> flags;
  for (const DecisionTiming& one : field) {
    const bool forced = is_forced_native(one.algorithm);
    const bool in_ours = !forced && one.low <= ours;
    const bool in_native = (forced || one.algorithm == "native") && one.low <= native;
    flags.push_back(in_ours || in_native ? 1 : 0);
  }
  return flags;
}

[[nodiscard]] std::vector<std::vector<Choice>> choices_of(const Arguments& arguments,
                                                          const std::vector<Collective>& collectives) {
  std::vector<std::vector<Choice>> all;
  for (const Collective collective : collectives) {
    all.push_back(parse_choices(arguments.text("algorithm"), collective, known_library()));
    for (const Choice& choice : all.back()) {
      if (choice.kind == Choice::Kind::kSelected) {
        throw Error(ErrorKind::kUsage,
                    "--algorithm 'selected' is what tuning is to find; accepted: all, native, "
                    "native-all, and names");
      }
    }
  }
  return all;
}

class Race {
 public:
  Race(RealWorld& world, const Arguments& arguments)
      : world_(world),
        task_(MeasuringOptions(arguments).task),
        limits_(arguments),
        records_(world, arguments),
        all_(!arguments.given("algorithm")) {
    if (arguments.given("machine")) {
      site_.emplace(arguments, world.ranks());
      settings_.emplace(arguments);
      model_.emplace(*site_, arguments, *settings_);
    }
  }

  Race(const Race&) = delete;
  Race& operator=(const Race&) = delete;
  ~Race() = default;

  [[nodiscard]] DecisionSample run(Collective collective, Bytes bytes, const std::vector<Choice>& choices) {
    DecisionSample sample{.ranks = world_.ranks(), .nodes = nodes_of(world_.placement()), .bytes = bytes, .times = {}};
    std::vector<std::string> field;
    for (const Choice& choice : records_.choices_at(collective, bytes, records_.able(collective, choices))) {
      if (is_allowed(choice, limits_)) {
        field.push_back(to_string(choice));
      }
    }
    add_compositions(collective, field);
    screen(collective, bytes, field);
    leave_out_far_behind(collective, bytes, field);
    if (field.empty()) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("nothing is left to race for {}; --algorithm, --allow and --deny leave "
                              "no candidate",
                              name_of(collective)));
    }
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
    note_far_behind(collective, bytes, out);
    sample.times = std::move(out);
    return sample;
  }

  [[nodiscard]] std::int64_t wrong() const { return wrong_; }

 private:
  /// Leaves out what has no hope on the given machine; the MPI library's own stay, since nothing is known of them.
  void screen(Collective collective, Bytes bytes, std::vector<std::string>& field) const {
    if (!model_) {
      return;
    }
    std::vector<char> stays(field.size(), 1);
    if (world_.first()) {
      std::vector<double> seconds;
      double best = std::numeric_limits<double>::infinity();
      for (const std::string& name : field) {
        seconds.push_back(predicted(collective, bytes, name));
        best = seconds.back() > 0 ? std::min(best, seconds.back()) : best;
      }
      std::transform(seconds.begin(), seconds.end(), stays.begin(),
                     [&](double one) { return one <= kHopeless * best ? '\1' : '\0'; });
    }
    keep_as_first_says(field, std::move(stays));
  }

  /// Keeps those for which the first rank has no 0.
  void keep_as_first_says(std::vector<std::string>& field, std::vector<char> stays) const {
    stays = world_.shared(std::move(stays));
    std::size_t at = 0;
    std::erase_if(field, [&](const std::string&) { return stays[at++] == 0; });
  }

  /// Leaves out what was far behind at a smaller size.
  void leave_out_far_behind(Collective collective, Bytes bytes, std::vector<std::string>& field) const {
    std::vector<char> stays;
    std::ranges::transform(field, std::back_inserter(stays), [&](const std::string& name) {
      const auto known = far_behind_.find({collective, name});
      return known != far_behind_.end() && known->second < bytes && bytes <= known->second * kStaysFarBehind ? '\0'
                                                                                                             : '\1';
    });
    keep_as_first_says(field, std::move(stays));
  }

  /// Remembers what was far behind; of use on the first rank, which knows the times. The MPI library's own always race.
  void note_far_behind(Collective collective, Bytes bytes, const std::vector<DecisionTiming>& times) {
    if (bytes < kLong || times.empty()) {
      return;
    }
    const double best = std::ranges::min_element(times, {}, &DecisionTiming::seconds)->seconds;
    for (const DecisionTiming& one : times) {
      if (one.algorithm != "native" && !is_forced_native(one.algorithm) && one.seconds > kFarBehind * best) {
        far_behind_[{collective, one.algorithm}] = bytes;
      }
    }
  }

  /// Seconds; negative if nothing is known.
  [[nodiscard]] double predicted(Collective collective, Bytes bytes, const std::string& name) const {
    if (name == "native" || is_forced_native(name)) {
      return -1;
    }
    try {
      const Schedule::Request request = model_->question(collective, bytes).request;
      return model_->affordable_seconds(Schedule(known_library(), collective, parse_expression(name), request), bytes);
    } catch (const Error&) {
      return -1;  // the levels of the machine have other names here than on the nodes
    }
  }

  /// What is made of several algorithms over the levels of the machine; where nobody says what is to race.
  void add_compositions(Collective collective, std::vector<std::string>& field) const {
    if (!all_ || !limits_.allow.empty()) {
      return;
    }
    for (const std::string& text : compositions_of(collective, known_catalogue(), world_.placement())) {
      const bool denied = std::any_of(limits_.deny.begin(), limits_.deny.end(),
                                      [&](const std::string& name) { return text.find(name) != std::string::npos; });
      if (!denied && !records_.able(collective, parse_choices(text, collective, known_library())).empty()) {
        field.push_back(text);
      }
    }
  }

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
  RealRecords records_;
  std::optional<Site> site_;  // and what follows: given by --machine
  std::optional<SimulationSettings> settings_;
  std::optional<ModelChoice> model_;
  bool all_;                                                        // nobody says what is to race
  std::map<std::pair<Collective, std::string>, Bytes> far_behind_;  // where that was found
  std::int64_t wrong_ = 0;
};

}  // namespace

int tune_measured(const Arguments& arguments, const std::vector<Collective>& collectives,
                  const std::vector<Bytes>& sizes, DecisionProvenance provenance) {
  const MeasuringOptions check_before_start(arguments);
  const std::vector<std::vector<Choice>> choices = choices_of(arguments, collectives);
  const bool forced = std::any_of(choices.begin(), choices.end(), [](const std::vector<Choice>& list) {
    return std::any_of(list.begin(), list.end(), [](const Choice& choice) { return is_native_request(choice); });
  });
  const std::unique_ptr<RealWorld> world = start_real_world(forced ? NativeControl::kForced : NativeControl::kNone);
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
  source.sample = [&](Collective collective, Bytes bytes) {
    const auto place = std::find(collectives.begin(), collectives.end(), collective) - collectives.begin();
    return race.run(collective, bytes, choices[static_cast<std::size_t>(place)]);
  };
  source.agree = [&](bool mine) { return world->shared({mine ? '\1' : '\0'}).front() != 0; };
  Progress progress("ringwood tune", collectives.size() * tuning_steps(sizes),
                    world->first() && !arguments.given("quiet"));
  source.step = [&] { progress.step(); };
  source.first = world->first();
  source.ranks = world->ranks();
  source.nodes = nodes_of(world->placement());
  source.element_size = element_size_of(arguments);
  for (const Collective collective : collectives) {
    tune_sizes(collective, sizes, source, *file);
  }
  progress.end();
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
