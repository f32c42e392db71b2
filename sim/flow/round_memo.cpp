#include "sim/flow/round_memo.hpp"

#include <algorithm>

namespace ringwood {

namespace {

constexpr std::size_t kMostMemory = std::size_t{256} << 20U;

}  // namespace

std::uint64_t RoundMemo::hash_of(std::span<const RankPair> pairs) {
  std::uint64_t hash = pairs.size();
  for (const auto& [source, destination] : pairs) {
    const auto low = static_cast<std::uint32_t>(destination);
    const std::uint64_t word = (static_cast<std::uint64_t>(source) << 32U) | low;
    hash = (hash ^ word) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

std::size_t RoundMemo::memory_of(const SolvedRound& round) {
  return round.pairs.size() * sizeof(RankPair) + round.rates.rates.size() * (sizeof(double) + sizeof(FlowLink)) +
         round.links.size() * sizeof(FlowLink) + round.first.size() * sizeof(std::uint32_t) +
         round.detours.size() * sizeof(Picoseconds);
}

SolvedRound* RoundMemo::find(std::span<const RankPair> pairs) {
  const auto [first, last] = by_hash_.equal_range(hash_of(pairs));
  const auto found = std::find_if(first, last, [&](const auto& entry) {
    return std::equal(pairs.begin(), pairs.end(), entry.second->pairs.begin(), entry.second->pairs.end());
  });
  return found == last ? nullptr : found->second;
}

SolvedRound& RoundMemo::add(SolvedRound round, std::vector<SolvedRound>& forgotten) {
  memory_ += memory_of(round);
  while (memory_ > kMostMemory && !rounds_.empty()) {
    SolvedRound& oldest = rounds_.front();
    const auto [first, last] = by_hash_.equal_range(hash_of(oldest.pairs));
    by_hash_.erase(std::find_if(first, last, [&](const auto& entry) { return entry.second == &oldest; }));
    memory_ -= memory_of(oldest);
    forgotten.push_back(std::move(oldest));
    rounds_.pop_front();
  }
  rounds_.push_back(std::move(round));
  by_hash_.emplace(hash_of(rounds_.back().pairs), &rounds_.back());
  return rounds_.back();
}

}  // namespace ringwood
