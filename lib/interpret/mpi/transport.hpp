#pragma once

#include <mpi.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/waiting_time.hpp"
#include "schedule/transport.hpp"

namespace ringwood {

/// What a rank does with its core while it waits.
enum class Waiting {
  kSpin,  ///< keeps it: whoever it waits for has a core as well, and what runs beside us would take it for milliseconds
  kYield,  ///< offers it to others: with more ranks than cores, the rank that it waits for may need it
};

/// Messages over a communicator that nobody else uses. Serves one call of a collective after the other: `begin` makes
/// it fresh again, and what it allocated is kept. A lane has a tag; tags stay below 2^15, the least that MPI promises.
///
/// Calls that follow each other need no tags of their own: a rank starts the receives of a call only when those of the
/// one before have ended, and messages of one source and tag stay in order.
class MpiTransport final : public Transport {
 public:
  /// Messages above this size travel in several pieces at least, so that counts fit in an int.
  static constexpr Bytes kLargestPiece = Bytes{1} << 30U;

  /// So many pieces of a transfer are under way at most, and the receiver answers each block of so many: what a rank
  /// that is late has to keep for others is bounded, though short messages leave without asking.
  static constexpr std::uint32_t kBlockPieces = 16;
  static constexpr std::uint32_t kBlocks = 4;

  /// Tags are below this.
  static constexpr Lane kTags = 1 << 15;

  /// The communicator is not owned, and must return errors (MPI_ERRORS_RETURN). Messages of more than `largest_piece`
  /// bytes (a positive multiple of 64) travel in pieces about equal to each other; the same on all ranks. `first_tag`
  /// is that of lane 0.
  explicit MpiTransport(MPI_Comm communicator, Waiting waiting = Waiting::kYield, Bytes largest_piece = kLargestPiece,
                        Lane first_tag = 0);
  ~MpiTransport() override;

  /// Before each call; what was started before has ended, or was abandoned.
  void begin();

  /// For the calls from now on; as the constructor's.
  void use_tags(Lane first_tag) { first_tag_ = first_tag; }

  /// Whether anything was started since `begin`.
  [[nodiscard]] bool started() const { return !pending_.empty(); }

  /// MPI's code for what failed since `begin`, or MPI_SUCCESS.
  [[nodiscard]] int error_code() const { return error_code_; }

  /// After so long in which nothing comes, waiting ends with an Error(kSystem) that says for whom; 0: never.
  void set_timeout(std::chrono::milliseconds timeout) { timeout_ = timeout; }

  /// "rank 3, rank 5": whom messages under way are from and to; of many, the first few.
  [[nodiscard]] std::string peers_waited_for() const;

  /// After a failure: ends what is under way. Receives are cancelled, and none writes its memory any more. A send that
  /// nobody takes cannot be taken back; false if there are such: their memory has to stay.
  [[nodiscard]] bool abandon() noexcept;

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  std::optional<Ticket> test_any() override;
  void wait_all(std::uint32_t count) override;

 private:
  /// What a request belongs to; `bytes` is negative for sends.
  struct Piece {
    Ticket ticket = 0;
    Rank peer = 0;
    int bytes = 0;
    bool counts = false;  ///< its end lets further pieces of the transfer start
  };

  /// A message on its way, piece by piece; one of `from` and `to` is null.
  struct Transfer {
    Ticket ticket = 0;
    Rank peer = 0;
    Lane lane = 0;
    const std::byte* from = nullptr;
    std::byte* to = nullptr;
    std::size_t size = 0;
    std::size_t piece = 0;
    std::uint32_t pieces = 0;
    std::uint32_t started = 0;
    std::uint32_t allowed = 0;  ///< may have been started by now
  };

  Ticket start(Transfer transfer);
  [[nodiscard]] bool waits_for_another(const Transfer& transfer) const;
  void start_allowed(Transfer& transfer);
  int start_piece(const Transfer& transfer, Piece& piece, MPI_Request* request) const;
  void allow_more(const Piece& ended);
  void go_on_with_long_ones();
  void test();
  void pause(int spins);
  void check_waiting(int code);
  [[noreturn]] void fail(const Piece& piece, int code);
  void check_ended(const Piece& piece, const MPI_Status& status, int code);
  void remove_ended();

  MPI_Comm communicator_;
  Waiting waiting_;
  Bytes largest_piece_;
  Lane first_tag_;
  std::vector<MPI_Request> requests_;  // not ended; pieces_ goes along
  std::vector<Piece> pieces_;
  std::vector<Transfer> long_;          // that have pieces which were not started
  std::vector<std::uint32_t> pending_;  // by ticket: pieces that have not ended
  std::vector<Ticket> ended_;           // not reported yet
  std::vector<int> indices_;
  std::vector<MPI_Status> statuses_;
  int error_code_ = MPI_SUCCESS;
  std::chrono::milliseconds timeout_{0};
  WaitingTime waiting_time_;
};

}  // namespace ringwood
