#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// The element types that the library reduces by itself. Numbers of 16 bits are added and multiplied as floats, each
/// result rounded to the nearest; bool is a byte that is 0 or 1; complex numbers are two of their part.
enum class ElementType {
  kInt8,
  kUint8,
  kInt16,
  kUint16,
  kInt32,
  kUint32,
  kInt64,
  kUint64,
  kFloat,
  kDouble,
  kBool,
  kFloat16,
  kBfloat16,
  kLongDouble,
  kComplexFloat,
  kComplexDouble,
};

/// The operators that it knows for them. All commute; on floating-point numbers none but min and max associates.
enum class ReduceOperator {
  kSum,
  kProduct,
  kMinimum,
  kMaximum,
  kBitAnd,
  kBitOr,
  kBitXor,
  kLogicalAnd,
  kLogicalOr,
  kLogicalXor,
};

[[nodiscard]] std::span<const ElementType> all_element_types();
[[nodiscard]] std::span<const ReduceOperator> all_reduce_operators();
[[nodiscard]] Bytes size_of(ElementType type);
[[nodiscard]] std::string_view name_of(ElementType type);
[[nodiscard]] std::string_view name_of(ReduceOperator op);
[[nodiscard]] std::optional<ElementType> element_type_named(std::string_view name);
[[nodiscard]] std::optional<ReduceOperator> reduce_operator_named(std::string_view name);

/// How two partial results become one: result[i] = left[i] (+) right[i] for `count` elements.
struct Reduction {
  /// `result` may be `left` or `right`, and overlaps them in no other way. Called by several threads at once.
  using Apply = void (*)(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                         const void* context);

  Apply apply = nullptr;
  const void* context = nullptr;  ///< handed to every call; lives as long as the reduction
  Bytes element_size = 1;         ///< bytes from one element to the next
  bool commutative = true;
};

/// The library's own kernel for the widest vectors of this processor, or nothing where the operator has no meaning for
/// the type (bit-and of floats, the least of complex numbers). Those for
/// other vectors give the same bits, but for which NaN a product of complex numbers is.
[[nodiscard]] std::optional<Reduction> built_in_reduction(ElementType type, ReduceOperator op);

}  // namespace ringwood
