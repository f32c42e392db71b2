#pragma once

// One collective call over MPI with real bytes, and what its contract says that must come out.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "schedule/contract.hpp"

namespace ringwood {

using ByteVector = std::vector<std::byte>;

/// An element type, its values, and how they are reduced.
struct Kind {
  std::string name;
  Reduction reduction;
  MPI_Datatype type = MPI_DATATYPE_NULL;  ///< null: not MPI's
  MPI_Op op = MPI_OP_NULL;
  void (*input)(Rank rank, std::size_t index, std::byte* element) = nullptr;

  [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(reduction.element_size); }
};

/// Stores a small whole number: sums are exact in every type and any order.
template <typename T>
void whole_number(Rank rank, std::size_t index, std::byte* element) {
  const auto value = static_cast<T>((static_cast<std::size_t>(rank) * 7 + index * 3) % 31);
  std::memcpy(element, &value, sizeof value);
}

template <typename T>
Kind sum_of() {
  return {.name = std::string("sum of ") + std::string(name_of(kElementType<T>)),
          .reduction = built_in_reduction(kElementType<T>, ReduceOperator::kSum).value(),
          .type = mpi_type(kElementType<T>),
          .op = MPI_SUM,
          .input = whole_number<T>};
}

/// 2x2 matrices modulo a prime: their product does not commute.
struct Matrix {
  std::uint32_t at[4];
};

inline void multiply(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count, const void*) {
  constexpr std::uint32_t kPrime = 10007;
  for (std::size_t i = 0; i < count; ++i) {
    Matrix a;
    Matrix b;
    std::memcpy(&a, left + i * sizeof a, sizeof a);
    std::memcpy(&b, right + i * sizeof b, sizeof b);
    const Matrix c{{(a.at[0] * b.at[0] + a.at[1] * b.at[2]) % kPrime, (a.at[0] * b.at[1] + a.at[1] * b.at[3]) % kPrime,
                    (a.at[2] * b.at[0] + a.at[3] * b.at[2]) % kPrime,
                    (a.at[2] * b.at[1] + a.at[3] * b.at[3]) % kPrime}};
    std::memcpy(result + i * sizeof c, &c, sizeof c);
  }
}

inline Kind matrix_product() {
  return {.name = "product of matrices",
          .reduction = {.apply = multiply, .context = nullptr, .element_size = sizeof(Matrix), .commutative = false},
          .input = [](Rank rank, std::size_t index, std::byte* element) {
            const auto r = static_cast<std::uint32_t>(rank);
            const auto k = static_cast<std::uint32_t>(index % 1000);
            const Matrix value{{r * 37 + k + 1, r * r + 3, k * 11 + r, r + 2 * k + 5}};
            std::memcpy(element, &value, sizeof value);
          }};
}

/// One call of this rank, derived from the contract alone. All ranks make the same.
class MpiCase {
 public:
  MpiCase(const Kind& kind, const CollectiveCall& call, Rank me, Rank ranks)
      : kind_(kind),
        call_(call),
        contract_(contract_of(call.collective)),
        me_(me),
        ranks_(ranks),
        blocks_(blocks_of(contract_, ranks)),
        layout_(call.counts.empty()
                    ? Layout::equal(static_cast<Bytes>(call.elements), kind.reduction.element_size, blocks_, blocks_)
                    : Layout::counts(call.counts, kind.reduction.element_size, blocks_)) {
    call_.element_size = kind.reduction.element_size;
    if (contract_.reduces) {
      call_.reduction = &kind.reduction;
    }
    call_.type = kind.type;
    call_.op = kind.op;
  }

  void run(Communicator& communicator) {
    fill();
    const ByteVector send_before = send_;
    call_.send = send_.data();
    call_.receive = receive_.data();
    ASSERT_NO_THROW(communicator.run(call_)) << about();
    ASSERT_TRUE(send_ == send_before) << about() << ": the send buffer was written";
    check_result();
  }

 private:
  [[nodiscard]] std::string about() const {
    return std::string(name_of(call_.collective)) + " " + std::string(call_.algorithm) + ", " + kind_.name + ", " +
           std::to_string(call_.elements) + " elements, root " + std::to_string(call_.root) +
           (call_.in_place ? ", in place" : "");
  }

  [[nodiscard]] bool rooted() const { return call_.root == me_; }

  [[nodiscard]] bool has(Holding holding, Rank rank, Chunk block) const {
    return holds(holding, rank, block, blocks_, ranks_, call_.root);
  }

  /// Calls `visit(index)` for each element that the rank holds, ascending.
  template <typename Visit>
  void for_each_held(Holding holding, Rank rank, Visit visit) const {
    for (Chunk block = 0; block < blocks_; ++block) {
      if (has(holding, rank, block)) {
        for (Bytes at = layout_.offset(block); at < layout_.offset(block + 1); at += layout_.element_size()) {
          visit(static_cast<std::size_t>(at / layout_.element_size()));
        }
      }
    }
  }

  void append_input(ByteVector& data, std::size_t index) const {
    data.resize(data.size() + kind_.size());
    kind_.input(me_, index, data.data() + data.size() - kind_.size());
  }

  [[nodiscard]] bool is_broadcast() const {
    return contract_.before == Holding::kRootWhole && contract_.after == Holding::kWhole;
  }

  /// Whether this rank's input lies where the result goes.
  [[nodiscard]] bool shares() const {
    const bool scatter = contract_.before == Holding::kRootWhole && !is_broadcast();
    return is_broadcast() || (call_.in_place && !scatter && (contract_.after != Holding::kRootWhole || rooted()));
  }

  /// A scatter in place: the root's block stays in the send buffer.
  [[nodiscard]] bool keeps_input() const {
    return call_.in_place && contract_.before == Holding::kRootWhole && !is_broadcast() && rooted();
  }

  void fill() {
    if (call_.collective == Collective::kBarrier) {
      return;
    }
    std::size_t after = 0;
    for_each_held(contract_.after, me_, [&](std::size_t) { ++after; });
    if (!shares()) {
      for_each_held(contract_.before, me_, [&](std::size_t index) { append_input(send_, index); });
      receive_.assign(keeps_input() ? 0 : after * kind_.size(), std::byte{0x5A});
      return;
    }
    if (contract_.before == Holding::kRow) {
      for_each_held(contract_.before, me_, [&](std::size_t index) { append_input(receive_, index); });
      receive_.resize(std::max(receive_.size(), after * kind_.size()));
      return;
    }
    receive_.assign(call_.elements * kind_.size(), std::byte{0x5A});
    for_each_held(contract_.before, me_,
                  [&](std::size_t index) { kind_.input(me_, index, receive_.data() + index * kind_.size()); });
  }

  /// Fills in what element `index` must be, by ranks in order.
  void expected(std::size_t index, std::byte* element) const {
    ByteVector next(kind_.size());
    bool first = true;
    Chunk block = 0;
    while (layout_.offset(block + 1) <= static_cast<Bytes>(index) * layout_.element_size()) {
      ++block;
    }
    for (Rank rank = 0; rank < ranks_; ++rank) {
      if (!has(contract_.before, rank, block)) {
        continue;
      }
      kind_.input(rank, index, first ? element : next.data());
      if (!first) {
        kind_.reduction.apply(element, next.data(), element, 1, kind_.reduction.context);
      }
      first = false;
    }
  }

  void check_result() const {
    if (call_.collective == Collective::kBarrier || keeps_input()) {
      return;
    }
    std::size_t position = 0;
    std::size_t wrong = 0;
    std::size_t first_wrong = 0;
    ByteVector element(kind_.size());
    for_each_held(contract_.after, me_, [&](std::size_t index) {
      expected(index, element.data());
      if (std::memcmp(element.data(), receive_.data() + position * kind_.size(), kind_.size()) != 0) {
        first_wrong = wrong++ == 0 ? index : first_wrong;
      }
      ++position;
    });
    ASSERT_EQ(wrong, 0U) << about() << ": rank " << me_ << ", first wrong element " << first_wrong;
  }

  const Kind& kind_;
  CollectiveCall call_;
  const Contract& contract_;
  Rank me_;
  Rank ranks_;
  Chunk blocks_;
  Layout layout_;
  ByteVector send_;
  ByteVector receive_;
};

}  // namespace ringwood
