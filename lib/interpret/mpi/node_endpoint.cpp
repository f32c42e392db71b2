#include "interpret/mpi/node_endpoint.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <thread>

#include "base/streaming.hpp"
#include "interpret/mpi/shared_pages.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

// So often, among those who wait long, MPI gets its turn, and what arrived is taken out of the channels. Who waits that
// long may be waiting in a circle of ranks that have no room.
constexpr std::uint64_t kProgressEvery = 16;
constexpr std::uint64_t kDrainEvery = 4096;

// After so many turns, about a millisecond, the rank that is waited for is likely to have no core after all.
constexpr std::uint64_t kTurnsOfOwnCore = 1000;

// One in so many of the larger slots makes up the narrow ring for messages of one piece.
constexpr std::size_t kShareOfWhole = 4;

// Ranks that share a core wait for each other's turns, so that what they may be ahead of each other is of no use, and
// what they have under way had better stay in the caches: so many slots, of 64 KiB, or two rounds.
constexpr std::size_t kSlotsOfSharedCore = 12;

constexpr std::array kWholeManners{PushManner::kNarrow, PushManner::kWide, PushManner::kPastCache};
constexpr std::array kStreamManners{PushManner::kWide, PushManner::kPastCache};

// Slots that go over to the reader are few, so that the caches keep them.
constexpr std::array kTurnManners{PushManner::kNarrow, PushManner::kPastCache};

// Pieces that share a slot do not start at the same place of a page.
constexpr std::size_t in_lines(std::size_t bytes) {
  return (bytes + kCacheLine - 1) / kCacheLine * kCacheLine + kCacheLine;
}

/// Of a clock that costs next to nothing.
std::uint64_t ticks_now() {
#ifdef __x86_64__
  return __builtin_ia32_rdtsc();
#else
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

}  // namespace

NodeEndpoint::NodeEndpoint(std::span<std::byte> memory, const NodeShape& shape, Rank me, NodeWaiting waiting)
    : memory_(memory),
      shape_(shape),
      me_(me),
      own_(&progress(me)),
      cores_(memory.data(), shape, me),
      waiting_(std::move(waiting)),
      peers_(static_cast<std::size_t>(shape.ranks)),
      whole_trial_(kWholeManners),
      stream_trial_(kStreamManners),
      turn_trial_(kTurnManners, PushTrial::Told::kAll) {
  for (Rank rank = 0; rank < shape.ranks; ++rank) {
    Peer& peer = peers_[static_cast<std::size_t>(rank)];
    peer.out = reinterpret_cast<NodeChannel*>(memory.data() + shape.channel(me, rank));
    peer.in = reinterpret_cast<NodeChannel*>(memory.data() + shape.channel(rank, me));
    peer.handed = handed_slots(rank);
  }
  for (std::size_t slot = 0; slot < NodeShape::kSmallSlots; ++slot) {
    small_.slots.push_back({memory.data() + shape.small_slot(me, slot), {}});
  }
  for (std::size_t slot = 0; slot < shape.large_slots; ++slot) {
    SlotRing& ring = slot < shape.large_slots / kShareOfWhole ? whole_ : stream_;
    ring.slots.push_back({memory.data() + shape.large_slot(me, slot), {}});
  }
  const std::size_t two_rounds = 2 * static_cast<std::size_t>(shape.ranks);
  if (waiting_.yields && stream_.slots.size() >= two_rounds) {
    kept_to_ = std::min(std::max(kSlotsOfSharedCore, two_rounds), stream_.slots.size());
  }
}

HandedSlots NodeEndpoint::handed_slots(Rank peer) const {
  std::array<std::byte*, 2 * HandedSlots::kOfRank> slots{};
  const Rank lower = std::min(me_, peer);
  const Rank higher = std::max(me_, peer);
  for (std::size_t slot = 0; slot < HandedSlots::kOfRank; ++slot) {
    slots[slot] = memory_.data() + shape_.handed_slot(lower, higher, slot);
    slots[slot + HandedSlots::kOfRank] = memory_.data() + shape_.handed_slot(higher, lower, slot);
  }
  return {slots, shape_.handed_bytes, me_ == lower};
}

bool NodeEndpoint::has_read(const Use& use) {
  Peer& peer = peers_[static_cast<std::size_t>(use.peer)];
  if (peer.known_consumed < use.sequence) {
    peer.known_consumed = peer.out->consumed.load(std::memory_order_acquire);
  }
  return peer.known_consumed >= use.sequence;
}

bool NodeEndpoint::is_free(Slot& slot) {
  while (!slot.uses.empty()) {
    if (!has_read(slot.uses.back())) {
      return false;
    }
    slot.uses.pop_back();
  }
  return true;
}

void NodeEndpoint::pause(std::uint64_t turns, Rank peer) {
  if (turns == 0) {
    waiting_time_.restart();
  }
  if (turns % kProgressEvery == 0) {
    own().waits_for.store(static_cast<std::uint32_t>(peer - kElsewhere), std::memory_order_relaxed);
  }
  if (turns % kProgressEvery == kProgressEvery - 1) {
    let_others_progress();
    if (waiting_.timeout.count() > 0 && waiting_time_.exceeds(waiting_.timeout)) {
      throw Error(ErrorKind::kSystem,
                  no_answer(waiting_.timeout) + (waiting_.diagnosis ? ": " + waiting_.diagnosis(peer) : ""));
    }
  }
  if (turns % kDrainEvery == kDrainEvery - 1) {
    drain();
  }
  if (waiting_.yields || turns > kTurnsOfOwnCore || (peer != kElsewhere && cores_.shared_with(peer))) {
    std::this_thread::yield();
    cores_.note();
  }
  if (waiting_.yields) {
    cores_.spread();
  }
}

template <typename Ready>
void NodeEndpoint::wait_for_room(Rank peer, Ready ready) {
  for (int spin = 0; spin < waiting_.spins; ++spin) {
    if (ready()) {
      return;
    }
  }
  for (std::uint64_t turns = 0; !ready(); ++turns) {
    pause(turns, peer);
  }
  waited();
}

void NodeEndpoint::wait_for_entry(Rank peer) {
  Peer& to = peers_[static_cast<std::size_t>(peer)];
  if (!has_entry(to)) {
    wait_for_room(peer, [&] { return has_entry(to); });
  }
}

void NodeEndpoint::write_slot(std::span<std::byte> slot, std::span<const std::byte> data) {
  if (data.size() <= NodeShape::kSmallSlot) {
    std::memcpy(slot.data(), data.data(), data.size());
    return;
  }
  PushTrial& trial = this->trial();
  const bool chose = reserved_passes_ == (trial.manner() == PushManner::kPastCache);
  const bool measures = chose && trial.measures();
  const std::uint64_t start = measures ? ticks_now() : 0;
  if (reserved_passes_) {
    copy_past_cache(slot.data(), data.data(), data.size());
    settle_streams();
  } else {
    std::memcpy(slot.data(), data.data(), data.size());
  }
  if (chose) {
    trial.wrote(data.size(), measures ? ticks_now() - start : 0);
  }
}

void NodeEndpoint::push_to_all(std::span<const Rank> peers, Lane lane, std::span<const std::byte> data) {
  if (data.size() > NodeEntry::kInline) {
    const std::span<std::byte> slot = reserve_own(peers, data.size());
    write_slot(slot, data);
    publish(peers, lane, slot);
    return;
  }
  for (const Rank peer : peers) {
    wait_for_entry(peer);
    write_entry(peers_[static_cast<std::size_t>(peer)], lane, data, {});
  }
}

/// With more ranks than cores, how long a turn takes says more of those who had to wait for one.
void NodeEndpoint::streams_in_turns() {
  in_turns_ = !waiting_.yields;
}

void NodeEndpoint::begin_turn() {
  hands_over_ = turn_trial_.manner() != PushManner::kPastCache;
  turn_began_ = turn_trial_.measures() ? ticks_now() : 0;
}

void NodeEndpoint::end_turn(std::size_t bytes) {
  turn_trial_.wrote(bytes, turn_trial_.measures() ? ticks_now() - turn_began_ : 0);
}

std::span<std::byte> NodeEndpoint::memory_of(Rank rank, bool of_stream) const {
  const std::size_t border = shape_.large_slots / kShareOfWhole;
  const std::size_t begin = shape_.large_slot(rank, of_stream ? border : 0);
  const std::size_t end = shape_.large_slot(rank, of_stream ? shape_.large_slots : border);
  return memory_.subspan(begin, end - begin);
}

/// What has come lies in a ring of larger slots; at the first time all of that ring is looked at.
void NodeEndpoint::see_ring(Peer& from, std::uint64_t offset) {
  const auto rank = static_cast<Rank>(&from - peers_.data());
  const bool of_stream = offset >= shape_.large_slot(rank, shape_.large_slots / kShareOfWhole);
  bool& sees = of_stream ? from.sees_stream : from.sees_whole;
  from.in_ring = from.received + 1;
  if (!sees) {
    see_pages(memory_of(rank, of_stream));
    sees = true;
  }
}

std::size_t NodeEndpoint::index_after(const SlotRing& ring) const {
  const bool keeps = streams_ && &ring == &stream_ && kept_to_ > 0;
  return (ring.next + 1) % (keeps ? kept_to_ : ring.slots.size());
}

NodeEndpoint::Slot& NodeEndpoint::next_slot(SlotRing& ring) const {
  return ring.slots[ring.filled > 0 ? index_after(ring) : ring.next];
}

NodeEndpoint::Room NodeEndpoint::find_room(std::size_t bytes) {
  if (bytes <= NodeShape::kSmallSlot) {
    return {is_free(next_slot(small_)) ? &small_ : nullptr};
  }
  const bool wide = streams_ || whole_trial_.manner() != PushManner::kNarrow;
  if (wide && !streams_ && stream_.filled > 0 && stream_.filled + bytes <= shape_.large_bytes) {
    return {&stream_, true};
  }
  SlotRing& own = wide ? stream_ : whole_;
  SlotRing& other = wide ? whole_ : stream_;
  if (is_free(next_slot(own))) {
    return {&own};
  }
  const bool may_overflow = !streams_ || kept_to_ == 0;
  return {may_overflow && is_free(next_slot(other)) ? &other : nullptr};
}

std::span<std::byte> NodeEndpoint::reserve(std::span<const Rank> peers, std::size_t bytes) {
  if (peers.size() == 1 && bytes > NodeEntry::kInline && hands_over_) {
    HandedSlots& handed = peers_[static_cast<std::size_t>(peers.front())].handed;
    if (handed.has_room(bytes)) {
      reserved_number_ = handed.hand_over();
      reserved_passes_ = false;
      return {handed.look(reserved_number_, bytes), bytes};
    }
  }
  return reserve_own(peers, bytes);
}

std::span<std::byte> NodeEndpoint::reserve_own(std::span<const Rank> peers, std::size_t bytes) {
  Room room = find_room(bytes);
  if (room.ring == nullptr) {
    const Slot& full = next_slot(bytes <= NodeShape::kSmallSlot ? small_ : stream_);
    wait_for_room(full.uses.back().peer, [&] { return (room = find_room(bytes)).ring != nullptr; });
  }
  SlotRing& ring = *room.ring;
  if (ring.filled > 0 && !room.shares) {
    ring.next = index_after(ring);
    ring.filled = 0;
  }
  if (!ring.taken && &ring != &small_) {
    take_pages(memory_of(me_, &ring == &stream_));
  }
  ring.taken = true;
  reserved_ = &ring.slots[ring.next];
  reserved_passes_ = bytes > NodeShape::kSmallSlot && passes_caches_now(peers);
  std::byte* memory = reserved_->memory + ring.filled;
  if (&ring == &stream_ && !streams_) {
    ring.filled += in_lines(bytes);
  } else {
    ring.next = index_after(ring);
  }
  return {memory, bytes};
}

void NodeEndpoint::publish(std::span<const Rank> peers, Lane lane, std::span<const std::byte> reserved) {
  const auto offset = static_cast<std::uint64_t>(reserved.data() - memory_.data());
  for (const Rank peer : peers) {
    wait_for_entry(peer);
    Peer& to = peers_[static_cast<std::size_t>(peer)];
    write_entry(to, lane, reserved, {.offset = offset, .handed = reserved_number_});
    if (reserved.size() > NodeEntry::kInline && reserved_number_ == HandedSlots::kNone) {
      reserved_->uses.push_back({peer, to.sent});
    }
  }
  reserved_ = nullptr;
  reserved_number_ = HandedSlots::kNone;
}

bool NodeEndpoint::has_room_for_all(std::span<const Rank> peers, std::size_t bytes) {
  const auto entry_is_free = [this](Rank peer) { return has_entry(peers_[static_cast<std::size_t>(peer)]); };
  if (!std::ranges::all_of(peers, entry_is_free)) {
    return false;
  }
  return bytes <= NodeEntry::kInline || find_room(bytes).ring != nullptr;
}

bool NodeEndpoint::try_push(Rank peer, Lane lane, std::span<const std::byte> data) {
  if (!has_room({&peer, 1}, data.size())) {
    return false;
  }
  push({&peer, 1}, lane, data);
  return true;
}

}  // namespace ringwood
