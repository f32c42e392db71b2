#pragma once

#include <string>

namespace ringwood {

/// The MPI library and its version, such as "Open MPI 4.1.4". May be called before MPI is initialised.
[[nodiscard]] std::string mpi_library_name();

}  // namespace ringwood
