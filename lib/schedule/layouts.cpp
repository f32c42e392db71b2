#include "ringwood/layouts.hpp"

#include "schedule/contract.hpp"

namespace ringwood {

Layout equal_layout(const Schedule& schedule, Bytes elements, Bytes element_size) {
  const Chunk blocks = blocks_of(contract_of(schedule.collective()), schedule.ranks());
  return Layout::equal(elements, element_size, blocks, schedule.chunks());
}

}  // namespace ringwood
