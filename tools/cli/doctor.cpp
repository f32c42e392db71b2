// ringwood doctor: what of this machine, this MPI and this launch makes measurements worse than they could be.

#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/units.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/computer.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/real.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{{.name = "format", .fallback = "table", .accepted = "table, json, csv"},
                               {.name = "quiet"}};

constexpr Bytes kLittleSharedMemory = Bytes{64} << 20;
constexpr double kBusy = 0.25;  // of the cores

/// What was found of one thing.
struct Finding {
  std::string_view check;
  std::string_view verdict;  // "ok", "warn", "fail"
  std::string found;
  std::string advice = {};
};

[[nodiscard]] int cores_allowed() {
  cpu_set_t mine;
  CPU_ZERO(&mine);
  return ::sched_getaffinity(0, sizeof(mine), &mine) == 0 ? CPU_COUNT(&mine) : 0;
}

[[nodiscard]] Finding look_at_mpi() {
  const std::string library = mpi_library();
  if (library.empty()) {
    return {"mpi", "fail", "built without MPI", "build with RINGWOOD_WITH_MPI=ON to measure; simulations need none"};
  }
  if (library.starts_with("Open MPI") && ::geteuid() == 0 && std::getenv("OMPI_ALLOW_RUN_AS_ROOT") == nullptr) {
    return {
        "mpi", "warn", library + ", as root",
        "mpirun refuses root: use another user, or set OMPI_ALLOW_RUN_AS_ROOT=1 and OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1"};
  }
  return {"mpi", "ok", library};
}

[[nodiscard]] Finding look_at_launcher(const RealWorld* world) {
  if (world == nullptr) {
    return {"launcher", "warn", "not started by a launcher",
            "mpirun -n 2 ringwood doctor looks at binding and cores too"};
  }
  const char* const kind = std::getenv("SLURM_STEP_ID") != nullptr          ? "srun"
                           : std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr ? "Open MPI's mpirun"
                                                                            : "a PMI launcher";
  if (world->ranks() == 1) {
    return {"launcher", "warn", fmt::format("1 rank by {}", kind),
            "if more were asked for, launcher and MPI library do not fit each other (srun: try --mpi=pmix)"};
  }
  return {"launcher", "ok", fmt::format("{} ranks by {} on {}", world->ranks(), kind, world->hosts())};
}

[[nodiscard]] Finding look_at_cores(const RealWorld* world) {
  const auto all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (world != nullptr && !world->oversubscription().empty()) {
    return {"cores", "warn", world->oversubscription(),
            "start at most a rank a core; OMPI_MCA_mpi_yield_when_idle=1 eases it"};
  }
  return {"cores", "ok", fmt::format("{} cores, {} of them allowed here", all, cores_allowed())};
}

[[nodiscard]] Finding look_at_binding(const RealWorld* world) {
  if (world == nullptr) {
    return {"binding", "ok", "not asked: no launcher"};
  }
  const auto all = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
  if (cores_allowed() >= all && all > 1) {
    return {"binding", "warn", "ranks may wander over all cores", "mpirun --bind-to core (srun --cpu-bind=cores)"};
  }
  return {"binding", "ok", fmt::format("rank 0 is bound to {} of {} cores", cores_allowed(), all)};
}

[[nodiscard]] Finding look_at_clock() {
  const std::string source = first_line("/sys/devices/system/clocksource/clocksource0/current_clocksource");
  if (source == "hpet" || source == "acpi_pm") {
    return {"clock", "warn", source + " takes about a microsecond to read",
            "boot with clocksource=tsc where that is stable"};
  }
  return {"clock", "ok", source.empty() ? "not told by the system" : source};
}

[[nodiscard]] Finding look_at_frequency() {
  const std::string governor = frequency_governor();
  if (!governor.empty() && governor != "performance") {
    return {"frequency", "warn", "governor " + governor, "cpupower frequency-set -g performance, for steadier times"};
  }
  return {"frequency", "ok", governor.empty() ? "not told by the system" : "governor performance"};
}

[[nodiscard]] Finding look_at_virtual_machine() {
  std::ifstream file("/proc/cpuinfo");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.find(" hypervisor") != std::string::npos) {
    return {"machine", "warn", "virtual", "other guests disturb: trust ratios of one interleaved run, not times"};
  }
  return {"machine", "ok", "not virtual, or it does not tell"};
}

[[nodiscard]] Finding look_at_load() {
  std::array<double, 1> load{};
  if (::getloadavg(load.data(), 1) != 1) {
    return {"load", "ok", "not told by the system"};
  }
  const double cores = std::max(1U, std::thread::hardware_concurrency());
  const std::string found =
      fmt::format("{:.1f} processes wanted to run in the last minute, on {:.0f} cores", load[0], cores);
  if (load[0] > kBusy * cores) {
    return {"load", "warn", found, "end other programs before you measure"};
  }
  return {"load", "ok", found};
}

[[nodiscard]] Finding look_at_shared_memory() {
  struct statvfs status {};

  if (::statvfs("/dev/shm", &status) != 0) {
    return {"shared memory", "warn", "there is no /dev/shm", "ranks of a node then talk through slower means"};
  }
  const auto free = static_cast<Bytes>(status.f_bavail) * static_cast<Bytes>(status.f_frsize);
  const std::string found = fmt::format("{} free in /dev/shm", format_bytes(free));
  if (free < kLittleSharedMemory) {
    return {"shared memory", "warn", found,
            "MPI fails or slows down: remove old files there; containers: --shm-size=1g"};
  }
  return {"shared memory", "ok", found};
}

int run(const Arguments& arguments) {
  RecordWriter writer(arguments.one_of("format", record_formats()));
  std::unique_ptr<RealWorld> world;
  if (is_launched() && !mpi_library().empty()) {
    world = start_real_world();
  }
  if (launched_rank() > 0) {
    return 0;
  }
  bool failed = false;
  for (const Finding& finding :
       {look_at_mpi(), look_at_launcher(world.get()), look_at_cores(world.get()), look_at_binding(world.get()),
        look_at_clock(), look_at_frequency(), look_at_virtual_machine(), look_at_load(), look_at_shared_memory()}) {
    writer.add({{"check", std::string(finding.check)},
                {"verdict", std::string(finding.verdict)},
                {"found", finding.found},
                {"advice", finding.advice}});
    failed = failed || finding.verdict == "fail";
  }
  writer.finish();
  return failed ? 1 : 0;
}

}  // namespace

constinit const Command doctor_command{
    .name = "doctor",
    .operands = "",
    .brief = "what of this machine, MPI and launch disturbs measurements, with advice",
    .details =
        "Looks at the MPI library, launcher, cores, binding, clock, frequency, load and shared memory.\n"
        "Under mpirun it sees more. Exit code 1 if something is missing without which nothing can be\n"
        "measured.",
    .operands_min = 0,
    .operands_max = 0,
    .options = kOptions,
    .examples = {"mpirun -n 2 ringwood doctor", "mpirun -n 2 --bind-to core ringwood doctor --format json",
                 "mpirun -n 1 ringwood doctor"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
