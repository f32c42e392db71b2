#include "api/choose.hpp"

#include <optional>
#include <span>

#include "ringwood/placement.hpp"
#include "ringwood/plugin.hpp"
#include "ringwood/select.hpp"

namespace ringwood {

namespace {

// Within a node: messages through shared memory as Open MPI 4.1 sends them, measured between two cores (`ringwood
// probe`, and allreduces of 8 B to 4 MiB). That most of a small message's time is the CPU's, and not latency, is what
// keeps algorithms of many small messages from being taken. Messages cost more from 1 KiB on already, though Open MPI
// calls them eager up to 4 KiB.
constexpr MessageCost kWithinNode{
    .latency = 0.1e-6, .overhead = 0.25e-6, .gap = 0.6e-6, .per_byte = 0.08e-9, .rendezvous = 1.2e-6, .eager = 512};

// Between nodes: about what a network of 100 Gbit/s costs; nothing here was measured.
constexpr MessageCost kBetweenNodes{
    .latency = 1.5e-6, .overhead = 0.4e-6, .gap = 0.4e-6, .per_byte = 0.08e-9, .rendezvous = 2e-6, .eager = 16384};

constexpr double kReducePerByte = 0.02e-9;

// With more ranks than cores, whoever is waited for has to be given a core first.
constexpr double kTurnOnACore = 25e-6;

/// Of ranks that are placed: near are those that share a node, or whatever the innermost level is. All are, if nothing
/// is known.
CostView usual_costs(const Placement* placement, Cores cores) {
  const std::span<const Rank> node_of = placement == nullptr || placement->levels().empty()
                                            ? std::span<const Rank>()
                                            : placement->levels().front().group_of;
  const double turn = cores == Cores::kShared ? kTurnOnACore : 0;
  const auto between = [node_of, turn](Rank from, Rank to) {
    const bool near =
        node_of.empty() || node_of[static_cast<std::size_t>(from)] == node_of[static_cast<std::size_t>(to)];
    MessageCost cost = near ? kWithinNode : kBetweenNodes;
    cost.latency += turn;
    return cost;
  };
  return {.between = between, .reduce_per_byte = kReducePerByte};
}

// Through shared memory, measured with 2, 4 and 8 ranks on 2 cores: what goes to everybody is written once and read
// where it lies, so that few rounds count for more than few bytes. Up to so many bytes of all ranks together, one
// round.
constexpr Bytes kOneShotBytes = Bytes{64} << 10U;
constexpr Bytes kFlatTreeBytes = Bytes{128} << 10U;

// Direct algorithms have as many messages as there are ranks; no node that was measured has more.
constexpr Rank kMostRanksDirect = 64;

// MPI's own collectives use the memory of the node in ways that its messages do not: below this, nothing made of
// messages was seen to be faster there.
constexpr Bytes kNativeBytes = Bytes{4} << 10U;

// Above this, what crosses the network counts for more than how often.
constexpr Bytes kRingBytes = Bytes{64} << 10U;

/// The algorithm for ranks that all share memory; empty where the estimates have to do.
std::string within_memory(const CollectiveCall& call, Rank ranks) {
  if (ranks < 2 || ranks > kMostRanksDirect) {
    return "";
  }
  const Bytes bytes = static_cast<Bytes>(call.elements) * call.element_size;
  std::string flat_tree = "k-nomial:radix=" + std::to_string(ranks);
  switch (call.collective) {
    case Collective::kAllreduce:
      return bytes * ranks <= kOneShotBytes ? "one-shot" : "two-shot";
    case Collective::kReduceScatter:
    case Collective::kAllgather:
    case Collective::kAlltoall:
      return "direct";
    case Collective::kBroadcast:
      return flat_tree;
    case Collective::kReduce:
      return bytes * ranks <= kFlatTreeBytes ? flat_tree : "";
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kBarrier:
      return "";
  }
  return "";
}

/// The algorithm for several nodes with several ranks each; empty where the estimates have to do.
std::string over_nodes(const CollectiveCall& call, const Placement* placement) {
  if (call.collective != Collective::kAllreduce || placement == nullptr || placement->levels().empty()) {
    return "";
  }
  const std::span<const Rank> extents = placement->extents();
  const Rank in_node = extents.front();
  if (in_node < 2 || in_node > kMostRanksDirect || in_node == placement->ranks()) {
    return "";
  }
  const Bytes share = static_cast<Bytes>(call.elements) * call.element_size / in_node;
  return share <= kRingBytes ? "hier(node=direct, network=recursive-doubling)" : "hier(node=direct, network=ring)";
}

/// The schedule of an expression, if it can do the call.
std::optional<Schedule> schedule_of(const std::string& text, Collective collective, const Schedule::Request& request) {
  if (text.empty()) {
    return std::nullopt;
  }
  try {
    return Schedule(known_library(), collective, parse_expression(text), request);
  } catch (const Error&) {
    return std::nullopt;  // depends on the request only, so that all ranks see it
  }
}

std::string alternatives(const CollectiveCall& call, const Schedule::Request& request) {
  std::string names;
  for (const Algorithm* algorithm : known_catalogue()) {
    if (algorithm->collective == call.collective && why_not(*algorithm, request).empty()) {
      names += (names.empty() ? "" : ", ") + std::string(algorithm->name);
    }
  }
  return names.empty() ? "none" : names;
}

Schedule recorded_schedule(const CollectiveCall& call, const Schedule::Request& request) {
  const RecordedSchedule& recorded = *call.recorded;
  if (recorded.collective != call.collective || recorded.ranks != request.ranks || recorded.root != request.root) {
    const auto described = [](Collective collective, Rank ranks, Rank root) {
      return std::string(name_of(collective)) + " of " + std::to_string(ranks) + " ranks, root " + std::to_string(root);
    };
    throw Error(ErrorKind::kUsage, "the schedule is for " +
                                       described(recorded.collective, recorded.ranks, recorded.root) +
                                       ", the call is " + described(call.collective, request.ranks, request.root));
  }
  if (recorded.commutative && !request.commutative) {
    throw Error(ErrorKind::kUsage, "the schedule is for operators that commute, as it says");
  }
  return schedule_of(recorded);
}

/// The one that is expected to be fastest, of those that nothing is against.
Schedule chosen_schedule(const CollectiveCall& call, const Schedule::Request& request, Surroundings surroundings,
                         const Objection& objection) {
  const std::string known =
      surroundings.medium == Medium::kMemory ? within_memory(call, request.ranks) : over_nodes(call, request.placement);
  const auto passes = [&](const Schedule& schedule) { return !objection || objection(schedule).empty(); };
  if (auto schedule = schedule_of(known, call.collective, request); schedule && passes(*schedule)) {
    return *std::move(schedule);
  }
  if (request.ranks == 1) {
    // All only copy: estimating them would take longer than the call.
    for (const Algorithm* algorithm : known_catalogue()) {
      if (algorithm->collective == call.collective && why_not(*algorithm, request).empty()) {
        if (Schedule schedule(*algorithm, request); passes(schedule)) {
          return schedule;
        }
      }
    }
  }
  const Selector selector(known_catalogue(), usual_costs(request.placement, surroundings.cores));
  const Selection selection = selector.select({.collective = call.collective,
                                               .request = request,
                                               .elements = static_cast<Bytes>(call.elements),
                                               .element_size = call.element_size});
  if (!objection) {
    return {*selection.algorithm, request};
  }
  for (const Candidate& candidate : selection.candidates) {
    if (candidate.why_not.empty()) {
      Schedule schedule(*candidate.algorithm, request);
      if (objection(schedule).empty()) {
        return schedule;
      }
    }
  }
  throw Error(ErrorKind::kUsage, std::string(name_of(call.collective)) +
                                     ": no algorithm keeps the limits of reproducibility and scratch memory");
}

Schedule named_schedule(const CollectiveCall& call, const Schedule::Request& request) {
  const Expression expression = parse_expression(call.algorithm);
  try {
    return {known_library(), call.collective, expression, request};
  } catch (const Error& error) {
    throw Error(error.kind(),
                std::string(error.what()) + "; accepted here: " + alternatives(call, request) + ", native");
  }
}

}  // namespace

bool is_for_mpi(const CollectiveCall& call) {
  return call.log == nullptr &&
         (call.reduction == nullptr || (call.op != MPI_OP_NULL && call.type != MPI_DATATYPE_NULL));
}

bool root_alone_is_in_place(Collective collective) {
  return collective == Collective::kReduce || collective == Collective::kGather || collective == Collective::kScatter;
}

bool prefers_native(const CollectiveCall& call, const Placement& placement, Medium medium) {
  const bool one_node = !placement.levels().empty() && placement.extents().front() == placement.ranks();
  return medium == Medium::kMessages && one_node && placement.ranks() > 1 && is_for_mpi(call) &&
         (root_alone_is_in_place(call.collective) || !call.in_place) &&
         static_cast<Bytes>(call.elements) * call.element_size <= kNativeBytes;
}

Schedule choose_schedule(const CollectiveCall& call, const Schedule::Request& request, Surroundings surroundings,
                         const Objection& objection) {
  if (call.recorded == nullptr && call.algorithm.empty()) {
    return chosen_schedule(call, request, surroundings, objection);
  }
  Schedule schedule = call.recorded != nullptr ? recorded_schedule(call, request) : named_schedule(call, request);
  if (objection) {
    if (const std::string why = objection(schedule); !why.empty()) {
      throw Error(ErrorKind::kUsage, schedule.name() + ": " + why);
    }
  }
  return schedule;
}

}  // namespace ringwood
