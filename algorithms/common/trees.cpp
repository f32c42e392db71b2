#include "algorithms/common/trees.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace ringwood {

Program tree_reduce(const Problem& problem, TreeNode node) {
  std::vector<Operation> gathered;
  for (const Rank child : node.before) {
    gathered.push_back(receive_reduce(child, problem.whole(), Side::kLeft));
  }
  for (const Rank child : node.after) {
    gathered.push_back(receive_reduce(child, problem.whole(), Side::kRight));
  }
  if (!gathered.empty()) {
    co_yield std::span<const Operation>(gathered);
  }
  if (node.parent >= 0) {
    const Round up{send(node.parent, problem.whole())};
    co_yield up;
  }
}

Program tree_broadcast(const Problem& problem, TreeNode node) {
  if (node.parent >= 0) {
    const Round down{receive(node.parent, problem.whole())};
    co_yield down;
  }
  std::vector<Operation> spread;
  for (const std::vector<Rank>* children : {&node.before, &node.after}) {
    for (const Rank child : *children) {
      spread.push_back(send(child, problem.whole()));
    }
  }
  if (!spread.empty()) {
    co_yield std::span<const Operation>(spread);
  }
}

Program tree_allreduce(const Problem& problem, TreeNode node) {
  co_yield tree_reduce(problem, node);
  co_yield tree_broadcast(problem, std::move(node));
}

TreeNode chain_node(Rank ranks, Rank me) {
  TreeNode node;
  node.parent = me - 1;
  if (me + 1 < ranks) {
    node.after.push_back(me + 1);
  }
  return node;
}

TreeNode k_ary_node(Rank ranks, Rank me, Rank arity) {
  TreeNode node;
  Rank root = 0;
  Rank end = ranks;
  for (;;) {
    // The children's intervals lie in root + 1 .. end - 1; the first `longer` are one longer than the rest.
    const Rank others = end - root - 1;
    const Rank length = others / arity;
    const Rank longer = others % arity;
    const auto first_of = [&](Rank child) { return root + 1 + child * length + std::min(child, longer); };
    if (root == me) {
      for (Rank child = 0; child < std::min(arity, others); ++child) {
        node.after.push_back(first_of(child));
      }
      return node;
    }
    const Rank in = me - root - 1;
    const Rank in_longer = longer * (length + 1);
    const Rank child = in < in_longer ? in / (length + 1) : longer + (in - in_longer) / length;
    node.parent = root;
    end = first_of(child + 1);
    root = first_of(child);
  }
}

TreeNode in_order_node(Rank labels, Rank me) {
  TreeNode node;
  if (me == 0) {
    if (labels > 1) {
      node.after.push_back(static_cast<Rank>(std::bit_floor(static_cast<unsigned>(labels - 1))));
    }
    return node;
  }
  const Rank bit = me & -me;
  const Rank above = (me ^ bit) | (2 * bit);
  node.parent = above < labels ? above : me ^ bit;
  if (bit > 1) {
    node.before.push_back(me - bit / 2);
    for (Rank step = bit / 2; step > 0; step /= 2) {
      if (me + step < labels) {
        node.after.push_back(me + step);
        break;
      }
    }
  }
  return node;
}

TreeNode relabelled(TreeNode node, Rank first, Rank stride, Rank ranks) {
  const auto rename = [&](Rank& rank) { rank = modulo(first + stride * rank, ranks); };
  if (node.parent >= 0) {
    rename(node.parent);
  }
  std::for_each(node.before.begin(), node.before.end(), rename);
  std::for_each(node.after.begin(), node.after.end(), rename);
  if (stride < 0) {
    std::swap(node.before, node.after);
  }
  return node;
}

TreeNode double_tree_node(Rank ranks, Rank me, Chunk tree) {
  const Rank paired = ranks - ranks % 2;
  if (ranks == 1) {
    return {};
  }
  if (me == paired) {
    TreeNode leaf;
    leaf.parent = me - 1;
    return leaf;
  }
  TreeNode node = tree == 0 ? in_order_node(paired, me)
                            : relabelled(in_order_node(paired, paired - 1 - me), paired - 1, -1, paired);
  if (paired < ranks && me == paired - 1) {
    node.after.push_back(paired);
  }
  return node;
}

TreeNode rooted_double_tree_node(Rank ranks, Rank root, Rank me, Chunk tree) {
  const Rank others = ranks - 1;
  const auto rank_of = [root](Rank label) { return label < root ? label : label + 1; };
  TreeNode node;
  if (me == root) {
    if (others > 0) {
      node.after.push_back(rank_of(double_tree_root(others, tree)));
    }
    return node;
  }
  node = double_tree_node(others, me < root ? me : me - 1, tree);
  node.parent = node.parent < 0 ? root : rank_of(node.parent);
  for (std::vector<Rank>* children : {&node.before, &node.after}) {
    std::transform(children->begin(), children->end(), children->begin(), rank_of);
  }
  return node;
}

}  // namespace ringwood
