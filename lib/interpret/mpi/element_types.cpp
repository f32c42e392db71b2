#include "ringwood/mpi/element_types.hpp"

#include <utility>

namespace ringwood {

namespace {

template <typename T>
std::optional<ElementType> if_same(MPI_Datatype type, MPI_Datatype c_type) {
  return type == c_type ? detail::element_type_of<T>() : std::nullopt;
}

/// Fortran's numbers, where the MPI library was built with Fortran; compilers that make them other sizes than these are
/// told by the size.
std::optional<ElementType> fortran_type_of(MPI_Datatype type) {
  int size = 0;
  for (const auto& [known, element] :
       {std::pair{MPI_DOUBLE_PRECISION, ElementType::kDouble}, std::pair{MPI_REAL, ElementType::kFloat},
        std::pair{MPI_INTEGER, ElementType::kInt32}, std::pair{MPI_REAL8, ElementType::kDouble},
        std::pair{MPI_REAL4, ElementType::kFloat}, std::pair{MPI_INTEGER8, ElementType::kInt64},
        std::pair{MPI_INTEGER4, ElementType::kInt32}, std::pair{MPI_INTEGER2, ElementType::kInt16},
        std::pair{MPI_INTEGER1, ElementType::kInt8}, std::pair{MPI_COMPLEX, ElementType::kComplexFloat},
        std::pair{MPI_DOUBLE_COMPLEX, ElementType::kComplexDouble}}) {
    if (type == known && PMPI_Type_size(type, &size) == MPI_SUCCESS && size == size_of(element)) {
      return element;
    }
  }
  return std::nullopt;
}

}  // namespace

MPI_Datatype mpi_type(ElementType type) {
  switch (type) {
    case ElementType::kInt8:
      return MPI_INT8_T;
    case ElementType::kUint8:
      return MPI_UINT8_T;
    case ElementType::kInt16:
      return MPI_INT16_T;
    case ElementType::kUint16:
      return MPI_UINT16_T;
    case ElementType::kInt32:
      return MPI_INT32_T;
    case ElementType::kUint32:
      return MPI_UINT32_T;
    case ElementType::kInt64:
      return MPI_INT64_T;
    case ElementType::kUint64:
      return MPI_UINT64_T;
    case ElementType::kFloat:
      return MPI_FLOAT;
    case ElementType::kDouble:
      return MPI_DOUBLE;
    case ElementType::kBool:
      return MPI_C_BOOL;
    case ElementType::kFloat16:
#ifdef MPIX_C_FLOAT16
      return MPIX_C_FLOAT16;
#else
      return MPI_DATATYPE_NULL;
#endif
    case ElementType::kBfloat16:
      return MPI_DATATYPE_NULL;
    case ElementType::kLongDouble:
      return MPI_LONG_DOUBLE;
    case ElementType::kComplexFloat:
      return MPI_C_FLOAT_COMPLEX;
    case ElementType::kComplexDouble:
      return MPI_C_DOUBLE_COMPLEX;
  }
  return MPI_DATATYPE_NULL;
}

MPI_Op mpi_op(ReduceOperator op) {
  switch (op) {
    case ReduceOperator::kSum:
      return MPI_SUM;
    case ReduceOperator::kProduct:
      return MPI_PROD;
    case ReduceOperator::kMinimum:
      return MPI_MIN;
    case ReduceOperator::kMaximum:
      return MPI_MAX;
    case ReduceOperator::kBitAnd:
      return MPI_BAND;
    case ReduceOperator::kBitOr:
      return MPI_BOR;
    case ReduceOperator::kBitXor:
      return MPI_BXOR;
    case ReduceOperator::kLogicalAnd:
      return MPI_LAND;
    case ReduceOperator::kLogicalOr:
      return MPI_LOR;
    case ReduceOperator::kLogicalXor:
      return MPI_LXOR;
  }
  return MPI_OP_NULL;
}

std::optional<ElementType> element_type_of(MPI_Datatype type) {
  if (type == MPI_DATATYPE_NULL) {
    return std::nullopt;
  }
  for (const ElementType known : all_element_types()) {
    if (mpi_type(known) == type) {
      return known;
    }
  }
  for (const auto found :
       {if_same<int>(type, MPI_INT), if_same<unsigned>(type, MPI_UNSIGNED), if_same<long>(type, MPI_LONG),
        if_same<unsigned long>(type, MPI_UNSIGNED_LONG), if_same<long long>(type, MPI_LONG_LONG),
        if_same<unsigned long long>(type, MPI_UNSIGNED_LONG_LONG), if_same<short>(type, MPI_SHORT),
        if_same<unsigned short>(type, MPI_UNSIGNED_SHORT), if_same<signed char>(type, MPI_SIGNED_CHAR),
        if_same<unsigned char>(type, MPI_UNSIGNED_CHAR), if_same<MPI_Aint>(type, MPI_AINT),
        if_same<MPI_Offset>(type, MPI_OFFSET), if_same<MPI_Count>(type, MPI_COUNT), if_same<bool>(type, MPI_CXX_BOOL),
        if_same<std::complex<float>>(type, MPI_CXX_FLOAT_COMPLEX),
        if_same<std::complex<double>>(type, MPI_CXX_DOUBLE_COMPLEX)}) {
    if (found) {
      return found;
    }
  }
  return fortran_type_of(type);
}

std::optional<ReduceOperator> reduce_operator_of(MPI_Op op) {
  for (const ReduceOperator known : all_reduce_operators()) {
    if (mpi_op(known) == op) {
      return known;
    }
  }
  return std::nullopt;
}

}  // namespace ringwood
