#pragma once

#include <array>

#include "sim/model/loggops.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

/// What messages are charged, remembered for the sizes in use: a schedule has few, and each takes several
/// multiplications of 128 bits.
class ChargeTable {
 public:
  ChargeTable(const PairCosts& costs, TimePerByte gamma) : costs_(costs), gamma_(gamma) {}

  struct Entry {
    MessageCharges charges;
    Picoseconds reduction = 0;  ///< of so many bytes
    Bytes bytes = -1;
    CostClass cost_class = 0;
  };

  /// Valid until the next call.
  [[nodiscard]] const Entry& of(CostClass cost_class, Bytes bytes) {
    // Multiplicative hashing: sizes are often powers of two, of which only the high bits of the product tell much.
    const std::uint64_t mixed = (static_cast<std::uint64_t>(bytes) + cost_class) * 0x9E3779B97F4A7C15U;
    Entry& entry = entries_[mixed >> (64U - kBits)];
    if (entry.bytes != bytes || entry.cost_class != cost_class) [[unlikely]] {
      entry = {charges_of(costs_[cost_class], bytes), gamma_.of(bytes), bytes, cost_class};
    }
    return entry;
  }

 private:
  static constexpr unsigned kBits = 7;

  const PairCosts& costs_;
  TimePerByte gamma_;
  std::array<Entry, std::size_t{1} << kBits> entries_;
};

}  // namespace ringwood
