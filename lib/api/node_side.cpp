#include "api/node_side.hpp"

#include <algorithm>
#include <limits>

#include "api/diagnosis.hpp"
#include "api/progress.hpp"

namespace ringwood {

namespace {

// So often a rank looks for a message before it does anything else. Where cores are shared it may be that nothing comes
// before it gives up its own.
constexpr int kSpinsOfOwnCore = 2'000;
constexpr int kSpinsOfSharedCore = 0;

// From here on results are written past the caches: the vectors of all ranks do not fit there anyway.
constexpr Bytes kStreamedBytes = Bytes{8} << 20U;

NodeWaiting waiting_of(const Settings& settings, Cores here) {
  NodeWaiting waiting{.spins = here == Cores::kEnough ? kSpinsOfOwnCore : kSpinsOfSharedCore,
                      .yields = here == Cores::kShared};
  waiting.timeout = settings.timeout;
  return waiting;
}

/// MPI makes progress when somebody calls it.
void probe(MPI_Comm communicator) {
  int found = 0;
  PMPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, communicator, &found, MPI_STATUS_IGNORE);
}

/// `node` waits for good in calls that wait, so that it also goes on with those in steps; these wait nowhere.
NodeWaiting for_waiting(const Settings& settings, Cores here, MPI_Comm communicator,
                        std::function<std::string(Rank)> diagnosis) {
  NodeWaiting waiting = waiting_of(settings, here);
  waiting.diagnosis = std::move(diagnosis);
  waiting.progress = [communicator] {
    probe(communicator);
    progress::turn();
  };
  return waiting;
}

NodeWaiting for_steps(const Settings& settings, Cores here, MPI_Comm communicator) {
  NodeWaiting waiting = waiting_of(settings, here);
  waiting.progress = [communicator] { probe(communicator); };
  return waiting;
}

Rank own_rank(const std::vector<Rank>& rank_of, MPI_Comm communicator) {
  int me = 0;
  PMPI_Comm_rank(communicator, &me);
  return rank_of[static_cast<std::size_t>(me)];
}

}  // namespace

NodeSide::NodeSide(Node node, const Settings& settings, Cores here, MPI_Comm communicator, MpiTransport& others)
    : segment_(std::move(node.segment)),
      rank_of_(std::move(node.rank_of)),
      ranks_(ranks_of_node(rank_of_)),
      waiting_(segment_->waiting().memory, segment_->waiting().shape, own_rank(rank_of_, communicator),
               for_waiting(settings, here, communicator,
                           [this, &others](Rank peer) {
                             return who_has_come(waiting_, ranks_, peer, others.peers_waited_for());
                           })),
      stepped_(segment_->stepped().memory, segment_->stepped().shape, own_rank(rank_of_, communicator),
               for_steps(settings, here, communicator)),
      transport_(waiting_, others, rank_of_),
      executor_(waiting_) {}

std::string NodeSide::whereabouts(const std::string& elsewhere) {
  return who_has_come(waiting_, ranks_, NodeEndpoint::kElsewhere, elsewhere);
}

// All ranks have to decide alike where messages are longer than a window: whoever moves in windows sends the first part
// of all its messages before the second part of any. Calls in steps share their slots, so that none of them may keep
// one from one step to another, as it would past the caches.
std::optional<FusedPlan> NodeSide::fused(const Schedule& schedule, const Layout& layout, const Plan& plan,
                                         Bytes element, Manner manner) const {
  if (!is_all() || plan.strands().size() > 1) {
    return std::nullopt;
  }
  const auto slot = static_cast<Bytes>(shape(manner).large_bytes);
  const Bytes window = slot / element * element;
  if (layout.total_bytes() > window && window > 0) {
    const Windows windows = windows_of(schedule, layout, endpoint(manner).slots_of_streams());
    if (windows != Windows::kNone) {
      return fuse(plan, {.window = window,
                         .overlaps = windows == Windows::kOverlapping,
                         .hot = manner == Manner::kWaiting,
                         .streams = manner == Manner::kWaiting && layout.total_bytes() >= kStreamedBytes});
    }
  }
  for (const PlanRound& round : plan.rounds(plan.strands().front())) {
    for (const PlanRange range : {round.sends, round.receives}) {
      if (std::ranges::any_of(plan.transfers(range), [&](const Transfer& one) { return one.bytes > slot; })) {
        return std::nullopt;
      }
    }
  }
  return fuse(plan, {.window = std::numeric_limits<Bytes>::max(), .streams = false});
}

}  // namespace ringwood
