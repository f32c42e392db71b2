#pragma once

#include "interpret/mpi/transport.hpp"
#include "ringwood/reduction.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

/// Carries out this rank's plan over the transport's communicator; all its ranks call it with plans of one schedule.
/// `log` gets the messages that this rank sends. Throws Error(kSystem) with rank, round, peer and MPI's own text.
void execute_over_mpi(Executor& executor, const Plan& plan, const Buffers& buffers, const Reduction* reduction,
                      MpiTransport& transport, MessageLog* log = nullptr);

}  // namespace ringwood
