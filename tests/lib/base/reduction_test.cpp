#include "ringwood/reduction.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "base/reduction_kernels.hpp"
#include "ringwood/half.hpp"

namespace ringwood {

namespace {

// 64 by 64 bits: the product of any two integers.
__extension__ typedef __int128 Widest;

/// What C++ means by the operator, in a type that cannot overflow; cut to the type by the caller.
template <typename Wide>
Wide reference(ReduceOperator op, Wide a, Wide b) {
  switch (op) {
    case ReduceOperator::kSum:
      return a + b;
    case ReduceOperator::kProduct:
      return a * b;
    case ReduceOperator::kMinimum:
      return a < b ? a : b;
    case ReduceOperator::kMaximum:
      return a < b ? b : a;
    case ReduceOperator::kLogicalAnd:
      return a != 0 && b != 0 ? 1 : 0;
    case ReduceOperator::kLogicalOr:
      return a != 0 || b != 0 ? 1 : 0;
    case ReduceOperator::kLogicalXor:
      return (a != 0) != (b != 0) ? 1 : 0;
    case ReduceOperator::kBitAnd:
    case ReduceOperator::kBitOr:
    case ReduceOperator::kBitXor:
      break;
  }
  if constexpr (std::is_integral_v<Wide> || std::is_same_v<Wide, Widest>) {
    return op == ReduceOperator::kBitAnd ? a & b : op == ReduceOperator::kBitOr ? a | b : a ^ b;
  }
  return 0;
}

template <typename T>
T value(std::size_t i, std::size_t seed) {
  const std::uint64_t bits = (i + 1) * (seed * 0x9E3779B97F4A7C15U + 0xBF58476D1CE4E5B9U);
  if (i % 5 == seed % 5) {
    return 0;  // for the logical operators
  }
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(static_cast<std::int64_t>(bits >> 40) - (std::int64_t{1} << 23));
  } else {
    return static_cast<T>(bits >> 8);
  }
}

// What the operator means, one element at a time.
template <typename T>
T expected_of(ReduceOperator op, T a, T b) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return T(reference<float>(op, static_cast<float>(a), static_cast<float>(b)));
  } else {
    using Wide = std::conditional_t<std::is_floating_point_v<T>, T, Widest>;
    return static_cast<T>(reference<Wide>(op, a, b));
  }
}

template <typename T>
std::complex<T> expected_of(ReduceOperator op, std::complex<T> a, std::complex<T> b) {
  return op == ReduceOperator::kSum
             ? a + b
             : std::complex<T>(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
}

template <typename T>
struct Values {
  static T at(std::size_t i, std::size_t seed) { return T(static_cast<float>(value<std::int8_t>(i, seed)) / 8); }
};

template <typename T>
requires std::is_arithmetic_v<T>

struct Values<T> {
  static T at(std::size_t i, std::size_t seed) { return value<T>(i, seed); }
};

// Small whole numbers, so that products are exact and whether they are fused does not matter here.
template <typename T>
struct Values<std::complex<T>> {
  static std::complex<T> at(std::size_t i, std::size_t seed) {
    return {static_cast<T>(value<std::int8_t>(i, seed)), static_cast<T>(value<std::int8_t>(i, seed + 7))};
  }
};

enum class Aliasing { kNone, kLeft, kRight };

template <typename T>
void check(ReduceOperator op, Reduction::Apply apply, std::size_t count, std::size_t shift, Aliasing aliasing) {
  std::vector<std::byte> left(count * sizeof(T) + shift);
  std::vector<std::byte> right(count * sizeof(T) + 2 * shift);
  std::vector<std::byte> other(count * sizeof(T) + 3 * shift + 8, std::byte{0xA5});
  std::vector<T> expected(count);
  for (std::size_t i = 0; i < count; ++i) {
    const T a = Values<T>::at(i, 1);
    const T b = Values<T>::at(i, 2);
    std::memcpy(left.data() + shift + i * sizeof(T), &a, sizeof(T));
    std::memcpy(right.data() + 2 * shift + i * sizeof(T), &b, sizeof(T));
    expected[i] = expected_of(op, a, b);
  }
  std::byte* result = aliasing == Aliasing::kLeft    ? left.data() + shift
                      : aliasing == Aliasing::kRight ? right.data() + 2 * shift
                                                     : other.data() + 3 * shift;
  apply(left.data() + shift, right.data() + 2 * shift, result, count, nullptr);
  for (std::size_t i = 0; i < count; ++i) {
    T actual{};
    std::memcpy(&actual, result + i * sizeof(T), sizeof(T));
    ASSERT_TRUE(actual == expected[i]) << name_of(op) << " of " << count << " elements of " << sizeof(T)
                                       << " bytes, shift " << shift << ", element " << i;
  }
  for (std::size_t i = other.size() - 8; i < other.size(); ++i) {
    ASSERT_EQ(other[i], std::byte{0xA5}) << "written past the end";
  }
}

template <typename T>
void check_kernels(ReduceOperator op, const KernelSet& kernels) {
  for (int set = 0; set < kInstructionSets; ++set) {
    if (!has(static_cast<InstructionSet>(set))) {
      continue;
    }
    const Reduction::Apply apply = kernels[static_cast<std::size_t>(set)];
    for (std::size_t count = 0; count <= 67; ++count) {
      for (const std::size_t shift : {0U, 1U, 3U}) {
        for (const Aliasing aliasing : {Aliasing::kNone, Aliasing::kLeft, Aliasing::kRight}) {
          check<T>(op, apply, count, shift, aliasing);
        }
      }
    }
  }
}

template <typename T>
void check_all(ElementType type, std::initializer_list<ReduceOperator> meaningful) {
  ASSERT_EQ(size_of(type), static_cast<Bytes>(sizeof(T)));
  for (const ReduceOperator op : all_reduce_operators()) {
    const auto reduction = built_in_reduction(type, op);
    const bool has_meaning = std::find(meaningful.begin(), meaningful.end(), op) != meaningful.end();
    ASSERT_EQ(reduction.has_value(), has_meaning) << name_of(type) << " " << name_of(op);
    if (!reduction) {
      continue;
    }
    EXPECT_TRUE(reduction->commutative);
    EXPECT_EQ(reduction->element_size, static_cast<Bytes>(sizeof(T)));
    EXPECT_EQ(reduction->apply, kernels_of(type, op)[static_cast<std::size_t>(best_instruction_set())]);
    check_kernels<T>(op, kernels_of(type, op));
  }
}

template <typename T>
void check_integers(ElementType type) {
  using enum ReduceOperator;
  check_all<T>(type,
               {kSum, kProduct, kMinimum, kMaximum, kBitAnd, kBitOr, kBitXor, kLogicalAnd, kLogicalOr, kLogicalXor});
}

template <typename T>
void check_reals(ElementType type) {
  using enum ReduceOperator;
  check_all<T>(type, {kSum, kProduct, kMinimum, kMaximum});
}

TEST(Reduction, every_kernel_of_integers_agrees_with_the_scalar_operator) {
  check_integers<std::int8_t>(ElementType::kInt8);
  check_integers<std::uint8_t>(ElementType::kUint8);
  check_integers<std::int16_t>(ElementType::kInt16);
  check_integers<std::uint16_t>(ElementType::kUint16);
  check_integers<std::int32_t>(ElementType::kInt32);
  check_integers<std::uint32_t>(ElementType::kUint32);
  check_integers<std::int64_t>(ElementType::kInt64);
  check_integers<std::uint64_t>(ElementType::kUint64);
  using enum ReduceOperator;
  check_all<bool>(ElementType::kBool, {kLogicalAnd, kLogicalOr, kLogicalXor});
}

TEST(Reduction, every_kernel_of_real_and_complex_numbers_agrees_with_the_scalar_operator) {
  check_reals<float>(ElementType::kFloat);
  check_reals<double>(ElementType::kDouble);
  check_reals<long double>(ElementType::kLongDouble);
  check_reals<Float16>(ElementType::kFloat16);
  check_reals<BFloat16>(ElementType::kBfloat16);
  using enum ReduceOperator;
  check_all<std::complex<float>>(ElementType::kComplexFloat, {kSum, kProduct});
  check_all<std::complex<double>>(ElementType::kComplexDouble, {kSum, kProduct});
}

template <typename T>
bool same_but_which_nan(const std::vector<std::uint16_t>& one, const std::vector<std::uint16_t>& other) {
  for (std::size_t i = 0; i < one.size(); i += sizeof(T) / sizeof(std::uint16_t)) {
    T a{};
    T b{};
    std::memcpy(&a, &one[i], sizeof(T));
    std::memcpy(&b, &other[i], sizeof(T));
    if (std::memcmp(&a, &b, sizeof(T)) != 0 && !(std::isnan(a) && std::isnan(b))) {
      return false;
    }
  }
  return true;
}

/// The same for float16; without optimization the compiler adds two NaNs in the other order.
bool same_but_which_half_nan(const std::vector<std::uint16_t>& one, const std::vector<std::uint16_t>& other) {
  const auto is_nan = [](std::uint16_t bits) { return (bits & 0x7FFFU) > 0x7C00U; };
  return std::ranges::equal(one, other, [&](auto a, auto b) { return a == b || (is_nan(a) && is_nan(b)); });
}

#ifdef __OPTIMIZE__
constexpr bool kOptimized = true;
#else
constexpr bool kOptimized = false;
#endif

// Every number of 16 bits, also infinities, denormals and what is none, with some others.
TEST(Reduction, all_instruction_sets_give_the_same_bits) {
  constexpr std::size_t kAll = 1U << 16U;
  std::vector<std::uint16_t> left(kAll);
  std::vector<std::uint16_t> right(kAll);
  std::vector<std::uint16_t> first(kAll);
  std::vector<std::uint16_t> result(kAll);
  const auto bytes = [](std::vector<std::uint16_t>& data) { return reinterpret_cast<std::byte*>(data.data()); };
  for (const ElementType type : all_element_types()) {
    const std::size_t count = kAll * 2 / static_cast<std::size_t>(size_of(type));
    for (const ReduceOperator op : all_reduce_operators()) {
      const KernelSet& kernels = kernels_of(type, op);
      if (kernels.front() == nullptr || type == ElementType::kLongDouble) {
        continue;
      }
      for (std::size_t i = 0; i < kAll; ++i) {
        left[i] = static_cast<std::uint16_t>(i);
        right[i] = static_cast<std::uint16_t>(i * 40503U);
      }
      kernels.front()(bytes(left), bytes(right), bytes(first), count, nullptr);
      for (std::size_t set = 1; set < kernels.size(); ++set) {
        if (has(static_cast<InstructionSet>(set))) {
          kernels[set](bytes(left), bytes(right), bytes(result), count, nullptr);
          const bool same = type == ElementType::kComplexFloat             ? same_but_which_nan<float>(first, result)
                            : type == ElementType::kComplexDouble          ? same_but_which_nan<double>(first, result)
                            : type == ElementType::kFloat16 && !kOptimized ? same_but_which_half_nan(first, result)
                                                                           : result == first;
          ASSERT_TRUE(same) << name_of(op) << " of " << name_of(type) << ", instruction set " << set;
        }
      }
    }
  }
}

/// What the bits of a number of 16 bits mean, by the standard's definition.
double meaning(std::uint16_t bits, int fraction_bits) {
  const int exponent_bits = 15 - fraction_bits;
  const int bias = (1 << (exponent_bits - 1)) - 1;
  const int exponent = (bits & 0x7FFF) >> fraction_bits;
  const int fraction = bits & ((1 << fraction_bits) - 1);
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  return exponent == 0 ? sign * std::ldexp(fraction, 1 - bias - fraction_bits)
                       : sign * std::ldexp((1 << fraction_bits) + fraction, exponent - bias - fraction_bits);
}

template <typename Half>
void check_rounding(int fraction_bits) {
  const int infinity = ((1 << (15 - fraction_bits)) - 1) << fraction_bits;
  const auto from_bits = [](int bits) {
    Half half;
    half.bits = static_cast<std::uint16_t>(bits);
    return half;
  };
  for (int bits = 0; bits < infinity; ++bits) {
    const auto value = static_cast<float>(from_bits(bits));
    ASSERT_EQ(value, meaning(static_cast<std::uint16_t>(bits), fraction_bits)) << bits;
    ASSERT_EQ(Half(value).bits, bits);
    ASSERT_EQ(Half(-value).bits, bits | 0x8000);
    if (bits + 1 == infinity) {
      break;
    }
    const auto next = static_cast<float>(from_bits(bits + 1));
    const float middle = value + (next - value) / 2;  // exact: float has the bits for it
    ASSERT_EQ(Half(middle).bits, bits % 2 == 0 ? bits : bits + 1) << "ties go to even";
    ASSERT_EQ(Half(std::nextafter(middle, 0.0F)).bits, bits);
    ASSERT_EQ(Half(std::nextafter(middle, next)).bits, bits + 1);
  }
  EXPECT_EQ(Half(std::numeric_limits<float>::infinity()).bits, infinity);
  EXPECT_EQ(Half(std::numeric_limits<float>::max()).bits, infinity);
  EXPECT_GT(Half(std::numeric_limits<float>::quiet_NaN()).bits & 0x7FFF, infinity);
  EXPECT_TRUE(std::isnan(static_cast<float>(from_bits(infinity + 1))));
}

TEST(Half, every_number_is_what_the_standard_says_and_others_are_rounded_to_the_nearest) {
  check_rounding<Float16>(10);
  check_rounding<BFloat16>(7);
  EXPECT_EQ(Float16(65519.0F).bits, 0x7BFF);
  EXPECT_EQ(Float16(65520.0F).bits, 0x7C00);
}

TEST(Reduction, integers_wrap_around) {
  const std::int32_t largest = std::numeric_limits<std::int32_t>::max();
  const std::int32_t one = 1;
  std::int32_t result = 0;
  const Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  sum.apply(reinterpret_cast<const std::byte*>(&largest), reinterpret_cast<const std::byte*>(&one),
            reinterpret_cast<std::byte*>(&result), 1, sum.context);
  EXPECT_EQ(result, std::numeric_limits<std::int32_t>::min());
}

TEST(Reduction, names_lead_back) {
  for (const ElementType type : all_element_types()) {
    EXPECT_EQ(element_type_named(name_of(type)), type);
  }
  for (const ReduceOperator op : all_reduce_operators()) {
    EXPECT_EQ(reduce_operator_named(name_of(op)), op);
  }
  EXPECT_EQ(element_type_named("complex"), std::nullopt);
  EXPECT_EQ(reduce_operator_named(""), std::nullopt);
}

}  // namespace

}  // namespace ringwood
