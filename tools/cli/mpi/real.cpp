#include "tools/cli/real.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <set>

#include "interpret/mpi/library_name.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/computer.hpp"
#include "tools/cli/mpi/global_clock.hpp"
#include "tools/cli/mpi/measurer.hpp"
#include "tools/cli/mpi/native_algorithms.hpp"
#include "tools/cli/mpi/share_over_ranks.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kSystemFailed = 3;

/// MPI from its start to its end, with a communicator of our own.
class MpiWorld final : public RealWorld {
 public:
  explicit MpiWorld(NativeControl native) {
    if (native == NativeControl::kForced) {
      NativeAlgorithms::announce();
    }
    // Simulations run on threads of their own; only this one talks to MPI.
    int provided = MPI_THREAD_SINGLE;
    check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &timing_), "MPI_Comm_dup");
    MPI_Comm_set_errhandler(timing_, MPI_ERRORS_RETURN);
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    check_mpi(MPI_Comm_rank(timing_, &rank_), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(timing_, &ranks_), "MPI_Comm_size");
    communicator_.emplace(MPI_COMM_WORLD);
    look_at_hosts();
  }

  ~MpiWorld() override {
    communicator_.reset();
    clock_.reset();
    native_.reset();
    MPI_Comm_free(&timing_);
    MPI_Finalize();
  }

  MpiWorld(const MpiWorld&) = delete;
  MpiWorld& operator=(const MpiWorld&) = delete;

  [[nodiscard]] Rank rank() const override { return rank_; }

  [[nodiscard]] Rank ranks() const override { return ranks_; }

  [[nodiscard]] std::string library() const override { return mpi_library(); }

  [[nodiscard]] std::string hosts() const override { return hosts_; }

  [[nodiscard]] std::string doubts() const override {
    return oversubscription_ + (oversubscription_.empty() || unsteady_.empty() ? "" : "; ") + unsteady_;
  }

  [[nodiscard]] std::string oversubscription() const override { return oversubscription_; }

  [[nodiscard]] const Placement& placement() override { return communicator_->placement(); }

  void on_first(const std::function<void()>& action) override {
    int kind = -1;
    std::string message;
    if (rank_ == 0) {
      try {
        action();
      } catch (const Error& error) {
        kind = static_cast<int>(error.kind());
        message = error.what();
      }
    }
    check_mpi(MPI_Bcast(&kind, 1, MPI_INT, 0, timing_), "MPI_Bcast");
    if (kind >= 0) {
      throw Error(static_cast<ErrorKind>(kind), message);
    }
  }

  [[nodiscard]] std::vector<char> shared(const std::vector<char>& flags) override {
    std::vector<char> result = flags;
    check_mpi(MPI_Bcast(result.data(), static_cast<int>(result.size()), MPI_CHAR, 0, timing_), "MPI_Bcast");
    return result;
  }

  void share(const SharedWork& work, int threads) override {
    share_over_ranks(work, threads, timing_, [this](const std::string& why) { abort(why); });
  }

  [[nodiscard]] std::vector<std::string> native_requests(const std::string& request, Collective collective,
                                                         Bytes elements) override {
    std::vector<std::string> requests;
    if (request != kEachNative) {
      static_cast<void>(native().force(request, collective, elements));
      return {request};
    }
    for (const std::string& name : native().names(collective, elements)) {
      requests.push_back("algorithm=" + name);
    }
    return requests;
  }

  [[nodiscard]] std::vector<Measurement> measure(const MeasurementTask& task) override {
    try {
      const bool by_clock = wants_clock(task.synchronisation);
      return Measurer(task, *communicator_, timing_,
                      {[this]() -> NativeAlgorithms& { return native(); }, by_clock ? &*clock_ : nullptr})
          .run();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::kSystem) {
        throw;  // all ranks see it alike
      }
      abort(error.what());
    } catch (const std::exception& error) {
      abort(error.what());
    }
  }

 private:
  using Clock = std::chrono::steady_clock;

  /// From when it is first asked for.
  [[nodiscard]] NativeAlgorithms& native() { return native_ ? *native_ : native_.emplace(timing_); }

  /// Whether to begin by the clock; there is one then. Collective.
  [[nodiscard]] bool wants_clock(Synchronisation how) {
    if (how == Synchronisation::kBarrier || (how == Synchronisation::kAuto && one_node_)) {
      return false;
    }
    if (!clock_) {
      const auto local = [] { return std::chrono::duration<double>(Clock::now().time_since_epoch()).count(); };
      clock_.emplace(timing_, local, GlobalClock::Sharing::kNode);
    }
    return true;
  }

  /// The other ranks may be waiting for this one, so that nobody can be told.
  [[noreturn]] void abort(const std::string& what) const {
    remark(fmt::format("ringwood: rank {}: {}", rank_, what));
    MPI_Abort(MPI_COMM_WORLD, kSystemFailed);
    std::abort();
  }

  void look_at_hosts() {
    std::array<char, MPI_MAX_PROCESSOR_NAME> name{};
    int length = 0;
    check_mpi(MPI_Get_processor_name(name.data(), &length), "MPI_Get_processor_name");
    std::vector<char> names(name.size() * static_cast<std::size_t>(ranks_));
    check_mpi(MPI_Allgather(name.data(), MPI_MAX_PROCESSOR_NAME, MPI_CHAR, names.data(), MPI_MAX_PROCESSOR_NAME,
                            MPI_CHAR, timing_),
              "MPI_Allgather");
    std::set<std::string> different;
    for (std::size_t i = 0; i < names.size(); i += name.size()) {
      different.emplace(&names[i]);
    }
    hosts_ = fmt::format("{}", fmt::join(different, " "));
    look_for_doubts();
  }

  /// Ranks that share memory but not enough cores wait for each other's time slices.
  void look_for_doubts() {
    MPI_Comm node = MPI_COMM_NULL;
    check_mpi(MPI_Comm_split_type(timing_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
    cpu_set_t mine;
    CPU_ZERO(&mine);
    ::sched_getaffinity(0, sizeof(mine), &mine);
    cpu_set_t all;
    int node_ranks = 0;
    MPI_Comm_size(node, &node_ranks);
    check_mpi(MPI_Allreduce(&mine, &all, sizeof(mine), MPI_BYTE, MPI_BOR, node), "MPI_Allreduce");
    MPI_Comm_free(&node);
    int nodes_differ = node_ranks < ranks_ ? 1 : 0;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &nodes_differ, 1, MPI_INT, MPI_MAX, timing_), "MPI_Allreduce");
    one_node_ = nodes_differ == 0;
    look_for_unsteadiness(node_ranks == 1, CPU_COUNT(&mine));
    const int cores = CPU_COUNT(&all);
    std::array<int, 2> worst{node_ranks - cores, node_ranks};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, worst.data(), 2, MPI_INT, MPI_MAX, timing_), "MPI_Allreduce");
    if (worst[0] > 0) {
      oversubscription_ =
          fmt::format("{} more ranks than cores on a node of {} ranks: times tell more of the scheduler than of MPI",
                      worst[0], worst[1]);
    }
  }

  /// A rank that may wander between cores leaves its caches behind, and a core that changes its frequency its times.
  void look_for_unsteadiness(bool alone_on_node, int own_cores) {
    const std::string governor = frequency_governor();
    std::array<int, 2> any{!alone_on_node && own_cores > 1 ? 1 : 0,
                           !governor.empty() && governor != "performance" ? 1 : 0};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, any.data(), 2, MPI_INT, MPI_MAX, timing_), "MPI_Allreduce");
    if (any[0] != 0) {
      unsteady_ = "ranks are not bound to a core each (mpirun --bind-to core)";
    }
    if (any[1] != 0) {
      unsteady_ += (unsteady_.empty() ? "" : "; ") + std::string("the frequency of the cores changes (governor ") +
                   (governor.empty() ? "of another node" : governor) + ")";
    }
  }

  MPI_Comm timing_ = MPI_COMM_NULL;
  int rank_ = 0;
  int ranks_ = 1;
  std::string hosts_;
  std::string oversubscription_;
  std::string unsteady_;
  std::optional<Communicator> communicator_;
  std::optional<NativeAlgorithms> native_;
  std::optional<GlobalClock> clock_;
  bool one_node_ = true;
};

}  // namespace

std::string mpi_library() {
  return mpi_library_name();
}

std::unique_ptr<Crew> start_crew() {
  if (is_launched()) {
    return start_real_world();
  }
  return solo_crew();
}

std::unique_ptr<RealWorld> start_real_world(NativeControl native) {
  return std::make_unique<MpiWorld>(native);
}

}  // namespace ringwood::cli
