#include "tools/cli/probe_reductions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/units.hpp"

namespace ringwood::cli {

namespace {

// More than the smallest cache holds: what is reduced has just arrived, from another core or from the network.
constexpr Bytes kCached = Bytes{64} << 10U;
constexpr Bytes kShortest = Bytes{16} << 10U;
// So much of memory at once, on which nobody has been for long.
constexpr Bytes kSlice = Bytes{2} << 20U;
constexpr int kTimes = 5;
constexpr int kInARow = 4;

// Bytes that are a number in every type, neither tiny nor so large that a few products overflow, nor an invalid one of
// 80 bits: what is slow about odd numbers is not asked for.
constexpr std::byte kNumber{0xBF};

[[nodiscard]] double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size()) / 2;
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

class Reducing {
 public:
  explicit Reducing(Bytes longest)
      : left_(static_cast<std::size_t>(longest), kNumber), right_(static_cast<std::size_t>(longest), kNumber) {}

  /// Seconds a byte, of operands that were reduced just before.
  [[nodiscard]] double again_and_again(const Reduction& reduction, Bytes bytes) {
    const auto length = static_cast<std::size_t>(bytes);
    std::vector<double> times;
    for (int time = 0; time < kTimes; ++time) {
      std::fill_n(right_.begin(), length, kNumber);
      (void)seconds(reduction, 0, length);
      double taken = 0;
      for (int i = 0; i < kInARow; ++i) {
        taken += seconds(reduction, 0, length);
      }
      times.push_back(taken / kInARow / static_cast<double>(length));
    }
    return median(std::move(times));
  }

  /// Seconds a byte, of operands on which nobody has been since all the others were.
  [[nodiscard]] double from_memory(const Reduction& reduction) {
    std::vector<double> times;
    for (int time = 0; time < kTimes; ++time) {
      if (next_ + kSlice > right_.size()) {
        std::fill(right_.begin(), right_.end(), kNumber);
        next_ = 0;
      }
      times.push_back(seconds(reduction, next_, kSlice) / static_cast<double>(kSlice));
      next_ += kSlice;
    }
    return median(std::move(times));
  }

 private:
  /// As the library reduces what arrives: into one of the operands.
  [[nodiscard]] double seconds(const Reduction& reduction, std::size_t first, std::size_t length) {
    const auto start = std::chrono::steady_clock::now();
    reduction.apply(&left_[first], &right_[first], &right_[first],
                    length / static_cast<std::size_t>(reduction.element_size), reduction.context);
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  }

  std::vector<std::byte> left_;
  std::vector<std::byte> right_;
  std::size_t next_ = 0;
};

[[nodiscard]] TimePerByte per_byte(double seconds) {
  return TimePerByte::from_picoseconds(seconds * static_cast<double>(kPicosecondsPerSecond));
}

void add_table(std::string& text, const ReductionCosts& costs, TimePerByte ReductionCosts::Entry::*what) {
  for (const ElementType type : all_element_types()) {
    text += fmt::format("{:<8}", name_of(type));
    for (const ReduceOperator op : all_reduce_operators()) {
      const auto found =
          std::find_if(costs.entries().begin(), costs.entries().end(),
                       [&](const ReductionCosts::Entry& entry) { return entry.type == type && entry.op == op; });
      text += found == costs.entries().end() ? fmt::format("{:>7}", "-")
                                             : fmt::format("{:>7.0f}", ((*found).*what).picoseconds());
    }
    text += "\n";
  }
}

}  // namespace

Bytes end_of_cache(const std::vector<SizedReduction>& times) {
  // Less than that is no difference but noise.
  constexpr double kAlike = 1.1;
  const double cached = times.front().seconds_per_byte;
  const double memory = times.back().seconds_per_byte;
  if (memory <= kAlike * cached) {
    return times.back().bytes;
  }
  Bytes end = times.front().bytes;
  for (const SizedReduction& time : times) {
    if (time.seconds_per_byte > std::sqrt(cached * memory)) {
      break;
    }
    end = time.bytes;
  }
  return end;
}

ReductionCosts measure_reductions(Bytes longest) {
  Reducing reducing(longest);
  const auto sum = built_in_reduction(ElementType::kFloat, ReduceOperator::kSum);
  std::vector<SizedReduction> by_size;
  for (Bytes bytes = kShortest; bytes <= longest; bytes *= 2) {
    by_size.push_back({bytes, reducing.again_and_again(*sum, bytes)});
  }
  std::vector<ReductionCosts::Entry> entries;
  for (const ElementType type : all_element_types()) {
    for (const ReduceOperator op : all_reduce_operators()) {
      if (const auto reduction = built_in_reduction(type, op)) {
        entries.push_back({type, op, per_byte(reducing.again_and_again(*reduction, kCached)),
                           per_byte(reducing.from_memory(*reduction))});
      }
    }
  }
  return {std::move(entries), end_of_cache(by_size)};
}

std::string as_text(const ReductionCosts& costs) {
  std::string operators = fmt::format("{:<8}", "ps/byte");
  for (const ReduceOperator op : all_reduce_operators()) {
    operators += fmt::format("{:>7}", name_of(op));
  }
  std::string text =
      fmt::format("reductions of up to {} at once, in the caches:\n{}\n", format_bytes(costs.cache_bytes()), operators);
  add_table(text, costs, &ReductionCosts::Entry::cached);
  text += fmt::format("\nlonger ones, from memory:\n{}\n", operators);
  add_table(text, costs, &ReductionCosts::Entry::memory);
  return text;
}

}  // namespace ringwood::cli
