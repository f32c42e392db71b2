#include "interpret/mpi/node_cores.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#ifdef __linux__
#include <sched.h>
#include <unistd.h>
#endif

namespace ringwood {

namespace {

#ifdef __linux__

std::uint32_t cores_online() {
  return static_cast<std::uint32_t>(std::max(sysconf(_SC_NPROCESSORS_ONLN), 1L));
}

std::uint32_t core_now() {
  return static_cast<std::uint32_t>(::sched_getcpu() + 1);
}

/// The mask that it leaves forbids nothing, as that of a process which was never bound: one that lists the cores of
/// today would keep it from those of tomorrow.
void move_to(std::uint32_t core) {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  CPU_SET(core, &mask);
  if (::sched_setaffinity(0, sizeof mask, &mask) == 0) {
    std::memset(&mask, 0xFF, sizeof mask);
    (void)::sched_setaffinity(0, sizeof mask, &mask);
  }
}

#else

std::uint32_t cores_online() {
  return 1;
}

std::uint32_t core_now() {
  return 0;
}

void move_to(std::uint32_t /*core*/) {}

#endif

}  // namespace

NodeCores::NodeCores(std::byte* memory, const NodeShape& shape, Rank me)
    : memory_(memory), shape_(shape), me_(me), cores_(cores_online()) {
  note();
}

std::uint32_t NodeCores::core_of(Rank rank) const {
  return reinterpret_cast<const NodeProgress*>(memory_ + shape_.progress(rank))->core.load(std::memory_order_relaxed);
}

void NodeCores::note() {
  const std::uint32_t now = core_now();
  if (now != core_) {
    core_ = now;
    reinterpret_cast<NodeProgress*>(memory_ + shape_.progress(me_))->core.store(now, std::memory_order_relaxed);
  }
}

void NodeCores::spread() {
  if (++turns_ < between_) {
    return;
  }
  turns_ = 0;
  if (const std::optional<std::uint32_t> core = emptier_core()) {
    between_ = std::min(2 * between_, kMostBetween);
    move_to(*core);
    note();
  }
}

#ifdef __linux__

/// That has at least two ranks fewer than this one's; if several ranks of a core look, the lowest goes.
std::optional<std::uint32_t> NodeCores::emptier_core() const {
  std::array<std::uint16_t, CPU_SETSIZE> ranks_on{};
  for (Rank rank = 0; rank < shape_.ranks; ++rank) {
    const std::uint32_t core = core_of(rank);
    if (core == 0 || core > CPU_SETSIZE || (core == core_ && rank < me_)) {
      return std::nullopt;
    }
    ++ranks_on[core - 1];
  }
  const std::uint32_t here = ranks_on[core_ - 1];
  if (here <= (static_cast<std::uint32_t>(shape_.ranks) + cores_ - 1) / cores_) {
    return std::nullopt;
  }
  cpu_set_t allowed;
  if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0 ||
      static_cast<std::uint32_t>(CPU_COUNT(&allowed)) < cores_) {
    return std::nullopt;
  }
  std::optional<std::uint32_t> best;
  for (std::uint32_t core = 0; core < CPU_SETSIZE; ++core) {
    if (CPU_ISSET(core, &allowed) && (!best || ranks_on[core] < ranks_on[*best])) {
      best = core;
    }
  }
  return best && ranks_on[*best] + 2U <= here ? best : std::nullopt;
}

#else

std::optional<std::uint32_t> NodeCores::emptier_core() const {
  return std::nullopt;
}

#endif

}  // namespace ringwood
