#include "interpret/mpi/transport.hpp"

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

// So often the requests are looked at before the core is offered to others.
constexpr int kSpins = 100;

// A receive that was matched already cannot be cancelled, and ends when its data is there; if the sender is gone,
// never.
constexpr auto kPatience = std::chrono::seconds(1);

std::string about(bool sending, Rank peer) {
  return (sending ? "sending to rank " : "receiving from rank ") + std::to_string(peer);
}

}  // namespace

MpiTransport::MpiTransport(MPI_Comm communicator, Waiting waiting, Bytes largest_piece, Lane first_tag)
    : communicator_(communicator), waiting_(waiting), largest_piece_(largest_piece), first_tag_(first_tag) {}

MpiTransport::~MpiTransport() {
  (void)abandon();
}

void MpiTransport::begin() {
  requests_.clear();
  pieces_.clear();
  long_.clear();
  pending_.clear();
  ended_.clear();
  error_code_ = MPI_SUCCESS;
}

bool MpiTransport::abandon() noexcept {
  bool all_ended = true;
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i] != MPI_REQUEST_NULL && pieces_[i].bytes >= 0) {
      MPI_Cancel(&requests_[i]);
    }
  }
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    const bool receive = pieces_[i].bytes >= 0;
    int ended = requests_[i] == MPI_REQUEST_NULL ? 1 : 0;
    do {
      if (ended == 0 && MPI_Test(&requests_[i], &ended, MPI_STATUS_IGNORE) != MPI_SUCCESS) {
        break;
      }
    } while (ended == 0 && receive && std::chrono::steady_clock::now() < deadline);
    if (requests_[i] != MPI_REQUEST_NULL) {
      MPI_Request_free(&requests_[i]);
      all_ended = false;
    }
  }
  requests_.clear();
  pieces_.clear();
  long_.clear();
  return all_ended;
}

Transport::Ticket MpiTransport::start(Transfer transfer) {
  if (transfer.lane < 0 || transfer.lane >= kTags - first_tag_) {
    throw Error(ErrorKind::kUsage, "lane " + std::to_string(transfer.lane) + " has no tag; there are " +
                                       std::to_string(kTags - first_tag_) + " lanes here over MPI");
  }
  constexpr std::size_t kLine = 64;
  const auto largest = static_cast<std::size_t>(largest_piece_);
  const std::size_t pieces = (transfer.size + largest - 1) / largest;
  transfer.ticket = static_cast<Ticket>(pending_.size());
  if (pieces > 1) {
    // Pieces of equal size: a short last one would cost as much time as any other where time is per message.
    const std::size_t equal = (transfer.size + pieces - 1) / pieces;
    transfer.piece = (equal + kLine - 1) / kLine * kLine;
    transfer.pieces = static_cast<std::uint32_t>((transfer.size + transfer.piece - 1) / transfer.piece);
  } else {
    transfer.piece = transfer.size;
    transfer.pieces = static_cast<std::uint32_t>(pieces);
  }
  transfer.allowed = kBlocks * kBlockPieces;
  pending_.push_back(transfer.pieces);
  if (!waits_for_another(transfer)) {
    start_allowed(transfer);
  }
  if (transfer.started < transfer.pieces) {
    long_.push_back(transfer);
  }
  return transfer.ticket;
}

/// Messages of one source and lane match in order: all pieces of one start before the first of the next.
bool MpiTransport::waits_for_another(const Transfer& transfer) const {
  return std::ranges::any_of(long_, [&](const Transfer& other) {
    return other.ticket < transfer.ticket && other.started < other.pieces && other.peer == transfer.peer &&
           other.lane == transfer.lane && (other.to == nullptr) == (transfer.to == nullptr);
  });
}

void MpiTransport::start_allowed(Transfer& transfer) {
  const bool sends = transfer.from != nullptr;
  for (const std::uint32_t end = std::min(transfer.allowed, transfer.pieces); transfer.started < end;
       ++transfer.started) {
    const std::size_t offset = transfer.started * transfer.piece;
    const auto bytes = static_cast<int>(std::min(transfer.piece, transfer.size - offset));
    const bool answered = transfer.pieces > kBlocks * kBlockPieces && (transfer.started + 1) % kBlockPieces == 0;
    Piece piece{transfer.ticket, transfer.peer, bytes, answered};
    MPI_Request request = MPI_REQUEST_NULL;
    // Once it has started there is no way back: room for both, or for neither.
    if (requests_.size() == requests_.capacity() || pieces_.size() == pieces_.capacity()) {
      requests_.reserve(2 * requests_.size() + 8);
      pieces_.reserve(requests_.capacity());
    }
    const int code = start_piece(transfer, piece, &request);
    piece.bytes = sends ? -1 : bytes;
    if (code != MPI_SUCCESS) {
      fail(piece, code);
    }
    requests_.push_back(request);
    pieces_.push_back(piece);
  }
}

int MpiTransport::start_piece(const Transfer& transfer, Piece& piece, MPI_Request* request) const {
  const std::size_t offset = transfer.started * transfer.piece;
  if (transfer.to != nullptr) {
    return MPI_Irecv(transfer.to + offset, piece.bytes, MPI_BYTE, transfer.peer, first_tag_ + transfer.lane,
                     communicator_, request);
  }
  const auto send = piece.counts ? &MPI_Issend : &MPI_Isend;
  return send(transfer.from + offset, piece.bytes, MPI_BYTE, transfer.peer, first_tag_ + transfer.lane, communicator_,
              request);
}

void MpiTransport::allow_more(const Piece& ended) {
  if (!ended.counts || long_.empty()) {
    return;
  }
  const auto transfer = std::ranges::find_if(long_, [&](const Transfer& one) { return one.ticket == ended.ticket; });
  if (transfer != long_.end()) {
    transfer->allowed += kBlockPieces;
  }
}

void MpiTransport::go_on_with_long_ones() {
  for (Transfer& transfer : long_) {
    if (!waits_for_another(transfer)) {
      start_allowed(transfer);
    }
  }
  std::erase_if(long_, [](const Transfer& transfer) { return transfer.started == transfer.pieces; });
}

Transport::Ticket MpiTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data) {
  return start({.peer = peer, .lane = lane, .from = data.data(), .size = data.size()});
}

Transport::Ticket MpiTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  return start({.peer = peer, .lane = lane, .to = data.data(), .size = data.size()});
}

Transport::Ticket MpiTransport::wait_any() {
  for (int spins = 0; ended_.empty(); ++spins) {
    if (requests_.empty()) {
      throw Error(ErrorKind::kUsage, "nothing to wait for: no transfer is under way");
    }
    test();
    if (ended_.empty()) {
      pause(spins);
    }
  }
  const Ticket ticket = ended_.back();
  ended_.pop_back();
  return ticket;
}

std::optional<Transport::Ticket> MpiTransport::test_any() {
  if (ended_.empty() && !requests_.empty()) {
    test();
  }
  if (ended_.empty()) {
    return std::nullopt;
  }
  const Ticket ticket = ended_.back();
  ended_.pop_back();
  return ticket;
}

void MpiTransport::wait_all(std::uint32_t /*count*/) {
  const bool looks = waiting_ == Waiting::kYield || timeout_.count() > 0;
  for (int spins = 0; !requests_.empty() && (looks || !long_.empty()); ++spins) {
    const std::size_t waited_for = requests_.size();
    test();
    if (timeout_.count() > 0 && requests_.size() < waited_for) {
      waiting_time_.restart();
    }
    pause(spins);
  }
  if (!requests_.empty()) {
    statuses_.resize(requests_.size());
    const int code = MPI_Waitall(static_cast<int>(requests_.size()), requests_.data(), statuses_.data());
    check_waiting(code);
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const int own_code = code == MPI_SUCCESS ? MPI_SUCCESS : statuses_[i].MPI_ERROR;
      if (own_code != MPI_ERR_PENDING) {
        check_ended(pieces_[i], statuses_[i], own_code);
      }
    }
    requests_.clear();
    pieces_.clear();
  }
  ended_.clear();
}

void MpiTransport::pause(int spins) {
  if (spins <= kSpins) {
    return;
  }
  if (waiting_ == Waiting::kYield) {
    std::this_thread::yield();
  }
  if (timeout_.count() > 0) {
    if (spins == kSpins + 1) {
      waiting_time_.restart();
    } else if (waiting_time_.exceeds(timeout_)) {
      throw Error(ErrorKind::kSystem, no_answer(timeout_) + " from " + peers_waited_for());
    }
  }
}

std::string MpiTransport::peers_waited_for() const {
  constexpr std::size_t kNamed = 8;
  std::vector<Rank> peers;
  for (const Piece& piece : pieces_) {
    if (std::ranges::find(peers, piece.peer) == peers.end()) {
      peers.push_back(piece.peer);
    }
  }
  std::ranges::sort(peers);
  std::string text;
  for (std::size_t i = 0; i < std::min(peers.size(), kNamed); ++i) {
    text += (i == 0 ? "rank " : ", rank ") + std::to_string(peers[i]);
  }
  return peers.size() > kNamed ? text + ", ..." : text;
}

void MpiTransport::check_waiting(int code) {
  if (code != MPI_SUCCESS && code != MPI_ERR_IN_STATUS) {
    error_code_ = code;
    check_mpi(code, "waiting for messages");
  }
}

void MpiTransport::test() {
  indices_.resize(requests_.size());
  statuses_.resize(requests_.size());
  int count = 0;
  const int code =
      MPI_Testsome(static_cast<int>(requests_.size()), requests_.data(), &count, indices_.data(), statuses_.data());
  check_waiting(code);
  if (count == 0 || count == MPI_UNDEFINED) {
    return;
  }
  for (int i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const Piece& piece = pieces_[static_cast<std::size_t>(indices_[at])];
    check_ended(piece, statuses_[at], code == MPI_SUCCESS ? MPI_SUCCESS : statuses_[at].MPI_ERROR);
    allow_more(piece);
    if (--pending_[piece.ticket] == 0) {
      ended_.push_back(piece.ticket);
    }
  }
  remove_ended();
  go_on_with_long_ones();
}

void MpiTransport::fail(const Piece& piece, int code) {
  error_code_ = code;
  throw Error(ErrorKind::kSystem, about(piece.bytes < 0, piece.peer) + ": " + mpi_text(code));
}

void MpiTransport::check_ended(const Piece& piece, const MPI_Status& status, int code) {
  if (code != MPI_SUCCESS) {
    fail(piece, code);
  }
  int received = 0;
  if (piece.bytes >= 0 && MPI_Get_count(&status, MPI_BYTE, &received) == MPI_SUCCESS && received != piece.bytes) {
    throw Error(ErrorKind::kSystem, about(false, piece.peer) + ": " + std::to_string(received) + " bytes came, " +
                                        std::to_string(piece.bytes) +
                                        " were expected; do all ranks pass the same counts?");
  }
}

void MpiTransport::remove_ended() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < requests_.size(); ++i) {
    if (requests_[i] != MPI_REQUEST_NULL) {
      requests_[kept] = requests_[i];
      pieces_[kept++] = pieces_[i];
    }
  }
  requests_.resize(kept);
  pieces_.resize(kept);
}

}  // namespace ringwood
