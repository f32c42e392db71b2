#include "interpret/mpi/node_transport.hpp"

#include <algorithm>
#include <cstring>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

NodeTransport::NodeTransport(NodeEndpoint& endpoint, MpiTransport& others, const std::vector<Rank>& node_rank_of,
                             Lane first_lane)
    : endpoint_(endpoint),
      others_(others),
      node_rank_of_(&node_rank_of),
      first_lane_(first_lane),
      peers_(static_cast<std::size_t>(endpoint.shape().ranks)) {}

void NodeTransport::begin() {
  for (Peer& peer : peers_) {
    peer.sends.clear();
    peer.receives.clear();
  }
  others_.begin();
  of_others_.clear();
  others_pending_ = 0;
  ended_.clear();
  next_ = 0;
}

Transport::Ticket NodeTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data) {
  const Ticket ticket = next_++;
  const Rank near = node_rank(peer);
  if (near < 0) {
    others_.start_send(peer, lane, data);
    of_others_.push_back(ticket);
    ++others_pending_;
    return ticket;
  }
  Peer& to = peers_[static_cast<std::size_t>(near)];
  to.sends.push_back({ticket, first_lane_ + lane, data});
  progress_sends(near, to);
  return ticket;
}

Transport::Ticket NodeTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  const Ticket ticket = next_++;
  const Rank near = node_rank(peer);
  if (near < 0) {
    others_.start_receive(peer, lane, data);
    of_others_.push_back(ticket);
    ++others_pending_;
  } else {
    peers_[static_cast<std::size_t>(near)].receives.push_back({ticket, first_lane_ + lane, data});
  }
  return ticket;
}

bool NodeTransport::progress_sends(Rank rank, Peer& peer) {
  bool moved = false;
  while (!peer.sends.empty()) {
    Send& send = peer.sends.front();
    const std::size_t bytes = std::min(send.rest.size(), endpoint_.shape().large_bytes);
    endpoint_.streams(bytes < send.rest.size());
    if (!endpoint_.try_push(rank, send.lane, send.rest.first(bytes))) {
      break;
    }
    moved = true;
    send.rest = send.rest.subspan(bytes);
    if (send.rest.empty()) {
      ended_.push_back(send.ticket);
      peer.sends.pop_front();
    }
  }
  return moved;
}

bool NodeTransport::progress_receives(Rank rank, Peer& peer) {
  bool moved = false;
  for (std::size_t i = 0; i < peer.receives.size();) {
    Receive& receive = peer.receives[i];
    const auto is_later = [&](const Receive& earlier) { return earlier.lane == receive.lane; };
    const bool first_of_lane =
        std::none_of(peer.receives.begin(), peer.receives.begin() + static_cast<std::ptrdiff_t>(i), is_later);
    const NodeEndpoint::Piece piece = first_of_lane ? endpoint_.poll(rank, receive.lane) : NodeEndpoint::Piece{};
    if (piece.data == nullptr) {
      ++i;
      continue;
    }
    moved = true;
    if (piece.bytes > receive.rest.size()) {
      throw Error(ErrorKind::kSystem, "receiving from rank " + std::to_string(rank) +
                                          " of the node: " + std::to_string(piece.bytes) + " bytes came, " +
                                          std::to_string(receive.rest.size()) +
                                          " were expected; do all ranks pass the same counts?");
    }
    std::memcpy(receive.rest.data(), piece.data, piece.bytes);
    endpoint_.release(rank);
    receive.rest = receive.rest.subspan(piece.bytes);
    if (receive.rest.empty()) {
      ended_.push_back(receive.ticket);
      peer.receives.erase(peer.receives.begin() + static_cast<std::ptrdiff_t>(i));
    }
  }
  return moved;
}

bool NodeTransport::take_from_others() {
  if (others_pending_ == 0) {
    return false;
  }
  const auto ticket = others_.test_any();
  if (!ticket) {
    return false;
  }
  --others_pending_;
  ended_.push_back(of_others_[*ticket]);
  return true;
}

bool NodeTransport::progress() {
  bool moved = false;
  for (Rank rank = 0; rank < endpoint_.shape().ranks; ++rank) {
    Peer& peer = peers_[static_cast<std::size_t>(rank)];
    moved = (!peer.sends.empty() && progress_sends(rank, peer)) || moved;
    moved = (!peer.receives.empty() && progress_receives(rank, peer)) || moved;
  }
  return take_from_others() || moved;
}

Rank NodeTransport::somebody_waited_for() const {
  for (Rank rank = 0; rank < endpoint_.shape().ranks; ++rank) {
    const Peer& peer = peers_[static_cast<std::size_t>(rank)];
    if (!peer.receives.empty() || !peer.sends.empty()) {
      return rank;
    }
  }
  return NodeEndpoint::kElsewhere;
}

Transport::Ticket NodeTransport::wait_any() {
  constexpr std::uint64_t kLooks = 50;
  std::uint64_t looks = 0;
  bool waits = false;
  while (ended_.empty()) {
    if (progress()) {
      looks = 0;
    } else if (++looks > kLooks) {
      endpoint_.pause(looks - kLooks - 1, somebody_waited_for());
      waits = true;
    }
  }
  if (waits) {
    endpoint_.waited();
  }
  const Ticket ticket = ended_.front();
  ended_.pop_front();
  return ticket;
}

std::optional<Transport::Ticket> NodeTransport::test_any() {
  if (ended_.empty()) {
    progress();
  }
  if (ended_.empty()) {
    return std::nullopt;
  }
  const Ticket ticket = ended_.front();
  ended_.pop_front();
  return ticket;
}

}  // namespace ringwood
