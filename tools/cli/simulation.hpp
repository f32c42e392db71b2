#pragma once

#include <optional>
#include <span>
#include <vector>

#include "sim/simulate.hpp"
#include "tools/cli/answers.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

/// How to simulate, as the options say.
struct SimulationSettings {
  /// Throws Error(kUsage) for `--model` and `--loggops-form` that do not exist.
  explicit SimulationSettings(const Arguments& arguments);

  SimulationOptions options;
  std::string model;
  bool always_critical_path = false;
  bool stats = false;
};

/// Adds how messages of the flow model share the machine's links: `routing`, `fairness`, `hottest_link` and its use.
void add_sharing(Record& record, const FlowReport& report, const Machine& machine, const FlowOptions& options);

/// One point: what is simulated on a site.
struct SimulationPoint {
  Collective collective;
  const Choice& choice;
  Bytes bytes;
};

/// Simulates points on one site and makes records of them. Refers to its arguments.
class Simulator {
 public:
  /// `answers` get all that is found besides the records, if there are any.
  Simulator(const Site& site, const Arguments& arguments, const SimulationSettings& settings,
            Answers* answers = nullptr);

  /// The record with the fields of cli.md, or nothing where "all" stands for an algorithm that cannot do it.
  [[nodiscard]] std::optional<Record> record(const SimulationPoint& point) const;

  /// The records of points that differ in their sizes only and whose algorithm is named, which are valid: what they
  /// have in common is done once (simulate_points).
  [[nodiscard]] std::vector<Record> records(std::span<const SimulationPoint> points) const;

  /// Nothing but the simulated seconds, of a point whose algorithm is named.
  [[nodiscard]] double time_s(const SimulationPoint& point) const;

  /// The record of any schedule for the site's ranks, under a name of the caller's.
  [[nodiscard]] Record record(const Schedule& schedule, const AlgorithmName& name, Bytes bytes) const;

 private:
  /// `known`: what simulating it without a log gave, if that was done.
  [[nodiscard]] Record record(const Schedule& schedule, const AlgorithmName& name, Bytes bytes,
                              std::optional<SimulationReport> known) const;
  [[nodiscard]] SimulationReport evaluate(const Schedule& schedule, const Layout& layout,
                                          std::optional<SimulationReport> known) const;
  void tell(const Schedule& schedule, const Layout& layout, const AlgorithmName& name,
            const SimulationReport& report) const;
  [[nodiscard]] Choice selected(const SimulationPoint& point, std::optional<SimulationReport>& known) const;

  const Site& site_;
  const Arguments& arguments_;
  const SimulationSettings& settings_;
  Answers* answers_;
  Bytes element_size_;
  std::vector<Straggler> stragglers_;
};

}  // namespace ringwood::cli
