#pragma once

#include "ringwood/program.hpp"

namespace ringwood {

/// A tree of radix k over the aligned intervals of ranks [i k^l, (i + 1) k^l): k neighbouring intervals of one level
/// make one of the next. Each interval has one rank that holds what it has gathered; the root's digits choose which, so
/// that the root holds every interval that it lies in. Every subtree is an interval of ranks for every root: reductions
/// keep rank order, and the blocks of a subtree are contiguous. Radix 2 is the binomial tree.
class KnomialTree {
 public:
  KnomialTree(Rank ranks, Rank root, Rank radix) : ranks_(ranks), root_(root), radix_(radix) {}

  /// The rank that holds the interval of `size`, a power of the radix, from `first` on. O(log p).
  [[nodiscard]] Rank holder(Rank first, Rank size) const {
    for (Rank at = first, part = size;;) {
      if (part == 1) {
        return at;
      }
      part /= radix_;
      const Rank wanted = root_ / part % radix_;
      const Rank last = (ranks_ - 1 - at) / part;
      at += (wanted < last ? wanted : last) * part;
    }
  }

  /// How many ranks lie in the interval of `size` from `first` on.
  [[nodiscard]] Rank count(Rank first, Rank size) const { return size < ranks_ - first ? size : ranks_ - first; }

  [[nodiscard]] Rank ranks() const { return ranks_; }

  [[nodiscard]] Rank radix() const { return radix_; }

 private:
  Rank ranks_;
  Rank root_;
  Rank radix_;
};

/// The four rooted collectives along such a tree: radix - 1 messages at once and ceil(log_radix p) rounds. Reduce keeps
/// rank order. Gather and scatter move each block of the vector once a level.
[[nodiscard]] Program knomial_reduce(const Problem& problem, Rank me, Rank radix);
[[nodiscard]] Program knomial_gather(const Problem& problem, Rank me, Rank radix);
[[nodiscard]] Program knomial_broadcast(const Problem& problem, Rank me, Rank radix);
[[nodiscard]] Program knomial_scatter(const Problem& problem, Rank me, Rank radix);

}  // namespace ringwood
