#include "api/diagnosis.hpp"

namespace ringwood {

std::vector<Rank> ranks_of_node(std::span<const Rank> rank_of) {
  std::vector<Rank> ranks;
  for (std::size_t rank = 0; rank < rank_of.size(); ++rank) {
    if (rank_of[rank] >= 0) {
      ranks.push_back(static_cast<Rank>(rank));
    }
  }
  return ranks;
}

std::string who_has_come(NodeEndpoint& endpoint, std::span<const Rank> ranks, Rank peer) {
  const auto name = [&](Rank rank) { return "rank " + std::to_string(ranks[static_cast<std::size_t>(rank)]); };
  const auto list = [](std::string& names, const std::string& one) { names += (names.empty() ? "" : ", ") + one; };
  const std::uint64_t call = endpoint.progress(endpoint.rank()).calls.load(std::memory_order_relaxed);
  std::string missing;
  std::string waiting;
  for (Rank rank = 0; rank < endpoint.shape().ranks; ++rank) {
    const NodeProgress& progress = endpoint.progress(rank);
    if (progress.calls.load(std::memory_order_relaxed) < call) {
      list(missing, name(rank));
    } else if (progress.ended.load(std::memory_order_relaxed) < call) {
      list(waiting, name(rank));
    }
  }
  std::string text = name(endpoint.rank()) + " waits for " + name(peer) + " in call " + std::to_string(call);
  text += missing.empty() ? "; all ranks of the node have begun it" : "; not begun by " + missing;
  return text + "; begun and not ended by " + waiting;
}

}  // namespace ringwood
