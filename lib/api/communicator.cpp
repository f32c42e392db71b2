#include "ringwood/mpi/communicator.hpp"

#include <utility>

#include "api/context_cache.hpp"
#include "interpret/mpi/mpi_error.hpp"

namespace ringwood {

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

  [[nodiscard]] Rank rank() const { return rank_; }

  [[nodiscard]] Rank ranks() const { return ranks_; }

  /// Kept here too: the user may free the communicator first.
  Context& context() {
    if (context_ == nullptr) {
      context_ = context_of(users_);
    }
    return *context_;
  }

 private:
  MPI_Comm users_;
  Rank rank_ = 0;
  Rank ranks_ = 1;
  std::shared_ptr<Context> context_;
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
  state_->context().run(call);
}

std::string Communicator::algorithm_for(const CollectiveCall& call) {
  return state_->context().prepared(call).algorithm;
}

const Placement& Communicator::placement() {
  return state_->context().placement();
}

void Communicator::place(Placement placement) {
  state_->context().place(std::move(placement));
}

Request Communicator::start(const CollectiveCall& call, std::shared_ptr<const void> kept) {
  Context& context = state_->context();
  std::shared_ptr<SteppedCall> started = context.in_steps(call, std::move(kept));
  context.stepped().start(started, call.send, call.receive);
  return Request(std::move(started));
}

CollectivePlan Communicator::plan(const CollectiveCall& call, BufferSizes sizes, std::shared_ptr<const void> kept) {
  return {state_->context().plan(call, std::move(kept)), call, sizes};
}

Rank StartedCalls::rank() const {
  return communicator_.rank();
}

Rank StartedCalls::size() const {
  return communicator_.size();
}

Request StartedCalls::submit(const CollectiveCall& call, std::shared_ptr<const void> kept, BufferSizes /*sizes*/) {
  return communicator_.start(call, std::move(kept));
}

Rank PlannedCalls::rank() const {
  return communicator_.rank();
}

Rank PlannedCalls::size() const {
  return communicator_.size();
}

CollectivePlan PlannedCalls::submit(const CollectiveCall& call, std::shared_ptr<const void> kept, BufferSizes sizes) {
  return communicator_.plan(call, sizes, std::move(kept));
}

}  // namespace ringwood
