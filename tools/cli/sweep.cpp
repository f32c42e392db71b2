// ringwood sweep: a grid of collectives, algorithms, ranks and sizes, measured or simulated; it can be resumed.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/results_file.hpp"
#include "tools/cli/simulation.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "algorithm", .fallback = "all"},
    {.name = "ranks"},
    {.name = "sizes", .fallback = "8..4MiB*8"},
    {.name = "simulate"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "budget", .fallback = "1s"},
    {.name = "seed", .fallback = "1"},
    {.name = "output"},
    {.name = "dry-run"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

/// Where records come from and go to: the file, if there is one, and the table at the end.
class Results {
 public:
  explicit Results(const Arguments& arguments) : quiet_(arguments.given("quiet")) {
    const std::string path = arguments.text("output");
    if (path.empty()) {
      return;
    }
    file_.emplace(path);
    if (!file_->remark().empty()) {
      remark("ringwood sweep: " + file_->remark());
    }
  }

  [[nodiscard]] const Record* finished(const GridPoint& point) const {
    const auto found = records_.find(point.id);
    if (found != records_.end()) {
      return &found->second;
    }
    if (!file_) {
      return nullptr;
    }
    const auto in_file = file_->finished().find(point.id);
    return in_file == file_->finished().end() ? nullptr : &in_file->second;
  }

  void add(const GridPoint& point, const Record& record) {
    Record with_id{{"id", point.id, Unit::kNone, false}};
    with_id.insert(with_id.end(), record.begin(), record.end());
    if (file_) {
      file_->append(with_id);
    }
    records_.emplace(point.id, std::move(with_id));
  }

  /// Points that are in the file already, said once.
  void tell_skipped(std::size_t skipped, std::size_t all) const {
    if (skipped > 0 && !quiet_) {
      remark(fmt::format("ringwood sweep: {} of {} points are in the file already", skipped, all));
    }
  }

  /// Everything, in the order of the grid. Returns whether all results are right.
  bool print_all(const std::vector<GridPoint>& points, RecordWriter& writer) const {
    bool all_right = true;
    for (const GridPoint& point : points) {
      if (const Record* const record = finished(point); record != nullptr) {
        writer.add(for_table(*record));
        all_right = all_right && number_field(*record, "wrong", 0) == 0;
      }
    }
    writer.finish();
    flush_output();
    return all_right;
  }

 private:
  [[nodiscard]] static Record for_table(const Record& record) {
    static constexpr std::string_view kHidden[]{"id",        "model", "rounds", "messages", "bytes_sent_max",
                                                "algbw_Bps", "min_s", "max_s",  "median_s", "critical_path"};
    Record result = record;
    for (Field& field : result) {
      field.in_table = std::find(std::begin(kHidden), std::end(kHidden), field.name) == std::end(kHidden);
    }
    return result;
  }

  bool quiet_;
  std::optional<ResultsFile> file_;
  std::map<std::string, Record> records_;
};

[[nodiscard]] std::string plan_text(const std::vector<GridPoint>& points, std::size_t finished, double budget_s) {
  const std::size_t open = points.size() - finished;
  std::string text = fmt::format("{} points, {} finished already, {} to do", points.size(), finished, open);
  if (budget_s > 0) {
    text += fmt::format("; at most about {:.0f} s", static_cast<double>(open) * budget_s);
  }
  return text + "\n";
}

[[nodiscard]] std::size_t count_finished(const std::vector<GridPoint>& points, const Results& results) {
  return static_cast<std::size_t>(std::count_if(
      points.begin(), points.end(), [&](const GridPoint& point) { return results.finished(point) != nullptr; }));
}

int simulate_grid(const Arguments& arguments, RecordWriter& writer) {
  const SimulationSettings settings(arguments);
  const Grid grid(arguments);
  std::map<Rank, std::unique_ptr<Site>> sites;
  for (const Rank ranks : grid.ranks()) {
    sites.emplace(ranks, std::make_unique<Site>(arguments, ranks));
  }
  const std::vector<GridPoint> points = grid.points(grid.ranks(), [&](Collective collective, Rank ranks,
                                                                      const Choice& choice) {
    return choice.kind == Choice::Kind::kSelected ||
           schedule_if_able(choice, collective, sites.at(ranks)->request(arguments), built_in_library()).has_value();
  });
  Results results(arguments);
  const std::size_t skipped = count_finished(points, results);
  if (arguments.given("dry-run")) {
    print(plan_text(points, skipped, 0));
    return 0;
  }
  results.tell_skipped(skipped, points.size());
  Progress progress(points.size() - skipped, !arguments.given("quiet"));
  for (const GridPoint& point : points) {
    if (results.finished(point) == nullptr) {
      const Simulator simulator(*sites.at(point.ranks), arguments, settings);
      results.add(point, simulator.record({point.collective, point.choice, point.bytes}).value());
      progress.step();
    }
  }
  progress.end();
  results.print_all(points, writer);
  return 0;
}

/// The algorithms of one collective and size, which are measured in turn.
struct Group {
  RealPoint point;
  std::vector<const GridPoint*> members;
};

[[nodiscard]] std::vector<Group> open_groups(const std::vector<GridPoint>& points, const std::vector<char>& finished) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (finished[i] != 0) {
      continue;
    }
    const GridPoint& point = points[i];
    if (groups.empty() || groups.back().point.collective != point.collective ||
        groups.back().point.bytes != point.bytes) {
      groups.push_back({{point.collective, point.bytes, {}}, {}});
    }
    groups.back().point.choices.push_back(point.choice);
    groups.back().members.push_back(&point);
  }
  return groups;
}

int measure_grid(const Arguments& arguments, RecordWriter& writer) {
  const MeasuringOptions options(arguments);
  const Grid grid(arguments);
  const std::unique_ptr<RealWorld> world = start_real_world();
  grid.check_real_ranks(world->ranks());
  RealRecords real(*world, arguments);
  const std::vector<GridPoint> points = grid.points(
      {world->ranks()},
      [&](Collective collective, Rank, const Choice& choice) { return !real.able(collective, {choice}).empty(); });
  // Only the first rank has the file; what it knows is shared.
  std::optional<Results> results;
  std::vector<char> finished(points.size());
  world->on_first([&] {
    results.emplace(arguments);
    for (std::size_t i = 0; i < points.size(); ++i) {
      finished[i] = results->finished(points[i]) == nullptr ? 0 : 1;
    }
    const std::size_t skipped = count_finished(points, *results);
    if (arguments.given("dry-run")) {
      print(plan_text(points, skipped, options.task.budget_s));
      return;
    }
    results->tell_skipped(skipped, points.size());
    if (!arguments.given("quiet") && !world->doubts().empty()) {
      remark("ringwood sweep: " + world->doubts());
    }
  });
  if (arguments.given("dry-run")) {
    return 0;
  }
  for (const Group& group : open_groups(points, world->shared(finished))) {
    const std::vector<Record> records = real.measure(group.point);
    world->on_first([&] {
      for (std::size_t i = 0; i < records.size(); ++i) {
        results->add(*group.members[i], records[i]);
      }
    });
  }
  std::vector<char> all_right{1};
  world->on_first([&] { all_right[0] = results->print_all(points, writer) ? 1 : 0; });
  return world->shared(all_right)[0] != 0 ? 0 : 1;
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  if (is_launched() && !arguments.given("simulate")) {
    return measure_grid(arguments, writer);
  }
  // A simulation does not get faster by more ranks: one of them does it.
  return launched_rank() == 0 ? simulate_grid(arguments, writer) : 0;
}

}  // namespace

constinit const Command sweep_command{
    .name = "sweep",
    .operands = "COLLECTIVE...",
    .brief = "a grid of collectives, algorithms, sizes and ranks, measured (under mpirun) or simulated",
    .details =
        "With --output, every finished point is appended to the file at once, and points that are there\n"
        "are not done again: an interrupted sweep goes on where it stopped. --quiet keeps progress and\n"
        "remarks away; the table goes to standard output in any case.",
    .operands_min = 1,
    .operands_max = kAllCollectives.size(),
    .options = kOptions,
    .examples = {"ringwood sweep allreduce allgather --ranks 4..64 --sizes 1KiB..1MiB*32",
                 "ringwood sweep allreduce --algorithm 'ring;rabenseifner' --ranks 8 --format csv",
                 "mpirun -n 2 ringwood sweep allreduce --algorithm 'all;native' --output measured.jsonl"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
