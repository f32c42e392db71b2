#pragma once

#include <mpi.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"

namespace ringwood::cli {

/// The MPI library's own algorithms, each by its name there, through the control variables of MPI's tool interface:
/// coll_tuned_*_algorithm of Open MPI, MPIR_CVAR_*_INTRA_ALGORITHM of MPICH. What is asked for is what the library is
/// told; it may still do something else where its algorithm cannot, and does not say so.
class NativeAlgorithms {
 public:
  /// To be called before MPI is initialised: Open MPI listens to its variables only if told so when it starts.
  static void announce();

  /// MPI must have been initialised. All ranks of `parent` call the same in the same order.
  explicit NativeAlgorithms(MPI_Comm parent);
  ~NativeAlgorithms();
  NativeAlgorithms(const NativeAlgorithms&) = delete;
  NativeAlgorithms& operator=(const NativeAlgorithms&) = delete;

  /// The names that can be had for such a call; empty if the library offers none.
  [[nodiscard]] std::vector<std::string> names(Collective collective, Bytes elements) const;

  /// Where a call is forced, for as long as the object lives.
  class Forced {
   public:
    Forced(NativeAlgorithms& all, MPI_Comm communicator, bool each_call) noexcept
        : all_(all), communicator_(communicator), each_call_(each_call) {}

    Forced(Forced&& other) noexcept
        : all_(other.all_), communicator_(other.communicator_), each_call_(std::exchange(other.each_call_, false)) {}

    Forced& operator=(Forced&&) = delete;

    ~Forced() {
      if (each_call_) {
        all_.release();
      }
    }

    [[nodiscard]] MPI_Comm communicator() const { return communicator_; }

   private:
    NativeAlgorithms& all_;
    MPI_Comm communicator_;
    bool each_call_;
  };

  /// `request` is what stands behind "native:", such as "algorithm=ring,segment=64KiB". Collective the first time.
  /// Throws Error(kUsage) that says what is accepted.
  [[nodiscard]] Forced force(std::string_view request, Collective collective, Bytes elements);

 private:
  struct Setting {
    int variable = -1;
    int value = 0;
  };

  /// A control variable that names algorithms.
  struct Variable {
    int index = -1;
    std::vector<std::pair<std::string, int>> values;
  };

  [[nodiscard]] std::string variable_name(Collective collective, Bytes elements) const;
  [[nodiscard]] Variable variable(const std::string& name) const;
  [[nodiscard]] std::vector<Setting> settings_of(std::string_view request, Collective collective, Bytes elements) const;
  void write(const std::vector<Setting>& settings);
  void release();

  MPI_Comm parent_;
  int ranks_ = 1;
  bool open_mpi_ = false;
  std::map<std::string, int> variables_;               // index by name
  std::map<std::string, MPI_Comm> communicators_;      // Open MPI: one a request
  std::map<std::string, std::vector<Setting>> known_;  // of each request
  std::vector<Setting> to_restore_;
};

}  // namespace ringwood::cli
