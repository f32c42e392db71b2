#pragma once

#include <mpi.h>

#include <memory>

#include "api/context.hpp"

namespace ringwood {

/// The context of a user's communicator, kept as an attribute there: closed when the communicator is freed, or when
/// MPI_Finalize begins. Collective where there is none yet; local from then on. Several threads may call this for
/// different communicators. The reference is valid until the communicator is freed. Throws Error.
[[nodiscard]] const std::shared_ptr<Context>& context_of(MPI_Comm users);

/// The context, or nullptr where there is none yet. Local.
[[nodiscard]] Context* find_context(MPI_Comm users);

/// Whether somebody has asked for a context, and MPI has not begun to end since. Cheap.
[[nodiscard]] bool contexts_in_use();

}  // namespace ringwood
