#pragma once

#include <array>

#include "sim/model/loggops.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

/// What messages are charged, remembered for the sizes in use: a schedule has few, and each takes several
/// multiplications of 128 bits.
class ChargeTable {
 public:
  /// For ranks whose CPU takes so many percent of what `costs` and `gamma` say.
  ChargeTable(const PairCosts& costs, const ReductionTime& gamma, std::int64_t cpu_percent = 100)
      : costs_(costs),
        gamma_{slowed(gamma.cached, cpu_percent), gamma.cache_bytes, slowed(gamma.memory, cpu_percent)},
        cpu_percent_(cpu_percent) {}

  struct Entry {
    MessageCharges charges;
    Picoseconds reduction = 0;  ///< of so many bytes
    Bytes bytes = -1;
    CostClass cost_class = 0;
  };

  /// Valid until the next call.
  [[nodiscard, gnu::always_inline]] const Entry& of(CostClass cost_class, Bytes bytes) {
    return of(cost_class, bytes, last_);
  }

  /// The same, for those who serve messages they send and messages they get by turns, of different sizes.
  [[nodiscard, gnu::always_inline]] const Entry& of_received(CostClass cost_class, Bytes bytes) {
    return of(cost_class, bytes, last_received_);
  }

  /// The same, not remembered.
  [[nodiscard]] Entry computed(CostClass cost_class, Bytes bytes) const {
    LogGops costs = costs_[cost_class];
    costs.o = costs.o * cpu_percent_ / 100;
    costs.O = slowed(costs.O, cpu_percent_);
    Entry entry{charges_of(costs, bytes), gamma_.of(bytes), bytes, cost_class};
    if (cpu_percent_ != 100 && costs.corrections != nullptr) {
      entry.charges.cpu += costs.corrections->cpu_of(bytes) * (cpu_percent_ - 100) / 100;
      entry.charges.cpu = std::max(entry.charges.cpu, entry.charges.overhead);
    }
    return entry;
  }

  /// What reducing so many bytes takes.
  [[nodiscard]] Picoseconds reduction(Bytes bytes) const { return gamma_.of(bytes); }

 private:
  static constexpr unsigned kBits = 7;

  [[nodiscard, gnu::always_inline]] const Entry& of(CostClass cost_class, Bytes bytes, const Entry*& last) {
    if (last->bytes == bytes && last->cost_class == cost_class) [[likely]] {
      return *last;
    }
    last = &look_up(cost_class, bytes);
    return *last;
  }

  [[nodiscard]] const Entry& look_up(CostClass cost_class, Bytes bytes) {
    // Multiplicative hashing: sizes are often powers of two, of which only the high bits of the product tell much.
    const std::uint64_t mixed = (static_cast<std::uint64_t>(bytes) + cost_class) * 0x9E3779B97F4A7C15U;
    Entry& entry = entries_[mixed >> (64U - kBits)];
    if (entry.bytes != bytes || entry.cost_class != cost_class) [[unlikely]] {
      entry = computed(cost_class, bytes);
    }
    return entry;
  }

  [[nodiscard]] static TimePerByte slowed(TimePerByte time, std::int64_t percent) {
    __extension__ using Wide = unsigned __int128;
    return {static_cast<std::uint64_t>(Wide{time.scaled} * static_cast<std::uint64_t>(percent) / 100)};
  }

  const PairCosts& costs_;
  ReductionTime gamma_;
  std::int64_t cpu_percent_;
  std::array<Entry, std::size_t{1} << kBits> entries_;
  const Entry* last_ = entries_.data();
  const Entry* last_received_ = entries_.data();
};

}  // namespace ringwood
