#include "interpret/mpi/node_memory.hpp"

#include <algorithm>

#include "interpret/mpi/handed_slots.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kPage = 4096;

// Slots that start at the same place of a page all fall in the same few lines of the first cache; so they do not.
constexpr std::size_t kSkew = kCacheLine;
static_assert(NodeShape::small_slots_bytes() == NodeShape::kSmallSlots * (NodeShape::kSmallSlot + kSkew));

// Pieces that still move at full speed.
constexpr std::size_t kLargestSlot = std::size_t{64} << 10U;

std::size_t in_pages(std::size_t bytes) {
  return (bytes + kPage - 1) / kPage * kPage;
}

std::size_t index(Rank rank) {
  return static_cast<std::size_t>(rank);
}

}  // namespace

// All of the memory that a rank may take: a ring larger than the caches of a core is what longer messages need nearly
// everywhere, and the best manner of writing into it, or into a part of it, is found by PushTrial. Twice as many
// slots as there are ranks: a round that sends something else to everybody finds room for all of it while the round
// before is still being read.
NodeShape::NodeShape(Rank count, std::size_t most_bytes_of_rank)
    : ranks(count),
      large_slots(std::max(most_bytes_of_rank / kLargestSlot, 2 * index(count))),
      large_bytes(std::clamp(most_bytes_of_rank / large_slots / kPage * kPage, kSmallSlot, kLargestSlot)),
      handed_bytes(std::clamp(most_bytes_of_rank / (HandedSlots::kOfRank * index(count)) / kPage * kPage, kSmallSlot,
                              kLargestSlot)) {}

std::size_t NodeShape::progress(Rank rank) const {
  return kPage + index(rank) * sizeof(NodeProgress);
}

// A receiver's channels lie side by side: it looks at all of them.
std::size_t NodeShape::channel(Rank from, Rank to) const {
  return kPage + in_pages(index(ranks) * sizeof(NodeProgress)) +
         (index(to) * index(ranks) + index(from)) * sizeof(NodeChannel);
}

std::size_t NodeShape::slots_begin(Rank rank) const {
  return in_pages(channel(ranks - 1, ranks - 1) + sizeof(NodeChannel)) + index(rank) * slots_bytes();
}

std::size_t NodeShape::slots_bytes() const {
  return in_pages(small_slots_bytes() + large_slots * (large_bytes + kSkew) +
                  index(ranks) * HandedSlots::kOfRank * (handed_bytes + kSkew));
}

std::size_t NodeShape::small_slot(Rank rank, std::size_t slot) const {
  return slots_begin(rank) + slot * (kSmallSlot + kSkew);
}

std::size_t NodeShape::large_slot(Rank rank, std::size_t slot) const {
  return slots_begin(rank) + small_slots_bytes() + slot * (large_bytes + kSkew);
}

std::size_t NodeShape::handed_slot(Rank rank, Rank peer, std::size_t slot) const {
  return large_slot(rank, large_slots) + (index(peer) * HandedSlots::kOfRank + slot) * (handed_bytes + kSkew);
}

}  // namespace ringwood
