#pragma once

#include <bit>
#include <cstdint>

#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

// Numbers of 16 bits as bits, where the compiler has no type for them. Sums and products are done in float and rounded
// to the nearest, ties to even (IEEE 754-2019, 4.3.1).

/// IEEE 754 binary16: 11 bits of precision, up to 65504.
struct Float16 {
  std::uint16_t bits = 0;

  Float16() = default;

  explicit constexpr Float16(float value) : bits(from_float(value)) {}

  [[nodiscard]] explicit constexpr operator float() const {
    constexpr float kRebase = 0x1p112F;  // 127 - 15, also right for what is denormal here
    const std::uint32_t magnitude = bits & 0x7FFFU;
    const std::uint32_t sign = (std::uint32_t{bits} & 0x8000U) << 16U;
    const float rebased = std::bit_cast<float>(magnitude << 13U) * kRebase;
    const std::uint32_t special = magnitude >= 0x7C00U ? 0x7F800000U : 0U;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(rebased) | special | sign);
  }

  friend constexpr bool operator==(Float16, Float16) = default;

 private:
  static constexpr std::uint16_t from_float(float value) {
    constexpr std::uint32_t kAlign = 126U << 23U;  // adding 0.5 aligns a denormal's bits and rounds them
    const std::uint32_t all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t magnitude = all & 0x7FFFFFFFU;
    const std::uint32_t is_nan = magnitude > 0x7F800000U ? 0x200U | ((magnitude >> 13U) & 0x3FFU) : 0U;
    const float small = std::bit_cast<float>(magnitude) + std::bit_cast<float>(kAlign);
    const std::uint32_t denormal = std::bit_cast<std::uint32_t>(small) - kAlign;
    const std::uint32_t normal = (magnitude - (112U << 23U) + 0xFFFU + ((magnitude >> 13U) & 1U)) >> 13U;
    const std::uint32_t finite = magnitude < 0x38800000U ? denormal : normal;
    const std::uint32_t result = magnitude >= 0x47800000U ? 0x7C00U | is_nan : finite;
    return static_cast<std::uint16_t>(result | ((all >> 16U) & 0x8000U));
  }
};

/// The upper half of a float: 8 bits of precision, the exponents of float.
struct BFloat16 {
  std::uint16_t bits = 0;

  BFloat16() = default;

  explicit constexpr BFloat16(float value) : bits(from_float(value)) {}

  [[nodiscard]] explicit constexpr operator float() const { return std::bit_cast<float>(std::uint32_t{bits} << 16U); }

  friend constexpr bool operator==(BFloat16, BFloat16) = default;

 private:
  static constexpr std::uint16_t from_float(float value) {
    const std::uint32_t all = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (all + 0x7FFFU + ((all >> 16U) & 1U)) >> 16U;
    const std::uint32_t quiet = (all >> 16U) | 0x40U;
    return static_cast<std::uint16_t>((all & 0x7FFFFFFFU) > 0x7F800000U ? quiet : rounded);
  }
};

}  // namespace ringwood
