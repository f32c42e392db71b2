// ringwood probe: measures the machine that it runs on, and writes it down for `simulate --machine FILE`.

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/probe_reductions.hpp"
#include "tools/cli/probe_samples.hpp"
#include "tools/cli/real.hpp"
#include "topology/graph.hpp"
#include "topology/machine.hpp"
#include "topology/machine_file.hpp"

namespace ringwood::cli {

namespace {

// A fit that is further off than that does not describe the machine.
constexpr double kWorstMedianError = 0.5;

// Of the sizes, at which a short exchange took much longer than a long one: more is no accident of one size.
constexpr double kMostContradicting = 0.125;

constexpr OptionUse kOptions[]{{.name = "write"}, {.name = "budget", .fallback = "300ms"}, {.name = "quiet"}};

[[nodiscard]] std::string row(const LogGops& parameters, const ProbePoint& point) {
  const auto time = [](double seconds) { return format_time(static_cast<Picoseconds>(seconds * 1e12)); };
  const double one_way = predicted_one_way(parameters, point.bytes);
  const double exchange = predicted_exchange(parameters, point.bytes);
  return fmt::format("{:>8}  {:>10}  {:>10}  {:>+5.0f} %  {:>10}  {:>10}  {:>+5.0f} %  {:>10}\n",
                     format_bytes(point.bytes), time(point.one_way), time(one_way), (one_way / point.one_way - 1) * 100,
                     time(point.exchange), time(exchange), (exchange / point.exchange - 1) * 100,
                     point.gap == 0 ? "" : time(point.gap));
}

/// The fit, and every measured point beside what it says.
[[nodiscard]] std::string as_text(const ProbeSamples& samples, const ProbeFit& result) {
  const LogGops& p = result.parameters;
  const auto per_byte = [](TimePerByte time) { return time.picoseconds() / 1000; };
  std::string text =
      fmt::format("{}: L {}, o {}, g {}, G {:.4f} ns, S {}, and corrections by size\n", samples.distance,
                  format_time(p.L), format_time(p.o), format_time(p.g), per_byte(p.G), format_bytes(p.S));
  if (p.corrections->burst() > 0) {
    text += fmt::format("cables let {} bytes pass at once after a pause\n", p.corrections->burst());
  }
  text += "\n";
  text += fmt::format("{:>8}  {:>10}  {:>10}  {:>7}  {:>10}  {:>10}  {:>7}  {:>10}\n", "bytes", "one way", "model", "",
                      "exchange", "model", "", "gap");
  for (const ProbePoint& point : samples.points) {
    text += row(p, point);
  }
  text += "sizes that the fit does not know:\n";
  for (const ProbePoint& point : samples.checks) {
    text += row(p, point);
  }
  text += fmt::format(
      "median error of ping-pongs {:.0f} %, of other sizes {:.0f} %; of exchanges of other sizes {:.0f} %, without "
      "corrections {:.0f} %\n",
      result.error_of_one_way * 100, result.error_of_other_one_way * 100, result.error_of_checks * 100,
      result.error_without * 100);
  if (samples.dropped > 0) {
    text += fmt::format(
        "{:.0f} % of the passes were left out: this machine was faster or slower then than most of the time\n",
        samples.dropped * 100);
  }
  return text + "\n";
}

[[nodiscard]] LogGops fitted(const ProbeSamples& samples, std::string& text) {
  const ProbeFit result = fit(samples);
  text += as_text(samples, result);
  if (result.error_of_checks > kWorstMedianError) {
    throw Error(ErrorKind::kSystem,
                fmt::format("the measurements {} do not fit the model (median error {:.0f} %): nothing is written; try "
                            "again on a quieter machine",
                            samples.distance, result.error_of_checks * 100));
  }
  if (result.contradicting > kMostContradicting) {
    throw Error(ErrorKind::kSystem,
                fmt::format("at {:.0f} % of the sizes {} a message took much longer than one of more bytes, as on a "
                            "machine that is busy: nothing is written; try again on a quieter machine",
                            result.contradicting * 100, samples.distance));
  }
  return result.parameters;
}

/// Hosts on one switch, or on one a group with a switch in the middle.
[[nodiscard]] std::shared_ptr<const Topology> network_of(const ProbeNetwork& found, const LogGops& costs) {
  if (found.hosts.size() == 1) {
    return make_machine("crossbar:hosts=1").network;
  }
  const double bandwidth = 4294967296.0 * 1e12 / static_cast<double>(std::max<std::uint64_t>(costs.G.scaled, 1));
  const auto hosts = static_cast<Host>(found.hosts.size());
  const std::size_t groups = *std::max_element(found.groups.begin(), found.groups.end()) + 1;
  std::vector<std::string> names = found.hosts;
  std::vector<Link> links;
  const auto connect = [&links](Vertex a, Vertex b, double rate, Picoseconds latency) {
    links.push_back({a, b, rate, latency});
    links.push_back({b, a, rate, latency});
  };
  for (Host host = 0; host < hosts; ++host) {
    connect(host, hosts + static_cast<Vertex>(found.groups[static_cast<std::size_t>(host)]), bandwidth, costs.L / 2);
  }
  for (std::size_t group = 0; group < groups; ++group) {
    names.push_back(fmt::format("switch {}", group));
  }
  if (groups > 1) {
    names.emplace_back("core");
    const auto far = static_cast<Picoseconds>(found.far_latency * 1e12);
    for (std::size_t group = 0; group < groups; ++group) {
      const auto size = static_cast<double>(std::count(found.groups.begin(), found.groups.end(), group));
      // Nothing above what the hosts themselves can send was seen.
      const double rate = found.uplinks[group] > 0 ? std::min(found.uplinks[group], size * bandwidth) : bandwidth;
      connect(hosts + static_cast<Vertex>(group), hosts + static_cast<Vertex>(groups), rate, far / 2);
    }
  }
  return make_graph(std::move(names), hosts, std::move(links));
}

[[nodiscard]] std::string as_text(const ProbeNetwork& found) {
  std::string text;
  for (std::size_t group = 0; group < found.uplinks.size(); ++group) {
    std::string members;
    for (std::size_t host = 0; host < found.hosts.size(); ++host) {
      if (found.groups[host] == group) {
        members += " " + found.hosts[host];
      }
    }
    text += fmt::format("group {}:{}; {:.4g} MB/s to and from the others, {} more latency\n", group, members,
                        found.uplinks[group] / 1e6, format_time(static_cast<Picoseconds>(found.far_latency * 1e12)));
  }
  return text.empty() ? text : text + "\n";
}

[[nodiscard]] Machine machine_of(const ProbeResult& probed, std::string& text) {
  LogGops inside = make_machine("crossbar:hosts=1").inside_host;
  LogGops between;
  if (probed.inside_host) {
    inside = fitted(*probed.inside_host, text);
  }
  if (probed.between_hosts) {
    between = fitted(*probed.between_hosts, text);
    text += as_text(probed.network);
  }
  // More ranks than were started may be simulated on a host: as many as it has cores.
  const auto cores = static_cast<std::int32_t>(std::max(1U, std::thread::hardware_concurrency()));
  Machine machine =
      machine_on(network_of(probed.network, between), std::max<std::int32_t>(probed.ranks_per_host, cores));
  machine.inside_host = inside;
  machine.between_hosts = between;
  machine.reductions = std::make_shared<const ReductionCosts>(*probed.reductions);
  machine.gamma = {machine.reductions->of(ElementType::kFloat, ReduceOperator::kSum)->cached};
  return machine;
}

int run(const Arguments& arguments) {
  const Picoseconds budget = parse_time(arguments.text("budget"), "--budget");
  const std::unique_ptr<RealWorld> world = start_real_world();
  const ProbeResult probed = probe_ranks(seconds(budget));
  world->on_first([&] {
    std::string text;
    const Machine machine = [&] {
      try {
        return machine_of(probed, text);
      } catch (const Error&) {
        print(text);  // what does not fit is what a user wants to see
        flush_output();
        throw;
      }
    }();
    print(text + cli::as_text(*machine.reductions));
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
        "Fits LogGOPS parameters to messages between ranks of one host and of two, as the library sends\n"
        "them and with all pairs at once, with corrections for every range of sizes; and shows how far each\n"
        "measurement is from the fit, also at sizes that it does not know. All sizes are measured in turn,\n"
        "again and again, and passes in which the machine was faster or slower than most of the time are\n"
        "left out: what is written holds for how the machine was then. Hosts that slow each other down on\n"
        "their way to others become groups with a cable of that bandwidth. The file is a machine: `ringwood\n"
        "simulate --machine FILE`, and RINGWOOD_MACHINE=FILE for real runs, which then choose by it. Cables\n"
        "that let a burst pass before they limit a rate are known to the flow model only, for which the file\n"
        "says how long the burst is. Reductions are timed for each type and operator, in the caches and from memory, "
        "all ranks at\n"
        "once: `simulate` takes those of --type and --op. --budget is for each of some hundred\n"
        "other measurements, over all passes.",
    .operands_min = 0,
    .operands_max = 0,
    .options = kOptions,
    .examples = {"mpirun -n 2 ringwood probe", "mpirun -n 2 ringwood probe --write machine.json",
                 "mpirun -n 2 --hostfile two-nodes ringwood probe --write cluster.json"},
    .run = run,
    .over_ranks = true,
};

}  // namespace ringwood::cli
