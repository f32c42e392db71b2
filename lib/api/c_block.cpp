#include "api/c_block.hpp"

#include <cstring>
#include <optional>

#include "api/c_reduction.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

namespace {

std::size_t size_of_type(MPI_Datatype type, const std::optional<Bytes>& without_gaps) {
  if (type == MPI_DATATYPE_NULL || without_gaps) {
    return static_cast<std::size_t>(without_gaps.value_or(0));
  }
  MPI_Count size = 0;
  MPI_Type_size_x(type, &size);
  return static_cast<std::size_t>(size);
}

}  // namespace

KeptType::~KeptType() {
  int ended = 0;
  if (owned_ && PMPI_Finalized(&ended) == MPI_SUCCESS && ended == 0) {
    PMPI_Type_free(&type_);
  }
}

void KeptType::keep() {
  int integers = 0;
  int addresses = 0;
  int types = 0;
  int combiner = MPI_COMBINER_NAMED;
  if (owned_ || type_ == MPI_DATATYPE_NULL) {
    return;
  }
  check_mpi(PMPI_Type_get_envelope(type_, &integers, &addresses, &types, &combiner), "MPI_Type_get_envelope");
  if (combiner != MPI_COMBINER_NAMED) {
    check_mpi(PMPI_Type_dup(type_, &type_), "MPI_Type_dup");
    owned_ = true;
  }
}

DataBlock::DataBlock(const void* memory, std::size_t count, MPI_Datatype type)
    : memory_(const_cast<void*>(memory)), count_(static_cast<int>(count)), type_(type) {
  const auto without_gaps = type == MPI_DATATYPE_NULL ? std::nullopt : contiguous_size(type);
  bytes_ = count * size_of_type(type, without_gaps);
  packed_needed_ = bytes_ > 0 && !without_gaps;
}

// All ranks of a job have the same data representation here, so packed data is the elements without their gaps, and
// what one rank packs another may take as it is.
void DataBlock::pack(std::byte* target, MPI_Comm communicator) const {
  if (bytes_ == 0) {
    return;
  }
  if (!packed_needed_) {
    std::memmove(target, memory_, bytes_);
    return;
  }
  int position = 0;
  check_mpi(MPI_Pack(memory_, count_, type_, target, static_cast<int>(bytes_), &position, communicator), "MPI_Pack");
}

// The user's communicator may be gone by now; what is packed does not depend on it.
void DataBlock::unpack(const std::byte* source) const {
  if (bytes_ == 0) {
    return;
  }
  if (!packed_needed_) {
    std::memmove(memory_, source, bytes_);
    return;
  }
  int position = 0;
  check_mpi(MPI_Unpack(source, static_cast<int>(bytes_), &position, memory_, count_, type_, MPI_COMM_SELF),
            "MPI_Unpack");
}

}  // namespace ringwood
