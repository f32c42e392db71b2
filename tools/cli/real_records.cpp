#include "tools/cli/real_records.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "sim/simulate.hpp"
#include "tools/cli/bounds.hpp"
#include "tools/cli/results.hpp"
#include "tools/cli/statistics.hpp"

namespace ringwood::cli {

namespace {

constexpr std::string_view kNativeForced = "native:";

void add_statistics(Record& record, const Measurement& measurement) {
  const Summary summary = summary_of(measurement.seconds);
  record.push_back({"samples", static_cast<std::int64_t>(measurement.seconds.size())});
  record.push_back({"min_s", summary.minimum, Unit::kSeconds, false});
  record.push_back({"median_s", summary.median, Unit::kSeconds, false});
  record.push_back({"ci_low_s", summary.low, Unit::kSeconds});
  record.push_back({"ci_high_s", summary.high, Unit::kSeconds});
  record.push_back({"max_s", summary.maximum, Unit::kSeconds, false});
  record.push_back({"wrong", measurement.wrong});
  record.push_back({"sync", std::string(measurement.by_clock ? "round-time" : "barrier"), Unit::kNone, false});
  record.push_back({"late", measurement.late, Unit::kNone, false});
}

/// What is of no use in a table of measurements is in JSON and CSV only.
void hide_from_table(Record& record) {
  for (Field& field : record) {
    for (const std::string_view name : {"model", "machine", "rounds", "messages", "bytes_sent_max", "algbw_Bps"}) {
      field.in_table = field.in_table && field.name != name;
    }
  }
}

}  // namespace

MeasuringOptions::MeasuringOptions(const Arguments& arguments) {
  (void)element_size_of(arguments);
  task.type = element_type_named(arguments.text("type")).value();
  const std::string operation = arguments.text("op");
  if (!commutes(operation)) {
    throw Error(ErrorKind::kUsage, "--op 'non-commutative' stands for no operation that could be measured");
  }
  task.op = operator_named(operation).value();
  if (!built_in_reduction(task.type, task.op)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--op {} has no meaning for --type {}", operation, arguments.text("type")));
  }
  task.root = static_cast<Rank>(parse_integer(arguments.text("root"), {0, INT32_MAX}, "--root"));
  const Picoseconds budget = parse_time(arguments.text("budget"), "--budget");
  task.budget_s = seconds(budget);
  const std::vector<std::string> ways{"auto", "barrier", "round-time"};
  const std::string way = arguments.one_of("sync", ways);
  task.synchronisation = static_cast<Synchronisation>(std::find(ways.begin(), ways.end(), way) - ways.begin());
  task.seed = arguments.seed();
}

RealRecords::RealRecords(RealWorld& world, const Arguments& arguments, const FileSchedule* file)
    : world_(world),
      common_(MeasuringOptions(arguments).task),
      file_(file),
      placement_(world.placement()),
      plain_machine_(default_machine(world.ranks())) {
  if (file != nullptr) {
    const RecordedSchedule& recorded = file->recorded();
    if (recorded.ranks != world.ranks()) {
      throw Error(ErrorKind::kUsage, fmt::format("--file '{}' is for {} ranks; {} were started", arguments.text("file"),
                                                 recorded.ranks, world.ranks()));
    }
    common_.recorded = &recorded;
    common_.root = recorded.root;
  }
  if (common_.root >= world.ranks()) {
    throw Error(ErrorKind::kUsage, fmt::format("--root {} is none of the {} ranks; accepted: 0 to {}", common_.root,
                                               world.ranks(), world.ranks() - 1));
  }
  if (arguments.given("machine")) {
    site_.emplace(arguments, world.ranks());
  }
}

Schedule::Request RealRecords::request() const {
  Schedule::Request request;
  request.ranks = world_.ranks();
  request.root = common_.root;
  request.placement = &placement_;
  return request;
}

std::vector<Choice> RealRecords::able(Collective collective, const std::vector<Choice>& choices) const {
  std::vector<Choice> result;
  for (const Choice& choice : choices) {
    if (choice.kind != Choice::Kind::kNamed ||
        schedule_if_able(choice, collective, request(), known_library()).has_value()) {
      result.push_back(choice);
    }
  }
  return result;
}

std::vector<Choice> RealRecords::choices_at(Collective collective, Bytes bytes, const std::vector<Choice>& able) const {
  std::vector<Choice> result;
  for (const Choice& choice : able) {
    if (!is_native_request(choice)) {
      result.push_back(choice);
      continue;
    }
    for (std::string& request : world_.native_requests(choice.native, collective, bytes / size_of(common_.type))) {
      result.push_back({.kind = Choice::Kind::kNative, .expression = {}, .native = std::move(request)});
    }
  }
  return result;
}

Traffic RealRecords::traffic_of(const Schedule& schedule, Bytes bytes) const {
  const Bytes element_size = size_of(common_.type);
  const Layout layout = equal_layout(schedule, bytes / element_size, element_size);
  const SimulationReport report =
      simulate(schedule, layout, plain_machine_, make_mapping("block", plain_machine_, world_.ranks()), {});
  return {report.rounds, report.messages, report.bytes_sent_max};
}

Result RealRecords::result_of(const RealPoint& point, const Measurement& measurement, bool is_file) const {
  Result result{.collective = point.collective,
                .name = {measurement.algorithm, ""},
                .machine = site_ ? site_->machine().spec : world_.hosts(),
                .model = "real",
                .ranks = world_.ranks(),
                .bytes = point.bytes,
                .time_s = summary_of(measurement.seconds).median,
                .traffic = std::nullopt,
                .bound_s = {}};
  if (is_file) {
    result.traffic = traffic_of(file_->schedule(), point.bytes);
  } else if (measurement.algorithm.starts_with(kNativeForced)) {
    result.name = {"native", measurement.algorithm.substr(kNativeForced.size())};
  } else if (measurement.algorithm != "native") {
    const Expression expression = parse_expression(measurement.algorithm);
    result.name = name_fields({.expression = expression});
    result.traffic = traffic_of({known_library(), point.collective, expression, request()}, point.bytes);
  }
  if (site_) {
    result.bound_s = time_bound(point.collective, point.bytes, site_->machine(), site_->facts(), world_.ranks());
  }
  return result;
}

std::vector<Record> RealRecords::measure(const RealPoint& point) {
  MeasurementTask task = common_;
  task.collective = point.collective;
  task.bytes = point.bytes;
  if (file_ != nullptr) {
    task.algorithms.push_back(file_->name());
  }
  for (const Choice& choice : point.choices) {
    task.algorithms.push_back(choice.kind == Choice::Kind::kSelected ? std::string() : to_string(choice));
  }
  const std::vector<Measurement> measurements = world_.measure(task);
  std::vector<Record> records;
  if (!world_.first()) {
    return records;
  }
  for (const Measurement& measurement : measurements) {
    const bool is_file = file_ != nullptr && &measurement == &measurements.front();
    Record record = record_of(result_of(point, measurement, is_file));
    hide_from_table(record);
    add_statistics(record, measurement);
    record.push_back({"mpi", world_.library()});
    record.push_back({"host", world_.hosts()});
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace ringwood::cli
