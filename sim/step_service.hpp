#pragma once

#include <algorithm>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/clock_arrays.hpp"
#include "sim/engine.hpp"
#include "sim/step_group.hpp"

namespace ringwood {

/// Serves the messages of ranks in step: those of a group together where they are alike, or else one by one.
template <LogGopsForm kForm>
class StepService {
 public:
  explicit StepService(const SimulationInput& input)
      : costs_(input.machine, input.mapping, input.layout.total_bytes()),
        charges_(costs_, input.machine.gamma),
        clocks_(input.schedule.ranks()),
        ranks_(input.schedule.ranks()) {}

  [[nodiscard]] CostClass class_of(Rank from, Rank to) { return costs_.class_of(from, to); }

  /// Serves what ranks of the group first .. first + count - 1 have taken; `reduces` says of a rank whether it reduces
  /// its message.
  template <typename Reduces>
  void receive(const Messages& taken, Rank first, Rank count, const Reduces& reduces) {
    if (taken.alike) {
      const ChargeTable::Entry& entry = charges_.of_received(taken.classes[0], taken.bytes[0]);
      note(clocks_.receive(kForm, first, count, entry, reduces(first), taken.heads.data()));
      return;
    }
    for (std::size_t i = 0; i < taken.count; ++i) {
      const Rank rank = taken.ranks[i];
      receive(rank, taken.heads[i], taken.classes[i], taken.bytes[i], reduces(rank));
    }
  }

  void receive(Rank rank, Picoseconds head, CostClass cost_class, Bytes bytes, bool reduces) {
    const ChargeTable::Entry& entry = charges_.of_received(cost_class, bytes);
    RankClocks clocks = clocks_.at(rank);
    order_sensitive_ += serve_receive<kForm>(clocks, head, entry.charges).order_sensitive ? 1 : 0;
    if (reduces) {
      serve_reduction(clocks, entry.reduction);
    }
    set(rank, clocks);
  }

  void reduce(Rank rank, Bytes bytes) {
    RankClocks clocks = clocks_.at(rank);
    serve_reduction(clocks, charges_.reduction(bytes));
    set(rank, clocks);
  }

  /// Serves what ranks of a group send in their rounds, or a part of it: a `part` is not the group's first or last.
  void send(Messages& sent, bool is_part) {
    if (bytes_sent_.empty()) [[unlikely]] {
      bytes_sent_.resize(static_cast<std::size_t>(ranks_));
    }
    messages_ += static_cast<std::int64_t>(sent.count);
    if (!sent.alike) {
      send_each(sent, is_part);
    } else if (sent.count > 0) {
      const auto count = static_cast<Rank>(sent.count);
      const Rank first = sent.ranks[0];
      const ChargeTable::Entry& entry = sent_with(sent.classes[0], sent.bytes[0]);
      note(clocks_.send(first, count, entry.charges, clocks_.cpus(first), sent.heads.data()));
      const auto begin = bytes_sent_.begin() + first;
      std::for_each(begin, begin + count, [&entry](Bytes& bytes) { bytes += entry.bytes; });
    }
  }

  /// A message's size, and what class of pairs it is between.
  struct Kind {
    CostClass cost_class = 0;
    Bytes bytes = 0;
  };

  /// Whether all pairs of ranks are of one class.
  [[nodiscard]] bool one_class() const { return costs_.one_class(); }

  /// When the rounds of the ranks from `first` on begin, before anything of them is served.
  [[nodiscard]] const Picoseconds* starts(Rank first) const { return clocks_.cpus(first); }

  /// Serves one message of each of the ranks first .. first + count - 1, whose rounds have begun at `starts`;
  /// count_sent_by_all() counts them.
  void send_alike(Rank first, Rank count, Kind kind, const Picoseconds* starts, Picoseconds* heads) {
    note(clocks_.send(first, count, sent_with(kind.cost_class, kind.bytes).charges, starts, heads));
  }

  /// The same of one rank; when its head arrives.
  [[nodiscard]] Picoseconds send_one(Rank rank, Kind kind, Picoseconds start) {
    RankClocks clocks = clocks_.at(rank);
    const ServedSend served = serve_send(clocks, start, sent_with(kind.cost_class, kind.bytes).charges);
    set(rank, clocks);
    order_sensitive_ += served.order_sensitive ? 1 : 0;
    return served.head;
  }

  /// Every rank has sent so many messages, of so many bytes together.
  void count_sent_by_all(std::size_t messages, Bytes bytes) {
    sent_by_all_ += bytes;
    messages_ += ranks_ * static_cast<std::int64_t>(messages);
  }

  /// Each of the ranks first .. first + count - 1 reduces so many bytes.
  void reduce_alike(Rank first, Rank count, Bytes bytes) {
    note(clocks_.reduce(first, count, charges_.reduction(bytes)));
  }

  /// Serves one message for each of the ranks first .. first + count - 1.
  void receive_alike(Rank first, Rank count, Kind kind, bool reduces, const Picoseconds* heads) {
    note(clocks_.receive(kForm, first, count, charges_.of_received(kind.cost_class, kind.bytes), reduces, heads));
  }

  /// Whether something came out that is for other engines: a time that is not to be told, or a message that has to wait
  /// for its receive.
  [[nodiscard]] bool gives_up() const { return gives_up_; }

  void write(SimulationReport& report) const {
    for (Rank rank = 0; rank < ranks_; ++rank) {
      const Bytes sent = sent_by_all_ + (bytes_sent_.empty() ? 0 : bytes_sent_[static_cast<std::size_t>(rank)]);
      report.finish[static_cast<std::size_t>(rank)] = clocks_.cpu(rank);
      report.bytes_sent_max = std::max(report.bytes_sent_max, sent);
      report.bytes_sent_total += sent;
    }
    report.time = *std::max_element(report.finish.begin(), report.finish.end());
    report.messages = messages_;
    report.order_sensitive = order_sensitive_;
  }

  /// Bytes that it takes.
  [[nodiscard]] std::size_t reserved() const { return clocks_.reserved() + bytes_sent_.size() * sizeof(Bytes); }

 private:
  [[nodiscard, gnu::always_inline]] const ChargeTable::Entry& sent_with(CostClass cost_class, Bytes bytes) {
    const ChargeTable::Entry& entry = charges_.of(cost_class, bytes);
    gives_up_ |= !entry.charges.eager;
    return entry;
  }

  void note(const ServedTogether& served) {
    order_sensitive_ += served.order_sensitive;
    gives_up_ |= served.too_late;
  }

  void set(Rank rank, const RankClocks& clocks) {
    clocks_.set(rank, clocks);
    gives_up_ |= clocks.cpu > kLatestTime;
  }

  void send_each(Messages& sent, bool is_part) {
    for (std::size_t i = 0; i < sent.count; ++i) {
      const Rank rank = sent.ranks[i];
      RankClocks clocks = clocks_.at(rank);
      round_start_ = rank == sender_ ? round_start_ : clocks.cpu;
      sender_ = rank;
      const ServedSend served = serve_send(clocks, round_start_, sent_with(sent.classes[i], sent.bytes[i]).charges);
      set(rank, clocks);
      sent.heads[i] = served.head;
      order_sensitive_ += served.order_sensitive ? 1 : 0;
      bytes_sent_[static_cast<std::size_t>(rank)] += sent.bytes[i];
    }
    sender_ = is_part ? sender_ : kNobody;
  }

  PairCosts costs_;
  ChargeTable charges_;
  ClockArrays clocks_;
  Rank ranks_;
  std::vector<Bytes, HugePageAllocator<Bytes>> bytes_sent_;  // empty until ranks send one by one
  Bytes sent_by_all_ = 0;                                    // besides that
  Rank sender_ = kNobody;                                    // of the last message, if its round goes on
  Picoseconds round_start_ = 0;                              // its
  std::int64_t messages_ = 0;
  std::int64_t order_sensitive_ = 0;
  bool gives_up_ = false;
};

}  // namespace ringwood
