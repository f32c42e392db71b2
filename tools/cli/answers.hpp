#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "sim/simulate.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/setup.hpp"
#include "topology/bounds.hpp"

namespace ringwood::cli {

/// The links with most use, the hottest first.
[[nodiscard]] std::vector<LinkUse> hottest_links(std::vector<LinkUse> links, std::size_t count);

/// What each link carries under messages that take the machine's routes, of a model that knows no links.
[[nodiscard]] std::vector<LinkUse> link_uses(const MessageLog& messages, const Site& site, Picoseconds time);

/// A link of the report, by name; "NIC of host 3, out".
[[nodiscard]] std::string name_of_link(const Topology& network, const LinkUse& use);

/// The links of one level together.
struct LinkLevel {
  std::string name;
  std::int64_t links = 0;  ///< that carried anything
  Bytes bytes = 0;
  double mean_use = 0;
  double highest_use = 0;
  double sensitivity = 0;  ///< relative change of time for a relative loss of bandwidth
};

[[nodiscard]] std::vector<LinkLevel> link_levels(const std::vector<LinkUse>& links, const Topology& network);

/// Fills in `levels` and `links` of a report (`--report`), the hottest first.
void add_links(nlohmann::json& report, const std::vector<LinkLevel>& levels, const std::vector<LinkUse>& links,
               const Topology& network);

/// Writes such reports as a list.
void write_reports(const std::string& file, const std::vector<std::string>& reports);

/// What a simulation was asked.
struct AskedPoint {
  std::string name;
  Demand demand;
};

/// Everything that a simulation can tell beyond its record: `--explain` as text, `--report` and `--trace` as files,
/// `--timeline` as a picture, `--sensitivity` by simulating again.
class Answers {
 public:
  /// Throws Error(kUsage) where text is asked for and `--format` is not table.
  explicit Answers(const Arguments& arguments);

  [[nodiscard]] bool wanted() const {
    return explains_ || draws_ || is_sensitive_ || !report_.empty() || !trace_.empty();
  }

  /// Makes a simulation keep what will be told. To be called before each; the options must outlive it.
  void prepare(SimulationOptions& options);

  /// Takes in what a simulation has found. `time_on`: simulates the same on another machine.
  void add(const AskedPoint& point, const SimulationReport& report, const Site& site,
           const std::function<Picoseconds(const Machine&)>& time_on);

  /// Prints the texts and writes the files.
  void finish();

 private:
  struct RoundTimes {
    std::int32_t round = 0;
    Picoseconds start = 0;
    Picoseconds end = 0;
    std::int64_t operations = 0;
  };

  void measure_sensitivity(std::vector<LinkLevel>& levels, const Site& site, Picoseconds time,
                           const std::function<Picoseconds(const Machine&)>& time_on) const;
  [[nodiscard]] std::vector<RoundTimes> rounds() const;
  [[nodiscard]] static std::string bounds_table(const AskedPoint& point, const SimulationReport& report,
                                                const Site& site);
  void explain(const std::vector<LinkLevel>& levels, const std::vector<LinkUse>& links, const SimulationReport& report,
               const Topology& network);
  [[nodiscard]] std::string json(const std::string& name, const std::vector<LinkLevel>& levels,
                                 const std::vector<LinkUse>& links, const SimulationReport& report,
                                 const Topology& network) const;

  bool explains_;
  bool draws_;
  bool is_sensitive_;
  std::string report_;
  std::string trace_;
  ServiceOrder order_ = ServiceOrder::kPosted;
  OperationLog operations_;
  MessageLog messages_;
  std::string texts_;
  std::vector<std::string> reports_;
  std::vector<std::string> traces_;
};

}  // namespace ringwood::cli
