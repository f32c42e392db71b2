#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/recorder.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "schedule/plan_fused.hpp"

namespace ringwood {

/// What a call is turned into, once.
struct PreparedCall {
  std::string algorithm;                          ///< as users write it
  std::string_view why = {};                      ///< who chose it: "call", "environment", "table", "model"
  std::optional<Plan> plan;                       ///< none: native
  std::optional<FusedPlan> fused = std::nullopt;  ///< the same for a node, where it has such a form
  Recorder::Algorithm recorded = Recorder::Algorithm::kUnknown;
};

/// How a call is carried out: calls in steps have other channels and slots of their node than those that wait.
enum class Manner { kWaiting, kInSteps };

/// The prepared calls of a communicator, the most recent ones first. Bounded: the oldest is dropped, and lives on with
/// those who hold it.
class PlanCache {
 public:
  static constexpr std::size_t kCapacity = 64;

  using Known = std::shared_ptr<const PreparedCall>;

  /// The prepared call, or nullptr; valid until the next `insert`.
  [[nodiscard]] const Known* find(const CollectiveCall& call, Manner manner);
  const Known& insert(const CollectiveCall& call, Manner manner, PreparedCall prepared);

 private:
  struct Entry {
    Collective collective;
    Manner manner;
    bool in_place;
    bool commutative;
    bool for_mpi;
    Rank root;
    std::size_t elements;
    Bytes element_size;
    std::string algorithm;
    Policies policies;
    const RecordedSchedule* recorded;
    std::vector<std::size_t> counts;
    Known prepared;
  };

  std::vector<std::unique_ptr<Entry>> entries_;
};

}  // namespace ringwood
