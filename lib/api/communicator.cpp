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

void Communicator::place(Placement placement) {
  state_->context().place(std::move(placement));
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
