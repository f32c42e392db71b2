#pragma once

#include <array>
#include <cstring>
#include <type_traits>

#include "base/instruction_set.hpp"
#include "base/vectorized.hpp"
#include "ringwood/half.hpp"
#include "ringwood/reduction.hpp"

namespace ringwood {

/// One kernel for each instruction set; null if the operator has no meaning for the type.
using KernelSet = std::array<Reduction::Apply, kInstructionSets>;

/// Two numbers that follow each other. std::complex has more to say about infinities than a reduction needs.
template <typename T>
struct ComplexNumber {
  T real;
  T imaginary;
};

/// What a sum or product is computed in. Integers: unsigned and no narrower than int, so that overflow wraps around in
/// every type.
template <typename T, typename = void>
struct Arithmetic {
  using type = T;
};

template <typename T>
struct Arithmetic<T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>>> {
  using type = std::conditional_t<(sizeof(T) < sizeof(std::uint32_t)), std::uint32_t, std::make_unsigned_t<T>>;
};

template <>
struct Arithmetic<Float16> {
  using type = float;
};

template <>
struct Arithmetic<BFloat16> {
  using type = float;
};

template <ReduceOperator kOperator, typename T>
RINGWOOD_INLINED constexpr T combined(T left, T right) {
  using Wide = typename Arithmetic<T>::type;
  if constexpr (kOperator == ReduceOperator::kSum) {
    return static_cast<T>(static_cast<Wide>(left) + static_cast<Wide>(right));
  } else if constexpr (kOperator == ReduceOperator::kProduct) {
    return static_cast<T>(static_cast<Wide>(left) * static_cast<Wide>(right));
  } else if constexpr (kOperator == ReduceOperator::kMinimum && std::is_arithmetic_v<T>) {
    return right < left ? right : left;
  } else if constexpr (kOperator == ReduceOperator::kMaximum && std::is_arithmetic_v<T>) {
    return left < right ? right : left;
  } else if constexpr (kOperator == ReduceOperator::kMinimum) {
    return static_cast<T>(combined<kOperator>(static_cast<Wide>(left), static_cast<Wide>(right)));
  } else if constexpr (kOperator == ReduceOperator::kMaximum) {
    return static_cast<T>(combined<kOperator>(static_cast<Wide>(left), static_cast<Wide>(right)));
  } else if constexpr (kOperator == ReduceOperator::kBitAnd) {
    return static_cast<T>(left & right);
  } else if constexpr (kOperator == ReduceOperator::kBitOr) {
    return static_cast<T>(left | right);
  } else if constexpr (kOperator == ReduceOperator::kBitXor) {
    return static_cast<T>(left ^ right);
  } else if constexpr (kOperator == ReduceOperator::kLogicalAnd) {
    return static_cast<T>((left != 0) & (right != 0));
  } else if constexpr (kOperator == ReduceOperator::kLogicalOr) {
    return static_cast<T>((left != 0) | (right != 0));
  } else {
    static_assert(kOperator == ReduceOperator::kLogicalXor);
    return static_cast<T>((left != 0) ^ (right != 0));
  }
}

template <ReduceOperator kOperator, typename T>
RINGWOOD_INLINED constexpr ComplexNumber<T> combined(ComplexNumber<T> left, ComplexNumber<T> right) {
  if constexpr (kOperator == ReduceOperator::kSum) {
    return {left.real + right.real, left.imaginary + right.imaginary};
  } else {
    static_assert(kOperator == ReduceOperator::kProduct);
    return {left.real * right.real - left.imaginary * right.imaginary,
            left.real * right.imaginary + left.imaginary * right.real};
  }
}

// Buffers of bytes may lie anywhere, hence memcpy; compilers make it a plain unaligned load.
template <typename T, ReduceOperator kOperator>
RINGWOOD_INLINED void reduce_elements(const std::byte* left, const std::byte* right, std::byte* result,
                                      std::size_t count) {
  RINGWOOD_INDEPENDENT
  for (std::size_t i = 0; i < count; ++i) {
    T a;
    T b;
    std::memcpy(&a, left + i * sizeof(T), sizeof(T));
    std::memcpy(&b, right + i * sizeof(T), sizeof(T));
    const T c = combined<kOperator>(a, b);
    std::memcpy(result + i * sizeof(T), &c, sizeof(T));
  }
}

template <typename T, ReduceOperator kOperator>
struct Kernel {
  static void baseline(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                       const void* /*context*/) {
    reduce_elements<T, kOperator>(left, right, result, count);
  }

  RINGWOOD_FOR_AVX2 static void avx2(const std::byte* left, const std::byte* right, std::byte* result,
                                     std::size_t count, const void* /*context*/) {
    reduce_elements<T, kOperator>(left, right, result, count);
  }

  RINGWOOD_FOR_AVX512 static void avx512(const std::byte* left, const std::byte* right, std::byte* result,
                                         std::size_t count, const void* /*context*/) {
    reduce_elements<T, kOperator>(left, right, result, count);
  }

  static constexpr KernelSet kAll{baseline, avx2, avx512};
};

/// All kernels of a pair; built_in_reduction takes the one for this processor.
[[nodiscard]] const KernelSet& kernels_of(ElementType type, ReduceOperator op);

}  // namespace ringwood
