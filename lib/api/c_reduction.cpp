#include "api/c_reduction.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <limits>
#include <vector>

#include "ringwood/mpi/element_types.hpp"

namespace ringwood {

namespace {

bool is_predefined(MPI_Op op) {
  return reduce_operator_of(op).has_value() || op == MPI_MAXLOC || op == MPI_MINLOC || op == MPI_REPLACE ||
         op == MPI_NO_OP || op == MPI_OP_NULL;
}

/// Predefined pairs that every MPI library has, and for which there is no kernel here. All others go to the library's
/// own collective, which knows better, and refuses what has no meaning.
bool is_known_to_mpi(MPI_Datatype type, MPI_Op op) {
  return (type == MPI_2INT || type == MPI_FLOAT_INT) && (op == MPI_MINLOC || op == MPI_MAXLOC);
}

/// Bytes have no sums, but bits.
std::optional<Reduction> reduction_of_bytes(ReduceOperator op) {
  const bool of_bits = op == ReduceOperator::kBitAnd || op == ReduceOperator::kBitOr || op == ReduceOperator::kBitXor;
  return of_bits ? built_in_reduction(ElementType::kUint8, op) : std::nullopt;
}

/// What was found for the pairs of predefined handles that this thread asked for before: looking through the lists
/// takes as long as a small message.
struct Remembered {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  MPI_Op op = MPI_OP_NULL;
  std::optional<Reduction> reduction;
};

constexpr std::size_t kRemembered = 16;
constexpr std::size_t kHandleBytes = 8;  // about; neighbours should not meet

Remembered& remembered(MPI_Datatype type, MPI_Op op) {
  thread_local std::array<Remembered, kRemembered> pairs;
  const std::size_t hash =
      std::hash<MPI_Datatype>()(type) / kHandleBytes + 3 * (std::hash<MPI_Op>()(op) / kHandleBytes);
  return pairs[hash % kRemembered];
}

/// The same of predefined datatypes without gaps.
struct RememberedSize {
  MPI_Datatype type = MPI_DATATYPE_NULL;
  Bytes size = 0;
};

RememberedSize& remembered(MPI_Datatype type) {
  thread_local std::array<RememberedSize, kRemembered> types;
  return types[std::hash<MPI_Datatype>()(type) / kHandleBytes % kRemembered];
}

/// Its handle never means another type.
bool is_predefined_type(MPI_Datatype type) {
  int integers = 0;
  int addresses = 0;
  int types = 0;
  int combiner = MPI_COMBINER_DUP;
  PMPI_Type_get_envelope(type, &integers, &addresses, &types, &combiner);
  return combiner == MPI_COMBINER_NAMED;
}

/// The kernel for predefined handles; nothing where there is none.
std::optional<Reduction> kernel_of(MPI_Datatype type, MPI_Op op) {
  const auto known_type = element_type_of(type);
  const auto known_op = reduce_operator_of(op);
  if (known_type && known_op) {
    return built_in_reduction(*known_type, *known_op);
  }
  return type == MPI_BYTE && known_op ? reduction_of_bytes(*known_op) : std::nullopt;
}

}  // namespace

std::optional<Bytes> contiguous_size(MPI_Datatype type) {
  RememberedSize& known = remembered(type);
  if (known.type == type && type != MPI_DATATYPE_NULL) {
    return known.size;
  }
  MPI_Count size = 0;
  MPI_Count lower = 0;
  MPI_Count extent = 0;
  MPI_Count true_lower = 0;
  MPI_Count true_extent = 0;
  MPI_Type_size_x(type, &size);
  MPI_Type_get_extent_x(type, &lower, &extent);
  MPI_Type_get_true_extent_x(type, &true_lower, &true_extent);
  if (size <= 0 || lower != 0 || true_lower != 0 || extent != size || true_extent != size) {
    return std::nullopt;
  }
  if (is_predefined_type(type)) {
    known = {type, static_cast<Bytes>(size)};
  }
  return static_cast<Bytes>(size);
}

bool is_predefined_without_gaps(MPI_Datatype type) {
  return type != MPI_DATATYPE_NULL && contiguous_size(type) && remembered(type).type == type;
}

MpiReduction::MpiReduction(MPI_Datatype type, MPI_Op op) : type_(type), op_(op) {
  if (type == MPI_DATATYPE_NULL || op == MPI_OP_NULL) {
    return;
  }
  Remembered& known = remembered(type, op);
  if (known.type == type && known.op == op) {
    reduction_ = known.reduction;
    return;
  }
  reduction_ = kernel_of(type, op);
  // A user's datatype may get the handle of one that was freed; with a predefined operation it is the MPI library's
  // too.
  if (reduction_ || (is_predefined(op) && !is_known_to_mpi(type, op))) {
    known = {type, op, reduction_};
    return;
  }
  if (const auto size = contiguous_size(type)) {
    int commutes = 1;
    MPI_Op_commutative(op, &commutes);
    take_mpi(*size, commutes != 0);
  }
}

void MpiReduction::take_mpi(Bytes size, bool commutative) {
  reduction_ = Reduction{.apply = reduce_local, .context = this, .element_size = size, .commutative = commutative};
}

// MPI says inout := in (+) inout, so the right operand has to lie where the result goes.
void MpiReduction::reduce_local(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
                                const void* context) {
  const auto& self = *static_cast<const MpiReduction*>(context);
  const auto size = static_cast<std::size_t>(self.reduction_->element_size);
  std::vector<std::byte> kept;
  if (result == left && result != right) {
    kept.assign(left, left + count * size);
    left = kept.data();
  }
  if (result != right && count > 0) {
    std::memcpy(result, right, count * size);
  }
  constexpr std::size_t kMost = std::numeric_limits<int>::max();
  for (std::size_t first = 0; first < count; first += kMost) {
    const auto part = static_cast<int>(std::min(kMost, count - first));
    MPI_Reduce_local(left + first * size, result + first * size, part, self.type(), self.op_);
  }
}

}  // namespace ringwood
