#pragma once

// Values of every type and operation of the library, small enough that every result is exact in any order, and what
// they reduce to by plain code that is not the library's.

#include <type_traits>

#include "tests/rank_case.hpp"

namespace ringwood {

/// 2x2 matrices modulo a prime: their product does not commute.
struct PrimeMatrix {
  std::uint32_t at[4];
};

inline void multiply_matrices(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                              const void* /*context*/) {
  constexpr std::uint32_t kPrime = 10007;
  for (std::size_t i = 0; i < count; ++i) {
    PrimeMatrix a;
    PrimeMatrix b;
    std::memcpy(&a, left + i * sizeof a, sizeof a);
    std::memcpy(&b, right + i * sizeof b, sizeof b);
    const PrimeMatrix c{
        {(a.at[0] * b.at[0] + a.at[1] * b.at[2]) % kPrime, (a.at[0] * b.at[1] + a.at[1] * b.at[3]) % kPrime,
         (a.at[2] * b.at[0] + a.at[3] * b.at[2]) % kPrime, (a.at[2] * b.at[1] + a.at[3] * b.at[3]) % kPrime}};
    std::memcpy(result + i * sizeof c, &c, sizeof c);
  }
}

inline ValueKind matrix_kind() {
  return {.name = "product of matrices",
          .reduction = {.apply = multiply_matrices,
                        .context = nullptr,
                        .element_size = sizeof(PrimeMatrix),
                        .commutative = false},
          .input = [](Rank rank, std::size_t index, std::byte* element) {
            const auto r = static_cast<std::uint32_t>(rank);
            const auto k = static_cast<std::uint32_t>(index % 1000);
            const PrimeMatrix value{{r * 37 + k + 1, r * r + 3, k * 11 + r, r + 2 * k + 5}};
            std::memcpy(element, &value, sizeof value);
          }};
}

namespace built_in {

/// -3 to 3, with few ranks apart from 1 and -1 so that products stay small; unsigned ones and bits: 0 to 6.
template <typename T>
void value(Rank rank, std::size_t index, std::byte* element) {
  const auto mixed = (static_cast<std::size_t>(rank) * 2654435761U + index * 40503U + 17U) >> 3U;
  int number = static_cast<int>(mixed % 7U) - (std::is_signed_v<T> ? 3 : 0);
  if (rank > 2 && number != 0) {
    number = number < 0 ? -1 : 1;
  }
  const auto value = static_cast<T>(number);
  std::memcpy(element, &value, sizeof value);
}

template <typename T, ReduceOperator kOperator>
void combine(std::byte* result, const std::byte* next) {
  T a;
  T b;
  std::memcpy(&a, result, sizeof a);
  std::memcpy(&b, next, sizeof b);
  if constexpr (kOperator == ReduceOperator::kSum) {
    a = static_cast<T>(a + b);
  } else if constexpr (kOperator == ReduceOperator::kProduct) {
    a = static_cast<T>(a * b);
  } else if constexpr (kOperator == ReduceOperator::kMinimum) {
    a = a < b ? a : b;
  } else if constexpr (kOperator == ReduceOperator::kMaximum) {
    a = a > b ? a : b;
  } else if constexpr (std::is_integral_v<T>) {
    if constexpr (kOperator == ReduceOperator::kBitAnd) {
      a = static_cast<T>(a & b);
    } else if constexpr (kOperator == ReduceOperator::kBitOr) {
      a = static_cast<T>(a | b);
    } else if constexpr (kOperator == ReduceOperator::kBitXor) {
      a = static_cast<T>(a ^ b);
    } else if constexpr (kOperator == ReduceOperator::kLogicalAnd) {
      a = static_cast<T>(a && b ? 1 : 0);
    } else {
      a = static_cast<T>(a || b ? 1 : 0);
    }
  }
  std::memcpy(result, &a, sizeof a);
}

template <typename T>
auto combination(ReduceOperator op) {
  using Combine = void (*)(std::byte*, const std::byte*);
  static constexpr Combine kAll[] = {combine<T, ReduceOperator::kSum>,      combine<T, ReduceOperator::kProduct>,
                                     combine<T, ReduceOperator::kMinimum>,  combine<T, ReduceOperator::kMaximum>,
                                     combine<T, ReduceOperator::kBitAnd>,   combine<T, ReduceOperator::kBitOr>,
                                     combine<T, ReduceOperator::kBitXor>,   combine<T, ReduceOperator::kLogicalAnd>,
                                     combine<T, ReduceOperator::kLogicalOr>};
  return kAll[static_cast<std::size_t>(op)];
}

template <typename T>
ValueKind kind(ElementType type, ReduceOperator op) {
  const ReduceOperator meant = built_in_reduction(type, op) ? op : ReduceOperator::kSum;
  return {.name = std::string(name_of(meant)) + " of " + std::string(name_of(type)),
          .reduction = *built_in_reduction(type, meant),
          .input = value<T>,
          .reference = combination<T>(meant)};
}

}  // namespace built_in

/// An operation that means nothing for the type becomes a sum.
inline ValueKind built_in_kind(ElementType type, ReduceOperator op) {
  using Make = ValueKind (*)(ElementType, ReduceOperator);
  static constexpr Make kMakers[] = {built_in::kind<std::int8_t>,  built_in::kind<std::uint8_t>,
                                     built_in::kind<std::int16_t>, built_in::kind<std::uint16_t>,
                                     built_in::kind<std::int32_t>, built_in::kind<std::uint32_t>,
                                     built_in::kind<std::int64_t>, built_in::kind<std::uint64_t>,
                                     built_in::kind<float>,        built_in::kind<double>};
  return kMakers[static_cast<std::size_t>(type)](type, op);
}

}  // namespace ringwood
