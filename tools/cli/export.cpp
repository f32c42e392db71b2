// ringwood export: a schedule, or a decision table, as a file that other programs read.

#include <fmt/format.h>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/export.hpp"
#include "ringwood/formats.hpp"
#include "ringwood/layouts.hpp"
#include "tools/cli/decision_files.hpp"
#include "tools/cli/given_schedule.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "file"},
    {.name = "ranks", .fallback = "4"},
    {.name = "root", .fallback = "0"},
    {.name = "op", .fallback = "sum"},
    {.name = "machine"},
    {.name = "map", .fallback = "block"},
    {.name = "sizes", .fallback = "1MiB"},
    {.name = "type", .fallback = "float"},
    {.name = "gamma"},
    {.name = "calc-unit", .fallback = "1ns"},
    {.name = "table"},
    {.name = "commutative-only"},
    {.name = "splice"},
    {.name = "format",
     .fallback = "text",
     .accepted =
         "text, msccl-xml, goal, dot; of a table: open-mpi-4.1, open-mpi-5.0, open-mpi-6, mpich-4.0, ucc, oneccl, "
         "intel-mpi, nccl"},
    {.name = "output"},
    {.name = "quiet"},
};

[[nodiscard]] std::string as_goal(GivenSchedule& given, const Arguments& arguments) {
  const Bytes element_size = element_size_of(arguments);
  const std::vector<Bytes> sizes = sizes_of(arguments, element_size);
  if (sizes.size() != 1) {
    throw Error(ErrorKind::kUsage, fmt::format("--sizes '{}' are several sizes; --format goal is for one of them",
                                               arguments.text("sizes")));
  }
  const Schedule& schedule = given.schedule();
  const TimePerByte gamma = machine_for(arguments, schedule.ranks()).gamma.cached;
  const double picoseconds_per_byte = gamma.picoseconds();
  const Picoseconds unit = parse_time(arguments.text("calc-unit"), "--calc-unit");
  if (unit < 1 || unit > kPicosecondsPerSecond) {
    throw Error(ErrorKind::kUsage, fmt::format("--calc-unit '{}'; accepted: 1ps to 1s", arguments.text("calc-unit")));
  }
  return write_goal(given.recorded(), equal_layout(schedule, sizes.front() / element_size, element_size),
                    picoseconds_per_byte / static_cast<double>(unit));
}

[[nodiscard]] std::string exported(GivenSchedule& given, const std::string& format, const Arguments& arguments) {
  if (format == "dot") {
    return export_dot(figure_of(given.schedule()));
  }
  if (format == "goal") {
    return as_goal(given, arguments);
  }
  return format == "msccl-xml" ? write_msccl_xml(given.recorded()) : write_schedule_text(given.recorded());
}

int run(const Arguments& arguments) {
  if (arguments.given("table")) {
    return export_table(arguments);
  }
  const std::string format = arguments.one_of("format", {"text", "msccl-xml", "goal", "dot"});
  GivenSchedule given(arguments);
  const std::string text = exported(given, format, arguments);
  if (arguments.given("output")) {
    write_whole_file(arguments.text("output"), text);
  } else {
    print(text);
  }
  return 0;
}

}  // namespace

constinit const Command export_command{
    .name = "export",
    .operands = "COLLECTIVE ALGORITHM",
    .brief = "a schedule as a file, or a decision table for another library",
    .details =
        "verify, show, simulate, bench and export take a file of the forms text and msccl-xml in place of\n"
        "COLLECTIVE ALGORITHM (--file), whoever wrote it. GOAL, the form of LogGOPSim, is for one size;\n"
        "its reductions take the time of --gamma, or of the machine (in its caches), in whole numbers of --calc-unit; "
        "`ringwood\n"
        "workload` reads it. --output writes the whole file or none.\n"
        "With --table FILE in place of COLLECTIVE ALGORITHM: the decisions of `ringwood tune` as a file that\n"
        "another library reads, with the flags to use it, and warnings of what that library has no words\n"
        "for and what the next best that it has costs.",
    .operands_min = 2,
    .operands_max = 2,
    .options = kOptions,
    .examples =
        {"ringwood export allreduce ring --ranks 4 --output ring.txt && ringwood verify --file ring.txt",
         "ringwood export allreduce rabenseifner --ranks 8 --format msccl-xml",
         "ringwood tune allreduce --simulated --ranks 16 --sizes 1KiB..64KiB --output table.json && ringwood export "
         "--table table.json --format open-mpi-4.1 --output rules.conf"},
    .run = run,
};

}  // namespace ringwood::cli
