#include "api/context.hpp"
#include "schedule/traced_transport.hpp"

namespace ringwood {

void Context::carry_out_traced(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers) {
  EventLog& events = trace_->begin();
  if (todo.fused) {
    node_->executor().execute(*todo.fused, buffers, call.reduction, call.log, &events);
  } else {
    Transport& plain = node_ != nullptr ? static_cast<Transport&>(node_->transport()) : *transport_;
    transport_->begin();
    if (node_ != nullptr) {
      node_->transport().begin();
    }
    TracedTransport traced(plain, *todo.plan, events);
    executor_.execute(*todo.plan, buffers, call.reduction, traced, call.log);
  }
  trace_->end(call, todo.algorithm);
}

}  // namespace ringwood
