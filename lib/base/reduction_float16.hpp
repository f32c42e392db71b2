#pragma once

#include "base/reduction_kernels.hpp"

// Processors convert whole vectors between binary16 and float; compilers of today use that for one number at a time.

#ifdef __x86_64__

#include <immintrin.h>

namespace ringwood {

/// 8 floats.
struct Avx2Floats {
  using Vector = __m256;
  static constexpr std::size_t kCount = 8;

  RINGWOOD_FOR_AVX2 static Vector load(const std::byte* from) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
  }

  RINGWOOD_FOR_AVX2 static void store(std::byte* to, Vector value) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
  }

  template <ReduceOperator kOperator>
  RINGWOOD_FOR_AVX2 static Vector combined(Vector left, Vector right) {
    if constexpr (kOperator == ReduceOperator::kSum) {
      return _mm256_add_ps(left, right);
    } else if constexpr (kOperator == ReduceOperator::kProduct) {
      return _mm256_mul_ps(left, right);
    } else if constexpr (kOperator == ReduceOperator::kMinimum) {
      return _mm256_min_ps(right, left);  // right < left ? right : left
    } else {
      static_assert(kOperator == ReduceOperator::kMaximum);
      return _mm256_blendv_ps(left, right, _mm256_cmp_ps(left, right, _CMP_LT_OQ));
    }
  }
};

/// 16 floats. Masked forms, since GCC 12 warns of what its header leaves undefined in the others (GCC bug 105593).
struct Avx512Floats {
  using Vector = __m512;
  static constexpr std::size_t kCount = 16;
  static constexpr __mmask16 kAllLanes = 0xFFFF;

  RINGWOOD_FOR_AVX512 static Vector load(const std::byte* from) {
    return _mm512_maskz_cvtph_ps(kAllLanes, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from)));
  }

  RINGWOOD_FOR_AVX512 static void store(std::byte* to, Vector value) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm512_maskz_cvtps_ph(kAllLanes, value, _MM_FROUND_TO_NEAREST_INT));
  }

  template <ReduceOperator kOperator>
  RINGWOOD_FOR_AVX512 static Vector combined(Vector left, Vector right) {
    if constexpr (kOperator == ReduceOperator::kSum) {
      return _mm512_add_ps(left, right);
    } else if constexpr (kOperator == ReduceOperator::kProduct) {
      return _mm512_mul_ps(left, right);
    } else if constexpr (kOperator == ReduceOperator::kMinimum) {
      return _mm512_maskz_min_ps(kAllLanes, right, left);
    } else {
      static_assert(kOperator == ReduceOperator::kMaximum);
      return _mm512_mask_blend_ps(_mm512_cmp_ps_mask(left, right, _CMP_LT_OQ), left, right);
    }
  }
};

template <ReduceOperator kOperator>
struct Kernel<Float16, kOperator> {
  static void baseline(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                       const void* /*context*/) {
    reduce_elements<Float16, kOperator>(left, right, result, count);
  }

  RINGWOOD_FOR_AVX2 static void avx2(const std::byte* left, const std::byte* right, std::byte* result,
                                     std::size_t count, const void* /*context*/) {
    const std::size_t whole = count - count % Avx2Floats::kCount;
    for (std::size_t i = 0; i < whole; i += Avx2Floats::kCount) {
      const std::size_t at = i * sizeof(Float16);
      Avx2Floats::store(result + at,
                        Avx2Floats::combined<kOperator>(Avx2Floats::load(left + at), Avx2Floats::load(right + at)));
    }
    finish(left, right, result, whole, count);
  }

  RINGWOOD_FOR_AVX512 static void avx512(const std::byte* left, const std::byte* right, std::byte* result,
                                         std::size_t count, const void* /*context*/) {
    const std::size_t whole = count - count % Avx512Floats::kCount;
    for (std::size_t i = 0; i < whole; i += Avx512Floats::kCount) {
      const std::size_t at = i * sizeof(Float16);
      Avx512Floats::store(result + at, Avx512Floats::combined<kOperator>(Avx512Floats::load(left + at),
                                                                         Avx512Floats::load(right + at)));
    }
    finish(left, right, result, whole, count);
  }

  static constexpr KernelSet kAll{baseline, avx2, avx512};

 private:
  static void finish(const std::byte* left, const std::byte* right, std::byte* result, std::size_t begin,
                     std::size_t end) {
    const std::size_t at = begin * sizeof(Float16);
    reduce_elements<Float16, kOperator>(left + at, right + at, result + at, end - begin);
  }
};

}  // namespace ringwood

#endif
