#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "ringwood/choose.hpp"
#include "select/closed_form.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/setup.hpp"
#include "tools/cli/simulation.hpp"

namespace ringwood::cli {

/// What narrows the candidates, as the options say.
struct SelectionLimits {
  SelectionLimits() = default;

  /// Reads `--allow`, `--deny`, `--reproducibility` and `--scratch`. Throws Error(kUsage).
  explicit SelectionLimits(const Arguments& arguments);

  std::vector<std::string> allow;  ///< names; empty: all
  std::vector<std::string> deny;
  int reproducibility = 0;
  double scratch_bytes = -1;  ///< of one rank; below 0: no limit
};

/// Chooses on one site by the cost model: closed form for all, simulation for the promising. Refers to its arguments.
class ModelChoice {
 public:
  ModelChoice(const Site& site, const Arguments& arguments, const SimulationSettings& settings,
              SelectionLimits limits = {});

  /// Best first; those that may not be taken last. `best` is set to the report of the fastest that was simulated, which
  /// then is the first: nothing if none was.
  [[nodiscard]] std::vector<ModelOption> options(Collective collective, Bytes bytes, const ModelEffort& effort,
                                                 std::optional<SimulationReport>* best = nullptr) const;

  /// What is asked of `collective` for a vector of so many bytes.
  [[nodiscard]] SelectionQuestion question(Collective collective, Bytes bytes) const;

  /// Why the schedule may not be taken for a vector of so many bytes, or nothing.
  [[nodiscard]] std::string objection(const Schedule& schedule, Bytes bytes) const;

  /// Simulated seconds.
  [[nodiscard]] double simulated(const Schedule& schedule, const Layout& layout) const;

  /// The same for a vector of so many bytes; negative if that would take too long.
  [[nodiscard]] double affordable_seconds(const Schedule& schedule, Bytes bytes) const;

  /// The hosts that the ranks are on.
  [[nodiscard]] Rank nodes() const { return nodes_; }

 private:
  struct Qualities {
    int reproducibility = 0;
    double scratch_per_byte = 0;
  };

  [[nodiscard]] const Qualities& qualities(const Schedule& schedule) const;
  [[nodiscard]] const Effort& effort(const Schedule& schedule) const;

  const Site& site_;
  const Arguments& arguments_;
  SimulationOptions options_;
  SelectionLimits limits_;
  Bytes element_size_;
  Rank nodes_;
  CostView costs_;
  mutable std::map<Collective, ClosedForms> forms_;
  mutable std::map<std::string, Qualities> known_;  // by expression
  mutable std::map<std::string, Effort> efforts_;   // the same
};

/// The library's built-in algorithms by how safe they are to take (decision.hpp).
[[nodiscard]] int safety_of(Collective collective, std::string_view algorithm);

}  // namespace ringwood::cli
