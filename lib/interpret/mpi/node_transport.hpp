#pragma once

#include <deque>
#include <optional>

#include "interpret/mpi/node_endpoint.hpp"
#include "interpret/mpi/transport.hpp"

namespace ringwood {

/// Messages through shared memory to the ranks of the same node, and over MPI to all others. For any schedule; in use
/// like MpiTransport.
class NodeTransport final : public Transport {
 public:
  /// `node_rank_of[r]` is the rank within the node of rank r, or negative if it is elsewhere; it is not copied. Lane l
  /// is `first_lane` + l of the endpoint's.
  NodeTransport(NodeEndpoint& endpoint, MpiTransport& others, const std::vector<Rank>& node_rank_of,
                Lane first_lane = 0);

  /// Before each call.
  void begin();

  /// For the calls from now on.
  void use_lanes(Lane first_lane) { first_lane_ = first_lane; }

  /// Whether anything was started since `begin`.
  [[nodiscard]] bool started() const { return next_ > 0; }

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  std::optional<Ticket> test_any() override;

 private:
  struct Send {
    Ticket ticket = 0;
    Lane lane = 0;
    std::span<const std::byte> rest;
  };

  struct Receive {
    Ticket ticket = 0;
    Lane lane = 0;
    std::span<std::byte> rest;
  };

  /// What is under way to and from one rank of the node.
  struct Peer {
    std::deque<Send> sends;         // in order
    std::vector<Receive> receives;  // those of one lane in order
  };

  [[nodiscard]] Rank node_rank(Rank peer) const { return (*node_rank_of_)[static_cast<std::size_t>(peer)]; }

  /// Whether anything moved.
  bool progress();
  bool progress_sends(Rank rank, Peer& peer);
  bool progress_receives(Rank rank, Peer& peer);
  bool take_from_others();
  [[nodiscard]] Rank somebody_waited_for() const;

  NodeEndpoint& endpoint_;
  MpiTransport& others_;
  const std::vector<Rank>* node_rank_of_;
  Lane first_lane_;
  std::vector<Peer> peers_;
  std::vector<Ticket> of_others_;  // by their ticket
  std::size_t others_pending_ = 0;
  std::deque<Ticket> ended_;
  Ticket next_ = 0;
};

}  // namespace ringwood
