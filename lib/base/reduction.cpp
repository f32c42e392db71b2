#include "ringwood/reduction.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>

// One copy of each kernel for AVX2 and one for AVX-512, chosen when the program is loaded. Clang 14 makes no clones of
// templates, and sanitizers instrument the choice, which runs before they are ready for it: there, the machine that
// the compiler was told to compile for has to do.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12 && \
    !defined(__SANITIZE_THREAD__) && !defined(__SANITIZE_ADDRESS__)
#define RINGWOOD_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define RINGWOOD_CLONES
#endif

// No iteration depends on another, whichever of the pointers are the same: what `restrict` would promise too much for.
#if defined(__clang__)
#define RINGWOOD_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define RINGWOOD_INDEPENDENT _Pragma("GCC ivdep")
#else
#define RINGWOOD_INDEPENDENT
#endif

namespace ringwood {

namespace {

constexpr std::array kTypes{ElementType::kInt8,  ElementType::kUint8,  ElementType::kInt16, ElementType::kUint16,
                            ElementType::kInt32, ElementType::kUint32, ElementType::kInt64, ElementType::kUint64,
                            ElementType::kFloat, ElementType::kDouble};

constexpr std::array kOperators{ReduceOperator::kSum,     ReduceOperator::kProduct,    ReduceOperator::kMinimum,
                                ReduceOperator::kMaximum, ReduceOperator::kBitAnd,     ReduceOperator::kBitOr,
                                ReduceOperator::kBitXor,  ReduceOperator::kLogicalAnd, ReduceOperator::kLogicalOr};

// Integers are added and multiplied unsigned, and no narrower than int: overflow then wraps around in every type.
template <typename T>
struct Arithmetic {
  using type = std::conditional_t<(sizeof(T) < sizeof(std::uint32_t)), std::uint32_t, std::make_unsigned_t<T>>;
};

template <>
struct Arithmetic<float> {
  using type = float;
};

template <>
struct Arithmetic<double> {
  using type = double;
};

template <ReduceOperator kOperator, typename T>
constexpr T combined(T left, T right) {
  using Wide = typename Arithmetic<T>::type;
  if constexpr (kOperator == ReduceOperator::kSum) {
    return static_cast<T>(static_cast<Wide>(left) + static_cast<Wide>(right));
  } else if constexpr (kOperator == ReduceOperator::kProduct) {
    return static_cast<T>(static_cast<Wide>(left) * static_cast<Wide>(right));
  } else if constexpr (kOperator == ReduceOperator::kMinimum) {
    return right < left ? right : left;
  } else if constexpr (kOperator == ReduceOperator::kMaximum) {
    return left < right ? right : left;
  } else if constexpr (kOperator == ReduceOperator::kBitAnd) {
    return static_cast<T>(left & right);
  } else if constexpr (kOperator == ReduceOperator::kBitOr) {
    return static_cast<T>(left | right);
  } else if constexpr (kOperator == ReduceOperator::kBitXor) {
    return static_cast<T>(left ^ right);
  } else if constexpr (kOperator == ReduceOperator::kLogicalAnd) {
    return static_cast<T>((left != 0) & (right != 0));
  } else {
    static_assert(kOperator == ReduceOperator::kLogicalOr);
    return static_cast<T>((left != 0) | (right != 0));
  }
}

// Buffers of bytes may lie anywhere, hence memcpy; compilers make it a plain unaligned load.
template <typename T, ReduceOperator kOperator>
RINGWOOD_CLONES void kernel(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                            const void* /*context*/) {
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

template <typename T>
Reduction::Apply kernel_of(ReduceOperator op) {
  switch (op) {
    case ReduceOperator::kSum:
      return kernel<T, ReduceOperator::kSum>;
    case ReduceOperator::kProduct:
      return kernel<T, ReduceOperator::kProduct>;
    case ReduceOperator::kMinimum:
      return kernel<T, ReduceOperator::kMinimum>;
    case ReduceOperator::kMaximum:
      return kernel<T, ReduceOperator::kMaximum>;
    case ReduceOperator::kBitAnd:
    case ReduceOperator::kBitOr:
    case ReduceOperator::kBitXor:
    case ReduceOperator::kLogicalAnd:
    case ReduceOperator::kLogicalOr:
      break;
  }
  if constexpr (std::is_integral_v<T>) {
    switch (op) {
      case ReduceOperator::kBitAnd:
        return kernel<T, ReduceOperator::kBitAnd>;
      case ReduceOperator::kBitOr:
        return kernel<T, ReduceOperator::kBitOr>;
      case ReduceOperator::kBitXor:
        return kernel<T, ReduceOperator::kBitXor>;
      case ReduceOperator::kLogicalAnd:
        return kernel<T, ReduceOperator::kLogicalAnd>;
      case ReduceOperator::kLogicalOr:
        return kernel<T, ReduceOperator::kLogicalOr>;
      case ReduceOperator::kSum:
      case ReduceOperator::kProduct:
      case ReduceOperator::kMinimum:
      case ReduceOperator::kMaximum:
        break;
    }
  }
  return nullptr;
}

/// Calls visit.operator()<T>() for the C++ type.
template <typename Visit>
auto with_type(ElementType type, Visit&& visit) {
  switch (type) {
    case ElementType::kInt8:
      return visit.template operator()<std::int8_t>();
    case ElementType::kUint8:
      return visit.template operator()<std::uint8_t>();
    case ElementType::kInt16:
      return visit.template operator()<std::int16_t>();
    case ElementType::kUint16:
      return visit.template operator()<std::uint16_t>();
    case ElementType::kInt32:
      return visit.template operator()<std::int32_t>();
    case ElementType::kUint32:
      return visit.template operator()<std::uint32_t>();
    case ElementType::kInt64:
      return visit.template operator()<std::int64_t>();
    case ElementType::kUint64:
      return visit.template operator()<std::uint64_t>();
    case ElementType::kFloat:
      return visit.template operator()<float>();
    case ElementType::kDouble:
      break;
  }
  return visit.template operator()<double>();
}

template <typename Enumeration, std::size_t kCount>
std::optional<Enumeration> named(const std::array<Enumeration, kCount>& all, std::string_view name) {
  for (const Enumeration value : all) {
    if (name_of(value) == name) {
      return value;
    }
  }
  return std::nullopt;
}

}  // namespace

Bytes size_of(ElementType type) {
  return with_type(type, []<typename T>() { return static_cast<Bytes>(sizeof(T)); });
}

std::string_view name_of(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return "int8";
    case ElementType::kUint8:
      return "uint8";
    case ElementType::kInt16:
      return "int16";
    case ElementType::kUint16:
      return "uint16";
    case ElementType::kInt32:
      return "int32";
    case ElementType::kUint32:
      return "uint32";
    case ElementType::kInt64:
      return "int64";
    case ElementType::kUint64:
      return "uint64";
    case ElementType::kFloat:
      return "float";
    case ElementType::kDouble:
      return "double";
  }
  return "";
}

std::string_view name_of(ReduceOperator op) {
  switch (op) {
    case ReduceOperator::kSum:
      return "sum";
    case ReduceOperator::kProduct:
      return "prod";
    case ReduceOperator::kMinimum:
      return "min";
    case ReduceOperator::kMaximum:
      return "max";
    case ReduceOperator::kBitAnd:
      return "band";
    case ReduceOperator::kBitOr:
      return "bor";
    case ReduceOperator::kBitXor:
      return "bxor";
    case ReduceOperator::kLogicalAnd:
      return "land";
    case ReduceOperator::kLogicalOr:
      return "lor";
  }
  return "";
}

std::optional<ElementType> element_type_named(std::string_view name) {
  return named(kTypes, name);
}

std::optional<ReduceOperator> reduce_operator_named(std::string_view name) {
  return named(kOperators, name);
}

std::optional<Reduction> built_in_reduction(ElementType type, ReduceOperator op) {
  const Reduction::Apply apply = with_type(type, [&]<typename T>() { return kernel_of<T>(op); });
  if (apply == nullptr) {
    return std::nullopt;
  }
  return Reduction{.apply = apply, .context = nullptr, .element_size = size_of(type), .commutative = true};
}

}  // namespace ringwood

#undef RINGWOOD_CLONES
#undef RINGWOOD_INDEPENDENT
