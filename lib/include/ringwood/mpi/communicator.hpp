#pragma once

#include <mpi.h>

#include <memory>
#include <string>

#include "ringwood/error.hpp"
#include "ringwood/mpi/call.hpp"
#include "ringwood/mpi/request.hpp"
#include "ringwood/mpi/typed_calls.hpp"
#include "ringwood/placement.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

class Communicator;

/// Collectives that are started, and waited for later: Communicator::start. Each function returns a Request. A custom
/// operation is copied.
class StartedCalls : public TypedCalls<StartedCalls> {
 public:
  static constexpr bool kKeepsOperations = true;

  explicit StartedCalls(Communicator& communicator) : communicator_(communicator) {}

  [[nodiscard]] Rank rank() const;
  [[nodiscard]] Rank size() const;
  [[nodiscard]] Request submit(const CollectiveCall& call, std::shared_ptr<const void> kept, BufferSizes sizes);

 private:
  Communicator& communicator_;
};

/// Collectives that are prepared, and started later: Communicator::plan. Each function returns a CollectivePlan, and
/// waits for all ranks. A custom operation is copied.
class PlannedCalls : public TypedCalls<PlannedCalls> {
 public:
  static constexpr bool kKeepsOperations = true;

  explicit PlannedCalls(Communicator& communicator) : communicator_(communicator) {}

  [[nodiscard]] Rank rank() const;
  [[nodiscard]] Rank size() const;
  [[nodiscard]] CollectivePlan submit(const CollectiveCall& call, std::shared_ptr<const void> kept, BufferSizes sizes);

 private:
  Communicator& communicator_;
};

/// Collectives over the ranks of an MPI communicator. Messages travel over a private communicator of the same ranks, so
/// that they never meet the user's; it is made collectively by the first call, and freed with the user's. All objects
/// for one communicator share it, and one call at a time is made on it, as MPI has it for collectives anyway; objects
/// for different communicators, and requests, may be used by different threads if MPI was told so.
///
///     world.allreduce(in, out, ReduceOperator::kSum);                        // in one go
///     Request request = world.start().allreduce(in, out, ReduceOperator::kSum);
///     CollectivePlan plan = world.plan().allreduce(in, out, ReduceOperator::kSum);
///
/// Calls throw Error: kUsage for what cannot be done (no algorithm is ever replaced by another), and nothing has
/// happened then; kSystem if MPI fails. After a failure with messages under way the communicator is not used again:
/// calls throw kSystem. Receives are cancelled; buffers that were to be sent from may still be read.
///
/// What no call names is taken from RINGWOOD_ALLREDUCE, RINGWOOD_REDUCE_SCATTER, ... of rank 0's environment, as it is
/// when the private communicator is made: an algorithm as in CallOptions. After these come the decision table of
/// RINGWOOD_TABLE and the cost model on the machine of RINGWOOD_MACHINE.
class Communicator : public TypedCalls<Communicator> {
 public:
  static constexpr bool kKeepsOperations = false;

  /// `communicator` stays the user's, and must live as long as this is used. Throws Error(kUsage) for an
  /// intercommunicator or MPI_COMM_NULL.
  explicit Communicator(MPI_Comm communicator);
  Communicator(Communicator&&) noexcept;
  Communicator& operator=(Communicator&&) noexcept;
  ~Communicator();

  [[nodiscard]] Rank rank() const;
  [[nodiscard]] Rank size() const;

  /// Does the call; collective.
  void run(const CollectiveCall& call);

  /// Starts the call, and returns; `kept` lives until its end. The first call of a communicator waits for all ranks
  /// even so. What `call` refers to is copied, but for buffers, log, and what a reduction's context points to. Throws
  /// as `run` does for what cannot be done.
  [[nodiscard]] Request start(const CollectiveCall& call, std::shared_ptr<const void> kept = nullptr);

  /// Prepares the call to be started again and again; collective. The rest as of `start`.
  [[nodiscard]] CollectivePlan plan(const CollectiveCall& call, BufferSizes sizes,
                                    std::shared_ptr<const void> kept = nullptr);

  /// The typed calls, started: `world.start().allreduce(...)`.
  [[nodiscard]] StartedCalls start() { return StartedCalls(*this); }

  /// The typed calls, prepared: `world.plan().allreduce(...)`.
  [[nodiscard]] PlannedCalls plan() { return PlannedCalls(*this); }

  /// The algorithm that `run` would use, as users write it. Collective if it is the first call. Throws as `run` does.
  [[nodiscard]] std::string algorithm_for(const CollectiveCall& call);

  /// Says who is near whom, for hierarchical algorithms; without this, level "node" is the ranks that share memory.
  /// Collective: all ranks say the same. Holds for all objects of this communicator. Throws Error(kUsage) if the
  /// placement is one of another number of ranks.
  void place(Placement placement);

  /// Who is near whom, as algorithms are told: level "node" and, where RINGWOOD_MACHINE names a machine, the groups of
  /// its network. Collective if it is the first call; valid until `place`.
  [[nodiscard]] const Placement& placement();

  /// For the typed calls.
  void submit(const CollectiveCall& call, const std::shared_ptr<const void>& /*kept*/, BufferSizes /*sizes*/) {
    run(call);
  }

 private:
  class State;

  std::unique_ptr<State> state_;
};

}  // namespace ringwood
