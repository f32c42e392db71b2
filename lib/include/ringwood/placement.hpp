#pragma once

#include <string>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Who is near whom, as far as algorithms need to know: for each level of the machine, innermost first, the group
/// (node, rack, ...) that each rank belongs to.
struct Placement {
  struct Level {
    std::string name;            ///< "node", "rack"
    std::vector<Rank> group_of;  ///< one entry a rank; groups are numbered from 0
  };

  std::vector<Level> levels;
};

}  // namespace ringwood
