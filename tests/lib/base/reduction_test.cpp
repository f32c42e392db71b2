#include "ringwood/reduction.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>
#include <string>
#include <vector>

namespace ringwood {

namespace {

constexpr ElementType kTypes[] = {ElementType::kInt8,  ElementType::kUint8,  ElementType::kInt16, ElementType::kUint16,
                                  ElementType::kInt32, ElementType::kUint32, ElementType::kInt64, ElementType::kUint64,
                                  ElementType::kFloat, ElementType::kDouble};
constexpr ReduceOperator kOperators[] = {
    ReduceOperator::kSum,     ReduceOperator::kProduct,    ReduceOperator::kMinimum,
    ReduceOperator::kMaximum, ReduceOperator::kBitAnd,     ReduceOperator::kBitOr,
    ReduceOperator::kBitXor,  ReduceOperator::kLogicalAnd, ReduceOperator::kLogicalOr};

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

enum class Aliasing { kNone, kLeft, kRight };

template <typename T>
void check(ReduceOperator op, const Reduction& reduction, std::size_t count, std::size_t shift, Aliasing aliasing) {
  using Wide = std::conditional_t<std::is_floating_point_v<T>, T, Widest>;
  std::vector<std::byte> left(count * sizeof(T) + shift);
  std::vector<std::byte> right(count * sizeof(T) + 2 * shift);
  std::vector<std::byte> other(count * sizeof(T) + 3 * shift + 8, std::byte{0xA5});
  std::vector<T> expected(count);
  for (std::size_t i = 0; i < count; ++i) {
    const T a = value<T>(i, 1);
    const T b = value<T>(i, 2);
    std::memcpy(left.data() + shift + i * sizeof(T), &a, sizeof(T));
    std::memcpy(right.data() + 2 * shift + i * sizeof(T), &b, sizeof(T));
    expected[i] = static_cast<T>(reference<Wide>(op, a, b));
  }
  std::byte* result = aliasing == Aliasing::kLeft    ? left.data() + shift
                      : aliasing == Aliasing::kRight ? right.data() + 2 * shift
                                                     : other.data() + 3 * shift;
  reduction.apply(left.data() + shift, right.data() + 2 * shift, result, count, reduction.context);
  std::vector<T> actual(count);
  if (count > 0) {
    std::memcpy(actual.data(), result, count * sizeof(T));
  }
  ASSERT_EQ(actual, expected) << name_of(op) << " of " << count << " elements of " << sizeof(T) << " bytes, shift "
                              << shift;
  for (std::size_t i = other.size() - 8; i < other.size(); ++i) {
    ASSERT_EQ(other[i], std::byte{0xA5}) << "written past the end";
  }
}

template <typename T>
void check_all(ElementType type) {
  ASSERT_EQ(size_of(type), static_cast<Bytes>(sizeof(T)));
  for (const ReduceOperator op : kOperators) {
    const auto reduction = built_in_reduction(type, op);
    const bool bits = op != ReduceOperator::kSum && op != ReduceOperator::kProduct && op != ReduceOperator::kMinimum &&
                      op != ReduceOperator::kMaximum;
    ASSERT_EQ(reduction.has_value(), std::is_integral_v<T> || !bits) << name_of(type) << " " << name_of(op);
    if (!reduction) {
      continue;
    }
    EXPECT_TRUE(reduction->commutative);
    EXPECT_EQ(reduction->element_size, static_cast<Bytes>(sizeof(T)));
    for (std::size_t count = 0; count <= 67; ++count) {
      for (const std::size_t shift : {0U, 1U, 3U}) {
        for (const Aliasing aliasing : {Aliasing::kNone, Aliasing::kLeft, Aliasing::kRight}) {
          check<T>(op, *reduction, count, shift, aliasing);
        }
      }
    }
  }
}

TEST(Reduction, every_kernel_agrees_with_the_scalar_operator) {
  check_all<std::int8_t>(ElementType::kInt8);
  check_all<std::uint8_t>(ElementType::kUint8);
  check_all<std::int16_t>(ElementType::kInt16);
  check_all<std::uint16_t>(ElementType::kUint16);
  check_all<std::int32_t>(ElementType::kInt32);
  check_all<std::uint32_t>(ElementType::kUint32);
  check_all<std::int64_t>(ElementType::kInt64);
  check_all<std::uint64_t>(ElementType::kUint64);
  check_all<float>(ElementType::kFloat);
  check_all<double>(ElementType::kDouble);
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
  for (const ElementType type : kTypes) {
    EXPECT_EQ(element_type_named(name_of(type)), type);
  }
  for (const ReduceOperator op : kOperators) {
    EXPECT_EQ(reduce_operator_named(name_of(op)), op);
  }
  EXPECT_EQ(element_type_named("complex"), std::nullopt);
  EXPECT_EQ(reduce_operator_named(""), std::nullopt);
}

}  // namespace

}  // namespace ringwood
