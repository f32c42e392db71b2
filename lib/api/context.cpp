#include "api/context.hpp"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

#include "api/agreement.hpp"
#include "api/call_check.hpp"
#include "api/policies.hpp"
#include "api/same_plugins.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "interpret/mpi/tcp_eager.hpp"
#include "ringwood/layouts.hpp"

namespace ringwood {

namespace {

constexpr char kSeparator = '\n';

std::size_t index(Rank rank) {
  return static_cast<std::size_t>(rank);
}

Layout layout_of(const CollectiveCall& call, const Schedule& schedule) {
  const Bytes elements = call.collective == Collective::kBarrier ? 1 : static_cast<Bytes>(call.elements);
  return call.counts.empty() ? equal_layout(schedule, elements, call.element_size)
                             : Layout::counts(call.counts, call.element_size, schedule.chunks());
}

BufferUse use_of(const CollectiveCall& call) {
  return call.in_place ? BufferUse::kInPlace : BufferUse::kSeparate;
}

/// Of a rank, in bytes. Whether the root is in place only the root knows, and all decide alike whenever they do.
Bytes most_scratch(const CollectiveCall& call, const Schedule& schedule, Rank me) {
  const auto needed = [&](BufferUse how) {
    return compile(schedule, layout_of(call, schedule), me, how).scratch_bytes();
  };
  return root_alone_is_in_place(call.collective) ? std::max(needed(BufferUse::kInPlace), needed(BufferUse::kSeparate))
                                                 : needed(use_of(call));
}

void check_lanes(const Schedule& schedule, const Plan& plan) {
  for (const PlanStrand& strand : plan.strands()) {
    if (strand.lane >= kBlockingTags) {
      throw Error(ErrorKind::kUsage, schedule.name() + " needs lane " + std::to_string(strand.lane) + "; there are " +
                                         std::to_string(kBlockingTags) + " over MPI");
    }
  }
}

/// Whether there are cores for all ranks of the communicator on this node. What else runs there, nobody tells us.
Cores cores_here(const Placement& nodes, Rank me) {
  const std::vector<Rank>& node_of = nodes.levels().front().group_of;
  const auto here = std::ranges::count(node_of, node_of[index(me)]);
  return here <= sysconf(_SC_NPROCESSORS_ONLN) ? Cores::kEnough : Cores::kShared;
}

/// How long messages over MPI may be before they are cut, as this rank sees it. Only between nodes is the MPI library
/// asked, and once: to open its tools interface takes Open MPI 4.1 a fifth of a second.
Bytes piece_bytes(const std::optional<Bytes>& wanted, bool one_node) {
  constexpr Bytes kLine = 64;
  const Bytes bytes = (wanted || one_node ? wanted.value_or(0) : tcp_eager_bytes()) / kLine * kLine;
  return bytes == 0 ? MpiTransport::kLargestPiece : bytes;
}

}  // namespace

Context::Context(MPI_Comm own) : own_(own) {
  check_mpi(MPI_Comm_rank(own_, &rank_), "MPI_Comm_rank");
  check_mpi(MPI_Comm_size(own_, &ranks_), "MPI_Comm_size");
  load_same_plugins(own_);
  share_environment();
  start_recording();
  start_comparing();
  trace_ = CallTrace::create(own_);
  table_ = TableChoice(own_, rank_);
  Node node = find_node(own_, rank_, ranks_, settings_.shared_memory);
  machine_ = MachineChoice(own_, rank_, settings_.model_budget);
  placement_ = machine_.placement(node.placement);
  const Cores here = cores_here(placement_, rank_);
  own_core_ = here == Cores::kEnough;
  agree_on_cores_and_pieces(here);
  transport_ = std::make_unique<MpiTransport>(own_, own_core_ ? Waiting::kSpin : Waiting::kYield, piece_);
  transport_->set_timeout(settings_.timeout);
  attach(std::move(node));
  if (settings_.checksum) {
    checked_.emplace(node_ != nullptr ? static_cast<Transport&>(node_->transport()) : *transport_);
  }
  meeting_ = std::make_unique<Meeting>(own_, settings_.timeout, [this] {
    return node_ == nullptr ? std::string() : ": " + node_->whereabouts("all ranks");
  });
}

/// Cores are shared if they are on any node; pieces are as rank 0 sees them.
void Context::agree_on_cores_and_pieces(Cores here) {
  const Bytes own_piece = piece_bytes(settings_.piece, placement_.extents().front() == ranks_);
  const Least least =
      least_when_ready({here == Cores::kEnough ? 1 : 0, rank_ == 0 ? own_piece : kNothing, kNothing}, own_);
  cores_ = least[0] == 1 ? Cores::kEnough : Cores::kShared;
  piece_ = least[1];
}

/// Not being able to does not keep anybody from calling.
void Context::start_recording() {
  static std::atomic<int> communicators = 0;
  if (settings_.record.empty()) {
    return;
  }
  int world_rank = 0;
  check_mpi(PMPI_Comm_rank(MPI_COMM_WORLD, &world_rank), "MPI_Comm_rank");
  try {
    recorder_.write_to(settings_.record + '.' + std::to_string(world_rank) + '.' + std::to_string(++communicators));
  } catch (const Error& error) {
    std::fprintf(stderr, "ringwood: rank %d: RINGWOOD_RECORD: %s\n", world_rank, error.what());
  }
}

void Context::attach(Node node) {
  executor_.show_rounds(&recorder_.round());
  if (node.segment == nullptr) {
    const auto others = std::ranges::count_if(node.rank_of, [](Rank rank) { return rank > 0; });
    if (settings_.shared_memory && settings_.verbose && others > 0 && node.rank_of[index(rank_)] == 0) {
      std::fprintf(stderr, "ringwood: rank %d: no shared memory on this node; its messages go over MPI\n", rank_);
    }
    return;
  }
  node_ = std::make_unique<NodeSide>(std::move(node), settings_, cores_, own_, *transport_);
  one_node_ = node_->is_all();
  executor_.show_rounds(&node_->endpoint().own().round);
}

void Context::close() noexcept {
  change();
  closed_ = true;
  stepped_->when_idle([self = shared_from_this()] { self->free(); });
}

void Context::end() noexcept {
  change();
  closed_ = true;
  stepped_->abandon();
  free();
}

void Context::free() noexcept {
  if (own_ != MPI_COMM_NULL) {
    if (transport_ != nullptr && !transport_->abandon()) {
      leave_memory();
    }
    executor_.show_rounds(nullptr);
    pool_.clear();
    checked_.reset();
    node_.reset();
    transport_.reset();
    trace_.reset();
    // Messages of a call that failed may still be under way, and would meet those of the next communicator to which MPI
    // gives the same context: it stays taken.
    if (!failed_) {
      PMPI_Comm_free(&own_);
    }
    own_ = MPI_COMM_NULL;
  }
}

void Context::share_environment() {
  std::string all;
  for (const Collective collective : kAllCollectives) {
    all += value_of(variable_of(collective)) + kSeparator;
  }
  all += settings_text();
  all = text_of_first_rank(std::move(all), own_);
  std::size_t begin = 0;
  const auto next = [&] {
    const std::size_t end = std::min(all.find(kSeparator, begin), all.size());
    std::string text = all.substr(begin, end - begin);
    begin = std::min(end + 1, all.size());
    return text;
  };
  for (std::string& forced : forced_) {
    forced = next();
  }
  settings_ = settings_from(all.substr(begin));
}

void Context::place(Placement placement) {
  if (placement.ranks() != ranks_) {
    throw Error(ErrorKind::kUsage, "a placement of " + std::to_string(placement.ranks()) +
                                       " ranks for a communicator of " + std::to_string(ranks_));
  }
  placement_ = std::move(placement);
  table_.forget();
  machine_.forget();
  cache_ = PlanCache();
  change();
  last_algorithm_ = "native";
}

Schedule::Request Context::request_of(const CollectiveCall& call) const {
  const bool commutative = call.reduction == nullptr || call.reduction->commutative;
  return {.ranks = ranks_, .root = call.root, .commutative = commutative, .placement = &placement_};
}

std::string_view Context::from_table(const CollectiveCall& call) {
  try {
    const std::string_view chosen = table_.choose(call, request_of(call));
    return settings_.checksum && chosen == "native" ? std::string_view() : chosen;
  } catch (const Error& error) {
    throw EnvironmentError(error.kind(), error.what());
  }
}

/// Inside a node the machine's network is not what carries messages.
std::string_view Context::from_machine(const CollectiveCall& call, Manner manner) {
  if (surroundings().medium == Medium::kMemory) {
    return {};
  }
  try {
    const bool with_native = manner == Manner::kWaiting && is_for_mpi(call) && !settings_.checksum;
    return machine_.choose(call, request_of(call), with_native);
  } catch (const Error& error) {
    throw EnvironmentError(error.kind(), error.what());
  }
}

Schedule Context::schedule_for(const CollectiveCall& call, std::string_view tabled, const Objection& objection) const {
  const Schedule::Request request = request_of(call);
  if (!tabled.empty()) {
    CollectiveCall named = call;
    named.algorithm = tabled;
    return choose_schedule(named, request, surroundings(), objection);
  }
  const std::string_view forced = forced_[static_cast<std::size_t>(call.collective)];
  if (!call.algorithm.empty() || call.recorded != nullptr || forced.empty()) {
    return choose_schedule(call, request, surroundings(), objection);
  }
  CollectiveCall named = call;
  named.algorithm = forced;
  try {
    return choose_schedule(named, request, surroundings(), objection);
  } catch (const Error& error) {
    throw EnvironmentError(error.kind(),
                           variable_of(call.collective) + "=" + std::string(forced) + ": " + error.what());
  }
}

PreparedCall Context::prepare(const CollectiveCall& call, Manner manner) {
  check_call(call, ranks_);
  const Objection objection = objection_of(
      call.policies, *meeting_, [&](const Schedule& schedule) { return most_scratch(call, schedule, rank_); });
  const bool given = !call.algorithm.empty() || call.recorded != nullptr;
  const std::string_view named = given ? call.algorithm : forced(call.collective);
  // What is forced comes first, then what a table says, then the model: on the machine that is given, or a usual one.
  const bool open = !given && named.empty();
  std::string_view tabled = open && !objection ? from_table(call) : std::string_view();
  const bool by_table = !tabled.empty();
  if (open && !objection && !by_table) {
    tabled = from_machine(call, manner);
  }
  const bool model_decides = open && tabled.empty();
  const std::string_view why = given ? "call" : !named.empty() ? "environment" : by_table ? "table" : "model";
  if (named == "native" && objection) {
    throw Error(ErrorKind::kUsage, "nothing is known of the reproducibility and memory of native collectives");
  }
  if (named == "native" || tabled == "native" ||
      (model_decides && !objection && !settings_.checksum && manner == Manner::kWaiting &&
       prefers_native(call, placement_, surroundings().medium))) {
    return {.algorithm = "native", .why = why, .plan = std::nullopt};
  }
  const Schedule schedule = schedule_for(call, tabled, objection);
  const Layout layout = layout_of(call, schedule);
  Plan plan = compile(schedule, layout, rank_, use_of(call));
  check_lanes(schedule, plan);
  PreparedCall prepared{.algorithm = schedule.name(), .why = why, .plan = std::nullopt};
  // A fused plan reads what others keep, in place: there are no messages.
  if (node_ != nullptr && !settings_.checksum) {
    prepared.fused = node_->fused(schedule, layout, plan, call.reduction == nullptr ? 1 : call.element_size, manner);
  }
  prepared.plan = std::move(plan);
  return prepared;
}

// Where ranks meet anyway, or have to since preparing the call is collective, one that fails keeps nobody waiting. Some
// may know the call already: of rooted collectives the root's may be another one, in place.
const PlanCache::Known& Context::known(const CollectiveCall& call, Manner manner, bool compares) {
  const PlanCache::Known* known = cache_.find(call, manner);
  const bool lacks = known == nullptr;
  const bool together = compares || call.policies.scratch >= 0;
  if (!together) {
    return lacks ? prepare_and_keep(call, manner) : *known;
  }
  if (compares ? check_ranks_agree(call, lacks, *meeting_, own_) : any_lacks(lacks, *meeting_)) {
    (void)agreed(*meeting_, [&] {
      if (lacks) {
        const PreparedCall& made = *prepare_and_keep(call, manner);
        (void)scratch_.at_least(made.plan ? static_cast<std::size_t>(made.plan->scratch_bytes()) : 0);
      } else if (call.policies.scratch >= 0) {
        (void)prepare(call, manner);  // for the others, who ask everybody
      }
      return true;
    });
  }
  return *cache_.find(call, manner);
}

const PlanCache::Known& Context::prepare_and_keep(const CollectiveCall& call, Manner manner) {
  PreparedCall made = prepare(call, manner);
  made.recorded = recorder_.number_of(made.algorithm);
  return cache_.insert(call, manner, std::move(made));
}

}  // namespace ringwood
