// ringwood probe: measures the machine that it runs on, and writes it down for `simulate --machine FILE`.

#include <fmt/format.h>

#include <thread>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/probe_samples.hpp"
#include "tools/cli/real.hpp"
#include "topology/machine.hpp"
#include "topology/machine_file.hpp"

namespace ringwood::cli {

namespace {

// A fit that is further off than that does not describe the machine.
constexpr double kWorstMedianError = 0.5;

constexpr OptionUse kOptions[]{{.name = "write"}, {.name = "quiet"}};

[[nodiscard]] std::string row(const LogGops& parameters, const ProbePoint& point) {
  const auto time = [](double seconds) { return format_time(static_cast<Picoseconds>(seconds * 1e12)); };
  const double predicted = predicted_one_way(parameters, point.bytes);
  return fmt::format("{:>8}  {:>10}  {:>10}  {:>10}  {:>10}  {:>+8.0f} %  {:>+8.0f} %\n", format_bytes(point.bytes),
                     time(point.one_way), time(point.exchange), time(point.gap), time(predicted),
                     (predicted / point.one_way - 1) * 100, (predicted / point.exchange - 1) * 100);
}

/// The fit, and every measured point beside what it says.
[[nodiscard]] std::string as_text(const ProbeSamples& samples, const ProbeFit& result) {
  const LogGops& p = result.parameters;
  const auto per_byte = [](TimePerByte time) { return static_cast<double>(time.scaled) / 4294967296.0 / 1000; };
  std::string text =
      fmt::format("{}: L {}, o {}, g {}, G {:.4f} ns, O {:.4f} ns, S {}\n\n", samples.distance, format_time(p.L),
                  format_time(p.o), format_time(p.g), per_byte(p.G), per_byte(p.O), format_bytes(p.S));
  text += fmt::format("{:>8}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}  {:>10}\n", "bytes", "one way", "exchange", "gap",
                      "model", "of one way", "of exch.");
  for (const ProbePoint& point : samples.points) {
    text += row(p, point);
  }
  return text + fmt::format("median error {:.0f} %, worst of an exchange {:.0f} %\n\n", result.median_error * 100,
                            result.worst_error * 100);
}

[[nodiscard]] LogGops fitted(const ProbeSamples& samples, std::string& text) {
  const ProbeFit result = fit(samples);
  text += as_text(samples, result);
  if (result.median_error > kWorstMedianError) {
    throw Error(ErrorKind::kSystem,
                fmt::format("the measurements {} do not fit the model (median error {:.0f} %): nothing is written; try "
                            "again on a quieter machine",
                            samples.distance, result.median_error * 100));
  }
  return result.parameters;
}

[[nodiscard]] Machine machine_of(const ProbeResult& probed, std::string& text) {
  Machine machine = make_machine(fmt::format("crossbar:hosts={}", probed.hosts));
  // More ranks than were started may be simulated on a host: as many as it has cores.
  const auto cores = static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  machine.ranks_per_host = std::max<std::int32_t>(probed.ranks_per_host, cores);
  machine.gamma = TimePerByte::from_picoseconds(probed.gamma * 1e12);
  if (probed.inside_host) {
    machine.inside_host = fitted(*probed.inside_host, text);
  }
  if (probed.between_hosts) {
    const LogGops parameters = fitted(*probed.between_hosts, text);
    const double bytes_per_second =
        4294967296.0 * 1e12 / static_cast<double>(std::max<std::uint64_t>(parameters.G.scaled, 1));
    const std::int32_t per_host = machine.ranks_per_host;
    const LogGops inside = machine.inside_host;
    const TimePerByte gamma = machine.gamma;
    machine = make_machine(fmt::format("crossbar:hosts={},bandwidth={:.0f}B/s,latency={}ps,hop=0ps", probed.hosts,
                                       bytes_per_second, parameters.L / 2));
    machine.ranks_per_host = per_host;
    machine.inside_host = inside;
    machine.gamma = gamma;
    machine.between_hosts = parameters;
  }
  return machine;
}

int run(const Arguments& arguments) {
  const std::unique_ptr<RealWorld> world = start_real_world();
  const ProbeResult probed = probe_ranks();
  world->on_first([&] {
    std::string text;
    const Machine machine = machine_of(probed, text);
    print(text + fmt::format("reducing a byte of a float sum in the cache: {:.4f} ns\n", probed.gamma * 1e9));
    if (arguments.given("write")) {
      write_machine_file(machine, arguments.text("write"));
      if (!arguments.given("quiet")) {
        remark("wrote " + arguments.text("write"));
      }
    }
  });
  return 0;
}

}  // namespace

constinit const Command probe_command{
    .name = "probe",
    .operands = "",
    .brief = "measures the machine it runs on (under mpirun) and writes a machine file",
    .details =
        "Fits LogGOPS parameters to messages between ranks of one host and of two, and\n"
        "shows how far each measurement is from the fit. The file is a machine:\n"
        "`ringwood simulate --machine FILE`.",
    .operands_min = 0,
    .operands_max = 0,
    .options = kOptions,
    .examples = {"mpirun -n 2 ringwood probe", "mpirun -n 2 ringwood probe --write machine.json",
                 "mpirun -n 2 --hostfile two-nodes ringwood probe --write cluster.json"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
