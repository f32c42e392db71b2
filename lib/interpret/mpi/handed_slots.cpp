#include "interpret/mpi/handed_slots.hpp"

#include "interpret/mpi/shared_pages.hpp"

namespace ringwood {

HandedSlots::HandedSlots(const std::array<std::byte*, 2 * kOfRank>& slots, std::size_t bytes, bool lower)
    : bytes_(bytes) {
  for (std::uint32_t number = 0; number < slots.size(); ++number) {
    slots_[number].memory = slots[number];
    if ((number < kOfRank) == lower) {
      take(number);
    }
  }
}

/// Whoever reads a slot will write it: both need pages that can be written.
void HandedSlots::see(Slot& slot, std::size_t bytes) {
  take_pages({slot.memory, bytes});
  slot.seen = bytes;
}

}  // namespace ringwood
