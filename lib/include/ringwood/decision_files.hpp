#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/decision.hpp"
#include "ringwood/visibility.hpp"

/// Decision files of other libraries: writing them, and telling what a library will really do with one.
namespace RINGWOOD_PUBLIC ringwood {

/// A place in a text; both count from 1.
struct FilePlace {
  std::size_t line = 1;
  std::size_t column = 1;

  friend auto operator<=>(const FilePlace&, const FilePlace&) = default;
};

/// Who reads the file.
enum class DecisionReader { kOpenMpi, kMpich, kUcc, kOneCcl, kIntelMpi, kNccl };

/// A library and its version, as far as its files depend on it.
struct DecisionTarget {
  DecisionReader reader = DecisionReader::kOpenMpi;
  int major = 4;
  int minor = 1;
  int patch = 99;  ///< 99: the last

  [[nodiscard]] bool at_least(int wanted_major, int wanted_minor, int wanted_patch = 0) const;
};

/// "open-mpi-4.1", "open-mpi-5.0.6", "open-mpi-6", "mpich-4.0", "ucc", "oneccl", "intel-mpi", "nccl". Throws
/// Error(kUsage) that lists them.
[[nodiscard]] DecisionTarget parse_decision_target(std::string_view text);

/// As parse_decision_target reads it.
[[nodiscard]] std::string name_of(const DecisionTarget& target);

/// How to write a file.
struct DecisionExportOptions {
  /// The user asserts that all reductions commute: algorithms that give wrong results otherwise may be written.
  bool commutative_only = false;
  Rank ranks_per_node = 0;  ///< 0: unknown
  std::string file_name;    ///< what the flags call the file
  std::string splice;       ///< MPICH: the JSON to put the decisions into; empty: the trees of Ringwood
};

struct DecisionExport {
  std::string text;                   ///< of the file
  std::string usage;                  ///< the flags to use it, as one types them
  std::vector<std::string> warnings;  ///< what could not be said, and what that costs
};

/// The table as the target reads it. Throws Error(kUsage) if nothing of it can be said there.
[[nodiscard]] DecisionExport export_decisions(const DecisionTable& table, const DecisionTarget& target,
                                              const DecisionExportOptions& options);

enum class FindingLevel {
  kNote,     ///< good to know
  kWarning,  ///< not what the file seems to say
  kError,    ///< the file or a rule is dropped, or calls fail or give wrong results
};

/// Something that the target does with a file and that its author may not expect.
struct Finding {
  FilePlace place;
  FindingLevel level = FindingLevel::kNote;
  std::string code;  ///< a short name that does not change: "unsafe-operator"
  std::string message;
};

[[nodiscard]] std::string_view name_of(FindingLevel level);

/// What a target makes of a file.
struct DecisionReading {
  std::vector<Finding> findings;  ///< in the order of their places
  bool used = true;               ///< false: the target drops the whole file
  /// What is in effect, in Ringwood's names where there are such, otherwise as "open-mpi 1".
  DecisionTable table;
};

/// Reads a file as the target would. Bad files are findings, not errors; Error(kUsage) for targets whose files are
/// only written.
[[nodiscard]] DecisionReading read_as(std::string_view text, const DecisionTarget& target);

}  // namespace ringwood
