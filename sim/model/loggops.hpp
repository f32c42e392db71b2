#pragma once

#include <algorithm>

#include "sim/noise.hpp"
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
/// than the start of the current round, so that this start need not appear above. Where parameters have corrections by
/// size, L, (m-1)max(O,G) and (m-1)G are those of the message (flight_of), and so is o + (m-1)O where it stands for
/// what the CPU takes (cpu_time_of); the simulator's receives have only the former.
///
/// With noise the CPU's work ends later by the detours that interrupt it (sim/noise.hpp); NICs go on.
///
/// Rendezvous: a send of m > S bytes is charged like any other, and completes when its receive matches: at
/// max(u or t of the receive, start of the receiver's round). The sender's cpu and nic_out are advanced to that time at
/// the end of the sender's round, so that two ranks can exchange messages. There is no latency for the acknowledgement.
///
/// Certificate: under "first come, first served" (sim/first_come.hpp) a resource that is free serves what is ready, be
/// it posted or not, and of several that are ready the one that comes first in program order. An operation that was
/// ready before the busy period of its resource began in which it was served is order-sensitive: the resource would
/// have served it, and not have been idle for what comes first in the program. So is a message whose head was at the
/// NIC before that of one taken in earlier (textbook form). Where there is none, both rules give the same times.
namespace ringwood {

/// Time is picoseconds, or a function of the rank (sim/affine_time.hpp).
template <typename Time>
struct ClocksOf {
  Time cpu{};
  Time nic_out{};
  Time nic_in{};
  Time cpu_busy_since{};  ///< the start of the CPU's last busy period: it had been idle, if only for its NIC's sake
  Time latest_head{};     ///< of the messages that the NIC has taken in, in the textbook form
};

using RankClocks = ClocksOf<Picoseconds>;

/// Of a rank that does nothing before `time`; its NIC takes messages in.
[[nodiscard]] inline RankClocks begin_at(Picoseconds time) {
  RankClocks clocks;
  clocks.cpu = time;
  clocks.nic_out = time;
  return clocks;
}

/// How times are compared.
struct CompareTimes {
  using Time = Picoseconds;

  [[nodiscard]] static Time later(Time a, Time b) { return std::max(a, b); }

  [[nodiscard]] static bool before(Time a, Time b) { return a < b; }
};

/// Puts the CPU to use from `start` to `end`.
template <typename Compare, typename Time = typename Compare::Time>
inline void occupy_cpu(ClocksOf<Time>& clocks, Time start, Time end, Compare compare) {
  if (compare.before(clocks.cpu, start)) {
    clocks.cpu_busy_since = start;
  }
  clocks.cpu = end;
}

/// What a message of some size between two ranks is charged.
struct MessageCharges {
  Picoseconds overhead = 0;  ///< o
  Picoseconds latency = 0;   ///< L
  Picoseconds cpu = 0;       ///< o + (m-1)O
  Picoseconds nic = 0;       ///< g + (m-1)G
  Picoseconds body = 0;      ///< (m-1)max(O,G)
  bool eager = true;         ///< sent without waiting for its receive
};

[[nodiscard]] inline MessageCharges charges_of(const LogGops& costs, Bytes bytes) {
  const MessageFlight flight = flight_of(costs, bytes);
  return {costs.o,     flight.latency,  std::max(costs.o, cpu_time_of(costs, bytes)), costs.g + flight.busy,
          flight.body, bytes <= costs.S};
}

template <typename Time>
struct ServedSendOf {
  Time start{};
  Time head{};  ///< when the first byte is at the receiver
  bool order_sensitive = false;
};

using ServedSend = ServedSendOf<Picoseconds>;

/// Serves a send that was ready, for all that its own lane knows, at `ready`. `work` says when a CPU that begins with
/// some work is done with it (sim/noise.hpp).
template <typename Compare = CompareTimes, typename Time = typename Compare::Time, typename Work = UndisturbedWork>
inline ServedSendOf<Time> serve_send(ClocksOf<Time>& clocks, Time ready, const MessageCharges& charges,
                                     Compare compare = {}, const Work& work = {}) {
  const Time start = compare.later(clocks.cpu, clocks.nic_out);
  // Sends do not overtake each other, so that this one is nothing for the CPU before the NIC is done with the last one.
  const bool order_sensitive = compare.before(compare.later(ready, clocks.nic_out), clocks.cpu_busy_since);
  const Time injected = work(start, charges.overhead);
  occupy_cpu(clocks, start, work(injected, charges.cpu - charges.overhead), compare);
  clocks.nic_out = start + charges.nic;
  return {start, injected + charges.latency, order_sensitive};
}

template <typename Time>
struct ServedReceiveOf {
  Time taken_in{};           ///< when the NIC (textbook) or the CPU (simulator) began with the message
  Time cpu_ready{};          ///< when the CPU could have begun for all that the message knows
  Time cpu_start{};          ///< when it began
  Picoseconds nic_body = 0;  ///< time on the NIC between `taken_in` and `cpu_ready`
  bool order_sensitive = false;
};

using ServedReceive = ServedReceiveOf<Picoseconds>;

template <LogGopsForm kForm, typename Compare = CompareTimes, typename Time = typename Compare::Time,
          typename Work = UndisturbedWork>
inline ServedReceiveOf<Time> serve_receive(ClocksOf<Time>& clocks, Time head, const MessageCharges& charges,
                                           Compare compare = {}, const Work& work = {}) {
  if constexpr (kForm == LogGopsForm::kTextbook) {
    const Time taken_in = compare.later(head, clocks.nic_in);
    const Time all_in = taken_in + charges.body;
    const Time cpu_start = compare.later(all_in, clocks.cpu);
    // The NIC takes in what nobody has posted yet: of two such messages it cannot know which comes first in the
    // program.
    const bool nic_sensitive = compare.before(head, clocks.latest_head);
    const bool cpu_sensitive = compare.before(all_in, clocks.cpu_busy_since);
    clocks.latest_head = compare.later(clocks.latest_head, head);
    clocks.nic_in = taken_in + charges.nic;
    occupy_cpu(clocks, cpu_start, work(cpu_start, charges.cpu), compare);
    return {taken_in, all_in, cpu_start, charges.body, nic_sensitive || cpu_sensitive};
  } else {
    const Time start = compare.later(compare.later(head, clocks.cpu), clocks.nic_in);
    // The NIC is busy only with messages that the CPU has begun with: a busy period of the CPU tells for both.
    const bool order_sensitive = compare.before(head, clocks.cpu_busy_since);
    clocks.nic_in = start + charges.nic;
    occupy_cpu(clocks, start, work(start, charges.overhead + charges.body), compare);
    return {start, head, start, 0, order_sensitive};
  }
}

/// Serves a reduction, when its lane's last operation has ended or later.
template <typename Time, typename Work = UndisturbedWork>
inline void serve_reduction(ClocksOf<Time>& clocks, Picoseconds cost, const Work& work = {}) {
  clocks.cpu = work(clocks.cpu, cost);
}

/// The end of a rendezvous: the CPU was idle until then, and so was the NIC.
inline void wait_until(RankClocks& clocks, Picoseconds time) {
  occupy_cpu(clocks, std::max(clocks.cpu, time), std::max(clocks.cpu, time), CompareTimes{});
  clocks.nic_out = std::max(clocks.nic_out, time);
}

}  // namespace ringwood
