#include "topology/loggops.hpp"

#include <cmath>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

TimePerByte TimePerByte::from_bandwidth(double bytes_per_second) {
  if (!(bytes_per_second > 0)) {
    throw Error(ErrorKind::kUsage, "bandwidth " + std::to_string(bytes_per_second) + " B/s is not above 0");
  }
  return from_picoseconds(static_cast<double>(kPicosecondsPerSecond) / bytes_per_second);
}

TimePerByte TimePerByte::from_picoseconds(double picoseconds_per_byte) {
  // 2^31 ps a byte is 466 B/s: slower would overflow `scaled`, or sums of times soon after.
  constexpr double kSlowest = 0x1p31;
  if (!(picoseconds_per_byte >= 0) || picoseconds_per_byte > kSlowest) {
    throw Error(ErrorKind::kUsage,
                "time per byte of " + std::to_string(picoseconds_per_byte) + " ps is not between 0 and 2147483648 ps");
  }
  return {static_cast<std::uint64_t>(std::llround(picoseconds_per_byte * 0x1p32))};
}

}  // namespace ringwood
