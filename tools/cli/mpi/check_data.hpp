#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/cli/real.hpp"

namespace ringwood::cli {

/// Data whose result every rank can work out by itself, and that result: what measurements are checked against.
class CheckData {
 public:
  /// Throws Error(kUsage) if the operator has no meaning for the type.
  CheckData(const MeasurementTask& task, Rank me, Rank ranks);

  /// What this rank passes in; `set` makes it differ, so that what an earlier call left behind is not taken for right.
  void fill(std::span<std::byte> send, int set) const;

  /// What this rank must get, for checking.
  [[nodiscard]] std::vector<std::byte> expected(int set) const;

  /// Elements of `received` that differ; numbers with a point may differ by what the order of reductions explains.
  [[nodiscard]] std::int64_t wrong(std::span<const std::byte> received, std::span<const std::byte> expected) const;

  [[nodiscard]] std::size_t send_bytes() const { return send_.count * size_; }

  [[nodiscard]] std::size_t receive_bytes() const { return receive_.count * size_; }

  [[nodiscard]] const Reduction* reduction() const { return reduces_ ? &reduction_ : nullptr; }

 private:
  /// Elements first .. first + count - 1 of a vector.
  struct Range {
    std::size_t first = 0;
    std::size_t count = 0;
  };

  [[nodiscard]] Range block(Rank rank) const;
  void find_ranges();
  void generate(Rank rank, Range range, int set, std::span<std::byte> out) const;

  MeasurementTask task_;
  Rank me_;
  Rank ranks_;
  std::size_t size_;      // of an element, in bytes
  std::size_t elements_;  // of the whole vector
  bool reduces_ = false;
  Reduction reduction_;
  Range send_;
  Range receive_;
};

}  // namespace ringwood::cli
