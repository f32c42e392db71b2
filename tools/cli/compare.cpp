// ringwood compare: a file of measurements beside a file of simulations of the same points.

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>
#include <tuple>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/results_file.hpp"
#include "tools/cli/statistics.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{{.name = "format", .fallback = "table", .accepted = "table, json, csv"},
                               {.name = "quiet"}};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// One algorithm at one point, in both files or in one.
struct Pair {
  std::string algorithm;
  std::string parameters;
  double measured_s = kNone;
  Estimate measured;
  double simulated_s = kNone;
};

/// What is compared with each other: collective, ranks, bytes.
using Place = std::tuple<std::string, std::int64_t, std::int64_t>;

/// Places and, at each, algorithms in the order in which they were read.
class Joined {
 public:
  void add_measured(const Record& record) {
    Pair& pair = pair_of(record);
    pair.measured_s = number_field(record, "time_s", kNone);
    pair.measured = estimate_of(record);
  }

  void add_simulated(const Record& record) { pair_of(record).simulated_s = number_field(record, "time_s", kNone); }

  [[nodiscard]] const std::vector<Place>& places() const { return order_; }

  [[nodiscard]] const std::vector<Pair>& at(const Place& place) const { return pairs_.at(place); }

 private:
  Pair& pair_of(const Record& record) {
    const Place place{text_field(record, "collective"), static_cast<std::int64_t>(number_field(record, "ranks", 0)),
                      static_cast<std::int64_t>(number_field(record, "bytes", 0))};
    if (!pairs_.contains(place)) {
      order_.push_back(place);
    }
    std::vector<Pair>& pairs = pairs_[place];
    const std::string algorithm = text_field(record, "algorithm");
    const std::string parameters = text_field(record, "parameters");
    const auto found = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
      return pair.algorithm == algorithm && pair.parameters == parameters;
    });
    return found != pairs.end() ? *found : pairs.emplace_back(Pair{algorithm, parameters, kNone, {}, kNone});
  }

  std::vector<Place> order_;
  std::map<Place, std::vector<Pair>> pairs_;
};

[[nodiscard]] Value value_of(double number) {
  return number == number ? Value(number) : Value();
}

/// The best of a place.
struct Best {
  Estimate measured;
  double measured_s = std::numeric_limits<double>::infinity();
  double simulated_s = std::numeric_limits<double>::infinity();
  double native_s = kNone;
};

[[nodiscard]] Best best_of(const std::vector<Pair>& pairs) {
  Best best;
  for (const Pair& pair : pairs) {
    if (pair.measured_s < best.measured_s) {
      best.measured_s = pair.measured_s;
      best.measured = pair.measured;
    }
    best.simulated_s = pair.simulated_s < best.simulated_s ? pair.simulated_s : best.simulated_s;
    best.native_s = pair.algorithm == "native" && pair.parameters.empty() ? pair.measured_s : best.native_s;
  }
  return best;
}

[[nodiscard]] std::string marks_of(const Pair& pair, const Best& best) {
  std::string marks;
  if (pair.measured_s == best.measured_s) {
    marks = "fastest";
  } else if (pair.measured_s > 0 && is_tie(ratio_of(pair.measured, best.measured))) {
    marks = "tie";
  }
  if (pair.simulated_s == best.simulated_s) {
    marks += marks.empty() ? "predicted" : ", predicted";
  }
  return marks;
}

[[nodiscard]] Record record_of(const Place& place, const Pair& pair, const Best& best) {
  const auto& [collective, ranks, bytes] = place;
  return {{"collective", collective},
          {"ranks", ranks},
          {"bytes", bytes, Unit::kBytes},
          {"algorithm", pair.algorithm},
          {"parameters", pair.parameters},
          {"measured_s", value_of(pair.measured_s), Unit::kSeconds},
          {"simulated_s", value_of(pair.simulated_s), Unit::kSeconds},
          {"ratio", value_of(pair.simulated_s / pair.measured_s), Unit::kFactor},
          {"native_s", value_of(best.native_s), Unit::kSeconds},
          {"speedup", value_of(best.native_s / pair.measured_s), Unit::kFactor},
          {"best", marks_of(pair, best)}};
}

/// One table for each collective and number of ranks, with a line between sizes.
void print_tables(const std::vector<Record>& records) {
  std::map<std::string, std::vector<Record>> tables;
  std::vector<std::string> order;
  for (Record record : records) {
    const std::string title =
        fmt::format("{} on {:.0f} ranks", text_field(record, "collective"), number_field(record, "ranks", 0));
    if (!tables.contains(title)) {
      order.push_back(title);
    }
    for (Field& field : record) {
      field.in_table = field.name != "collective" && field.name != "ranks";
    }
    tables[title].push_back(std::move(record));
  }
  for (const std::string& title : order) {
    print(fmt::format("{}{}\n{}", &title == &order.front() ? "" : "\n", title, to_table(tables[title])));
  }
}

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", record_formats());
  Joined joined;
  for (const Record& record : read_results_aloud(arguments.operands()[0], "compare")) {
    if (text_field(record, "model") != "real") {
      throw Error(ErrorKind::kInput, fmt::format("'{}' has simulated results; the first file is to have measured ones",
                                                 arguments.operands()[0]));
    }
    joined.add_measured(record);
  }
  for (const Record& record : read_results_aloud(arguments.operands()[1], "compare")) {
    if (text_field(record, "model") == "real") {
      throw Error(ErrorKind::kInput, fmt::format("'{}' has measured results; the second file is to have simulated ones",
                                                 arguments.operands()[1]));
    }
    joined.add_simulated(record);
  }
  std::vector<Record> records;
  for (const Place& place : joined.places()) {
    const Best best = best_of(joined.at(place));
    for (const Pair& pair : joined.at(place)) {
      records.push_back(record_of(place, pair, best));
    }
  }
  if (format == "table") {
    print_tables(records);
    return 0;
  }
  RecordWriter writer(format);
  for (const Record& record : records) {
    writer.add(record);
  }
  writer.finish();
  return 0;
}

}  // namespace

constinit const Command compare_command{
    .name = "compare",
    .operands = "MEASURED SIMULATED",
    .brief = "measured and simulated results of the same points, side by side",
    .details =
        "Both are files that `ringwood sweep --output` wrote. ratio is simulated over measured time,\n"
        "speedup is the MPI library's own time over this one. 'fastest' is the best measured algorithm\n"
        "of a size, 'tie' those that may be as fast: the 95 % interval of the ratio of both times reaches\n"
        "into 0.98 to 1.02. 'predicted' is the best simulated one.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"mpirun -n 2 ringwood sweep allreduce --algorithm 'all;native' --output measured.jsonl",
                 "ringwood sweep allreduce --ranks 2 --output simulated.jsonl",
                 "ringwood compare measured.jsonl simulated.jsonl"},
    .run = run,
};

}  // namespace ringwood::cli
