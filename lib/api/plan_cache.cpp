#include "api/plan_cache.hpp"

#include <algorithm>

#include "api/choose.hpp"

namespace ringwood {

const PlanCache::Known* PlanCache::find(const CollectiveCall& call, Manner manner) {
  const bool commutative = call.reduction == nullptr || call.reduction->commutative;
  for (auto entry = entries_.begin(); entry != entries_.end(); ++entry) {
    const Entry& known = **entry;
    if (known.elements == call.elements && known.collective == call.collective && known.manner == manner &&
        known.in_place == call.in_place && known.element_size == call.element_size &&
        known.commutative == commutative && known.root == call.root && known.for_mpi == is_for_mpi(call) &&
        known.algorithm == call.algorithm && known.recorded == call.recorded && known.policies == call.policies &&
        std::ranges::equal(known.counts, call.counts)) {
      std::rotate(entries_.begin(), entry, entry + 1);
      return &entries_.front()->prepared;
    }
  }
  return nullptr;
}

const PlanCache::Known& PlanCache::insert(const CollectiveCall& call, Manner manner, PreparedCall prepared) {
  if (entries_.size() == kCapacity) {
    entries_.pop_back();
  }
  entries_.insert(entries_.begin(), std::make_unique<Entry>(
                                        Entry{.collective = call.collective,
                                              .manner = manner,
                                              .in_place = call.in_place,
                                              .commutative = call.reduction == nullptr || call.reduction->commutative,
                                              .for_mpi = is_for_mpi(call),
                                              .root = call.root,
                                              .elements = call.elements,
                                              .element_size = call.element_size,
                                              .algorithm = std::string(call.algorithm),
                                              .policies = call.policies,
                                              .recorded = call.recorded,
                                              .counts = {call.counts.begin(), call.counts.end()},
                                              .prepared = std::make_shared<const PreparedCall>(std::move(prepared))}));
  return entries_.front()->prepared;
}

}  // namespace ringwood
