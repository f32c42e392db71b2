#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "ringwood/ids.hpp"

namespace ringwood {

/// What the environment asks for beside algorithms. Rank 0's counts, so that all ranks agree.
struct Settings {
  bool shared_memory = true;  ///< RINGWOOD_SHARED_MEMORY: 0 sends all messages over MPI
  bool check = false;         ///< RINGWOOD_CHECK: 1 compares the ranks' arguments before each call
  bool verbose = false;       ///< RINGWOOD_VERBOSE: 1 says on standard error what is not as usual
  bool progress = false;      ///< RINGWOOD_PROGRESS: 1 has a thread go on with what is under way
  bool checksum = false;      ///< RINGWOOD_CHECKSUM: 1 has each message followed by its checksum
  bool report = false;        ///< RINGWOOD_REPORT: preloaded, leaves some calls to the MPI library, to compare
  /// RINGWOOD_MODEL_BUDGET: what a communicator's choices by the model of a machine may take, all together
  std::chrono::nanoseconds model_budget = std::chrono::milliseconds(5);
  std::chrono::milliseconds timeout{0};  ///< RINGWOOD_TIMEOUT: seconds that a rank waits for an answer; 0: for ever
  std::string record = {};     ///< RINGWOOD_RECORD: beginning of the names of files with the last calls; empty: none
  std::optional<Bytes> piece;  ///< RINGWOOD_PIECE: messages over MPI are cut in pieces of at most that; 0: whole
};

/// A variable's value, or nothing; nothing in a program that has more rights than who started it, which might be made
/// to read or write files by them.
[[nodiscard]] std::string value_of(const std::string& variable);

/// This process's settings as text, one a line.
[[nodiscard]] std::string settings_text();

/// The settings that such a text means. Throws Error(kUsage) that names the variable if it has no such meaning.
[[nodiscard]] Settings settings_from(const std::string& text);

}  // namespace ringwood
