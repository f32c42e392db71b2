#pragma once

#include <limits>
#include <optional>
#include <vector>

#include "ringwood/reduction.hpp"
#include "topology/loggops.hpp"

namespace ringwood {

/// What reducing takes, by how much is reduced at once: what does not fit into the caches comes from memory.
struct ReductionTime {
  TimePerByte cached;
  Bytes cache_bytes = std::numeric_limits<Bytes>::max();  ///< the longest operand that takes what `cached` says
  TimePerByte memory = {};                                ///< of longer ones

  [[nodiscard]] Picoseconds of(Bytes bytes) const { return (bytes <= cache_bytes ? cached : memory).of(bytes); }

  friend bool operator==(const ReductionTime&, const ReductionTime&) = default;
};

/// What the library's own reductions take on a machine, one type and operator by one.
class ReductionCosts {
 public:
  struct Entry {
    ElementType type = ElementType::kFloat;
    ReduceOperator op = ReduceOperator::kSum;
    TimePerByte cached;
    TimePerByte memory;

    friend bool operator==(const Entry&, const Entry&) = default;
  };

  /// `cache_bytes`: the longest operand that takes what `cached` says, for all of them.
  ReductionCosts(std::vector<Entry> entries, Bytes cache_bytes)
      : entries_(std::move(entries)), cache_bytes_(cache_bytes) {}

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }

  [[nodiscard]] Bytes cache_bytes() const { return cache_bytes_; }

  /// Nothing if that pair is not known.
  [[nodiscard]] std::optional<ReductionTime> of(ElementType type, ReduceOperator op) const {
    for (const Entry& entry : entries_) {
      if (entry.type == type && entry.op == op) {
        return ReductionTime{entry.cached, cache_bytes_, entry.memory};
      }
    }
    return std::nullopt;
  }

  friend bool operator==(const ReductionCosts&, const ReductionCosts&) = default;

 private:
  std::vector<Entry> entries_;
  Bytes cache_bytes_ = 0;
};

}  // namespace ringwood
