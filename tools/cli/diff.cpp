// ringwood diff: what became slower or faster from one file of results to another.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/results_file.hpp"
#include "tools/cli/statistics.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "threshold", .fallback = "5%"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

/// What is the same point in both files, whatever the machine's name and the MPI library's version.
using Point = std::tuple<std::string, std::string, double, double, std::string, std::string>;

[[nodiscard]] Point point_of(const Record& record) {
  return {text_field(record, "collective"), text_field(record, "model"),     number_field(record, "ranks", 0),
          number_field(record, "bytes", 0), text_field(record, "algorithm"), text_field(record, "parameters")};
}

enum class Verdict { kSame, kSlower, kFaster, kUnclear, kWrong, kGone, kNew };

[[nodiscard]] std::string_view text_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::kSame:
      return "same";
    case Verdict::kSlower:
      return "slower";
    case Verdict::kFaster:
      return "faster";
    case Verdict::kUnclear:
      return "unclear";
    case Verdict::kWrong:
      return "wrong data";
    case Verdict::kGone:
      return "only in old";
    case Verdict::kNew:
      return "only in new";
  }
  return "";
}

/// One point of both files, or of one.
struct Change {
  const Record* before = nullptr;
  const Record* after = nullptr;
  Ratio ratio;
  Verdict verdict = Verdict::kSame;
};

[[nodiscard]] std::vector<Change> changes_between(const std::vector<Record>& before, const std::vector<Record>& after) {
  std::map<Point, Change> changes;
  for (const Record& record : before) {
    changes[point_of(record)].before = &record;
  }
  for (const Record& record : after) {
    changes[point_of(record)].after = &record;
  }
  std::vector<Change> result;
  for (auto& [point, change] : changes) {
    if (change.after == nullptr) {
      change.verdict = Verdict::kGone;
    } else if (change.before == nullptr) {
      change.verdict = Verdict::kNew;
    } else {
      change.ratio = ratio_of(estimate_of(*change.after), estimate_of(*change.before));
    }
    result.push_back(change);
  }
  return result;
}

/// Decides over all points together: among a thousand, some differ by chance.
void decide(std::vector<Change>& changes, double threshold) {
  std::vector<Change*> both;
  std::vector<double> slower;
  std::vector<double> faster;
  for (Change& change : changes) {
    if (change.verdict == Verdict::kSame) {
      both.push_back(&change);
      slower.push_back(chance_of_ratio(change.ratio, 1 + threshold));
      const Ratio& ratio = change.ratio;
      faster.push_back(
          chance_of_ratio({1 / ratio.value, 1 / ratio.high, 1 / ratio.low, ratio.deviation}, 1 + threshold));
    }
  }
  const std::vector<char> is_slower = discoveries(slower);
  const std::vector<char> is_faster = discoveries(faster);
  for (std::size_t i = 0; i < both.size(); ++i) {
    Change& change = *both[i];
    const double factor = std::max(change.ratio.value, 1 / change.ratio.value);
    if (number_field(*change.after, "wrong", 0) > 0) {
      change.verdict = Verdict::kWrong;
    } else if (is_slower[i] != 0) {
      change.verdict = Verdict::kSlower;
    } else if (is_faster[i] != 0) {
      change.verdict = Verdict::kFaster;
    } else if (factor > 1 + threshold) {
      change.verdict = Verdict::kUnclear;
    }
  }
}

[[nodiscard]] Record record_of(const Change& change) {
  const Record& named = change.after != nullptr ? *change.after : *change.before;
  const bool both = change.before != nullptr && change.after != nullptr;
  const auto time = [](const Record* record) {
    return record == nullptr ? Value() : Value(number_field(*record, "time_s", NAN));
  };
  const auto factor = [both](double value) { return both && std::isfinite(value) ? Value(value) : Value(); };
  return {{"collective", text_field(named, "collective")},
          {"algorithm", text_field(named, "algorithm")},
          {"parameters", text_field(named, "parameters")},
          {"model", text_field(named, "model")},
          {"ranks", static_cast<std::int64_t>(number_field(named, "ranks", 0))},
          {"bytes", static_cast<std::int64_t>(number_field(named, "bytes", 0)), Unit::kBytes},
          {"old_s", time(change.before), Unit::kSeconds},
          {"new_s", time(change.after), Unit::kSeconds},
          {"ratio", factor(change.ratio.value), Unit::kFactor},
          {"ratio_low", factor(change.ratio.low), Unit::kFactor},
          {"ratio_high", factor(change.ratio.high), Unit::kFactor},
          {"verdict", std::string(text_of(change.verdict))}};
}

[[nodiscard]] std::size_t count_of(const std::vector<Change>& changes, Verdict verdict) {
  return static_cast<std::size_t>(
      std::count_if(changes.begin(), changes.end(), [&](const Change& change) { return change.verdict == verdict; }));
}

/// "5%" as 0.05.
[[nodiscard]] double threshold_of(const Arguments& arguments) {
  const std::string text = arguments.text("threshold");
  const std::size_t digits = text.find_first_not_of("0123456789.");
  if (digits == 0 || digits == std::string::npos || text.substr(digits) != "%" ||
      std::count(text.begin(), text.end(), '.') > 1 || text == ".%") {
    throw Error(ErrorKind::kUsage,
                fmt::format("--threshold '{}' is no percentage; accepted: such as 5% or 2.5%", text));
  }
  return std::stod(text.substr(0, digits)) / 100;
}

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", record_formats());
  const double threshold = threshold_of(arguments);
  const std::vector<Record> before = read_results_aloud(arguments.operands()[0], "diff");
  const std::vector<Record> after = read_results_aloud(arguments.operands()[1], "diff");
  std::vector<Change> changes = changes_between(before, after);
  decide(changes, threshold);
  RecordWriter writer(format);
  for (const Change& change : changes) {
    // A table is for people, who look for what changed.
    if (format != "table" || change.verdict != Verdict::kSame) {
      writer.add(record_of(change));
    }
  }
  writer.finish();
  const std::size_t bad = count_of(changes, Verdict::kSlower) + count_of(changes, Verdict::kWrong);
  if (!arguments.given("quiet")) {
    std::string summary = fmt::format("ringwood diff: {} points", changes.size());
    for (const Verdict verdict : {Verdict::kSame, Verdict::kSlower, Verdict::kFaster, Verdict::kUnclear,
                                  Verdict::kWrong, Verdict::kGone, Verdict::kNew}) {
      if (const std::size_t count = count_of(changes, verdict); count > 0) {
        summary += fmt::format(", {} {}", count, text_of(verdict));
      }
    }
    remark(summary);
  }
  return bad > 0 ? 1 : 0;
}

}  // namespace

constinit const Command diff_command{
    .name = "diff",
    .operands = "OLD NEW",
    .brief = "what became slower or faster between two files of results; exit code 1 if slower",
    .details =
        "A point is slower if its new time exceeds the old one by more than the threshold, and chance does\n"
        "not explain it: tested with the 95 % intervals of both medians, with one false finding in\n"
        "twenty over all points together (Benjamini, Hochberg). 'unclear' is beyond the threshold, but\n"
        "not beyond chance. The table has what changed; JSON and CSV have all points. Two runs differ by\n"
        "more than repetitions within one do: take a larger threshold on a machine that is not quiet.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples = {"ringwood sweep allreduce --ranks 8 --quiet --output old.jsonl",
                 "ringwood sweep allreduce --ranks 8 --quiet --output new.jsonl",
                 "ringwood diff old.jsonl new.jsonl --threshold 10%"},
    .run = run,
};

}  // namespace ringwood::cli
