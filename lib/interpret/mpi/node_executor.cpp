#include "interpret/mpi/node_executor.hpp"

#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

NodeExecutor::NodeExecutor(NodeEndpoint& endpoint)
    : endpoint_(endpoint), hot_(std::make_unique<std::byte[]>(endpoint.shape().large_bytes)) {}

void NodeExecutor::execute(const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction, MessageLog* log,
                           EventLog* events) {
  if (log != nullptr) {
    append_messages(*log, plan, endpoint_.rank(), 0);
  }
  NodeRun run(endpoint_, plan, buffers, reduction, {.hot = hot_.get(), .lane = 0, .events = events});
  finish(run);
}

NodeRun NodeExecutor::begin(const FusedPlan& plan, const Buffers& buffers, const Reduction* reduction) {
  NodeRun run(endpoint_, plan, buffers, reduction, {.hot = hot_.get(), .lane = 0});
  run.begin();
  return run;
}

void NodeExecutor::finish(NodeRun& run) {
  try {
    run.run();
  } catch (const Error& error) {
    throw Error(error.kind(), "rank " + std::to_string(endpoint_.rank()) + ", " + run.where() + ": " + error.what());
  }
}

}  // namespace ringwood
