#pragma once

#include <mpi.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/mpi/communicator.hpp"
#include "schedule/event_log.hpp"

namespace ringwood {

/// What the calls of one communicator really did, as a Chrome trace ("Trace Event Format"; opens in Perfetto and in
/// `ringwood report`): one file of all ranks and communicators, one row a rank of MPI_COMM_WORLD, on the clock of rank
/// 0. The first calls of a communicator are kept (RINGWOOD_TRACE_CALLS, else 1000), and written when it is freed.
class CallTrace {
 public:
  /// Collective. nullptr on all ranks unless RINGWOOD_TRACE names a file in rank 0's environment. Clocks of other hosts
  /// are compared with rank 0's by messages there and back. Throws Error(kSystem) if MPI fails, Error(kUsage) for what
  /// the variables must not be.
  [[nodiscard]] static std::unique_ptr<CallTrace> create(MPI_Comm communicator);

  CallTrace(const CallTrace&) = delete;
  CallTrace& operator=(const CallTrace&) = delete;

  /// Writes the file, or says on standard error why it cannot.
  ~CallTrace();

  /// For what a call does.
  [[nodiscard]] EventLog& begin();

  /// After the call that `begin` was for.
  void end(const CollectiveCall& call, std::string_view algorithm);

 private:
  CallTrace(MPI_Comm communicator, std::string path, std::uint64_t calls);

  void find_clock(MPI_Comm communicator);
  void add(const Event& event);
  void add_text(std::string_view kind, std::int64_t start_ns, std::int64_t end_ns, const std::string& arguments);

  std::string path_;
  std::uint64_t most_calls_;
  std::uint64_t calls_ = 0;
  int world_rank_ = 0;
  std::vector<int> world_rank_of_;
  std::int64_t zero_ns_ = 0;  // rank 0's beginning, by this rank's clock
  std::int64_t begun_ns_ = 0;
  EventLog events_;
  std::string text_;
};

}  // namespace ringwood
