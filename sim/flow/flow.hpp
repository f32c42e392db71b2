#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"
#include "sim/operation_log.hpp"
#include "topology/topology.hpp"

/// Messages as flows that share links: LogGOPS at the ranks (sim/model/loggops.hpp), max-min fairness between them.
///
/// A message of m bytes that its sender serves at t = max(cpu, nic_out) is charged thus:
///
///   sender     cpu = t + o + (m-1)O           nic_out = t + g
///   network    from t + o + L on it is a flow of m bytes over the links of its route, L being the route's latency.
///              At any time the rates of all flows are max-min fair: no rate can be raised without lowering one that is
///              not larger, where rates are counted over weights: 1 for every flow, or, if fairness is asked for among
///              sources, one over the number of flows that the source has. A flow ends when its last byte is there
///   receiver   taken in at u = max(end, nic_in)   nic_in = u + g   cpu = max(u, cpu) + o + (m-1)O
///   reduction and copy as in LogGOPS
///
/// A flow's own limit, whatever shares its links: one byte in O, and in G where the user replaced G. Between ranks of
/// one host it takes the memory's L and G and shares nothing. A host's own cables are its NIC; a narrower one can be
/// asked for (FlowOptions). Routes are the machine's: one path a pair, be it static, by hash (ECMP) or over a detour
/// (Valiant). Where the machine routes adaptively, a flow looks at its ways when it starts and takes the one on which
/// hops times flows over bandwidth, of the worst link and with itself counted, is least (UGAL's rule, Kim, Dally,
/// Scott, Abts 2008, with flows in place of queues); of equals the first. It stays there. L is the first way's; what
/// another one's links take longer comes on top of the flow's end. Flows that start together choose in the order of
/// their ranks.
///
/// Where no link is shared a message takes G longer than in LogGOPS, which counts m-1 bytes, and else the same.
///
/// Where parameters have corrections by size, L is the message's (flight_of), and a message whose body takes less than
/// its bytes is a flow of fewer bytes. Where they have a burst B, every link is a token bucket instead: it is in debt
/// by what it was given to carry, pays off at its bandwidth, and a flow that starts is spared of its bytes what keeps
/// every link of its way within a debt of B. Flows that start together are spared in the order of their ranks; ways
/// that are chosen by load pay as the first one. simulate() has a call follow another one like it after a barrier;
/// a workload begins with full buckets.
///
/// Rendezvous: a send of m > S bytes completes at max(t + o + L, start of the receiver's round), as in LogGOPS.
namespace ringwood {

/// Who is treated alike where flows share a link.
enum class FlowFairness {
  kFlow,    ///< every flow
  kSource,  ///< every host: the weight of 1 is shared by the flows that it has in the network just then
};

struct FlowOptions {
  double nic_bandwidth = 0;  ///< bytes per second and direction that a host's flows share besides its cables; 0: none
  FlowFairness fairness = FlowFairness::kFlow;
  bool rates = false;  ///< keep every change of every flow's rate
};

/// What a link carried.
struct LinkUse {
  LinkId link = -1;      ///< of the network, or -1
  Host nic = -1;         ///< the host whose NIC it is, or -1
  bool outwards = true;  ///< a NIC towards the network
  Bytes bytes = 0;
  double use = 0;  ///< bytes over what it could have carried until the last rank has finished
};

/// A flow's rate from `time` on, in bytes per picosecond; 0 when it has ended.
struct RateChange {
  Picoseconds time = 0;
  double rate = 0;
  std::int64_t flow = 0;  ///< number of the message, in the order in which they were sent
};

/// A flow by its number: who sends to whom.
struct FlowEnds {
  Rank source = 0;
  Rank destination = 0;
};

/// An operation on the critical path, and what of the path's time is its own.
struct CriticalStep {
  LoggedOperation::Kind kind = LoggedOperation::Kind::kSend;
  Rank rank = 0;
  std::int32_t round = 0;
  Bytes bytes = 0;
  LinkId link = -1;           ///< of a receive: the link that held its message up in the end, or -1
  Picoseconds latency = 0;    ///< L
  Picoseconds overhead = 0;   ///< o, O
  Picoseconds bandwidth = 0;  ///< what the message would have taken alone
  Picoseconds sharing = 0;    ///< what it took longer, since it shared links
  Picoseconds reduction = 0;  ///< gamma
  Picoseconds waiting = 0;    ///< for a resource that served another operation first
};

/// What the network can tell besides the ranks' times.
struct FlowReport {
  std::vector<LinkUse> links;       ///< that carried anything, in the order of their numbers
  std::int64_t bulk_rounds = 0;     ///< rounds of equal flows that started together: one solve each, or none
  std::int64_t remembered = 0;      ///< of these, such as had been solved before
  std::int64_t events = 0;          ///< points in time at which flows started or ended outside of bulk rounds
  std::int64_t solved_flows = 0;    ///< flows whose rate was computed, over all solves
  std::vector<RateChange> rates;    ///< if they were asked for
  std::vector<CriticalStep> steps;  ///< of the critical path, if it was asked for
  std::vector<FlowEnds> flows;      ///< the same
};

}  // namespace ringwood
