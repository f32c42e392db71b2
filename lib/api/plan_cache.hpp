#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ringwood/mpi/communicator.hpp"
#include "schedule/plan_fused.hpp"

namespace ringwood {

/// What a call is turned into, once.
struct PreparedCall {
  std::string algorithm;                          ///< as users write it
  std::optional<Plan> plan;                       ///< none: native
  std::optional<FusedPlan> fused = std::nullopt;  ///< the same for a node, where it has such a form
};

/// The prepared calls of a communicator, the most recent ones first. Bounded: the oldest is dropped.
class PlanCache {
 public:
  static constexpr std::size_t kCapacity = 64;

  /// The prepared call, or nullptr; valid until the next `insert`.
  [[nodiscard]] const PreparedCall* find(const CollectiveCall& call);
  const PreparedCall& insert(const CollectiveCall& call, PreparedCall prepared);

 private:
  struct Entry {
    Collective collective;
    bool in_place;
    bool commutative;
    bool for_mpi;
    Rank root;
    std::size_t elements;
    Bytes element_size;
    std::string algorithm;
    const RecordedSchedule* recorded;
    std::vector<std::size_t> counts;
    PreparedCall prepared;
  };

  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace ringwood
