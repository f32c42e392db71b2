// ringwood bench: real times of collectives over MPI, with checked results.

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <vector>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/verify.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/progress.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/tables.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "algorithm", .fallback = "selected"},
    {.name = "file"},
    {.name = "sizes", .fallback = "8..4MiB*8"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "budget", .fallback = "1s"},
    {.name = "sync", .fallback = "auto", .accepted = "auto, barrier, round-time"},
    {.name = "seed", .fallback = "1"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv, osu, nccl, imb"},
    {.name = "trace"},
    {.name = "quiet"},
};

/// What is measured: a schedule from a file, algorithms, or both.
struct Candidates {
  explicit Candidates(const Arguments& arguments) {
    if (!arguments.given("file")) {
      collective = collective_named(arguments.operands().front());
      choices = parse_choices(arguments.text("algorithm"), collective, known_library());
      return;
    }
    file = std::make_unique<FileSchedule>(arguments, Beside::kAlgorithms);
    collective = file->recorded().collective;
    if (arguments.given("algorithm")) {
      choices = parse_choices(arguments.text("algorithm"), collective, known_library());
    }
  }

  Collective collective = Collective::kAllreduce;
  std::vector<Choice> choices;
  std::unique_ptr<FileSchedule> file;
};

[[nodiscard]] NativeControl native_control(const std::vector<Choice>& choices) {
  return std::any_of(choices.begin(), choices.end(), is_native_request) ? NativeControl::kForced : NativeControl::kNone;
}

/// The library writes the trace when MPI ends; that it cannot is found now.
void trace_into(const std::string& file, RealWorld& world) {
  if (file.empty()) {
    return;
  }
  world.on_first([&] {
    if (!std::ofstream(file, std::ios::app).is_open()) {
      throw Error(ErrorKind::kSystem, fmt::format("--trace {}: the file cannot be written", file));
    }
  });
  ::setenv("RINGWOOD_TRACE", file.c_str(), 1);
}

int run(const Arguments& arguments) {
  ResultWriter writer(arguments.one_of("format", result_formats()), table_notes_of(arguments));
  const Candidates candidates(arguments);
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size_of(arguments));
  const MeasuringOptions check_before_start(arguments);
  const std::unique_ptr<RealWorld> world = start_real_world(native_control(candidates.choices));
  trace_into(arguments.text("trace"), *world);
  RealRecords real(*world, arguments, candidates.file.get());
  const std::vector<Choice> able = real.able(candidates.collective, candidates.choices);
  std::vector<RealPoint> points;
  for (const Bytes bytes : sizes) {
    points.push_back({candidates.collective, bytes, real.choices_at(candidates.collective, bytes, able)});
  }
  if (world->first() && !arguments.given("quiet") && !world->doubts().empty()) {
    remark("ringwood bench: " + world->doubts());
  }
  if (candidates.file != nullptr) {
    if (const VerifyReport report = verify(candidates.file->schedule()); !report.ok) {
      world->on_first([&] { remark(fmt::format("ringwood bench: {}: {}", arguments.text("file"), report.error)); });
      return 1;
    }
  }
  bool all_right = true;
  Progress progress("ringwood bench", sizes.size(), world->first() && !arguments.given("quiet"));
  for (const RealPoint& point : points) {
    const std::vector<Record> records = real.measure(point);
    for (const Record& record : records) {
      all_right = all_right && number_field(record, "wrong", 0) == 0;
    }
    world->on_first([&] {
      for (const Record& record : records) {
        writer.add(record);
      }
      progress.step();
    });
  }
  progress.end();
  world->on_first([&] {
    writer.finish();
    flush_output();
  });
  return all_right ? 0 : 1;
}

}  // namespace

constinit const Command bench_command{
    .name = "bench",
    .operands = "COLLECTIVE",
    .brief = "real times (under mpirun), checked results, with confidence intervals",
    .details =
        "A time is the median over repetitions of the slowest rank's time, with its 95 % interval\n"
        "(ci_low, ci_high). Algorithms are measured in turn, in random order, until the interval is\n"
        "within 5 % or the budget is used up. Results are checked; `wrong` counts the elements that\n"
        "differ, and makes the exit code 1. With --machine, the bound of that machine is shown.\n"
        "With --trace, what the first 1000 calls really did, round by round and peer by peer, is written\n"
        "as a Chrome trace for Perfetto and `ringwood report` (RINGWOOD_TRACE does so for any program).\n"
        "A schedule from a file (--file) is proved before, and measured beside what --algorithm names.\n"
        "native is what the MPI library does by itself, native-all each algorithm that it has, and\n"
        "native:algorithm=NAME[,segment=BYTES][,fanout=N] one of them: as asked for through MPI_T; the\n"
        "library does not say if it then does something else.",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples =
        {"mpirun -n 2 ringwood bench allreduce",
         "mpirun -n 4 ringwood bench allreduce --algorithm 'all;native' --sizes 1KiB,1MiB",
         "mpirun -n 2 ringwood bench allgather --algorithm 'ring;native;native-all' --budget 0.2s --format csv"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
