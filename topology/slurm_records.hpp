#pragma once

#include <string_view>
#include <vector>

#include "topology/input_text.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// Who is below a switch or in a block, as hostlists. Parts of the text, for messages.
struct SlurmRecord {
  std::string_view name;
  std::string_view nodes;
  std::string_view switches;
};

struct SlurmRecords {
  bool blocks = false;  ///< of nodes, rather than switches
  std::vector<SlurmRecord> records;
};

/// The tree that the records are. Throws Error(kInput) with the place of what is missing, twice, or not connected.
[[nodiscard]] Machine slurm_machine(const InputText& input, const SlurmRecords& records);

}  // namespace ringwood
