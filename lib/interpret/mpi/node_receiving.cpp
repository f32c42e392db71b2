// Of NodeEndpoint: what arrives.

#include <algorithm>

#include "interpret/mpi/node_endpoint.hpp"

namespace ringwood {

namespace {

// Between two of these a rank that has a core of its own looks again and again; so does one that shares its core with
// nobody whom it waits for: about as long as it takes to give the core to somebody else and get it back.
constexpr int kLooksInATurn = 200;

}  // namespace

/// Whether nothing has come of it, and it cannot run while this rank does.
bool NodeEndpoint::needs_this_core(Rank rank) const {
  const Peer& from = peers_[static_cast<std::size_t>(rank)];
  const NodeEntry& entry = from.in->entry(from.received);
  if (entry.sequence.load(std::memory_order_relaxed) == from.received + 1 || !from.stash.empty()) {
    return false;
  }
  return cores_.shared_with(rank);
}

NodeEndpoint::Piece NodeEndpoint::await_long(Rank peer, Lane lane, std::span<const Rank> wanted) {
  cores_.note();
  const auto needs_core = [this](Rank rank) { return needs_this_core(rank); };
  for (std::uint64_t turns = 0;; ++turns) {
    for (int look = 0; look < kLooksInATurn; ++look) {
      if (const Piece piece = poll(peer, lane); piece.data != nullptr) {
        waited();
        return piece;
      }
      if (waiting_.yields && (wanted.empty() || std::ranges::any_of(wanted, needs_core))) {
        break;
      }
    }
    pause(turns, peer);
  }
}

NodeEndpoint::Piece NodeEndpoint::poll_closely(Peer& from, const NodeEntry& entry, Lane lane) {
  held_.reset();
  const auto known = first_stashed(from, lane);
  if (known != from.stash.end()) {
    held_ = lane;
    return {known->data.data(), known->data.size()};
  }
  if (entry.sequence.load(std::memory_order_acquire) != from.received + 1) {
    return {};
  }
  if (entry.lane != lane) {
    stash_head(from, entry);
    return {};
  }
  return {data_of(from, entry), entry.bytes};
}

void NodeEndpoint::release_stashed(Peer& from) {
  from.stash.erase(first_stashed(from, *held_));
  held_.reset();
}

std::deque<NodeEndpoint::Stashed>::const_iterator NodeEndpoint::first_stashed(const Peer& from, Lane lane) {
  return std::find_if(from.stash.begin(), from.stash.end(),
                      [lane](const Stashed& stashed) { return stashed.lane == lane; });
}

void NodeEndpoint::stash_head(Peer& from, const NodeEntry& entry) {
  const std::byte* data = data_of(from, entry);
  from.stash.push_back({entry.lane, {data, data + entry.bytes}});
  consume_head(from, entry);
}

void NodeEndpoint::drain() {
  for (Peer& from : peers_) {
    for (;;) {
      const NodeEntry& entry = from.in->entry(from.received);
      if (entry.sequence.load(std::memory_order_acquire) != from.received + 1) {
        break;
      }
      stash_head(from, entry);
    }
  }
}

}  // namespace ringwood
