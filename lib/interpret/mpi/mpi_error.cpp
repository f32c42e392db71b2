#include "interpret/mpi/mpi_error.hpp"

#include <array>

#include "ringwood/error.hpp"

namespace ringwood {

std::string mpi_text(int code) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) {
    return "MPI error " + std::to_string(code);
  }
  return {text.data(), static_cast<std::size_t>(length)};
}

void check_mpi(int code, const char* what) {
  if (code != MPI_SUCCESS) {
    throw Error(ErrorKind::kSystem, std::string(what) + ": " + mpi_text(code));
  }
}

}  // namespace ringwood
