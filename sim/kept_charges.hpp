#pragma once

#include <array>
#include <unordered_map>

#include "sim/charge_table.hpp"

namespace ringwood {

/// A ChargeTable whose entries stay where they are, so that entries are alike if and only if their addresses are.
class KeptCharges {
 public:
  KeptCharges(const PairCosts& costs, const ReductionTime& gamma) : computed_(costs, gamma) { recent_.fill(&none_); }

  KeptCharges(const KeptCharges&) = delete;
  KeptCharges& operator=(const KeptCharges&) = delete;

  [[nodiscard, gnu::always_inline]] const ChargeTable::Entry& of(CostClass cost_class, Bytes bytes) {
    // Multiplicative hashing, as in ChargeTable.
    const std::uint64_t key = static_cast<std::uint64_t>(bytes) + (std::uint64_t{cost_class} << 40U);
    const ChargeTable::Entry*& entry = recent_[(key * 0x9E3779B97F4A7C15U) >> (64U - kBits)];
    if (entry->bytes != bytes || entry->cost_class != cost_class) [[unlikely]] {
      entry = &kept(cost_class, bytes);
    }
    return *entry;
  }

  [[nodiscard]] Picoseconds reduction(Bytes bytes) const { return computed_.reduction(bytes); }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  static constexpr unsigned kBits = 8;

  [[nodiscard]] const ChargeTable::Entry& kept(CostClass cost_class, Bytes bytes) {
    const auto [found, is_new] = entries_[cost_class].try_emplace(bytes);
    if (is_new) {
      found->second = computed_.computed(cost_class, bytes);
      ++size_;
    }
    return found->second;
  }

  ChargeTable computed_;
  ChargeTable::Entry none_;
  std::array<const ChargeTable::Entry*, std::size_t{1} << kBits> recent_;
  std::unordered_map<CostClass, std::unordered_map<Bytes, ChargeTable::Entry>> entries_;
  std::size_t size_ = 0;
};

}  // namespace ringwood
