#include "api/policies.hpp"

#include <string>
#include <utility>

#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {

namespace {

constexpr int kMostReproducible = 5;

// A proof takes memory of ranks x chunks.
constexpr Rank kMostRanksProved = 256;

std::string against_reproducibility(const Schedule& schedule, int demanded) {
  if (schedule.ranks() > kMostRanksProved) {
    return "its reproducibility is not proved for more than " + std::to_string(kMostRanksProved) + " ranks";
  }
  const int level = verify(schedule).reproducibility;
  return level >= demanded ? ""
                           : "its reproducibility is of level " + std::to_string(level) + ", and " +
                                 std::to_string(demanded) + " is demanded";
}

std::string against_scratch(Bytes needed, Bytes most, Meeting& meeting) {
  needed = -least_when_ready({-needed, kNothing, kNothing}, meeting)[0];
  return needed <= most ? ""
                        : "it needs " + std::to_string(needed) + " bytes of scratch memory, and " +
                              std::to_string(most) + " are allowed";
}

}  // namespace

Objection objection_of(const Policies& policies, Meeting& meeting, ScratchOf scratch_of) {
  if (policies.reproducibility < 0 || policies.reproducibility > kMostReproducible) {
    throw Error(ErrorKind::kUsage, "reproducibility " + std::to_string(policies.reproducibility) +
                                       " is no level; there are 0 to " + std::to_string(kMostReproducible));
  }
  if (policies.timeout.count() < 0) {
    throw Error(ErrorKind::kUsage, "a time-out of " + std::to_string(policies.timeout.count()) + " ms");
  }
  if (!restricts(policies)) {
    return nullptr;
  }
  return [policies, &meeting, scratch_of = std::move(scratch_of)](const Schedule& schedule) {
    if (policies.reproducibility > 0) {
      if (std::string why = against_reproducibility(schedule, policies.reproducibility); !why.empty()) {
        return why;
      }
    }
    return policies.scratch < 0 ? std::string() : against_scratch(scratch_of(schedule), policies.scratch, meeting);
  };
}

}  // namespace ringwood
