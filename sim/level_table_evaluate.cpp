#include <algorithm>
#include <array>

#include "base/huge_pages.hpp"
#include "sim/level_table.hpp"
#include "sim/rank_charges.hpp"

namespace ringwood {

namespace {

/// What an operation of a class is charged at one point.
struct ClassCharges {
  MessageCharges charges;
  Picoseconds reduction = 0;
  Bytes bytes = 0;
};

/// All points in one pass: what is read of the table, and where its ranks and slots are, serves every one.
template <LogGopsForm kForm, std::size_t kPoints>
class TableEvaluation {
 public:
  TableEvaluation(const LevelTable& table, const SimulationInput& input, std::span<const SimulationPoint> points)
      : table_(table),
        input_(input),
        count_(points.size()),
        clocks_(input.mapping.size() * kPoints),
        bytes_sent_(clocks_.size()),
        heads_(table.slots * kPoints) {
    for (std::size_t point = 0; point < kPoints; ++point) {
      charge(points[std::min(point, count_ - 1)], point);  // those that are too many repeat the last
    }
    for (const Straggler& straggler : input.options.stragglers) {
      const std::size_t first = static_cast<std::size_t>(straggler.rank) * kPoints;
      std::fill_n(clocks_.begin() + static_cast<std::ptrdiff_t>(first), kPoints, begin_at(straggler.arrival));
    }
    if (table.may_wait) {
      senders_.resize(table.slots);
      round_start_.resize(clocks_.size());
      latest_match_.resize(clocks_.size());
    }
  }

  [[nodiscard]] std::vector<SimulationReport> run() {
    for (const LevelTable::Entries::Part& part : table_.entries.parts()) {
      for (const LevelTable::Entry& entry : part) {
        serve(entry);
      }
    }
    std::vector<SimulationReport> reports;
    for (std::size_t point = 0; point < count_; ++point) {
      reports.push_back(report(point));
    }
    return reports;
  }

 private:
  void charge(const SimulationPoint& point, std::size_t number) {
    charges_.resize(table_.classes.size() * kPoints);
    PairCosts costs(*point.machine, input_.mapping, point.layout->total_bytes());
    RankCharges charges(costs, point.machine->gamma, input_.options.stragglers);
    for (std::size_t i = 0; i < table_.classes.size(); ++i) {
      const OperationClass& each = table_.classes[i];
      const Bytes bytes = each.bytes[std::min(number, count_ - 1)];
      ChargeTable& table = charges.with_percent(each.cpu_percent);
      ClassCharges& to = charges_[i * kPoints + number];
      to.bytes = bytes;
      to.reduction = table.reduction(bytes);
      if (each.from != each.to) {
        to.charges = table.of(costs.class_of(each.from, each.to), bytes).charges;
      }
    }
  }

  [[gnu::always_inline]] void serve(const LevelTable::Entry& entry) {
    const std::size_t first = static_cast<std::size_t>(entry.rank) * kPoints;
    switch (entry.kind()) {
      case LevelTable::Kind::kSend:
        send(entry, first);
        break;
      case LevelTable::Kind::kReceive:
        receive<false>(entry, first);
        break;
      case LevelTable::Kind::kReceiveReduce:
        receive<true>(entry, first);
        break;
      case LevelTable::Kind::kReduce:
        for (std::size_t point = 0; point < kPoints; ++point) {
          serve_reduction(clocks_[first + point], charges_[entry.class_number() * kPoints + point].reduction);
        }
        break;
      case LevelTable::Kind::kBeginRound:
        for (std::size_t point = 0; point < kPoints; ++point) {
          round_start_[first + point] = clocks_[first + point].cpu;
          latest_match_[first + point] = 0;
        }
        break;
      case LevelTable::Kind::kEndRound:
        for (std::size_t point = 0; point < kPoints; ++point) {
          wait_until(clocks_[first + point], latest_match_[first + point]);
        }
        break;
    }
  }

  void send(const LevelTable::Entry& entry, std::size_t first) {
    const ClassCharges* charges = &charges_[entry.class_number() * kPoints];
    Picoseconds* heads = &heads_[entry.slot * kPoints];
    for (std::size_t point = 0; point < kPoints; ++point) {
      RankClocks& clocks = clocks_[first + point];
      heads[point] = serve_send(clocks, clocks.cpu, charges[point].charges).head;
      bytes_sent_[first + point] += charges[point].bytes;
    }
    if (table_.may_wait) {
      senders_[entry.slot] = entry.rank;
    }
  }

  template <bool kReduces>
  void receive(const LevelTable::Entry& entry, std::size_t first) {
    const ClassCharges* charges = &charges_[entry.class_number() * kPoints];
    const Picoseconds* heads = &heads_[entry.slot * kPoints];
    for (std::size_t point = 0; point < kPoints; ++point) {
      RankClocks& clocks = clocks_[first + point];
      const ServedReceive served = serve_receive<kForm>(clocks, heads[point], charges[point].charges);
      order_sensitive_[point] += served.order_sensitive ? 1 : 0;
      if (table_.may_wait && !charges[point].charges.eager) {
        Picoseconds& latest = latest_match_[static_cast<std::size_t>(senders_[entry.slot]) * kPoints + point];
        latest = std::max({latest, served.taken_in, round_start_[first + point]});
      }
      if constexpr (kReduces) {
        serve_reduction(clocks, charges[point].reduction);
      }
      if (clocks.cpu > kLatestTime) [[unlikely]] {
        throw_too_late(entry.rank);
      }
    }
  }

  [[nodiscard]] SimulationReport report(std::size_t point) const {
    SimulationReport report;
    const std::size_t ranks = input_.mapping.size();
    report.finish.reserve(ranks);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      const Picoseconds finish = clocks_[rank * kPoints + point].cpu;
      if (finish > kLatestTime) {
        throw_too_late(static_cast<Rank>(rank));
      }
      report.finish.push_back(finish);
      report.bytes_sent_max = std::max(report.bytes_sent_max, bytes_sent_[rank * kPoints + point]);
      report.bytes_sent_total += bytes_sent_[rank * kPoints + point];
    }
    report.time = *std::max_element(report.finish.begin(), report.finish.end());
    report.rounds = table_.rounds;
    report.messages = table_.messages;
    report.order_sensitive = order_sensitive_[point];
    report.memory = table_.entries.bytes() + table_.memory + heads_.size() * sizeof(Picoseconds) +
                    clocks_.size() * (sizeof(RankClocks) + sizeof(Bytes));
    report.engine = Engine::kTable;
    report.evaluated = input_.schedule.ranks();
    return report;
  }

  const LevelTable& table_;
  const SimulationInput& input_;
  const std::size_t count_;
  std::vector<ClassCharges> charges_;                              // of each class, kPoints each
  std::vector<RankClocks, HugePageAllocator<RankClocks>> clocks_;  // of each rank, kPoints each; what follows likewise
  std::vector<Bytes> bytes_sent_;
  std::vector<Picoseconds> heads_;  // of each slot
  std::vector<Rank> senders_;       // of each slot
  std::vector<Picoseconds> round_start_;
  std::vector<Picoseconds> latest_match_;
  std::array<std::int64_t, kPoints> order_sensitive_{};
};

template <std::size_t kPoints>
std::vector<SimulationReport> evaluate(const LevelTable& table, const SimulationInput& input,
                                       std::span<const SimulationPoint> points) {
  switch (input.options.form) {
    case LogGopsForm::kTextbook:
      return TableEvaluation<LogGopsForm::kTextbook, kPoints>(table, input, points).run();
    case LogGopsForm::kSimulator:
      return TableEvaluation<LogGopsForm::kSimulator, kPoints>(table, input, points).run();
  }
  return {};
}

}  // namespace

std::vector<SimulationReport> evaluate_table(const LevelTable& table, const SimulationInput& input,
                                             std::span<const SimulationPoint> points) {
  return points.size() == 1 ? evaluate<1>(table, input, points) : evaluate<kPointsInAPass>(table, input, points);
}

}  // namespace ringwood
