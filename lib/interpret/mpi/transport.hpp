#pragma once

#include <mpi.h>

#include <vector>

#include "schedule/transport.hpp"

namespace ringwood {

/// Messages over a communicator that nobody else uses. Serves one call of a collective after the other: `begin` makes
/// it fresh again, and what it allocated is kept. A lane is a tag; tags stay below 2^15, the least that MPI promises.
///
/// Calls need no tags of their own: a rank starts the receives of a call only when those of the one before have ended,
/// and messages of one source and tag stay in order.
class MpiTransport final : public Transport {
 public:
  /// Messages above this size travel in several pieces, so that counts fit in an int.
  static constexpr Bytes kLargestPiece = Bytes{1} << 30U;

  /// The communicator is not owned, and must return errors (MPI_ERRORS_RETURN).
  explicit MpiTransport(MPI_Comm communicator, Bytes largest_piece = kLargestPiece);
  ~MpiTransport() override;

  /// Before each call. Lets go of what a failed call left.
  void begin();

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;

 private:
  /// What a request belongs to; `bytes` is negative for sends.
  struct Piece {
    Ticket ticket = 0;
    Rank peer = 0;
    int bytes = 0;
  };

  template <typename Start>
  Ticket start(Rank peer, Lane lane, std::size_t size, Start start_piece);
  void test();
  void check_ended(const Piece& piece, MPI_Status status, int code) const;
  void remove_ended();

  MPI_Comm communicator_;
  Bytes largest_piece_;
  std::vector<MPI_Request> requests_;  // not ended; pieces_ goes along
  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> pending_;  // by ticket: pieces that have not ended
  std::vector<Ticket> ended_;           // not reported yet
  std::vector<int> indices_;
  std::vector<MPI_Status> statuses_;
};

}  // namespace ringwood
