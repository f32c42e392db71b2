// ringwood sweep: grids of collectives, algorithms, ranks and sizes, measured or simulated; it can be resumed.

#include <algorithm>
#include <memory>
#include <string>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/launched_sweep.hpp"
#include "tools/cli/measured_sweep.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/real_records.hpp"
#include "tools/cli/simulated_sweep.hpp"
#include "tools/cli/simulation.hpp"
#include "tools/cli/sweep_entries.hpp"
#include "tools/cli/tables.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "algorithm", .fallback = "all"},
    {.name = "ranks"},
    {.name = "sizes", .fallback = "8..4MiB*8"},
    {.name = "simulate"},
    {.name = "launcher"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "order", .fallback = "posted"},
    {.name = "nics", .fallback = "1"},
    {.name = "fairness", .fallback = "flow", .accepted = "flow, source"},
    {.name = "noise"},
    {.name = "type", .fallback = "float"},
    {.name = "op", .fallback = "sum"},
    {.name = "root", .fallback = "0"},
    {.name = "budget", .fallback = "1s"},
    {.name = "sync", .fallback = "auto", .accepted = "auto, barrier, round-time"},
    {.name = "seed", .fallback = "1"},
    {.name = "threads", .fallback = "0"},
    {.name = "shard"},
    {.name = "time-budget"},
    {.name = "output"},
    {.name = "dry-run"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv, osu, nccl, imb"},
    {.name = "quiet"},
};

/// What a machine that is there does anyway.
void refuse_what_is_simulated_only(const SweepEntries& entries) {
  for (const SweepEntry& entry : entries.all()) {
    for (const char* const option : {"order", "nics", "fairness", "noise"}) {
      if (entry.arguments.given(option)) {
        throw Error(ErrorKind::kUsage,
                    std::string("--") + option + " is for simulations, and this sweep measures; give --simulate too");
      }
    }
  }
}

int run(const Arguments& arguments) {
  (void)arguments.one_of("format", result_formats());
  const SweepEntries entries(arguments);
  if (arguments.given("launcher")) {
    refuse_what_is_simulated_only(entries);
    return launch_sweep(entries, arguments);
  }
  const std::vector<Grid> check_before_start = entries.grids();
  if (entries.simulates()) {
    for (const SweepEntry& entry : entries.all()) {
      const SimulationSettings check_too(entry.arguments);
    }
    const std::unique_ptr<Crew> crew = start_crew();
    return simulate_sweep(entries, arguments, *crew);
  }
  refuse_what_is_simulated_only(entries);
  for (const SweepEntry& entry : entries.all()) {
    const MeasuringOptions check_too(entry.arguments);
  }
  const bool forced = std::any_of(check_before_start.begin(), check_before_start.end(),
                                  [](const Grid& grid) { return grid.forces_native(); });
  const std::unique_ptr<RealWorld> world = start_real_world(forced ? NativeControl::kForced : NativeControl::kNone);
  return measure_sweep(entries, arguments, *world);
}

}  // namespace

constinit const Command sweep_command{
    .name = "sweep",
    .operands = "COLLECTIVE...|PLAN.yaml",
    .brief = "a grid of collectives, algorithms, sizes and ranks, measured (under mpirun) or simulated",
    .details =
        "With --output, every finished point is appended to the file at once, and points that are there\n"
        "are not done again: an interrupted sweep goes on where it stopped. --shard i/n does one of n\n"
        "parts, for job arrays; `ringwood merge` joins their files. When --time-budget ends, so does the\n"
        "sweep, with exit code 75, to be started again. Simulations use all cores, or with mpirun and\n"
        "--simulate all ranks. --launcher mpirun (srun, or either with options of its own) measures several\n"
        "numbers of ranks, one after the other. A plan has several grids in one file:\n"
        "    schema: ringwood.plan/1\n"
        "    defaults: {type: float, algorithm: [all, native]}      # options of the command line\n"
        "    sweeps:\n"
        "      - {collective: [allreduce, allgather], ranks: [2, 4], sizes: 1KiB..1MiB*32}\n"
        "      - {collective: broadcast, ranks: 4, sizes: [8, 64KiB], algorithm: native-all}\n"
        "The same points have the same ids, wherever they are asked for; --option here goes before the plan.",
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
