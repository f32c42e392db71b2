#include "schedule/symbolic.hpp"

#include <algorithm>
#include <bit>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr Rank kWordBits = 64;

// The finaliser of splitmix64.
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

std::uint64_t tree_of(std::uint64_t left, std::uint64_t right) {
  // The sum does not depend on the sides; mixing before and after makes it depend on the brackets.
  return mixed(mixed(left + 0x9e3779b97f4a7c15U) + mixed(right + 0x9e3779b97f4a7c15U));
}

}  // namespace

SymbolicValues::SymbolicValues(Rank ranks)
    : ranks_(ranks), words_per_set_((static_cast<std::size_t>(ranks) + kWordBits - 1) / kWordBits) {
  entries_.reserve(static_cast<std::size_t>(ranks) + 1);
  entries_.emplace_back();
  for (Rank rank = 0; rank < ranks; ++rank) {
    entries_.push_back({.tree = mixed(static_cast<std::uint64_t>(rank) + 1), .first = rank, .count = 1});
  }
}

bool SymbolicValues::join_consecutive(const Entry& left, const Entry& right, Entry& joined) const {
  const Rank to_right = modulo(right.first - left.first, ranks_);
  const Rank to_left = modulo(left.first - right.first, ranks_);
  if (to_right != left.count && to_left != right.count) {
    return false;
  }
  joined.first = to_right == left.count ? left.first : right.first;
  joined.count = left.count + right.count;
  joined.consecutive = joined.count <= ranks_;
  return joined.consecutive;
}

void SymbolicValues::add_bits(const Entry& entry, std::span<std::uint64_t> bits) const {
  if (!entry.consecutive) {
    for (std::size_t i = 0; i < bits.size(); ++i) {
      bits[i] |= words_[entry.words + i];
    }
    return;
  }
  for (Rank i = 0; i < entry.count; ++i) {
    const auto rank = static_cast<std::size_t>(modulo(entry.first + i, ranks_));
    bits[rank / kWordBits] |= std::uint64_t{1} << (rank % kWordBits);
  }
}

bool SymbolicValues::join_bits(const Entry& left, const Entry& right, Entry& joined) {
  const std::size_t begin = words_.size();
  words_.resize(begin + words_per_set_);
  const auto bits = std::span(words_).subspan(begin);
  add_bits(left, bits);
  add_bits(right, bits);
  joined.count = 0;
  for (const std::uint64_t word : bits) {
    joined.count += static_cast<Rank>(std::popcount(word));
  }
  joined.words = begin;
  joined.consecutive = joined.count == ranks_;
  joined.first = 0;
  if (joined.consecutive) {
    words_.resize(begin);
  }
  return joined.count == left.count + right.count;
}

std::optional<SymbolicValue> SymbolicValues::join(SymbolicValue left, SymbolicValue right, bool counts_twice) {
  const Entry a = entries_[left];
  const Entry b = entries_[right];
  Entry joined;
  joined.tree = tree_of(a.tree, b.tree);
  joined.ordered = a.ordered && b.ordered && a.first + a.count == b.first;
  if (!(a.consecutive && b.consecutive && join_consecutive(a, b, joined)) && !join_bits(a, b, joined) &&
      !counts_twice) {
    return std::nullopt;
  }
  entries_.push_back(joined);
  return static_cast<SymbolicValue>(entries_.size() - 1);
}

std::uint64_t SymbolicValues::aligned_tree() const {
  std::vector<std::uint64_t> trees;
  for (Rank rank = 0; rank < ranks_; ++rank) {
    trees.push_back(tree(own(rank)));
  }
  while (trees.size() > 1) {
    for (std::size_t i = 0; i < trees.size() / 2; ++i) {
      trees[i] = tree_of(trees[2 * i], trees[2 * i + 1]);
    }
    if (trees.size() % 2 == 1) {
      trees[trees.size() / 2] = trees.back();
    }
    trees.resize((trees.size() + 1) / 2);
  }
  return trees.front();
}

bool SymbolicValues::contains(SymbolicValue value, Rank rank) const {
  const Entry& entry = entries_[value];
  if (entry.consecutive) {
    return modulo(rank - entry.first, ranks_) < entry.count;
  }
  const auto bit = static_cast<std::size_t>(rank);
  return (words_[entry.words + bit / kWordBits] >> (bit % kWordBits) & 1U) != 0;
}

std::vector<Rank> SymbolicValues::contributors(SymbolicValue value) const {
  std::vector<Rank> found;
  for (Rank rank = 0; rank < ranks_; ++rank) {
    if (contains(value, rank)) {
      found.push_back(rank);
    }
  }
  return found;
}

SymbolicState::SymbolicState(const Schedule& schedule)
    : contract_(&contract_of(schedule.collective())),
      ranks_(schedule.ranks()),
      root_(schedule.root()),
      chunks_(schedule.chunks()),
      values_(schedule.ranks()),
      planes_(static_cast<std::size_t>(schedule.ranks())) {
  const Chunk blocks = blocks_of(*contract_, ranks_);
  if (chunks_ < 1 || chunks_ % blocks != 0) {
    throw Error(ErrorKind::kUsage, "the vector is cut in " + std::to_string(chunks_) +
                                       " chunks; accepted: a positive multiple of " + std::to_string(blocks));
  }
  for (Rank rank = 0; rank < ranks_; ++rank) {
    Cells& own = cells(rank, 0);
    for (Chunk chunk = 0; chunk < chunks_; ++chunk) {
      if (holds(contract_->before, rank, chunk, chunks_, ranks_, root_)) {
        own[static_cast<std::size_t>(chunk)] = SymbolicValues::own(rank);
      }
    }
  }
}

SymbolicState::Cells& SymbolicState::cells(Rank rank, Plane plane) {
  std::vector<Cells>& planes = planes_[static_cast<std::size_t>(rank)];
  if (planes.size() <= plane) {
    planes.resize(std::size_t{plane} + 1);
  }
  if (planes[plane].empty()) {
    planes[plane].assign(static_cast<std::size_t>(chunks_), kUndefined);
  }
  return planes[plane];
}

const SymbolicState::Cells* SymbolicState::find_cells(Rank rank, Plane plane) const {
  const std::vector<Cells>& planes = planes_[static_cast<std::size_t>(rank)];
  return planes.size() <= plane || planes[plane].empty() ? nullptr : &planes[plane];
}

SymbolicValue SymbolicState::at(Rank rank, Plane plane, Chunk chunk) const {
  const Cells* found = find_cells(rank, plane);
  return found == nullptr ? kUndefined : (*found)[static_cast<std::size_t>(chunk)];
}

std::optional<Chunk> SymbolicState::read(Rank rank, Plane plane, const ChunkSet& chunks,
                                         std::span<SymbolicValue> values) const {
  const Cells* found = find_cells(rank, plane);
  std::optional<Chunk> undefined;
  std::size_t next = 0;
  chunks.for_each_interval([&](ChunkInterval piece) {
    for (Chunk chunk = piece.first; chunk < piece.first + piece.count && !undefined; ++chunk) {
      const SymbolicValue value = found == nullptr ? kUndefined : (*found)[static_cast<std::size_t>(chunk)];
      values[next++] = value;
      if (value == kUndefined) {
        undefined = chunk;
      }
    }
  });
  return undefined;
}

void SymbolicState::write(Rank rank, Plane plane, const ChunkSet& chunks, std::span<const SymbolicValue> values) {
  Cells& own = cells(rank, plane);
  std::size_t next = 0;
  chunks.for_each_interval([&](ChunkInterval piece) {
    const auto count = static_cast<std::size_t>(piece.count);
    std::copy_n(values.begin() + static_cast<std::ptrdiff_t>(next), count, own.begin() + piece.first);
    next += count;
  });
}

SymbolicState::Refusal SymbolicState::refusal(Chunk chunk, SymbolicValue own, SymbolicValue incoming) const {
  if (own == kUndefined || incoming == kUndefined) {
    return {.chunk = chunk, .undefined = true};
  }
  Rank twice = 0;
  while (twice + 1 < ranks_ && !(values_.contains(own, twice) && values_.contains(incoming, twice))) {
    ++twice;
  }
  return {.chunk = chunk, .twice = twice};
}

std::optional<SymbolicState::Refusal> SymbolicState::combine(Rank rank, Plane plane, const ChunkSet& chunks,
                                                             std::span<const SymbolicValue> values, Side side) {
  Cells& cells_of_rank = cells(rank, plane);
  std::optional<Refusal> refused;
  // Neighbouring chunks mostly hold the same: one joined value serves the whole run.
  SymbolicValue last_own = kUndefined;
  SymbolicValue last_incoming = kUndefined;
  SymbolicValue last_joined = kUndefined;
  std::size_t next = 0;
  chunks.for_each_interval([&](ChunkInterval piece) {
    for (Chunk chunk = piece.first; chunk < piece.first + piece.count && !refused; ++chunk) {
      SymbolicValue& own = cells_of_rank[static_cast<std::size_t>(chunk)];
      const SymbolicValue incoming = values[next++];
      if (own != last_own || incoming != last_incoming || last_joined == kUndefined) {
        const auto joined = own == kUndefined || incoming == kUndefined
                                ? std::nullopt
                                : values_.join(side == Side::kLeft ? incoming : own,
                                               side == Side::kLeft ? own : incoming, contract_->counts_twice);
        if (!joined) {
          refused = refusal(chunk, own, incoming);
          return;
        }
        last_own = own;
        last_incoming = incoming;
        last_joined = *joined;
      }
      own = last_joined;
    }
  });
  return refused;
}

Rank SymbolicState::origin(Chunk chunk) const {
  return contract_->before == Holding::kRootWhole ? root_ : static_cast<Rank>(chunk / (chunks_ / ranks_));
}

bool SymbolicState::fulfils(SymbolicValue value, Chunk chunk) const {
  return contract_->reduces ? values_.count(value) == ranks_ : value == SymbolicValues::own(origin(chunk));
}

Chunk SymbolicState::scratch_chunks(Rank rank) const {
  const std::vector<Cells>& planes = planes_[static_cast<std::size_t>(rank)];
  Chunk used = 0;
  for (std::size_t plane = 1; plane < planes.size(); ++plane) {
    used += std::count_if(planes[plane].begin(), planes[plane].end(),
                          [](SymbolicValue value) { return value != kUndefined; });
  }
  return used;
}

}  // namespace ringwood
