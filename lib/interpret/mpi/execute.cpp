#include "interpret/mpi/execute.hpp"

namespace ringwood {

void execute_over_mpi(Executor& executor, const Plan& plan, const Buffers& buffers, const Reduction* reduction,
                      MpiTransport& transport, MessageLog* log) {
  transport.begin();
  executor.execute(plan, buffers, reduction, transport, log);
}

}  // namespace ringwood
