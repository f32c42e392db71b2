#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// Chunks first .. first + count - 1.
struct ChunkInterval {
  Chunk first = 0;
  Chunk count = 0;

  friend bool operator==(const ChunkInterval&, const ChunkInterval&) = default;
};

/// The chunks that one message carries, in the order in which they lie in the message. 24 bytes, never owning: what is
/// an interval, an interval around the end of the vector, or a stride is held inside; a list belongs to whoever made
/// it and must live until the program that yielded it is resumed.
class ChunkSet {
 public:
  constexpr ChunkSet() = default;

  /// Chunks first .. first + count - 1.
  [[nodiscard]] static constexpr ChunkSet interval(Chunk first, Chunk count) {
    return ChunkSet(first, count, 0, 1, Form::kInterval);
  }

  /// `count` chunks from `first` on, going round at `modulus`; first < modulus, count <= modulus.
  [[nodiscard]] static constexpr ChunkSet cyclic(Chunk first, Chunk count, Chunk modulus) {
    return first + count <= modulus ? interval(first, count) : ChunkSet(first, count, modulus, 1, Form::kCyclic);
  }

  /// `repeat` intervals of `count` chunks, `step` apart.
  [[nodiscard]] static constexpr ChunkSet strided(Chunk first, Chunk count, Chunk step, Chunk repeat) {
    return repeat == 1 || step == count ? interval(first, count * repeat)
                                        : ChunkSet(first, count, step, repeat, Form::kStrided);
  }

  /// Any intervals; the array is not copied.
  [[nodiscard]] static constexpr ChunkSet list(std::span<const ChunkInterval> intervals) {
    ChunkSet set;
    if (intervals.size() == 1) {
      return interval(intervals.front().first, intervals.front().count);
    }
    set.list_ = intervals.data();
    set.repeat_ = static_cast<std::uint32_t>(intervals.size());
    set.form_ = Form::kList;
    return set;
  }

  /// Calls `visit(ChunkInterval)` for each maximal piece as it was named, in message order.
  template <typename Visit>
  constexpr void for_each_interval(Visit&& visit) const {
    switch (form_) {
      case Form::kInterval:
        if (count_ > 0) {
          visit(ChunkInterval{first_, count_});
        }
        return;
      case Form::kCyclic:
        visit(ChunkInterval{first_, step_ - first_});
        visit(ChunkInterval{0, first_ + count_ - step_});
        return;
      case Form::kStrided:
        for (Chunk i = 0; i < repeat_; ++i) {
          visit(ChunkInterval{first_ + i * step_, count_});
        }
        return;
      case Form::kList:
        for (std::uint32_t i = 0; i < repeat_; ++i) {
          visit(list_[i]);
        }
        return;
    }
  }

  [[nodiscard]] constexpr Chunk size() const {
    Chunk total = 0;
    for_each_interval([&](ChunkInterval piece) { total += piece.count; });
    return total;
  }

  [[nodiscard]] constexpr bool empty() const { return size() == 0; }

  /// How the set is written down, for those who translate it. `front` is the first interval (unless is_list()), `step`
  /// the distance of a strided set's intervals or the modulus of a cyclic one, `repeat` the number of a strided set's
  /// intervals.
  [[nodiscard]] constexpr bool is_interval() const { return form_ == Form::kInterval; }

  [[nodiscard]] constexpr bool is_cyclic() const { return form_ == Form::kCyclic; }

  [[nodiscard]] constexpr bool is_strided() const { return form_ == Form::kStrided; }

  [[nodiscard]] constexpr bool is_list() const { return form_ == Form::kList; }

  [[nodiscard]] constexpr ChunkInterval front() const { return {first_, count_}; }

  [[nodiscard]] constexpr Chunk step() const { return step_; }

  [[nodiscard]] constexpr Chunk repeat() const { return repeat_; }

 private:
  enum class Form : std::uint32_t { kInterval, kCyclic, kStrided, kList };

  constexpr ChunkSet(Chunk first, Chunk count, Chunk step, Chunk repeat, Form form)
      : first_(first),
        count_(static_cast<std::uint32_t>(count)),
        step_(static_cast<std::uint32_t>(step)),
        repeat_(static_cast<std::uint32_t>(repeat)),
        form_(form) {}

  union {
    Chunk first_ = 0;
    const ChunkInterval* list_;
  };

  std::uint32_t count_ = 0;
  std::uint32_t step_ = 0;  // of a cyclic set: the modulus
  std::uint32_t repeat_ = 0;
  Form form_ = Form::kInterval;
};

/// Whether the two sets hold the same chunks in the same order, however they were written down.
[[nodiscard]] bool same_chunks(const ChunkSet& a, const ChunkSet& b);

}  // namespace ringwood
