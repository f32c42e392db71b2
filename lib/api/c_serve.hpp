#pragma once

#include <mpi.h>

#include <exception>
#include <string_view>

#include "api/context_cache.hpp"

namespace ringwood {

/// The context that a C call is served by, or nullptr where there can be none: MPI_COMM_NULL, intercommunicators.
/// Throws Error.
[[nodiscard]] Context* context_to_serve(MPI_Comm comm);

/// Tells the communicator's error handler, once; that of MPI_COMM_WORLD if the communicator was freed. Where that will
/// end the program, says why on standard error first, since MPI's text for a code knows nothing of it. Where the
/// environment is to blame, rank 0 says so in any case, once for a communicator. Returns the error code. `context` is
/// nullptr if there is none.
[[nodiscard]] int report_failure(MPI_Comm comm, Context* context, const std::exception& failure);

/// Refuses an argument that no rank may pass, with MPI's error class for it: told to the handler once. The MPI
/// library's own function might not look (MPICH without error checking). Returns the class.
[[nodiscard]] int refuse_argument(MPI_Comm comm, int error_class);

/// `ours(context)` for a call that the library serves, `native()` for all others.
template <typename Native, typename Ours>
[[nodiscard]] int serve(MPI_Comm comm, Collective collective, Native native, Ours ours) {
  Context* context = nullptr;
  try {
    context = context_to_serve(comm);
    if (context != nullptr && context->forced(collective) != "native") {
      ours(*context);
      return MPI_SUCCESS;
    }
  } catch (const std::exception& failure) {
    return report_failure(comm, context, failure);
  }
  return native();
}

}  // namespace ringwood
