#pragma once

#include <vector>

#include "ringwood/program.hpp"

namespace ringwood {

/// A rank's place in a tree.
struct TreeNode {
  Rank parent = -1;          ///< -1: it is the root
  std::vector<Rank> before;  ///< children whose ranks come before this one, nearest first
  std::vector<Rank> after;   ///< children whose ranks come after this one, nearest first
};

/// The whole vector up a tree, folded `before (+) own (+) after`, and down again.
[[nodiscard]] Program tree_reduce(const Problem& problem, TreeNode node);
[[nodiscard]] Program tree_broadcast(const Problem& problem, TreeNode node);

/// Both, one after the other.
[[nodiscard]] Program tree_allreduce(const Problem& problem, TreeNode node);

/// 0 - 1 - 2 - ... - p-1.
[[nodiscard]] TreeNode chain_node(Rank ranks, Rank me);

/// The root is rank 0; the ranks after a node are shared among its `arity` children in equal intervals, each led by its
/// first rank. Every subtree is an interval of ranks that begins with its root. O(arity log p).
[[nodiscard]] TreeNode k_ary_node(Rank ranks, Rank me, Rank arity);

/// The in-order binary tree of Sanders, Speck and Träff over labels 0 .. p-1: odd labels are leaves. Label 0 is the
/// root and has one child, the largest power of two below p.
[[nodiscard]] TreeNode in_order_node(Rank labels, Rank me);

/// The two trees of Sanders, Speck and Träff, tree 0 and tree 1: the in-order tree and its mirror image, in which only
/// those who are leaves of the other have children. Both keep rank order. Of an odd number of ranks the last is one
/// leaf more, below the one before it, which otherwise is a leaf of tree 0 and has one child in tree 1.
[[nodiscard]] TreeNode double_tree_node(Rank ranks, Rank me, Chunk tree);

/// The rank at the root of one of the two.
[[nodiscard]] constexpr Rank double_tree_root(Rank ranks, Chunk tree) {
  return tree == 0 || ranks == 1 ? 0 : ranks - 1 - ranks % 2;
}

/// The two trees over all ranks but `root`, each of which hangs below it.
[[nodiscard]] TreeNode rooted_double_tree_node(Rank ranks, Rank root, Rank me, Chunk tree);

/// The node with every rank replaced: first + stride * rank, modulo the number of ranks; stride 1 or -1. A stride of -1
/// mirrors the tree, so before and after change places.
[[nodiscard]] TreeNode relabelled(TreeNode node, Rank first, Rank stride, Rank ranks);

}  // namespace ringwood
