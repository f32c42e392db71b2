#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/charge_table.hpp"
#include "sim/model/loggops.hpp"

namespace ringwood {

/// What serving several ranks found.
struct ServedTogether {
  std::int64_t order_sensitive = 0;
  bool too_late = false;  ///< some time may lie after kLatestTime
};

/// The clocks of all ranks, one array a clock, so that neighbours that do alike are served several at a time, by
/// whatever vectors the processor has. The times are those of model/loggops.hpp, whose functions serve here too.
class ClockArrays {
 public:
  explicit ClockArrays(Rank ranks);

  [[nodiscard]] RankClocks at(Rank rank) const {
    const auto i = static_cast<std::size_t>(rank);
    return {cpu_[i], nic_out_[i], nic_in_[i], cpu_busy_since_[i], latest_head_[i]};
  }

  void set(Rank rank, const RankClocks& clocks) {
    const auto i = static_cast<std::size_t>(rank);
    cpu_[i] = clocks.cpu;
    nic_out_[i] = clocks.nic_out;
    nic_in_[i] = clocks.nic_in;
    cpu_busy_since_[i] = clocks.cpu_busy_since;
    latest_head_[i] = clocks.latest_head;
  }

  [[nodiscard]] Picoseconds cpu(Rank rank) const { return cpu_[static_cast<std::size_t>(rank)]; }

  /// Where the CPUs' clocks of the ranks from `first` on are: at the start of a round, since when their sends are
  /// ready.
  [[nodiscard]] const Picoseconds* cpus(Rank first) const { return &cpu_[static_cast<std::size_t>(first)]; }

  /// Ranks first .. first + count - 1 send one message each, of the same charges, ready since `ready`, which may be
  /// cpus(); when their heads arrive goes to `heads`.
  [[nodiscard]] ServedTogether send(Rank first, Rank count, const MessageCharges& charges, const Picoseconds* ready,
                                    Picoseconds* heads);

  /// They reduce for so long.
  [[nodiscard]] ServedTogether reduce(Rank first, Rank count, Picoseconds reduction);

  /// They take one message each, of the same charges, and reduce it for so long.
  [[nodiscard]] ServedTogether receive(LogGopsForm form, Rank first, Rank count, const ChargeTable::Entry& entry,
                                       bool reduces, const Picoseconds* heads);

  /// Bytes that they take.
  [[nodiscard]] std::size_t reserved() const { return cpu_.capacity() * sizeof(RankClocks); }

  /// Where the clocks of some ranks are.
  struct View {
    Picoseconds* cpu;
    Picoseconds* nic_out;
    Picoseconds* nic_in;
    Picoseconds* cpu_busy_since;
    Picoseconds* latest_head;
  };

 private:
  using Times = std::vector<Picoseconds, HugePageAllocator<Picoseconds>>;

  [[nodiscard]] View from(Rank first);

  Times cpu_;
  Times nic_out_;
  Times nic_in_;
  Times cpu_busy_since_;
  Times latest_head_;
};

}  // namespace ringwood
