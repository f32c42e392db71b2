// Aligned tree: every element is added up along one tree that depends on nothing but the ranks: the binary tree over
// the aligned intervals [i 2^k, (i + 1) 2^k), of which the missing ranks are left out. Not on where blocks begin, on
// the size of the vector or on where ranks are placed, and ranks 0 .. 2^k - 1 are added up alike in any larger group.
//
//   p = 11 = 8 + 2 + 1    0..7 and 8..9 halve vectors, near ranks first, each on their own; 10 is alone;
//                         then 10 sends each half to its owner in 8..9, and 8, 9 each quarter of that to its in 0..7;
//                         and the same way back:   ((01 23)(45 67)) + (89 + 10)
//
// Thakur, Rabenseifner, Gropp: Optimization of collective communication operations in MPICH, IJHPCA 2005 (binary
// blocks).
// Any p, a sum of b powers of two: 2(floor(log2 p) + b - 1) rounds, 2(p-1)/p of the vector for b = 1, up to 4 vectors
// else. A small block's rank sends to several of the larger block at once. Rank order kept, same bits on all ranks.

#include <bit>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/halving.hpp"

namespace ringwood {

namespace {

// Which part of the work: partial sums go from small blocks to large ones, results the other way.
enum class Way { kSums, kResults };

// One of the aligned intervals of ranks that p falls in, as long as its powers of two, longest first.
struct Block {
  Rank first;
  Rank size;

  // What `rank` owns when its block has halved.
  [[nodiscard]] ChunkSet owned(const Problem& problem, Rank rank) const {
    return problem.part(halving_piece(rank - first, size), size);
  }
};

Block block_of(Rank p, Rank me) {
  const auto longest = [](Rank ranks) { return static_cast<Rank>(std::bit_floor(static_cast<unsigned>(ranks))); };
  Block block{0, longest(p)};
  while (me >= block.first + block.size) {
    block.first += block.size;
    block.size = longest(p - block.first);
  }
  return block;
}

// With those ranks of the next larger block that own parts of what `me` owns: the low bits of their numbers are its.
std::vector<Operation> with_larger(const Problem& problem, Rank me, const Block& block, Way way) {
  std::vector<Operation> round;
  if (block.first > 0) {
    const Block larger = block_of(problem.ranks, block.first - 1);
    for (Rank other = larger.first + me - block.first; other < block.first; other += block.size) {
      const ChunkSet chunks = larger.owned(problem, other);
      round.push_back(way == Way::kSums ? send(other, chunks) : receive(other, chunks));
    }
  }
  return round;
}

std::vector<Operation> with_smaller(const Problem& problem, Rank me, const Block& block, Way way) {
  const Rank end = block.first + block.size;
  if (end == problem.ranks) {
    return {};
  }
  const Rank other = end + (me - block.first) % block_of(problem.ranks, end).size;
  const ChunkSet chunks = block.owned(problem, me);
  return {way == Way::kSums ? receive_reduce(other, chunks, Side::kRight) : send(other, chunks)};
}

Program program(const Problem& problem, Rank me) {
  const Block block = block_of(problem.ranks, me);
  const Problem inside = problem.part_of(block.size, problem.chunks);
  const RankMap ranks = RankMap::strided(block.first, 1);
  co_yield on(ranks, ChunkMap{}, halving(inside, me - block.first, HalvingPart::kReduceScatter));
  const std::vector<Operation> rounds[] = {
      with_smaller(problem, me, block, Way::kSums), with_larger(problem, me, block, Way::kSums),
      with_larger(problem, me, block, Way::kResults), with_smaller(problem, me, block, Way::kResults)};
  for (const std::vector<Operation>& round : rounds) {
    if (!round.empty()) {
      co_yield std::span<const Operation>(round);
    }
  }
  co_yield on(ranks, ChunkMap{}, halving(inside, me - block.first, HalvingPart::kAllgather));
}

Chunk pieces(const Problem& problem) {
  return block_of(problem.ranks, 0).size;
}

}  // namespace

constinit const Algorithm allreduce_aligned_tree{
    .name = "aligned-tree",
    .collective = Collective::kAllreduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: 2(floor(log2 p) + bits(p) - 1)a + up to 4nb + 2nc",
    .reference = "Thakur, Rabenseifner, Gropp 2005",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
