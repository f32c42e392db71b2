#pragma once

#include <limits>

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

  friend bool operator==(const TimePerByte&, const TimePerByte&) = default;
};

/// The cost of messages between two ranks (Hoefler, Schneider, Lumsdaine 2010): m bytes cost o + L + (m-1)G + o.
struct LogGops {
  Picoseconds L = 0;                            ///< time of the first byte through the network
  Picoseconds o = 0;                            ///< CPU time of a message, at both ends
  Picoseconds g = 0;                            ///< least time between two messages of one NIC
  TimePerByte G;                                ///< gap for each further byte
  TimePerByte O;                                ///< CPU time for each further byte
  Bytes S = std::numeric_limits<Bytes>::max();  ///< longest message that is sent without waiting for its receive

  friend bool operator==(const LogGops&, const LogGops&) = default;
};

}  // namespace ringwood
