#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Numbers from `least` to `most`, both included.
struct CountRange {
  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  std::int64_t least = 0;
  std::int64_t most = kUnlimited;

  [[nodiscard]] bool contains(std::int64_t value) const { return least <= value && value <= most; }

  [[nodiscard]] bool empty() const { return most < least; }

  friend bool operator==(const CountRange&, const CountRange&) = default;
};

/// Which algorithm is taken where. Sizes are those of the whole vector, as everywhere in Ringwood.
struct DecisionRule {
  CountRange ranks{1, CountRange::kUnlimited};
  CountRange nodes{1, CountRange::kUnlimited};
  CountRange bytes;
  std::string algorithm;          ///< an expression (expression.hpp), or "native"
  std::vector<std::string> ties;  ///< as good as far as is known; the next to try where the first cannot do it
  Rank at_ranks = 0;              ///< the number of ranks of the samples that it stands on; 0: unknown

  friend bool operator==(const DecisionRule&, const DecisionRule&) = default;
};

/// One algorithm's time at one point, and the interval that it is known to be in (the same three times if simulated).
struct DecisionTiming {
  std::string algorithm;  ///< an expression, "native", or "native:algorithm=NAME" for one of the MPI library's own
  double seconds = 0;
  double low = 0;
  double high = 0;

  friend bool operator==(const DecisionTiming&, const DecisionTiming&) = default;
};

/// Whether it is an algorithm that the MPI library was told to take: measured, but nothing that a rule may name.
[[nodiscard]] constexpr bool is_forced_native(std::string_view algorithm) {
  return algorithm.starts_with("native:");
}

/// What was measured or simulated at one point.
struct DecisionSample {
  Rank ranks = 1;
  Rank nodes = 1;
  Bytes bytes = 0;
  std::vector<DecisionTiming> times;

  friend bool operator==(const DecisionSample&, const DecisionSample&) = default;
};

/// The first rule that fits is taken.
struct CollectiveDecisions {
  Collective collective = Collective::kAllreduce;
  std::vector<DecisionRule> rules;
  std::vector<DecisionSample> samples;

  friend bool operator==(const CollectiveDecisions&, const CollectiveDecisions&) = default;
};

/// Where a table comes from; every text may be empty.
struct DecisionProvenance {
  std::string source;  ///< "simulated" or "measured"
  std::string model;
  std::string machine;
  std::string map;
  std::string mpi;
  std::string date;  ///< YYYY-MM-DD
  std::string type;  ///< of the elements
  std::string op;    ///< reduction operator, as `--op` takes it

  friend bool operator==(const DecisionProvenance&, const DecisionProvenance&) = default;
};

/// Where a table is about to be used.
struct DecisionSurroundings {
  std::string mpi;                ///< "Open MPI 4.1.4"
  std::string strange_host = {};  ///< one that the table was not measured on; empty if there is none
};

/// Whether the table was measured on that host, or says nothing of hosts.
[[nodiscard]] bool knows_host(const DecisionProvenance& provenance, std::string_view host);

/// What makes the table one for somewhere else, as "it is for MPI A, and this is B; ..."; empty if nothing does. What
/// the table does not tell is no difference, and a simulated one tells of no host.
[[nodiscard]] std::string differences(const DecisionProvenance& provenance, const DecisionSurroundings& here);

/// A decision table: what is known about which algorithm is best, for one machine.
struct DecisionTable {
  DecisionProvenance provenance;
  std::vector<CollectiveDecisions> collectives;

  [[nodiscard]] const CollectiveDecisions* find(Collective collective) const;

  friend bool operator==(const DecisionTable&, const DecisionTable&) = default;
};

/// What is asked of a table.
struct DecisionQuery {
  Rank ranks = 1;
  Rank nodes = 1;
  Bytes bytes = 0;
};

/// The rule for it, or nullptr if the table has none.
[[nodiscard]] const DecisionRule* find_rule(const CollectiveDecisions& decisions, const DecisionQuery& query);

/// How safe an algorithm is to take where several are as fast: the more, the safer.
using Safety = std::function<int(std::string_view algorithm)>;

/// Rules out of samples. Between two numbers of ranks (nodes, bytes) the border is at their geometric mean. At a point,
/// algorithms are tied whose interval begins within `tolerance` of where the fastest one's ends, unless they take 5 %
/// longer; of those, the safest is taken, and among equally safe ones the neighbouring point's choice, or else the
/// fastest.
[[nodiscard]] std::vector<DecisionRule> rules_of(const std::vector<DecisionSample>& samples, const Safety& safety,
                                                 double tolerance);

/// What a table loses where not every algorithm can be had.
struct DecisionLoss {
  CountRange ranks;
  CountRange bytes;
  std::string wanted;
  std::string instead;  ///< empty: nothing in its place
  double factor = 0;    ///< how much longer it takes, as 1.25; 0: unknown
};

struct TranslatedDecisions {
  std::vector<DecisionRule> rules;
  std::vector<DecisionLoss> losses;
};

/// What another system calls the algorithm at that point, or nothing if it has none.
using Translation = std::function<std::optional<std::string>(std::string_view algorithm, Rank ranks, Bytes bytes)>;

/// What measurements of an MPI library's own algorithms ("native:...") are to a translation.
enum class NativeTimings {
  kForeign,  ///< nothing: the other system is not that library
  kOwn,      ///< it is: where there are some, they count, and the times of our schedules do not
};

/// The decisions in another system's words: at each point the best of what it has. Rules without samples keep what can
/// be translated. With `ignore_nodes`, samples of fewer nodes are left out where there are others for as many ranks.
[[nodiscard]] TranslatedDecisions translated(const CollectiveDecisions& decisions, const Translation& translation,
                                             bool ignore_nodes, NativeTimings native = NativeTimings::kForeign);

/// Ringwood's own form, lib/decision/decisions.schema.json. Equal tables give equal bytes.
[[nodiscard]] std::string write_decision_table(const DecisionTable& table);

/// Throws Error(kInput) as "NAME:LINE:COLUMN: ..." for whatever is not a table of this version, unknown algorithms of
/// `library` included: a table is taken whole or not at all.
[[nodiscard]] DecisionTable read_decision_table(std::string_view text, const std::string& name, const Library& library);

}  // namespace ringwood
