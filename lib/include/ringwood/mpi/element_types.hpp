#pragma once

#include <mpi.h>

#include <complex>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "ringwood/half.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

namespace detail {

template <typename T>
constexpr std::optional<ElementType> element_type_of() {
  if constexpr (std::is_same_v<T, float>) {
    return ElementType::kFloat;
  } else if constexpr (std::is_same_v<T, double>) {
    return ElementType::kDouble;
  } else if constexpr (std::is_same_v<T, long double>) {
    return ElementType::kLongDouble;
  } else if constexpr (std::is_same_v<T, std::complex<float>>) {
    return ElementType::kComplexFloat;
  } else if constexpr (std::is_same_v<T, std::complex<double>>) {
    return ElementType::kComplexDouble;
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return ElementType::kBfloat16;
#ifdef __FLT16_MAX__
  } else if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, _Float16>) {
#else
  } else if constexpr (std::is_same_v<T, Float16>) {
#endif
    return ElementType::kFloat16;
  } else if constexpr (std::is_same_v<T, bool> && sizeof(bool) == 1) {
    return ElementType::kBool;
  } else if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool> && sizeof(T) <= 8) {
    constexpr bool kSigned = std::is_signed_v<T>;
    switch (sizeof(T)) {
      case 1:
        return kSigned ? ElementType::kInt8 : ElementType::kUint8;
      case 2:
        return kSigned ? ElementType::kInt16 : ElementType::kUint16;
      case 4:
        return kSigned ? ElementType::kInt32 : ElementType::kUint32;
      default:
        return kSigned ? ElementType::kInt64 : ElementType::kUint64;
    }
  } else {
    return std::nullopt;
  }
}

}  // namespace detail

/// The types that the library reduces by itself: integers of 8 to 64 bits, bool, floating-point numbers of 16 bits to
/// long double, std::complex of float and double.
template <typename T>
concept ElementOf = detail::element_type_of<T>()
.has_value();

template <ElementOf T>
inline constexpr ElementType kElementType = *detail::element_type_of<T>();

/// MPI's names for the library's types and operators; MPI_DATATYPE_NULL where the MPI library has no such type.
[[nodiscard]] MPI_Datatype mpi_type(ElementType type);
[[nodiscard]] MPI_Op mpi_op(ReduceOperator op);

/// The library's names for MPI's, or nothing if it has none.
[[nodiscard]] std::optional<ElementType> element_type_of(MPI_Datatype type);
[[nodiscard]] std::optional<ReduceOperator> reduce_operator_of(MPI_Op op);

}  // namespace ringwood
