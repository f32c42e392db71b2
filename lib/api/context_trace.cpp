#include "api/context.hpp"
#include "schedule/traced_transport.hpp"

namespace ringwood {

void Context::carry_out_traced(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers) {
  EventLog& events = trace_->begin();
  if (todo.fused) {
    node_->executor().execute(*todo.fused, buffers, call.reduction, call.log, &events);
  } else {
    TracedTransport traced(fresh_transport(), *todo.plan, events);
    executor_.execute(*todo.plan, buffers, call.reduction, traced, call.log);
  }
  trace_->end(call, todo.algorithm);
}

}  // namespace ringwood
