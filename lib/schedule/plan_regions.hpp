#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "schedule/plan.hpp"

namespace ringwood {

/// Bytes begin .. end - 1.
struct ByteInterval {
  Bytes begin = 0;
  Bytes end = 0;

  [[nodiscard]] Bytes bytes() const { return end - begin; }
};

/// Contiguous memory.
struct Segment {
  Address address;
  Bytes bytes = 0;
};

using Segments = std::vector<Segment>;

/// Adds to the last segment if that ends where this one begins.
inline void append(Segments& segments, Address address, Bytes bytes) {
  if (!segments.empty()) {
    Segment& last = segments.back();
    if (last.address.memory == address.memory && last.address.offset + last.bytes == address.offset) {
      last.bytes += bytes;
      return;
    }
  }
  segments.push_back({address, bytes});
}

/// A set of bytes, as maximal disjoint intervals.
class IntervalSet {
 public:
  void insert(ByteInterval interval) {
    auto at = intervals_.upper_bound(interval.begin);
    if (at != intervals_.begin() && std::prev(at)->second >= interval.begin) {
      --at;
      interval.begin = at->first;
    }
    while (at != intervals_.end() && at->first <= interval.end) {
      interval.end = std::max(interval.end, at->second);
      at = intervals_.erase(at);
    }
    intervals_.emplace_hint(at, interval.begin, interval.end);
  }

  void clear() { intervals_.clear(); }

  /// Whether they have a byte in common.
  [[nodiscard]] bool overlaps(ByteInterval interval) const {
    const auto at = intervals_.lower_bound(interval.end);
    return at != intervals_.begin() && std::prev(at)->second > interval.begin;
  }

  /// Cuts the interval where the set begins and ends: visit(ByteInterval, bool inside), in ascending order.
  template <typename Visit>
  void for_each_part(ByteInterval interval, Visit&& visit) const {
    auto at = intervals_.upper_bound(interval.begin);
    if (at != intervals_.begin() && std::prev(at)->second > interval.begin) {
      --at;
    }
    while (interval.begin < interval.end) {
      const bool inside = at != intervals_.end() && at->first <= interval.begin;
      const Bytes border = inside ? at->second : at != intervals_.end() ? at->first : interval.end;
      const Bytes end = std::min(border, interval.end);
      visit(ByteInterval{interval.begin, end}, inside);
      interval.begin = end;
      at = inside ? std::next(at) : at;
    }
  }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const auto& [begin, end] : intervals_) {
      visit(ByteInterval{begin, end});
    }
  }

 private:
  std::map<Bytes, Bytes> intervals_;  // begin -> end
};

/// Where parts of the vector lie in memory.
class RegionMap {
 public:
  /// `vector` overlaps no region there is.
  void add(ByteInterval vector, Address address) {
    if (vector.bytes() > 0) {
      regions_.insert(std::upper_bound(regions_.begin(), regions_.end(), vector.begin,
                                       [](Bytes begin, const Region& region) { return begin < region.vector.begin; }),
                      {vector, address});
    }
  }

  /// Cuts the interval by regions: visit(ByteInterval, const Address*), in ascending order; nullptr where there is
  /// none.
  template <typename Visit>
  void for_each_part(ByteInterval interval, Visit&& visit) const {
    auto at = std::partition_point(regions_.begin(), regions_.end(),
                                   [&](const Region& region) { return region.vector.end <= interval.begin; });
    while (interval.begin < interval.end) {
      const bool inside = at != regions_.end() && at->vector.begin <= interval.begin;
      const Bytes border = inside ? at->vector.end : at != regions_.end() ? at->vector.begin : interval.end;
      const Bytes end = std::min(border, interval.end);
      if (inside) {
        const Address address{at->address.memory, at->address.offset + interval.begin - at->vector.begin};
        visit(ByteInterval{interval.begin, end}, &address);
        ++at;
      } else {
        visit(ByteInterval{interval.begin, end}, nullptr);
      }
      interval.begin = end;
    }
  }

  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (const Region& region : regions_) {
      visit(region.vector, region.address);
    }
  }

 private:
  struct Region {
    ByteInterval vector;
    Address address;
  };

  std::vector<Region> regions_;  // ascending
};

/// Which physical bytes something uses; the send buffer is left out, since nothing writes it.
class UsedMemory {
 public:
  void clear() {
    for (IntervalSet& set : sets_) {
      set.clear();
    }
  }

  void insert(const Segments& segments) {
    for (const Segment& segment : segments) {
      if (segment.address.memory != Memory::kSend) {
        set_of(segment).insert({segment.address.offset, segment.address.offset + segment.bytes});
      }
    }
  }

  [[nodiscard]] bool overlaps(const Segment& segment) const {
    return sets_[static_cast<std::size_t>(segment.address.memory)].overlaps(
        {segment.address.offset, segment.address.offset + segment.bytes});
  }

 private:
  IntervalSet& set_of(const Segment& segment) { return sets_[static_cast<std::size_t>(segment.address.memory)]; }

  std::array<IntervalSet, 3> sets_;
};

[[nodiscard]] inline bool overlap(const Segment& one, const Segments& others) {
  for (const Segment& other : others) {
    if (one.address.memory == other.address.memory && one.address.offset < other.address.offset + other.bytes &&
        other.address.offset < one.address.offset + one.bytes) {
      return true;
    }
  }
  return false;
}

}  // namespace ringwood
