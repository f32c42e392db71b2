#include "tools/cli/real.hpp"

#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <set>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "tools/cli/mpi/measurer.hpp"
#include "tools/cli/mpi/share_over_ranks.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr int kSystemFailed = 3;

/// "Open MPI v4.1.4, package: ..." and "MPICH Version:\t4.0.2\nMPICH ..." become a name and a number.
[[nodiscard]] std::string short_version(std::string text) {
  text = text.substr(0, text.find_first_of(",\n"));
  if (const std::size_t word = text.find(" Version:"); word != std::string::npos) {
    const std::size_t number = text.find_first_of("0123456789", word);
    text = text.substr(0, word + 1) + (number == std::string::npos ? "" : text.substr(number));
  }
  if (const std::size_t number = text.find(" v"); number != std::string::npos) {
    text.erase(number + 1, 1);
  }
  return text;
}

/// MPI from its start to its end, with a communicator of our own.
class MpiWorld final : public RealWorld {
 public:
  MpiWorld() {
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
    MPI_Comm_free(&timing_);
    MPI_Finalize();
  }

  MpiWorld(const MpiWorld&) = delete;
  MpiWorld& operator=(const MpiWorld&) = delete;

  [[nodiscard]] Rank rank() const override { return rank_; }

  [[nodiscard]] Rank ranks() const override { return ranks_; }

  [[nodiscard]] std::string library() const override { return mpi_library(); }

  [[nodiscard]] std::string hosts() const override { return hosts_; }

  [[nodiscard]] std::string doubts() const override { return doubts_; }

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

  [[nodiscard]] std::vector<Measurement> measure(const MeasurementTask& task) override {
    try {
      return Measurer(task, *communicator_, timing_).run();
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
    const int cores = CPU_COUNT(&all);
    std::array<int, 2> worst{node_ranks - cores, node_ranks};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, worst.data(), 2, MPI_INT, MPI_MAX, timing_), "MPI_Allreduce");
    if (worst[0] > 0) {
      doubts_ =
          fmt::format("{} more ranks than cores on a node of {} ranks: times tell more of the scheduler than of MPI",
                      worst[0], worst[1]);
    }
  }

  MPI_Comm timing_ = MPI_COMM_NULL;
  int rank_ = 0;
  int ranks_ = 1;
  std::string hosts_;
  std::string doubts_;
  std::optional<Communicator> communicator_;
};

}  // namespace

std::string mpi_library() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  MPI_Get_library_version(text.data(), &length);
  return short_version({text.data(), static_cast<std::size_t>(length)});
}

std::unique_ptr<Crew> start_crew() {
  if (is_launched()) {
    return start_real_world();
  }
  return solo_crew();
}

std::unique_ptr<RealWorld> start_real_world() {
  return std::make_unique<MpiWorld>();
}

}  // namespace ringwood::cli
