#include "algorithms/common/knomial_tree.hpp"

#include <vector>

namespace ringwood {

namespace {

enum class Traffic { kWhole, kBlocks };

// One interval next to that of `me`, within the interval of the next level.
struct Sibling {
  Rank holder;
  ChunkSet chunks;
  bool below;
};

class Level {
 public:
  Level(const Problem& problem, const KnomialTree& tree, Rank me, Rank size)
      : problem_(problem), tree_(tree), size_(size), own_(me - me % size), outer_(me - me % (size * tree.radix())) {}

  [[nodiscard]] Rank own_holder() const { return tree_.holder(own_, size_); }

  [[nodiscard]] Rank outer_holder() const { return tree_.holder(outer_, size_ * tree_.radix()); }

  [[nodiscard]] ChunkSet own_chunks(Traffic traffic) const { return chunks(own_, traffic); }

  /// Lower ones first, nearest first, then higher ones, nearest first: the order in which results are merged.
  [[nodiscard]] std::vector<Sibling> siblings(Traffic traffic) const {
    std::vector<Sibling> found;
    for (Rank first = own_ - size_; first >= outer_; first -= size_) {
      found.push_back({tree_.holder(first, size_), chunks(first, traffic), true});
    }
    const Rank end = outer_ + tree_.count(outer_, size_ * tree_.radix());
    for (Rank first = own_ + size_; first < end; first += size_) {
      found.push_back({tree_.holder(first, size_), chunks(first, traffic), false});
    }
    return found;
  }

 private:
  [[nodiscard]] ChunkSet chunks(Rank first, Traffic traffic) const {
    return traffic == Traffic::kWhole ? problem_.whole() : problem_.blocks(first, tree_.count(first, size_));
  }

  const Problem& problem_;
  const KnomialTree& tree_;
  Rank size_;
  Rank own_;
  Rank outer_;
};

// What `me` does at the level that joins intervals of `size`, towards the root or away from it; nothing for those who
// hold no interval of it.
std::vector<Operation> operations(const Level& level, Rank me, Traffic traffic, bool up) {
  std::vector<Operation> list;
  if (level.own_holder() != me) {
    return list;
  }
  if (const Rank outer_holder = level.outer_holder(); outer_holder != me) {
    const ChunkSet own = level.own_chunks(traffic);
    list.push_back(up ? send(outer_holder, own) : receive(outer_holder, own));
    return list;
  }
  for (const Sibling& sibling : level.siblings(traffic)) {
    if (!up) {
      list.push_back(send(sibling.holder, sibling.chunks));
    } else if (traffic == Traffic::kWhole) {
      list.push_back(receive_reduce(sibling.holder, sibling.chunks, sibling.below ? Side::kLeft : Side::kRight));
    } else {
      list.push_back(receive(sibling.holder, sibling.chunks));
    }
  }
  return list;
}

Program up(const Problem& problem, Rank me, Rank radix, Traffic traffic) {
  const KnomialTree tree(problem.ranks, problem.root, radix);
  for (Rank size = 1; size < problem.ranks; size *= radix) {
    const std::vector<Operation> list = operations(Level(problem, tree, me, size), me, traffic, true);
    if (!list.empty()) {
      co_yield std::span<const Operation>(list);
    }
  }
}

Program down(const Problem& problem, Rank me, Rank radix, Traffic traffic) {
  const KnomialTree tree(problem.ranks, problem.root, radix);
  Rank size = 1;
  while (size < problem.ranks) {
    size *= radix;
  }
  while (size > 1) {
    size /= radix;
    const std::vector<Operation> list = operations(Level(problem, tree, me, size), me, traffic, false);
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
