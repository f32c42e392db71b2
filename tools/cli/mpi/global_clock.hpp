#pragma once

#include <mpi.h>

#include <deque>
#include <functional>

namespace ringwood::cli {

/// One clock for all ranks: the first rank's, as every other reckons it from its own. Offsets come from the fastest of
/// many exchanges with a rank that knows already, in as many rounds as there are doublings of the nodes (Hunold,
/// Carpen-Amarie 2018: HCA3); the drift from how offsets change. Ranks of one node share a clock, and so its leader
/// asks for all of them.
class GlobalClock {
 public:
  /// Seconds on this rank's own clock.
  using Local = std::function<double()>;

  enum class Sharing { kNode, kNone };  ///< kNone: also ranks of one node have clocks of their own

  /// Collective, as `update`.
  GlobalClock(MPI_Comm communicator, Local local, Sharing sharing);
  ~GlobalClock();
  GlobalClock(const GlobalClock&) = delete;
  GlobalClock& operator=(const GlobalClock&) = delete;

  /// Takes the offsets anew. Collective.
  void update();

  /// Seconds on the first rank's clock.
  [[nodiscard]] double now() const { return at(local_()); }

  /// By how much the worst rank's may be wrong, when it was last updated: half of its exchange's time, and of those
  /// between it and the first. The same on all ranks.
  [[nodiscard]] double error() const { return error_; }

  /// Whether there is more than one clock.
  [[nodiscard]] bool several() const { return clocks_ > 1; }

 private:
  struct Offset {
    double local = 0;
    double offset = 0;
    double error = 0;
  };

  [[nodiscard]] double at(double local) const { return local + offset_ + drift_ * (local - since_); }

  [[nodiscard]] Offset ask(int reference) const;
  void answer(int client) const;
  void learn(const Offset& measured);

  Local local_;
  MPI_Comm node_ = MPI_COMM_NULL;     // ranks that share a clock
  MPI_Comm leaders_ = MPI_COMM_NULL;  // one of each node
  MPI_Comm all_ = MPI_COMM_NULL;
  int clocks_ = 1;
  std::deque<Offset> history_;
  double offset_ = 0;
  double drift_ = 0;
  double since_ = 0;
  double own_error_ = 0;
  double error_ = 0;
};

}  // namespace ringwood::cli
