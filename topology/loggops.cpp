#include "topology/loggops.hpp"

#include <algorithm>
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

SizeCorrections::SizeCorrections(std::vector<Point> points, Bytes burst) : points_(std::move(points)), burst_(burst) {
  const auto not_ascending = [](const Point& a, const Point& b) { return a.bytes >= b.bytes; };
  if (points_.empty() || points_.front().bytes < 1 ||
      std::adjacent_find(points_.begin(), points_.end(), not_ascending) != points_.end()) {
    throw Error(ErrorKind::kInput, "corrections need sizes from 1 byte on that ascend");
  }
}

Picoseconds SizeCorrections::at(Bytes bytes, Picoseconds Point::*what) const {
  const auto above =
      std::find_if(points_.begin(), points_.end(), [&](const Point& point) { return point.bytes > bytes; });
  if (above == points_.begin()) {
    return (*above).*what;
  }
  const Point& below = *(above - 1);
  if (above == points_.end()) {
    return below.*what;
  }
  __extension__ using Wide = __int128;
  const Wide rise = Wide{(*above).*what - below.*what} * (bytes - below.bytes);
  return below.*what + static_cast<Picoseconds>(rise / (above->bytes - below.bytes));
}

MessageFlight flight_of(const LogGops& costs, Bytes bytes) {
  const TimePerByte slower = costs.O.scaled > costs.G.scaled ? costs.O : costs.G;
  MessageFlight flight{costs.L, slower.of(bytes - 1), costs.G.of(bytes - 1)};
  if (costs.corrections == nullptr) {
    return flight;
  }
  const Picoseconds correction = costs.corrections->of(bytes);
  if (correction >= 0) {
    flight.latency += correction;
    return flight;
  }
  const Picoseconds off_body = std::min(-correction, flight.body);
  flight.body -= off_body;
  flight.latency = std::max<Picoseconds>(0, flight.latency + correction + off_body);
  flight.busy = costs.corrections->burst() > 0 ? flight.busy : std::min(flight.busy, flight.body);
  return flight;
}

Picoseconds cpu_time_of(const LogGops& costs, Bytes bytes) {
  const Picoseconds usual = costs.o + costs.O.of(bytes - 1);
  return costs.corrections == nullptr ? usual : std::max<Picoseconds>(0, usual + costs.corrections->cpu_of(bytes));
}

}  // namespace ringwood
