#pragma once

// One collective call of all ranks with real bytes, and what its contract says that must come out.

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"
#include "schedule/contract.hpp"
#include "schedule/message_log.hpp"

namespace ringwood {

/// 2x2 matrices modulo a prime: their product does not commute.
struct Matrix {
  std::uint32_t at[4];

  friend bool operator==(const Matrix&, const Matrix&) = default;
};

inline constexpr std::uint32_t kPrime = 10007;

inline Matrix operator*(const Matrix& a, const Matrix& b) {
  return {(a.at[0] * b.at[0] + a.at[1] * b.at[2]) % kPrime, (a.at[0] * b.at[1] + a.at[1] * b.at[3]) % kPrime,
          (a.at[2] * b.at[0] + a.at[3] * b.at[2]) % kPrime, (a.at[2] * b.at[1] + a.at[3] * b.at[3]) % kPrime};
}

inline void multiply(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count, const void*) {
  for (std::size_t i = 0; i < count; ++i) {
    Matrix a;
    Matrix b;
    std::memcpy(&a, left + i * sizeof a, sizeof a);
    std::memcpy(&b, right + i * sizeof b, sizeof b);
    const Matrix c = a * b;
    std::memcpy(result + i * sizeof c, &c, sizeof c);
  }
}

// What an element type needs to be tested: values, a reduction, its sequential reference, and when two are equal.
struct Int32Sum {
  using Element = std::int32_t;
  static constexpr bool kCommutes = true;

  static Element input(Rank rank, Bytes i) { return static_cast<Element>((rank + 1) * 1000 + i * 7 + rank * i); }

  static Reduction reduction() { return built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value(); }

  static Element combine(Element a, Element b) { return a + b; }

  static bool same(Element a, Element b) { return a == b; }
};

struct DoubleSum {
  using Element = double;
  static constexpr bool kCommutes = true;

  static Element input(Rank rank, Bytes i) { return 1.0 / static_cast<double>(1 + rank) + static_cast<double>(i); }

  static Reduction reduction() { return built_in_reduction(ElementType::kDouble, ReduceOperator::kSum).value(); }

  static Element combine(Element a, Element b) { return a + b; }

  static bool same(Element a, Element b) { return std::abs(a - b) <= 1e-12 * std::abs(b); }
};

struct MatrixProduct {
  using Element = Matrix;
  static constexpr bool kCommutes = false;

  static Element input(Rank rank, Bytes i) {
    const auto r = static_cast<std::uint32_t>(rank);
    const auto k = static_cast<std::uint32_t>(i);
    return {{(r * 37 + k + 1) % kPrime, (r * r + 3) % kPrime, (k * 11 + r) % kPrime, (r + 2 * k + 5) % kPrime}};
  }

  static Reduction reduction() {
    return {.apply = multiply, .context = nullptr, .element_size = sizeof(Matrix), .commutative = false};
  }

  static Element combine(const Element& a, const Element& b) { return a * b; }

  static bool same(const Element& a, const Element& b) { return a == b; }
};

/// One collective call of all ranks, derived from the contract alone.
template <typename Kind>
class Case {
 public:
  using Element = typename Kind::Element;

  Case(const Schedule& schedule, Bytes elements, bool in_place)
      : schedule_(schedule),
        contract_(contract_of(schedule.collective())),
        layout_(equal_layout(schedule, elements, sizeof(Element))),
        elements_(elements),
        in_place_(in_place) {}

  void run(ThreadsOptions options) {
    fill();
    std::vector<RankBuffers> buffers;
    for (std::size_t rank = 0; rank < send_.size(); ++rank) {
      buffers.push_back({std::as_bytes(std::span(send_[rank])), std::as_writable_bytes(std::span(receive_[rank]))});
    }
    const auto send_before = send_;
    options.in_place = in_place_;
    options.log = true;
    options.timeout = std::chrono::seconds(20);
    const Reduction reduction = Kind::reduction();
    const ThreadsReport report =
        run_on_threads(schedule_, layout_, contract_.reduces ? &reduction : nullptr, buffers, options);
    ASSERT_TRUE(report.ok) << report.error;
    for (std::size_t rank = 0; rank < send_.size(); ++rank) {
      for (std::size_t i = 0; i < send_[rank].size(); ++i) {
        ASSERT_TRUE(Kind::same(send_[rank][i], send_before[rank][i])) << "send buffer of rank " << rank << " written";
      }
    }
    check_results();
    ASSERT_EQ(report.messages, named_messages());
  }

 private:
  /// The elements that the rank holds, ascending.
  std::vector<Bytes> held(Holding holding, Rank rank) const {
    std::vector<Bytes> indices;
    for (Chunk chunk = 0; chunk < schedule_.chunks(); ++chunk) {
      if (holds(holding, rank, chunk, schedule_.chunks(), schedule_.ranks(), schedule_.root())) {
        for (Bytes at = layout_.offset(chunk); at < layout_.offset(chunk + 1); at += layout_.element_size()) {
          indices.push_back(at / layout_.element_size());
        }
      }
    }
    return indices;
  }

  bool has_data() const { return schedule_.collective() != Collective::kBarrier; }

  /// Whether the rank's input lies where the result goes.
  bool shares(Rank rank) const {
    const bool to_root = contract_.after == Holding::kRootWhole;
    const bool broadcast = contract_.before == Holding::kRootWhole && contract_.after == Holding::kWhole;
    const bool scatter = contract_.before == Holding::kRootWhole && !broadcast;
    return broadcast || (in_place_ && !scatter && (!to_root || rank == schedule_.root()));
  }

  bool keeps_input(Rank rank) const {
    return in_place_ && contract_.before == Holding::kRootWhole && contract_.after != Holding::kWhole &&
           rank == schedule_.root();
  }

  void fill() {
    const auto ranks = static_cast<std::size_t>(schedule_.ranks());
    send_.assign(ranks, {});
    receive_.assign(ranks, {});
    for (Rank rank = 0; has_data() && rank < schedule_.ranks(); ++rank) {
      const auto before = held(contract_.before, rank);
      const auto after = held(contract_.after, rank);
      auto& send = send_[static_cast<std::size_t>(rank)];
      auto& receive = receive_[static_cast<std::size_t>(rank)];
      if (!shares(rank)) {
        for (const Bytes i : before) {
          send.push_back(Kind::input(rank, i));
        }
        receive.resize(keeps_input(rank) ? 0 : after.size());
        continue;
      }
      const bool rows = contract_.before == Holding::kRow;
      receive.resize(rows ? std::max(before.size(), after.size()) : static_cast<std::size_t>(elements_));
      for (std::size_t k = 0; k < before.size(); ++k) {
        receive[rows ? k : static_cast<std::size_t>(before[k])] = Kind::input(rank, before[k]);
      }
    }
  }

  Element expected(Bytes index) const {
    if (contract_.reduces) {
      Element total = Kind::input(0, index);
      for (Rank rank = 1; rank < schedule_.ranks(); ++rank) {
        total = Kind::combine(total, Kind::input(rank, index));
      }
      return total;
    }
    Chunk chunk = 0;
    while (layout_.offset(chunk + 1) <= index * layout_.element_size()) {
      ++chunk;
    }
    Rank owner = 0;
    while (!holds(contract_.before, owner, chunk, schedule_.chunks(), schedule_.ranks(), schedule_.root())) {
      ++owner;
    }
    return Kind::input(owner, index);
  }

  void check_results() const {
    std::vector<Element> whole;
    for (Bytes i = 0; has_data() && i < elements_; ++i) {
      whole.push_back(expected(i));
    }
    for (Rank rank = 0; has_data() && rank < schedule_.ranks(); ++rank) {
      if (keeps_input(rank)) {
        continue;
      }
      const auto after = held(contract_.after, rank);
      for (std::size_t k = 0; k < after.size(); ++k) {
        ASSERT_TRUE(Kind::same(receive_[static_cast<std::size_t>(rank)][k], whole[static_cast<std::size_t>(after[k])]))
            << "rank " << rank << ", element " << after[k];
      }
    }
  }

  void add_named(Program& program, Rank me, MessageLog& log) const {
    for (Step step = program.advance(); step != Step::kEnd; step = program.advance()) {
      if (step == Step::kFork) {
        for (Program& lane : program.lanes()) {
          add_named(lane, me, log);
        }
        continue;
      }
      for (const Operation& operation : program.round()) {
        const Bytes bytes = layout_.bytes(operation.chunks);
        if (operation.kind == OperationKind::kSend && bytes > 0) {
          log.push_back({me, operation.peer, program.lane(), bytes});
        }
      }
    }
  }

  MessageLog named_messages() const {
    MessageLog log;
    const ScheduleInstance instance(schedule_);
    for (Rank rank = 0; rank < schedule_.ranks(); ++rank) {
      Program program = instance.program(rank);
      add_named(program, rank, log);
    }
    sort_messages(log);
    return log;
  }

  const Schedule& schedule_;
  const Contract& contract_;
  Layout layout_;
  Bytes elements_;
  bool in_place_;
  std::vector<std::vector<Element>> send_;
  std::vector<std::vector<Element>> receive_;
};

}  // namespace ringwood
