#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/decision.hpp"
#include "ringwood/select.hpp"
#include "ringwood/visibility.hpp"

/// Choosing an algorithm out of several sources, explained. Everything that knows a machine, a simulator or a verifier
/// is a function passed in.
namespace RINGWOOD_PUBLIC ringwood {

/// Why a schedule may not be taken, or nothing: levels of reproducibility, limits of scratch memory, ...
using Objection = std::function<std::string(const Schedule& schedule)>;

/// Expressions of the algorithm with parameters that are worth trying; its defaults first. With the sides of a grid
/// also those that follow it, on one port and on all that it has.
[[nodiscard]] std::vector<std::string> variants_of(const Algorithm& algorithm, std::span<const Rank> grid = {});

/// Expressions made of several algorithms that are worth trying where ranks are placed so: rings and the like in the
/// order of the machine, allreduces over its levels. Empty where all ranks are equally near.
[[nodiscard]] std::vector<std::string> compositions_of(Collective collective, Catalogue catalogue,
                                                       const Placement& placement);

/// One expression that was considered.
struct ModelOption {
  std::string algorithm;
  double estimated_s = 0;   ///< closed form; at least that much where it is far behind
  double predicted_s = -1;  ///< of the short list only; negative: not predicted
  std::string why_not;      ///< not empty: it may not be taken, and this is why

  [[nodiscard]] bool predicted() const { return predicted_s >= 0; }

  [[nodiscard]] double seconds() const { return predicted() ? predicted_s : estimated_s; }
};

class ClosedForms;

/// How far the cost model goes.
struct ModelEffort {
  /// Candidates are predicted whose estimate is at most so many times the best prediction. Estimates let nobody wait
  /// and nothing overlap, and are off by about that much.
  double factor = 2;
  std::size_t most_predictions = std::numeric_limits<std::size_t>::max();
  bool variants = true;  ///< tries parameters too, not only the defaults
  /// Predictions within this part of the best one (0.05: 5 %) are as good as it: the model knows no better. Of those,
  /// what sends the fewest messages is taken, which is off by least; where `forms` tell what messages cost, what is
  /// best if they cost half as much again.
  double tie = 0;
  /// What is known already of the same question at other sizes (lib/select/closed_form.hpp): estimates come from there,
  /// and are as good as predictions where there is none. nullptr: they come from the programs of a few ranks. Not
  /// owned; the objection must not depend on the size.
  ClosedForms* forms = nullptr;
};

/// Candidates by the cost model: all are estimated, the promising ones predicted. Best first, those that may not be
/// taken last; predicted ones come before those that are only estimated. Never empty unless the library has no
/// algorithm for the collective.
[[nodiscard]] std::vector<ModelOption> model_options(const SelectionQuestion& question, const Library& library,
                                                     const CostView& costs, const Predictor& predictor,
                                                     const Objection& objection, const ModelEffort& effort);

enum class DecisionSource { kForced, kTable, kModel };

[[nodiscard]] std::string_view name_of(DecisionSource source);

/// An algorithm that somebody demands.
struct ForcedAlgorithm {
  std::string algorithm;  ///< empty: nothing is demanded
  std::string origin;     ///< "--algorithm", "RINGWOOD_ALLREDUCE", "FILE:3"
};

/// What was decided, and why.
struct Decision {
  std::string algorithm;  ///< an expression, or "native"
  DecisionSource source = DecisionSource::kModel;
  std::string reason;                ///< a sentence
  std::vector<ModelOption> options;  ///< of the model
};

/// What decides; first come, first served. All of it must be the same on all ranks.
struct DecisionSources {
  std::span<const ForcedAlgorithm> forced = {};  ///< by precedence: policy, environment, file
  const DecisionTable* table = nullptr;
  Rank nodes = 1;       ///< that the ranks are on, for the table
  bool native = false;  ///< whether "native" can be had
  Objection objection = nullptr;
  std::function<std::vector<ModelOption>()> model;
};

/// Throws Error(kUsage) that names the origin if what is forced does not parse or cannot do the problem, and if nothing
/// can do it.
[[nodiscard]] Decision decide(const SelectionQuestion& question, const Library& library,
                              const DecisionSources& sources);

/// Which of several sizes' decisions holds, without allocating and in constant time: one look at a table by the number
/// of the size's bits, then as many comparisons as there are borders within the same power of two.
class SizeIndex {
 public:
  /// `borders` are the least sizes of the second, third, ... decision, ascending and above 0. At most 65534.
  explicit SizeIndex(std::span<const Bytes> borders);

  /// 0 below the first border; the number of borders from the last one on.
  [[nodiscard]] std::size_t find(Bytes bytes) const noexcept;

 private:
  std::vector<Bytes> borders_;             // ended by the largest number
  std::array<std::uint16_t, 65> first_{};  // by number of bits: the first border that may be above
};

/// What is wrong between results of one machine that cannot be right together, and what to do about it.
struct Inconsistency {
  std::string message;
};

/// One result: seconds for so many bytes.
struct ResultPoint {
  Collective collective = Collective::kAllreduce;
  std::string algorithm;
  Rank ranks = 1;
  Bytes bytes = 0;
  double seconds = 0;
};

/// Checks the best results of each point against each other: an allreduce takes no longer than a reduce-scatter and an
/// allgather; fewer bytes take no longer than more; fewer ranks no longer than more. Differences up to `tolerance`
/// (0.05: 5 %) are not told.
[[nodiscard]] std::vector<Inconsistency> inconsistencies(const std::vector<ResultPoint>& results, double tolerance);

}  // namespace ringwood
