#pragma once

#include <mpi.h>

#include <string>

namespace ringwood {

/// What MPI says about an error code.
[[nodiscard]] std::string mpi_text(int code);

/// Throws Error(kSystem) "`what`: MPI's text" unless `code` is MPI_SUCCESS.
void check_mpi(int code, const char* what);

}  // namespace ringwood
