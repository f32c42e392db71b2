#pragma once

#include <mpi.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/choose.hpp"
#include "api/plan_cache.hpp"
#include "api/scratch.hpp"
#include "api/settings.hpp"
#include "api/table_choice.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/node_executor.hpp"
#include "interpret/mpi/node_segment.hpp"
#include "interpret/mpi/node_transport.hpp"
#include "interpret/mpi/transport.hpp"
#include "ringwood/error.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/schedule.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

/// The environment asks for what cannot be done.
class EnvironmentError : public Error {
 public:
  using Error::Error;
};

/// All that the library keeps of one user communicator: its private twin, who shares a node with whom, what the
/// environment asks for, and the prepared calls. One for each communicator, however many Communicator objects and C
/// calls use it (context_cache.hpp).
class Context {
 public:
  /// Collective. `users` must be an intracommunicator. Throws Error(kSystem) if MPI fails.
  explicit Context(MPI_Comm users);
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() = default;

  /// Frees the private communicator, when the user's is freed or MPI ends; calls are refused from then on.
  void close() noexcept;

  [[nodiscard]] Rank rank() const { return rank_; }

  [[nodiscard]] Rank ranks() const { return ranks_; }

  /// As Communicator::run.
  void run(const CollectiveCall& call);

  /// What `run` carries out; valid until the next call.
  [[nodiscard]] const PreparedCall& prepared(const CollectiveCall& call);

  /// What RINGWOOD_ALLREDUCE and its like say; empty: nothing. Rank 0's environment counts, so that all ranks agree.
  [[nodiscard]] std::string_view forced(Collective collective) const {
    return forced_[static_cast<std::size_t>(collective)];
  }

  /// Of the last call that succeeded, as users write it; valid until the next one.
  [[nodiscard]] std::string_view last_algorithm() const { return last_algorithm_; }

  /// Whether it is this rank's turn to tell the user about the environment: rank 0's, once.
  [[nodiscard]] bool tells_of_environment() { return rank_ == 0 && !std::exchange(told_, true); }

  /// As Communicator::place.
  void place(Placement placement);

  /// MPI's code for what made the last call fail, or MPI_SUCCESS if that was not MPI.
  [[nodiscard]] int mpi_code() const { return mpi_code_; }

 private:
  void share_environment();
  [[nodiscard]] PreparedCall prepare(const CollectiveCall& call);
  [[nodiscard]] Schedule schedule_for(const CollectiveCall& call, std::string_view tabled) const;
  [[nodiscard]] Schedule::Request request_of(const CollectiveCall& call) const;
  [[nodiscard]] std::string_view from_table(const CollectiveCall& call);
  [[nodiscard]] std::optional<FusedPlan> fused(const CollectiveCall& call, const Schedule& schedule,
                                               const Layout& layout, const Plan& plan) const;
  void attach(Node node, Cores here);
  void execute(const CollectiveCall& call, const PreparedCall& todo);
  void carry_out(const CollectiveCall& call, const PreparedCall& todo, const Buffers& buffers);
  void check_buffers(const CollectiveCall& call, const Plan& plan) const;

  [[nodiscard]] Surroundings surroundings() const {
    return {.cores = cores_, .medium = one_node_ ? Medium::kMemory : Medium::kMessages};
  }

  MPI_Comm own_ = MPI_COMM_NULL;
  Settings settings_;
  Rank rank_ = 0;
  Rank ranks_ = 1;
  bool failed_ = false;
  bool told_ = false;
  int mpi_code_ = MPI_SUCCESS;
  std::string_view last_algorithm_ = "native";  // in the cache of plans
  Placement placement_;
  Cores cores_ = Cores::kEnough;
  std::array<std::string, kAllCollectives.size()> forced_;
  TableChoice table_;
  std::unique_ptr<MpiTransport> transport_;
  std::unique_ptr<NodeSegment> segment_;  // none: all messages go over MPI
  bool one_node_ = false;                 // nobody is elsewhere, and there is a segment
  std::unique_ptr<NodeEndpoint> endpoint_;
  std::unique_ptr<NodeTransport> node_transport_;
  std::unique_ptr<NodeExecutor> node_executor_;
  Executor executor_;
  Scratch scratch_;
  PlanCache cache_;
};

}  // namespace ringwood
