// ringwood identify: which algorithm an unmodified MPI program used, told from who sent how much to whom.

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>
#include <utility>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/plugin.hpp"
#include "sim/simulate.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "sizes"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
    {.name = "quiet"},
};

/// What one rank sent another.
struct Sent {
  double messages = 0;
  double bytes = 0;
};

/// By sender and receiver.
using Traffic = std::map<std::pair<Rank, Rank>, Sent>;

struct Counted {
  Traffic traffic;
  Rank ranks = 0;
};

[[noreturn]] void refuse(const std::string& file, std::size_t line, const std::string& reason) {
  throw Error(ErrorKind::kInput, fmt::format("{}:{}:1: {}", file, line, reason));
}

/// Takes the next number of a line; negative if there is none.
[[nodiscard]] std::int64_t number(std::string_view& rest) {
  const std::size_t start = std::min(rest.find_first_not_of("\t "), rest.size());
  rest.remove_prefix(start);
  std::int64_t value = -1;
  const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
  if (status != std::errc()) {
    return -1;
  }
  rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  return value;
}

/// "I <from> <to> <bytes> bytes <count> msgs sent ...": what collectives sent. Other lines are not for us.
void read_line(std::string_view line, const std::string& file, std::size_t line_number, Counted& counted) {
  if (!line.starts_with("I\t") && !line.starts_with("I ")) {
    return;
  }
  std::string_view rest = line.substr(1);
  const std::int64_t from = number(rest);
  const std::int64_t to = number(rest);
  const std::int64_t bytes = number(rest);
  const std::size_t word = rest.find("bytes");
  rest.remove_prefix(word == std::string_view::npos ? rest.size() : word + 5);
  const std::int64_t count = number(rest);
  constexpr std::int64_t kMostRanks = 1 << 24;
  if (from < 0 || to < 0 || bytes < 0 || count < 0 || from >= kMostRanks || to >= kMostRanks) {
    refuse(file, line_number, "expected 'I FROM TO BYTES bytes COUNT msgs sent'");
  }
  Sent& sent = counted.traffic[{static_cast<Rank>(from), static_cast<Rank>(to)}];
  sent.messages += static_cast<double>(count);
  sent.bytes += static_cast<double>(bytes);
  counted.ranks = std::max(counted.ranks, static_cast<Rank>(std::max(from, to) + 1));
}

/// The files PREFIX.0.prof, PREFIX.1.prof, ...
[[nodiscard]] Counted read_counts(const std::string& prefix) {
  Counted counted;
  for (Rank rank = 0;; ++rank) {
    const std::string file = fmt::format("{}.{}.prof", prefix, rank);
    if (!std::filesystem::exists(file)) {
      if (rank == 0) {
        throw Error(ErrorKind::kInput,
                    fmt::format("{}: there is no such file; Open MPI writes them with --mca pml_monitoring_enable 2 "
                                "--mca pml_monitoring_enable_output 3 --mca pml_monitoring_filename {}",
                                file, prefix));
      }
      return counted;
    }
    const std::string text = decision_file_text(file);
    std::size_t line_number = 0;
    for (std::size_t begin = 0; begin < text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      read_line(std::string_view(text).substr(begin, end - begin), file, ++line_number, counted);
      begin = end + 1;
    }
    counted.ranks = std::max(counted.ranks, rank + 1);
  }
}

[[nodiscard]] Traffic traffic_of(const Schedule& schedule, const Layout& layout) {
  MessageLog log;
  SimulationOptions options;
  options.log = &log;
  const Machine machine = default_machine(schedule.ranks());
  static_cast<void>(simulate(schedule, layout, machine, make_mapping("block", machine, schedule.ranks()), options));
  Traffic traffic;
  for (const Message& message : log) {
    Sent& sent = traffic[{message.source, message.destination}];
    sent.messages += 1;
    sent.bytes += static_cast<double>(message.bytes);
  }
  return traffic;
}

[[nodiscard]] Sent total_of(const Traffic& traffic) {
  Sent total;
  for (const auto& [pair, sent] : traffic) {
    total.messages += sent.messages;
    total.bytes += sent.bytes;
  }
  return total;
}

/// How far two fingerprints are apart: the share of messages and bytes, half each, that would have to go elsewhere.
/// `calls` of the schedule stand against what was counted.
[[nodiscard]] double distance(const Traffic& counted, const Traffic& schedule, double calls) {
  Traffic difference = counted;
  for (const auto& [pair, sent] : schedule) {
    difference[pair].messages -= sent.messages * calls;
    difference[pair].bytes -= sent.bytes * calls;
  }
  Sent off;
  for (const auto& [pair, sent] : difference) {
    off.messages += std::abs(sent.messages);
    off.bytes += std::abs(sent.bytes);
  }
  const Sent a = total_of(counted);
  const Sent b = total_of(schedule);
  const double messages = a.messages + b.messages * calls;
  const double bytes = a.bytes + b.bytes * calls;
  return ((messages > 0 ? off.messages / messages : 0) + (bytes > 0 ? off.bytes / bytes : 0)) / 2;
}

struct Match {
  std::string algorithm;
  double distance = 1;
  double calls = 1;
};

[[nodiscard]] std::vector<Match> matches_of(Collective collective, Bytes bytes, const Counted& counted,
                                            const Arguments& arguments) {
  const Bytes element_size = element_size_of(arguments);
  const Rank root = static_cast<Rank>(parse_integer(arguments.text("root"), {0, counted.ranks - 1}, "--root"));
  const Placement nodes = nodes_of_four(counted.ranks);
  const Schedule::Request request{.ranks = counted.ranks, .root = root, .placement = &nodes};
  const Sent total = total_of(counted.traffic);
  std::vector<Match> matches;
  for (const Algorithm* algorithm : known_catalogue()) {
    if (algorithm->collective != collective || !why_not(*algorithm, request).empty()) {
      continue;
    }
    const Schedule schedule(*algorithm, request);
    const Traffic traffic = traffic_of(schedule, equal_layout(schedule, bytes / element_size, element_size));
    const double messages = total_of(traffic).messages;
    const double calls = messages > 0 ? std::max(1.0, std::round(total.messages / messages)) : 1;
    matches.push_back({std::string(algorithm->name), distance(counted.traffic, traffic, calls), calls});
  }
  std::stable_sort(matches.begin(), matches.end(),
                   [](const Match& a, const Match& b) { return a.distance < b.distance; });
  return matches;
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  const Collective collective = collective_named(arguments.operands()[0]);
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  if (sizes.size() != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--sizes '{}' is not the one size that was called", arguments.text("sizes")));
  }
  const Counted counted = read_counts(arguments.operands()[1]);
  // More would be noise: what is exact is at distance 0, and little else is near.
  constexpr std::size_t kMostMatches = 5;
  const std::vector<Match> matches = matches_of(collective, sizes.front(), counted, arguments);
  for (std::size_t i = 0; i < std::min(matches.size(), kMostMatches); ++i) {
    writer.add({{"collective", std::string(name_of(collective))},
                {"ranks", static_cast<std::int64_t>(counted.ranks)},
                {"bytes", sizes.front(), Unit::kBytes},
                {"algorithm", matches[i].algorithm},
                {"calls", static_cast<std::int64_t>(matches[i].calls)},
                {"distance", matches[i].distance, Unit::kRatio}});
  }
  writer.finish();
  return !matches.empty() && matches.front().distance == 0 ? 0 : 1;
}

}  // namespace

constinit const Command identify_command{
    .name = "identify",
    .operands = "COLLECTIVE PREFIX",
    .brief = "which algorithm an unmodified MPI run used, from who sent how much to whom",
    .details =
        "Reads what Open MPI's monitoring counted (PREFIX.0.prof, ...) and compares it with the fingerprint\n"
        "of every schedule for vectors of --sizes bytes. The program must have called this one collective\n"
        "only, with this size, any number of times. Distance 0 is a match, and exit code 0; algorithms that\n"
        "send the same to the same ranks cannot be told apart.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples =
        {"mkdir -p m && printf 'I\\t0\\t1\\t8 bytes\\t1 msgs sent\\n' > m/r.0.prof && printf 'I\\t1\\t0\\t8 "
         "bytes\\t1 msgs sent\\n' > m/r.1.prof && ringwood identify allreduce m/r --sizes 8",
         "printf 'I\\t0\\t1\\t4 bytes\\t1 msgs sent\\n' > b.0.prof && touch b.1.prof && ringwood identify broadcast "
         "b --sizes 4",
         "printf 'I\\t0\\t1\\t4 bytes\\t1 msgs sent\\n' > b.0.prof && touch b.1.prof && ringwood identify broadcast "
         "b --sizes 4 --format json"},
    .run = run,
};

}  // namespace ringwood::cli
