#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "decision/findings.hpp"
#include "decision/writers.hpp"
#include "ringwood/collective.hpp"

/// What Open MPI's coll/tuned knows, and what it makes of a rules file, in whichever form that is.
namespace ringwood::open_mpi {

inline constexpr int kCollectives = 22;

/// By id: "allgather", "allgatherv", ...; as the reader of JSON knows them.
[[nodiscard]] std::string_view collective_name(int id);

/// The id, or -1.
[[nodiscard]] int collective_named(std::string_view name);

struct TheirAlgorithm {
  int collective;
  int id;
  std::string_view name;  ///< as 6.x takes it in JSON
  int since_major = 4;    ///< the first version that has it
  bool segments = false;  ///< reads the segment size
  bool fan = false;       ///< reads the fan-in/out
  bool requests = false;  ///< reads max_requests
  bool unsafe = false;    ///< gives wrong results if the operator does not commute
  bool only_two = false;  ///< fails unless there are two ranks
};

/// The algorithm of that id in that version, or nullptr. Id 0, the built-in table, is none.
[[nodiscard]] const TheirAlgorithm* find_algorithm(int collective, std::int64_t id, const DecisionTarget& target);
[[nodiscard]] const TheirAlgorithm* find_algorithm(int collective, std::string_view name, const DecisionTarget& target);

/// The names of that version for the collective, in the order of their ids.
[[nodiscard]] std::vector<std::string> algorithm_names(int collective, const DecisionTarget& target);

/// Where rules of 6.x hold.
enum class Distribution { kAny, kOnePerNode, kSingleNode };

/// A rule as it is in effect; the first that fits is taken.
struct Rule {
  int collective = 0;
  CountRange ranks{0, CountRange::kUnlimited};
  CountRange bytes;  ///< by Open MPI's definition of the size
  Distribution distribution = Distribution::kAny;
  std::int64_t algorithm = 0;
  std::int64_t fan = 0;
  std::int64_t segment = 0;
  std::int64_t requests = 0;
  bool implied = false;  ///< stands in no file: what matches nothing else is left to the built-in table
  FilePlace place;
};

/// Looks at every rule that is in effect: algorithms that do not exist, fail or give wrong results, parameters that
/// nobody reads, rules behind others, sizes that mean something else.
void check_rules(const std::vector<Rule>& rules, const DecisionTarget& target, Findings& findings);

/// The rules in Ringwood's words.
[[nodiscard]] DecisionTable table_of(const std::vector<Rule>& rules, const DecisionTarget& target);

/// Ringwood's collective for Open MPI's, if there is one.
[[nodiscard]] std::optional<Collective> ours(int collective);

/// What Open MPI calls a choice of ours.
struct Choice {
  const TheirAlgorithm* algorithm = nullptr;
  std::int64_t fan = 0;
  std::int64_t segment = 0;
};

/// Open MPI's counterpart for `collective`, or nothing. Segments become bytes for vectors of that size.
[[nodiscard]] std::optional<Choice> counterpart(int collective, std::string_view algorithm, Rank ranks, Bytes bytes,
                                                const DecisionTarget& target);

/// The other way round: an expression of ours, or nothing.
[[nodiscard]] std::optional<std::string> expression_of(const Rule& rule, const DecisionTarget& target);

/// One collective's rules, ready to be written: sizes are Open MPI's, names its algorithms'.
struct Section {
  int collective = 0;
  std::vector<RankBlock> blocks;
  std::vector<std::vector<Choice>> choices;  ///< of each block, one a rule
};

/// What the table says to Open MPI; warnings go to `writing`.
[[nodiscard]] std::vector<Section> sections_of(const DecisionTable& table, DecisionWriting& writing);

/// The flags of mpirun, for all versions.
[[nodiscard]] std::string usage_of(const DecisionWriting& writing);

}  // namespace ringwood::open_mpi

namespace ringwood {

[[nodiscard]] DecisionReading read_open_mpi_classic(std::string_view text, const DecisionTarget& target);
[[nodiscard]] DecisionReading read_open_mpi_json(std::string_view text, const DecisionTarget& target);

}  // namespace ringwood
