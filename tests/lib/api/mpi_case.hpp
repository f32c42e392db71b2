#pragma once

// One collective call over MPI with real bytes, and what its contract says that must come out.

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "ringwood/mpi/communicator.hpp"
#include "tests/rank_case.hpp"

namespace ringwood {

/// With MPI's names for it.
struct Kind : ValueKind {
  MPI_Datatype type = MPI_DATATYPE_NULL;  ///< null: not MPI's
  MPI_Op op = MPI_OP_NULL;
};

/// Stores a small whole number: sums are exact in every type and any order.
template <typename T>
void whole_number(Rank rank, std::size_t index, std::byte* element) {
  const auto value = static_cast<T>((static_cast<std::size_t>(rank) * 7 + index * 3) % 31);
  std::memcpy(element, &value, sizeof value);
}

template <typename T>
Kind sum_of() {
  return {{.name = std::string("sum of ") + std::string(name_of(kElementType<T>)),
           .reduction = built_in_reduction(kElementType<T>, ReduceOperator::kSum).value(),
           .input = whole_number<T>},
          mpi_type(kElementType<T>),
          MPI_SUM};
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
  return {{.name = "product of matrices",
           .reduction = {.apply = multiply, .context = nullptr, .element_size = sizeof(Matrix), .commutative = false},
           .input =
               [](Rank rank, std::size_t index, std::byte* element) {
                 const auto r = static_cast<std::uint32_t>(rank);
                 const auto k = static_cast<std::uint32_t>(index % 1000);
                 const Matrix value{{r * 37 + k + 1, r * r + 3, k * 11 + r, r + 2 * k + 5}};
                 std::memcpy(element, &value, sizeof value);
               }},
          MPI_DATATYPE_NULL,
          MPI_OP_NULL};
}

/// One call of this rank. All ranks make the same.
class MpiCase {
 public:
  MpiCase(const Kind& kind, const CollectiveCall& call, Rank me, Rank ranks)
      : call_(call),
        name_(kind.name),
        case_(kind,
              {.collective = call.collective,
               .elements = call.elements,
               .counts = call.counts,
               .root = call.root,
               .in_place = call.in_place},
              me, ranks) {
    call_.element_size = kind.reduction.element_size;
    if (contract_of(call.collective).reduces) {
      call_.reduction = &kind.reduction;
    }
    call_.type = kind.type;
    call_.op = kind.op;
  }

  void run(Communicator& communicator) { ASSERT_EQ(wrong(communicator), "") << about(); }

  /// The call with its buffers, which belong to this.
  [[nodiscard]] const CollectiveCall& call() {
    call_.send = case_.send().data();
    call_.receive = case_.receive().data();
    return call_;
  }

  [[nodiscard]] BufferSizes sizes() { return {.send = case_.send().size(), .receive = case_.receive().size()}; }

  /// The buffers as they were at first, where they were.
  void refill() { case_.refill(); }

  /// After the call.
  void check() const { EXPECT_EQ(case_.wrong(), "") << about(); }

  /// Does the call. What is wrong then; empty: nothing.
  [[nodiscard]] std::string wrong(Communicator& communicator) {
    try {
      communicator.run(call());
    } catch (const std::exception& error) {
      return error.what();
    }
    return case_.wrong();
  }

 private:
  [[nodiscard]] std::string about() const {
    return std::string(name_of(call_.collective)) + " " + std::string(call_.algorithm) + ", " + name_ + ", " +
           std::to_string(call_.elements) + " elements, root " + std::to_string(call_.root) +
           (call_.in_place ? ", in place" : "");
  }

  CollectiveCall call_;
  std::string name_;
  RankCase case_;
};

}  // namespace ringwood
