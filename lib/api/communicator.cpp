#include "ringwood/mpi/communicator.hpp"

#include <algorithm>
#include <cstdlib>

#include "api/choose.hpp"
#include "api/plan_cache.hpp"
#include "interpret/mpi/execute.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "interpret/mpi/native.hpp"
#include "schedule/layouts.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kAlignment = 64;

struct Free {
  void operator()(std::byte* memory) const { std::free(memory); }
};

/// Memory that only grows.
class Scratch {
 public:
  std::byte* at_least(std::size_t bytes) {
    if (bytes > bytes_) {
      const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
      memory_.reset();
      bytes_ = 0;
      memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
      if (memory_ == nullptr) {
        throw Error(ErrorKind::kSystem, "no memory for " + std::to_string(rounded) + " bytes of scratch");
      }
      bytes_ = rounded;
    }
    return memory_.get();
  }

 private:
  std::unique_ptr<std::byte, Free> memory_;
  std::size_t bytes_ = 0;
};

void check_call(const CollectiveCall& call, Rank ranks) {
  if (!call.counts.empty() && call.counts.size() != static_cast<std::size_t>(ranks)) {
    throw Error(ErrorKind::kUsage, std::to_string(call.counts.size()) + " counts for " + std::to_string(ranks) +
                                       " ranks; every rank needs one");
  }
  if (call.root < 0 || call.root >= ranks) {
    throw Error(ErrorKind::kUsage,
                "root " + std::to_string(call.root) + " is not one of the " + std::to_string(ranks) + " ranks");
  }
  if (call.element_size < 1) {
    throw Error(ErrorKind::kUsage, "elements of " + std::to_string(call.element_size) + " bytes; accepted: 1 and more");
  }
}

}  // namespace

class Communicator::State {
 public:
  explicit State(MPI_Comm users) : users_(users) {
    int between_groups = 0;
    if (users == MPI_COMM_NULL || MPI_Comm_test_inter(users, &between_groups) != MPI_SUCCESS || between_groups != 0) {
      throw Error(ErrorKind::kUsage,
                  "a communicator of one group is needed, not an intercommunicator or MPI_COMM_NULL");
    }
    check_mpi(MPI_Comm_rank(users, &rank_), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(users, &ranks_), "MPI_Comm_size");
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    int finalized = 0;
    MPI_Finalized(&finalized);
    if (finalized == 0 && own_ != MPI_COMM_NULL) {
      transport_.reset();
      MPI_Comm_free(&own_);
    }
  }

  [[nodiscard]] Rank rank() const { return rank_; }

  [[nodiscard]] Rank ranks() const { return ranks_; }

  const PreparedCall& prepared(const CollectiveCall& call) {
    if (const PreparedCall* known = cache_.find(call)) {
      return *known;
    }
    check_call(call, ranks_);
    if (call.algorithm == "native") {
      return cache_.insert(call, {.algorithm = "native", .plan = std::nullopt});
    }
    const bool commutative = call.reduction == nullptr || call.reduction->commutative;
    const Schedule schedule =
        choose_schedule(call, {.ranks = ranks_, .root = call.root, .commutative = commutative, .placement = nullptr});
    const bool barrier = call.collective == Collective::kBarrier;
    const Layout layout =
        call.counts.empty() ? equal_layout(schedule, barrier ? 1 : static_cast<Bytes>(call.elements), call.element_size)
                            : Layout::counts(call.counts, call.element_size, schedule.chunks());
    const BufferUse use = call.in_place ? BufferUse::kInPlace : BufferUse::kSeparate;
    return cache_.insert(call, {.algorithm = schedule.name(), .plan = compile(schedule, layout, rank_, use)});
  }

  void run(const CollectiveCall& call) {
    if (failed_) {
      throw Error(ErrorKind::kSystem, "an earlier call on this communicator failed; its messages may be under way");
    }
    const PreparedCall& todo = prepared(call);
    make_own();
    failed_ = true;
    if (todo.plan) {
      const Buffers buffers{static_cast<const std::byte*>(call.send), static_cast<std::byte*>(call.receive),
                            scratch_.at_least(static_cast<std::size_t>(todo.plan->scratch_bytes()))};
      execute_over_mpi(executor_, *todo.plan, buffers, call.reduction, *transport_, call.log);
    } else {
      run_native(call, own_, rank_, ranks_);
    }
    failed_ = false;
  }

 private:
  void make_own() {
    if (own_ == MPI_COMM_NULL) {
      check_mpi(MPI_Comm_dup(users_, &own_), "MPI_Comm_dup");
      check_mpi(MPI_Comm_set_errhandler(own_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
      transport_ = std::make_unique<MpiTransport>(own_);
    }
  }

  MPI_Comm users_;
  MPI_Comm own_ = MPI_COMM_NULL;
  Rank rank_ = 0;
  Rank ranks_ = 1;
  bool failed_ = false;
  std::unique_ptr<MpiTransport> transport_;
  Executor executor_;
  Scratch scratch_;
  PlanCache cache_;
};

Communicator::Communicator(MPI_Comm communicator) : state_(std::make_unique<State>(communicator)) {}

Communicator::Communicator(Communicator&&) noexcept = default;
Communicator& Communicator::operator=(Communicator&&) noexcept = default;
Communicator::~Communicator() = default;

Rank Communicator::rank() const {
  return state_->rank();
}

Rank Communicator::size() const {
  return state_->ranks();
}

void Communicator::run(const CollectiveCall& call) {
  state_->run(call);
}

std::string Communicator::algorithm_for(const CollectiveCall& call) {
  return state_->prepared(call).algorithm;
}

void Communicator::check_equal(const char* collective, std::size_t expected, std::size_t given) {
  if (expected != given) {
    throw Error(ErrorKind::kUsage, std::string(collective) + ": the output has to match " + std::to_string(expected) +
                                       " elements, not " + std::to_string(given));
  }
}

void Communicator::check_divides(const char* collective, std::size_t elements) const {
  if (elements % static_cast<std::size_t>(size()) != 0) {
    throw Error(ErrorKind::kUsage, std::string(collective) + ": " + std::to_string(elements) +
                                       " elements are no equal blocks for " + std::to_string(size()) + " ranks");
  }
}

void Communicator::check_counts(const char* collective, std::span<const std::size_t> counts, std::size_t all,
                                std::size_t own) const {
  std::size_t sum = 0;
  for (const std::size_t count : counts) {
    sum += count;
  }
  if (counts.size() != static_cast<std::size_t>(size()) || sum != all ||
      counts[static_cast<std::size_t>(rank())] != own) {
    throw Error(ErrorKind::kUsage, std::string(collective) + ": " + std::to_string(counts.size()) +
                                       " counts with sum " + std::to_string(sum) + " do not fit " +
                                       std::to_string(size()) + " ranks, " + std::to_string(all) +
                                       " elements in all and " + std::to_string(own) + " of this rank");
  }
}

void Communicator::refuse_operator(ReduceOperator op, ElementType type) {
  throw Error(ErrorKind::kUsage,
              "operator " + std::string(name_of(op)) + " has no meaning for " + std::string(name_of(type)));
}

}  // namespace ringwood
