#pragma once

#include <algorithm>

#include "sim/simulate.hpp"
#include "topology/loggops.hpp"

/// LogGOPS (Hoefler, Schneider, Lumsdaine: LogGOPSim, HPDC 2010) in posted order, in integer picoseconds.
///
/// Every rank has three clocks: `cpu`, `nic_out` and `nic_in` say from when on that resource is free. A rank serves the
/// operations of its program in this order: round after round; in a round first the sends as they are listed, then all
/// else as it is listed. A message of m bytes is charged thus:
///
///   send              t = max(cpu, nic_out)
///                     cpu = t + o + (m-1)O     nic_out = t + g + (m-1)G     head at the receiver: t + o + L
///   receive,          u = max(head, nic_in)    nic_in = u + g + (m-1)G      last byte in: u + (m-1)max(O,G)
///     textbook        v = max(last byte in, cpu)                            cpu = v + o + (m-1)O
///   receive,          t = max(head, cpu, nic_in)                            nic_in = t + g + (m-1)G
///     simulator       cpu = t + o + (m-1)max(O,G)
///   reduce m bytes    cpu = cpu + gamma m      at once after the receive that it belongs to
///   copy              costs nothing: what moves inside a rank is not modelled
///
/// An operation completes when the CPU has served it. Resources belong to ranks, not to hosts. `cpu` is never earlier
/// than the start of the current round, so that this start need not appear above.
///
/// Rendezvous: a send of m > S bytes is charged like any other, and completes when its receive matches: at
/// max(u or t of the receive, start of the receiver's round). The sender's cpu and nic_out are advanced to that time at
/// the end of the sender's round, so that two ranks can exchange messages. There is no latency for the acknowledgement.
///
/// Certificate: under "first come, first served" a resource serves whatever is ready first, be it posted or not. An
/// operation that was ready before one that was served earlier by the same resource is order-sensitive; where there is
/// none, both rules give the same times. Equal times are in program order.
namespace ringwood {

struct RankClocks {
  Picoseconds cpu = 0;
  Picoseconds nic_out = 0;
  Picoseconds nic_in = 0;
  Picoseconds latest_ready = 0;  ///< the latest time at which something that the CPU has served was ready for it
  Picoseconds latest_head = 0;   ///< the same for `nic_in`
};

/// What a message of some size between two ranks is charged.
struct MessageCharges {
  Picoseconds overhead = 0;  ///< o
  Picoseconds flight = 0;    ///< o + L
  Picoseconds cpu = 0;       ///< o + (m-1)O
  Picoseconds nic = 0;       ///< g + (m-1)G
  Picoseconds body = 0;      ///< (m-1)max(O,G)
  bool eager = true;         ///< sent without waiting for its receive
};

[[nodiscard]] inline MessageCharges charges_of(const LogGops& costs, Bytes bytes) {
  const TimePerByte slower = costs.O.scaled > costs.G.scaled ? costs.O : costs.G;
  return {costs.o,
          costs.o + costs.L,
          costs.o + costs.O.of(bytes - 1),
          costs.g + costs.G.of(bytes - 1),
          slower.of(bytes - 1),
          bytes <= costs.S};
}

struct ServedSend {
  Picoseconds start = 0;
  Picoseconds head = 0;  ///< when the first byte is at the receiver
  bool order_sensitive = false;
};

/// Serves a send that was ready, for all that its own lane knows, at `ready`.
inline ServedSend serve_send(RankClocks& clocks, Picoseconds ready, const MessageCharges& charges) {
  const Picoseconds start = std::max(clocks.cpu, clocks.nic_out);
  const bool order_sensitive = ready < clocks.latest_ready;
  clocks.latest_ready = std::max(clocks.latest_ready, ready);
  clocks.cpu = start + charges.cpu;
  clocks.nic_out = start + charges.nic;
  return {start, start + charges.flight, order_sensitive};
}

struct ServedReceive {
  Picoseconds taken_in = 0;   ///< when the NIC (textbook) or the CPU (simulator) began with the message
  Picoseconds cpu_ready = 0;  ///< when the CPU could have begun for all that the message knows
  Picoseconds cpu_start = 0;  ///< when it began
  Picoseconds nic_body = 0;   ///< time on the NIC between `taken_in` and `cpu_ready`
  bool order_sensitive = false;
};

template <LogGopsForm kForm>
inline ServedReceive serve_receive(RankClocks& clocks, Picoseconds head, const MessageCharges& charges) {
  if constexpr (kForm == LogGopsForm::kTextbook) {
    const Picoseconds taken_in = std::max(head, clocks.nic_in);
    const Picoseconds all_in = taken_in + charges.body;
    const Picoseconds cpu_start = std::max(all_in, clocks.cpu);
    const ServedReceive served{taken_in, all_in, cpu_start, charges.body,
                               head < clocks.latest_head || all_in < clocks.latest_ready};
    clocks.latest_head = std::max(clocks.latest_head, head);
    clocks.latest_ready = std::max(clocks.latest_ready, all_in);
    clocks.nic_in = taken_in + charges.nic;
    clocks.cpu = cpu_start + charges.cpu;
    return served;
  } else {
    const Picoseconds start = std::max({head, clocks.cpu, clocks.nic_in});
    // Heads are what the CPU and the NIC both go by: what is out of order for the NIC is so for the CPU.
    const ServedReceive served{start, head, start, 0, head < clocks.latest_ready};
    clocks.latest_ready = std::max(clocks.latest_ready, head);
    clocks.nic_in = start + charges.nic;
    clocks.cpu = start + charges.overhead + charges.body;
    return served;
  }
}

/// Serves a reduction; `ready` is when the operation before it ended.
inline void serve_reduction(RankClocks& clocks, Picoseconds ready, Picoseconds cost) {
  clocks.latest_ready = std::max(clocks.latest_ready, ready);
  clocks.cpu += cost;
}

}  // namespace ringwood
