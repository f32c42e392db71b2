#include "algorithms/common/knomial_tree.hpp"

#include <vector>

namespace ringwood {

namespace {

enum class Traffic { kWhole, kBlocks };

// The intervals that one level of the tree joins, as `me` sees them, who holds one of them.
class Level {
 public:
  Level(const Problem& problem, const KnomialTree& tree, Rank me, Rank size)
      : problem_(problem), tree_(tree), size_(size), own_(me - me % size), outer_(me - me % (size * tree.radix())) {}

  [[nodiscard]] Rank outer_holder() const { return tree_.holder(outer_, size_ * tree_.radix()); }

  [[nodiscard]] ChunkSet own_chunks(Traffic traffic) const { return chunks(own_, traffic); }

  /// What the holder of the outer interval does with the others, towards the root or away from it: lower ones first,
  /// nearest first, then higher ones, nearest first, which is the order in which results are merged.
  void append_siblings(Traffic traffic, bool up, std::vector<Operation>& list) const {
    for (Rank first = own_ - size_; first >= outer_; first -= size_) {
      list.push_back(with_sibling(first, traffic, up, Side::kLeft));
    }
    const Rank end = outer_ + tree_.count(outer_, size_ * tree_.radix());
    for (Rank first = own_ + size_; first < end; first += size_) {
      list.push_back(with_sibling(first, traffic, up, Side::kRight));
    }
  }

 private:
  [[nodiscard]] Operation with_sibling(Rank first, Traffic traffic, bool up, Side side) const {
    const Rank holder = tree_.holder(first, size_);
    return !up                          ? send(holder, chunks(first, traffic))
           : traffic == Traffic::kWhole ? receive_reduce(holder, chunks(first, traffic), side)
                                        : receive(holder, chunks(first, traffic));
  }

  [[nodiscard]] ChunkSet chunks(Rank first, Traffic traffic) const {
    return traffic == Traffic::kWhole ? problem_.whole() : problem_.blocks(first, tree_.count(first, size_));
  }

  const Problem& problem_;
  const KnomialTree& tree_;
  Rank size_;
  Rank own_;
  Rank outer_;
};

// A rank that hands its interval over holds none of the levels above.
Program up(const Problem& problem, Rank me, Rank radix, Traffic traffic) {
  const KnomialTree tree(problem.ranks, problem.root, radix);
  std::vector<Operation> list;
  for (Rank size = 1; size < problem.ranks; size *= radix) {
    const Level level(problem, tree, me, size);
    if (const Rank outer_holder = level.outer_holder(); outer_holder != me) {
      const Round given{send(outer_holder, level.own_chunks(traffic))};
      co_yield given;
      co_return;
    }
    list.clear();
    level.append_siblings(traffic, true, list);
    if (!list.empty()) {
      co_yield std::span<const Operation>(list);
    }
  }
}

Program down(const Problem& problem, Rank me, Rank radix, Traffic traffic) {
  const KnomialTree tree(problem.ranks, problem.root, radix);
  Rank size = 1;
  Rank from = me;
  for (; size < problem.ranks; size *= radix) {
    from = Level(problem, tree, me, size).outer_holder();
    if (from != me) {
      break;
    }
  }
  if (from != me) {
    const Round taken{receive(from, Level(problem, tree, me, size).own_chunks(traffic))};
    co_yield taken;
  }
  std::vector<Operation> list;
  while (size > 1) {
    size /= radix;
    list.clear();
    Level(problem, tree, me, size).append_siblings(traffic, false, list);
    if (!list.empty()) {
      co_yield std::span<const Operation>(list);
    }
  }
}

}  // namespace

Program knomial_reduce(const Problem& problem, Rank me, Rank radix) {
  return up(problem, me, radix, Traffic::kWhole);
}

Program knomial_gather(const Problem& problem, Rank me, Rank radix) {
  return up(problem, me, radix, Traffic::kBlocks);
}

Program knomial_broadcast(const Problem& problem, Rank me, Rank radix) {
  return down(problem, me, radix, Traffic::kWhole);
}

Program knomial_scatter(const Problem& problem, Rank me, Rank radix) {
  return down(problem, me, radix, Traffic::kBlocks);
}

}  // namespace ringwood
