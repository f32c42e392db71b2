#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ringwood/decision.hpp"
#include "ringwood/decision_files.hpp"

namespace ringwood {

/// What all writers need, and the warnings that they gather.
class DecisionWriting {
 public:
  DecisionWriting(const DecisionTarget& target, const DecisionExportOptions& options)
      : target_(target), options_(options) {}

  [[nodiscard]] const DecisionTarget& target() const { return target_; }

  [[nodiscard]] const DecisionExportOptions& options() const { return options_; }

  void warn(std::string message) { warnings_.push_back(std::move(message)); }

  /// Turns losses into warnings about what the target calls `collective`.
  void warn_of(std::string_view collective, const std::vector<DecisionLoss>& losses);

  /// Throws Error(kUsage) if `text` says nothing because nothing could be said.
  [[nodiscard]] DecisionExport finish(std::string text, std::string usage, std::size_t rules) const;

  /// "FILE", or what the options call it.
  [[nodiscard]] std::string file_name() const;

 private:
  const DecisionTarget& target_;
  const DecisionExportOptions& options_;
  std::vector<std::string> warnings_;
};

/// Lines of comment that say where a table comes from, without the sign that begins a comment.
[[nodiscard]] std::vector<std::string> provenance_lines(const DecisionTable& table);

/// Rules of one number of ranks, in the order of their sizes.
struct RankBlock {
  CountRange ranks;
  Rank at_ranks = 0;
  std::vector<DecisionRule> rules;
};

/// Rules whose ranges of ranks are the same, together; by number of ranks.
[[nodiscard]] std::vector<RankBlock> blocks_of(const std::vector<DecisionRule>& rules);

/// "4KiB..64KiB, 16 ranks".
[[nodiscard]] std::string region_text(const CountRange& ranks, const CountRange& bytes);

// One format a file.
[[nodiscard]] DecisionExport write_open_mpi_classic(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_open_mpi_json(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_mpich(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_ucc(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_one_ccl(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_intel_mpi(const DecisionTable& table, DecisionWriting& writing);
[[nodiscard]] DecisionExport write_nccl(const DecisionTable& table, DecisionWriting& writing);

[[nodiscard]] DecisionReading read_open_mpi(std::string_view text, const DecisionTarget& target);
[[nodiscard]] DecisionReading read_mpich(std::string_view text, const DecisionTarget& target);
[[nodiscard]] DecisionReading read_ucc(std::string_view text, const DecisionTarget& target);

}  // namespace ringwood
