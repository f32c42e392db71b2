#include "ringwood/reduction.hpp"

#include <cstdint>

#include "base/reduction_float16.hpp"
#include "base/reduction_kernels.hpp"

namespace ringwood {

namespace {

constexpr std::array kTypes{
    ElementType::kInt8,     ElementType::kUint8,      ElementType::kInt16,        ElementType::kUint16,
    ElementType::kInt32,    ElementType::kUint32,     ElementType::kInt64,        ElementType::kUint64,
    ElementType::kFloat,    ElementType::kDouble,     ElementType::kBool,         ElementType::kFloat16,
    ElementType::kBfloat16, ElementType::kLongDouble, ElementType::kComplexFloat, ElementType::kComplexDouble};

constexpr std::array kOperators{ReduceOperator::kSum,       ReduceOperator::kProduct,    ReduceOperator::kMinimum,
                                ReduceOperator::kMaximum,   ReduceOperator::kBitAnd,     ReduceOperator::kBitOr,
                                ReduceOperator::kBitXor,    ReduceOperator::kLogicalAnd, ReduceOperator::kLogicalOr,
                                ReduceOperator::kLogicalXor};

using Row = std::array<KernelSet, kOperators.size()>;

template <typename T, ReduceOperator... kSome>
constexpr Row row_of() {
  Row row{};
  ((row[static_cast<std::size_t>(kSome)] = Kernel<T, kSome>::kAll), ...);
  return row;
}

template <typename T>
constexpr Row integers() {
  using enum ReduceOperator;
  return row_of<T, kSum, kProduct, kMinimum, kMaximum, kBitAnd, kBitOr, kBitXor, kLogicalAnd, kLogicalOr,
                kLogicalXor>();
}

template <typename T>
constexpr Row reals() {
  using enum ReduceOperator;
  return row_of<T, kSum, kProduct, kMinimum, kMaximum>();
}

// Products without AVX-512: GCC 12 makes one rounding of a product and a sum there, whatever it is told.
template <typename T>
constexpr Row complexes() {
  Row row = row_of<ComplexNumber<T>, ReduceOperator::kSum, ReduceOperator::kProduct>();
  KernelSet& products = row[static_cast<std::size_t>(ReduceOperator::kProduct)];
  products[static_cast<std::size_t>(InstructionSet::kAvx512)] =
      products[static_cast<std::size_t>(InstructionSet::kAvx2)];
  return row;
}

// A bool that is neither 0 nor 1 must not be read as one.
constexpr Row bools() {
  using enum ReduceOperator;
  return row_of<std::uint8_t, kLogicalAnd, kLogicalOr, kLogicalXor>();
}

// In the order of ElementType.
constexpr std::array<Row, kTypes.size()> kKernels{integers<std::int8_t>(),
                                                  integers<std::uint8_t>(),
                                                  integers<std::int16_t>(),
                                                  integers<std::uint16_t>(),
                                                  integers<std::int32_t>(),
                                                  integers<std::uint32_t>(),
                                                  integers<std::int64_t>(),
                                                  integers<std::uint64_t>(),
                                                  reals<float>(),
                                                  reals<double>(),
                                                  bools(),
                                                  reals<Float16>(),
                                                  reals<BFloat16>(),
                                                  reals<long double>(),
                                                  complexes<float>(),
                                                  complexes<double>()};

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

std::span<const ElementType> all_element_types() {
  return kTypes;
}

std::span<const ReduceOperator> all_reduce_operators() {
  return kOperators;
}

Bytes size_of(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kBool:
      return 1;
    case ElementType::kInt16:
    case ElementType::kUint16:
    case ElementType::kFloat16:
    case ElementType::kBfloat16:
      return 2;
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kFloat:
      return 4;
    case ElementType::kInt64:
    case ElementType::kUint64:
    case ElementType::kDouble:
    case ElementType::kComplexFloat:
      return 8;
    case ElementType::kLongDouble:
      return sizeof(long double);
    case ElementType::kComplexDouble:
      break;
  }
  return 16;
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
    case ElementType::kBool:
      return "bool";
    case ElementType::kFloat16:
      return "float16";
    case ElementType::kBfloat16:
      return "bfloat16";
    case ElementType::kLongDouble:
      return "long-double";
    case ElementType::kComplexFloat:
      return "complex-float";
    case ElementType::kComplexDouble:
      return "complex-double";
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
    case ReduceOperator::kLogicalXor:
      return "lxor";
  }
  return "";
}

std::optional<ElementType> element_type_named(std::string_view name) {
  return named(kTypes, name);
}

std::optional<ReduceOperator> reduce_operator_named(std::string_view name) {
  return named(kOperators, name);
}

const KernelSet& kernels_of(ElementType type, ReduceOperator op) {
  return kKernels[static_cast<std::size_t>(type)][static_cast<std::size_t>(op)];
}

std::optional<Reduction> built_in_reduction(ElementType type, ReduceOperator op) {
  const Reduction::Apply apply = kernels_of(type, op)[static_cast<std::size_t>(best_instruction_set())];
  if (apply == nullptr) {
    return std::nullopt;
  }
  return Reduction{.apply = apply, .context = nullptr, .element_size = size_of(type), .commutative = true};
}

}  // namespace ringwood
