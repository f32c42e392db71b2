#pragma once

#include <limits>
#include <memory>
#include <vector>

#include "ringwood/ids.hpp"

namespace ringwood {

/// Picoseconds per byte in fixed point, so that simulated time is the same integers on every machine: 2^-32 ps steps
/// hold 450 GB/s to 1e-10.
struct TimePerByte {
  std::uint64_t scaled = 0;  ///< 2^-32 ps a byte

  [[nodiscard]] static TimePerByte from_bandwidth(double bytes_per_second);
  [[nodiscard]] static TimePerByte from_picoseconds(double picoseconds_per_byte);

  /// Rounded to the nearest picosecond.
  [[nodiscard]] Picoseconds of(Bytes bytes) const {
    __extension__ using Wide = unsigned __int128;
    return static_cast<Picoseconds>((static_cast<Wide>(static_cast<std::uint64_t>(bytes)) * scaled + (1ULL << 31U)) >>
                                    32U);
  }

  /// Picoseconds of one byte.
  [[nodiscard]] double picoseconds() const { return static_cast<double>(scaled) * 0x1p-32; }

  friend bool operator==(const TimePerByte&, const TimePerByte&) = default;
};

/// How far the time of a message is from what L, o and G say of it, by its size: protocols change with the size, caches
/// end, cables let a burst pass. Measured at some sizes, on straight lines between them, constant beyond.
class SizeCorrections {
 public:
  struct Point {
    Bytes bytes = 0;
    Picoseconds time = 0;  ///< of the flight; may be negative: a message takes less
    Picoseconds cpu = 0;   ///< of the CPU, at either end: what it takes longer than o and O say

    friend bool operator==(const Point&, const Point&) = default;
  };

  SizeCorrections() = default;

  /// At least one; sizes ascend strictly. Throws Error(kInput) otherwise. `burst`: bytes that a cable lets pass at once
  /// after a pause, though it is busy with them for (m-1)G all the same (a token bucket); 0: none.
  explicit SizeCorrections(std::vector<Point> points, Bytes burst = 0);

  [[nodiscard]] const std::vector<Point>& points() const { return points_; }

  [[nodiscard]] Bytes burst() const { return burst_; }

  [[nodiscard]] Picoseconds of(Bytes bytes) const { return at(bytes, &Point::time); }

  [[nodiscard]] Picoseconds cpu_of(Bytes bytes) const { return at(bytes, &Point::cpu); }

 private:
  [[nodiscard]] Picoseconds at(Bytes bytes, Picoseconds Point::*what) const;

  std::vector<Point> points_;
  Bytes burst_ = 0;
};

/// The cost of messages between two ranks (Hoefler, Schneider, Lumsdaine 2010): m bytes cost o + L + (m-1)G + o.
struct LogGops {
  Picoseconds L = 0;                            ///< time of the first byte through the network
  Picoseconds o = 0;                            ///< CPU time of a message, at both ends
  Picoseconds g = 0;                            ///< least time between two messages of one NIC
  TimePerByte G;                                ///< gap for each further byte
  TimePerByte O;                                ///< CPU time for each further byte
  Bytes S = std::numeric_limits<Bytes>::max();  ///< longest message that is sent without waiting for its receive
  std::shared_ptr<const SizeCorrections> corrections = nullptr;  ///< none: the parameters hold for all sizes

  friend bool operator==(const LogGops&, const LogGops&) = default;
};

/// What a message takes between the sender's o and the receiver's.
struct MessageFlight {
  Picoseconds latency = 0;  ///< of the first byte: L
  Picoseconds body = 0;     ///< of all others: (m-1)max(O,G)
  Picoseconds busy = 0;     ///< of the NIC after the first byte: (m-1)G
};

/// With corrections: what a message takes longer is latency; what it takes less is taken off its body, and of its
/// latency when nothing is left of that.
[[nodiscard]] MessageFlight flight_of(const LogGops& costs, Bytes bytes);

/// What a message takes of the CPU at either end: o + (m-1)O, and the corrections. Where the ranks' own CPUs copy the
/// bytes, a rank that sends and receives at once takes longer than one that does either.
[[nodiscard]] Picoseconds cpu_time_of(const LogGops& costs, Bytes bytes);

}  // namespace ringwood
