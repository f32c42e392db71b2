#pragma once

#include <chrono>
#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "base/waiting_time.hpp"
#include "interpret/mpi/handed_slots.hpp"
#include "interpret/mpi/node_cores.hpp"
#include "interpret/mpi/node_memory.hpp"
#include "interpret/mpi/push_trial.hpp"

namespace ringwood {

/// A moment of nothing between two looks at what another core is about to write: each look takes the line away from it.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ __volatile__("isb");
#endif
}

/// How a rank waits for another of its node.
struct NodeWaiting {
  int spins = 100;  ///< looks before anything else is tried
  bool yields =
      true;  ///< then the core is offered to others at once: with more ranks than cores, whom it waits for needs it
  std::chrono::milliseconds timeout{0};  ///< 0: for ever
  /// Called now and then by those who wait long: MPI makes progress only inside its own functions, and whom we wait for
  /// may be waiting for a message of the user's that is stuck in this process.
  std::function<void()> progress = {};
  /// What an error says after "no answer": who has come, and who has not. `peer` is NodeEndpoint::kElsewhere where
  /// nobody of the node is waited for.
  std::function<std::string(Rank peer)> diagnosis = {};
};

/// One rank's ends of the channels of its node: messages in pieces of at most `shape().large_bytes`. Pieces of one
/// (sender, lane) arrive in order. Nothing here may be used by two threads at once.
class NodeEndpoint {
 public:
  /// Instead of a peer: all that is waited for is on other nodes.
  static constexpr Rank kElsewhere = -1;

  struct Piece {
    const std::byte* data = nullptr;
    std::size_t bytes = 0;
  };

  /// `memory` is the whole segment, zero at first, aligned to a page. Ranks are those of the node.
  NodeEndpoint(std::span<std::byte> memory, const NodeShape& shape, Rank me, NodeWaiting waiting);

  [[nodiscard]] const NodeShape& shape() const { return shape_; }

  [[nodiscard]] Rank rank() const { return me_; }

  /// Sends one piece to each of the peers; returns when `data` is free again. Waits until there is room, which is where
  /// everybody has read what was sent in earlier rounds. Throws Error(kSystem) after the time-out.
  void push(std::span<const Rank> peers, Lane lane, std::span<const std::byte> data) {
    if (peers.size() == 1 && has_room_for_one(peers.front(), data.size())) {
      push_to_one(peers_[static_cast<std::size_t>(peers.front())], lane, data);
    } else {
      push_to_all(peers, lane, data);
    }
  }

  /// Whether the coming pieces are parts of longer messages. Those go round a ring of slots larger than the caches of a
  /// core, others round that one or a few that the caches keep, whichever is faster here; either may overflow into the
  /// other. Where cores are shared, parts of longer messages keep to fewer slots.
  void streams(bool yes) {
    streams_ = yes;
    in_turns_ = false;
    hands_over_ = true;
  }

  /// They are parts of messages too large for the caches, sent and read in turns that are alike, until `streams` is
  /// called again. So it is tried which is faster: slots that go over to the reader, or stores past the caches.
  void streams_in_turns();

  /// So many parts of longer messages find room before anybody reads one. The same on all ranks that wait alike.
  [[nodiscard]] std::size_t slots_of_streams() const { return kept_to_ > 0 ? kept_to_ : shape_.large_slots; }

  /// Before and after such a turn, in which so many bytes were sent; 0 if it was not like the others. Nothing where
  /// there are no such turns.
  void turn_begins() {
    if (in_turns_) {
      begin_turn();
    }
  }

  void turn_ends(std::size_t bytes) {
    if (in_turns_ && bytes > 0) {
      end_turn(bytes);
    }
  }

  /// Room for a piece that is made where it is sent from; then goes to `publish`, to the same peers, before anything
  /// else is sent.
  [[nodiscard]] std::span<std::byte> reserve(std::span<const Rank> peers, std::size_t bytes);
  void publish(std::span<const Rank> peers, Lane lane, std::span<const std::byte> reserved);

  /// Whether what is reserved had better be written past the caches.
  [[nodiscard]] bool passes_caches() const { return reserved_passes_; }

  /// Whether a piece of so many bytes can be pushed to all of them now, so that `push` does not wait.
  [[nodiscard]] bool has_room(std::span<const Rank> peers, std::size_t bytes) {
    return (peers.size() == 1 && has_room_for_one(peers.front(), bytes)) || has_room_for_all(peers, bytes);
  }

  /// As `push`, to one; false if there is no room now.
  [[nodiscard]] bool try_push(Rank peer, Lane lane, std::span<const std::byte> data);

  /// The next piece from (peer, lane), valid until `release`, which has to come before the next piece. `wanted` are
  /// those whose pieces this rank is about to wait for as well: where cores are shared, this one is given up at once if
  /// one of them needs it.
  [[nodiscard]] Piece await(Rank peer, Lane lane, std::span<const Rank> wanted = {}) {
    Piece piece = poll(peer, lane);
    for (int spin = 0; piece.data == nullptr && spin < waiting_.spins; ++spin) {
      relax();
      piece = poll(peer, lane);
    }
    return piece.data != nullptr ? piece : await_long(peer, lane, wanted);
  }

  /// The same; no data if it is not there yet. May be asked again before `release`.
  [[nodiscard]] Piece poll(Rank peer, Lane lane) {
    Peer& from = peers_[static_cast<std::size_t>(peer)];
    const NodeEntry& entry = from.in->entry(from.received);
    const bool has_come = entry.sequence.load(std::memory_order_acquire) == from.received + 1;
    if (!from.stash.empty() || (has_come && entry.lane != lane)) {
      return poll_closely(from, entry, lane);
    }
    if (!has_come) {
      return {};
    }
    held_.reset();
    return {data_of(from, entry), entry.bytes};
  }

  void release(Rank peer) {
    Peer& from = peers_[static_cast<std::size_t>(peer)];
    if (held_) {
      release_stashed(from);
    } else {
      consume_head(from, from.in->entry(from.received));
    }
  }

  /// MPI gets its turn.
  void let_others_progress() const {
    if (waiting_.progress) {
      waiting_.progress();
    }
  }

  /// Takes all that has arrived out of the channels, so that nobody waits for room because of this rank.
  void drain();

  /// Waits a little; `turns` counts how often it was called in a row. Throws Error(kSystem) after the time-out.
  void pause(std::uint64_t turns, Rank peer);

  /// What was waited for by `pause` has come.
  void waited() { own().waits_for.store(0, std::memory_order_relaxed); }

  /// For those who look at this rank: it is in that round now.
  void in_round(std::uint32_t round) { own().round.store(round, std::memory_order_relaxed); }

  [[nodiscard]] NodeProgress& progress(Rank rank) const {
    return *reinterpret_cast<NodeProgress*>(memory_.data() + shape_.progress(rank));
  }

  NodeProgress& own() { return *own_; }

 private:
  struct Stashed {
    Lane lane = 0;
    std::vector<std::byte> data;
  };

  struct Peer {
    NodeChannel* out = nullptr;
    NodeChannel* in = nullptr;
    std::uint64_t sent = 0;
    std::uint64_t known_consumed = 0;  // of what was sent
    std::uint64_t received = 0;
    std::uint64_t in_ring = 0;  // of those, the last that came in a larger slot of the peer's own
    std::deque<Stashed> stash;
    HandedSlots handed;
    bool sees_whole = false;  // its slots of each ring, in this process
    bool sees_stream = false;
  };

  /// Who reads a slot, and until when.
  struct Use {
    Rank peer = 0;
    std::uint64_t sequence = 0;
  };

  struct Slot {
    std::byte* memory = nullptr;
    std::vector<Use> uses;
  };

  struct SlotRing {
    std::vector<Slot> slots;
    std::size_t next = 0;
    std::size_t filled = 0;  // of the next one, where several pieces share a slot
    bool taken = false;      // its memory
  };

  /// A ring, and whether the next of its slots takes the piece beside what it has.
  struct Room {
    SlotRing* ring = nullptr;
    bool shares = false;
  };

  Piece poll_closely(Peer& from, const NodeEntry& entry, Lane lane);
  Piece await_long(Rank peer, Lane lane, std::span<const Rank> wanted);
  [[nodiscard]] bool needs_this_core(Rank peer) const;
  void stash_head(Peer& from, const NodeEntry& entry);
  [[nodiscard]] static std::deque<Stashed>::const_iterator first_stashed(const Peer& from, Lane lane);

  /// Where a piece of so many bytes goes now, or nullptr: its own ring, or the other one of larger slots where that is
  /// full.
  [[nodiscard]] Room find_room(std::size_t bytes);
  /// The next one that holds nothing yet.
  [[nodiscard]] Slot& next_slot(SlotRing& ring) const;
  [[nodiscard]] std::size_t index_after(const SlotRing& ring) const;

  [[nodiscard]] PushTrial& trial() { return streams_ ? stream_trial_ : whole_trial_; }

  /// A peer that hands nothing over keeps all slots that could go to and fro: where it writes past the caches, so does
  /// this rank, which has none of them left.
  [[nodiscard]] bool keeps_slots(Rank rank) const {
    const Peer& peer = peers_[static_cast<std::size_t>(rank)];
    return peer.in_ring > 0 && peer.received + 1 - peer.in_ring < NodeChannel::kEntries;
  }

  [[nodiscard]] bool passes_caches_now(std::span<const Rank> peers) {
    return !hands_over_ || trial().manner() == PushManner::kPastCache ||
           (in_turns_ && peers.size() == 1 && keeps_slots(peers.front()));
  }

  [[nodiscard]] std::span<std::byte> reserve_own(std::span<const Rank> peers, std::size_t bytes);
  void begin_turn();
  void end_turn(std::size_t bytes);

  /// Of the slots of a rank that make up one of its rings of larger ones.
  [[nodiscard]] std::span<std::byte> memory_of(Rank rank, bool of_stream) const;
  void see_ring(Peer& from, std::uint64_t offset);
  void write_slot(std::span<std::byte> slot, std::span<const std::byte> data);
  [[nodiscard]] bool has_read(const Use& use);
  [[nodiscard]] bool is_free(Slot& slot);
  void wait_for_entry(Rank peer);
  [[nodiscard]] HandedSlots handed_slots(Rank peer) const;
  void push_to_all(std::span<const Rank> peers, Lane lane, std::span<const std::byte> data);
  [[nodiscard]] bool has_room_for_all(std::span<const Rank> peers, std::size_t bytes);
  void release_stashed(Peer& from);

  [[nodiscard]] bool has_entry(Peer& to) {
    if (to.sent - to.known_consumed >= NodeChannel::kEntries) {
      to.known_consumed = to.out->consumed.load(std::memory_order_acquire);
    }
    return to.sent - to.known_consumed < NodeChannel::kEntries;
  }

  /// In the entry itself, or a slot that goes over.
  [[nodiscard]] bool has_room_for_one(Rank peer, std::size_t bytes) {
    Peer& to = peers_[static_cast<std::size_t>(peer)];
    return (bytes <= NodeEntry::kInline || (hands_over_ && to.handed.has_room(bytes))) && has_entry(to);
  }

  void push_to_one(Peer& to, Lane lane, std::span<const std::byte> data) {
    if (data.size() <= NodeEntry::kInline) {
      write_entry(to, lane, data, {});
    } else {
      hand_over(to, lane, data);
    }
  }

  /// The slot was the receiver's until it sent a piece in it that this rank has read (acquiring the entry), and is the
  /// receiver's again once it acquires the entry that is released here: nobody reads or writes it meanwhile.
  void hand_over(Peer& to, Lane lane, std::span<const std::byte> data) {
    const std::uint32_t number = to.handed.hand_over();
    std::byte* const slot = to.handed.look(number, data.size());
    std::memcpy(slot, data.data(), data.size());
    write_entry(to, lane, data, {static_cast<std::uint64_t>(slot - memory_.data()), number});
  }

  void write_entry(Peer& to, Lane lane, std::span<const std::byte> data, NodeEntry::Slot slot) {
    NodeEntry& entry = to.out->entry(to.sent);
    entry.bytes = static_cast<std::uint32_t>(data.size());
    entry.lane = lane;
    if (data.size() <= NodeEntry::kInline) {
      std::memcpy(entry.small, data.data(), data.size());
    } else {
      entry.slot = slot;
    }
    entry.sequence.store(++to.sent, std::memory_order_release);
  }

  [[nodiscard]] const std::byte* data_of(Peer& from, const NodeEntry& entry) {
    if (entry.bytes <= NodeEntry::kInline) {
      return entry.small;
    }
    if (entry.slot.handed != HandedSlots::kNone) {
      return from.handed.look(entry.slot.handed, entry.bytes);
    }
    if (entry.bytes > NodeShape::kSmallSlot) {
      see_ring(from, entry.slot.offset);
    }
    return memory_.data() + entry.slot.offset;
  }

  /// The piece is not looked at any more. Its slot, if it came with one, is this rank's now.
  void consume_head(Peer& from, const NodeEntry& entry) {
    if (entry.bytes > NodeEntry::kInline && entry.slot.handed != HandedSlots::kNone) {
      from.handed.take(entry.slot.handed);
    }
    from.in->consumed.store(++from.received, std::memory_order_release);
  }

  template <typename Ready>
  void wait_for_room(Rank peer, Ready ready);

  std::span<std::byte> memory_;
  NodeShape shape_;
  Rank me_;
  NodeProgress* own_;
  NodeCores cores_;
  NodeWaiting waiting_;
  std::vector<Peer> peers_;
  SlotRing small_;
  SlotRing whole_;   // of larger slots, for messages of one piece
  SlotRing stream_;  // of larger slots, for parts of messages
  PushTrial whole_trial_;
  PushTrial stream_trial_;
  PushTrial turn_trial_;
  bool streams_ = false;
  std::size_t kept_to_ = 0;  // of `stream_`, by parts of longer messages, or 0: they may take all there is
  bool in_turns_ = false;
  bool hands_over_ = true;  // or writes past the caches what it could hand over
  std::uint64_t turn_began_ = 0;
  Slot* reserved_ = nullptr;
  std::uint32_t reserved_number_ = HandedSlots::kNone;  // instead, of a slot that goes over
  bool reserved_passes_ = false;                        // the caches
  std::optional<Lane> held_;                            // of the piece that was polled last, if that is in the stash
  WaitingTime waiting_time_;
};

}  // namespace ringwood
