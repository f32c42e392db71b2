#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// A time during which the operating system has a CPU.
struct Detour {
  Picoseconds start = 0;
  Picoseconds length = 0;
};

/// Detours as they were recorded on some CPU, again and again.
struct NoiseTrace {
  std::vector<Detour> detours;  ///< ascending, none overlaps another, all within the period
  Picoseconds period = 0;
};

/// What the operating systems do to the ranks' CPUs (Hoefler, Schneider, Lumsdaine: Characterizing the influence of
/// system noise on large-scale applications by simulation, SC 2010). Each rank has detours of its own; work that one
/// interrupts ends so much later. NICs go on.
struct NoiseModel {
  enum class Kind : std::uint8_t {
    kNone,
    kExponential,  ///< lengths, and times from the end of one to the next, are exponentially distributed
    kPeriodic,     ///< all of one length, at equal distances; a rank's first comes at a random time
    kTrace,        ///< recorded; a rank begins at a random time in it
  };

  Kind kind = Kind::kNone;
  Picoseconds length = 0;    ///< of a detour, in the mean
  Picoseconds interval = 0;  ///< between two of them (exponential), from start to start (periodic)
  std::shared_ptr<const NoiseTrace> trace;
  std::uint64_t seed = 1;

  [[nodiscard]] bool none() const { return kind == Kind::kNone; }
};

/// Reads "exponential:25us@10ms" (length and interval, in the mean), "periodic:25us@10ms" (length and period) or
/// "trace:FILE": a line "START LENGTH" for each detour, in order, and a last line "period LENGTH"; '#' begins a
/// comment. Throws Error(kUsage), or Error(kInput) with file and line.
[[nodiscard]] NoiseModel parse_noise(const std::string& text, std::uint64_t seed);

/// The detours of the ranks of a simulation, as far as it has come. The times asked about must not go back.
class Noise {
 public:
  Noise(NoiseModel model, Rank ranks);

  /// When the rank's CPU has done `work` that it begins with at `start`.
  [[nodiscard]] Picoseconds finish(Rank rank, Picoseconds start, Picoseconds work) {
    OfRank& at = ranks_[static_cast<std::size_t>(rank)];
    while (at.next.start + at.next.length <= start) {
      advance(rank, at);
    }
    if (at.next.start <= start) {
      start = at.next.start + at.next.length;
      advance(rank, at);
    }
    Picoseconds end = start + work;
    while (at.next.start < end) {
      end += at.next.length;
      advance(rank, at);
    }
    return end;
  }

 private:
  struct OfRank {
    Detour next;
    std::uint64_t drawn = 0;  // numbers, or entries of the trace
    Picoseconds turn = 0;     // of a trace: when its current turn began
  };

  void begin(Rank rank, OfRank& at);
  void advance(Rank rank, OfRank& at);
  [[nodiscard]] double chance(Rank rank, OfRank& at) const;
  [[nodiscard]] Picoseconds exponential(Picoseconds mean, Rank rank, OfRank& at) const;

  NoiseModel model_;
  std::vector<OfRank> ranks_;
};

/// What a CPU without noise does.
struct UndisturbedWork {
  template <typename Time>
  [[nodiscard]] Time operator()(Time start, Picoseconds work) const {
    return start + work;
  }
};

/// What a rank's CPU does, with noise if there is any.
struct WorkOfRank {
  Noise* noise = nullptr;
  Rank rank = 0;

  [[nodiscard]] Picoseconds operator()(Picoseconds start, Picoseconds work) const {
    return noise == nullptr ? start + work : noise->finish(rank, start, work);
  }
};

}  // namespace ringwood
