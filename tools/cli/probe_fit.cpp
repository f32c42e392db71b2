#include "tools/cli/probe_fit.hpp"

#include <algorithm>
#include <cmath>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

// Sizes from this part of the largest on tell the time per byte: what a short one takes is another matter.
constexpr Bytes kLong = 16;

/// Seconds per byte: the slope with the least squares of relative errors, over the long messages.
[[nodiscard]] double slope_of(const std::vector<ProbePoint>& points) {
  const Bytes least = points.back().bytes / kLong;
  double w = 0;
  double wx = 0;
  double wy = 0;
  double wxx = 0;
  double wxy = 0;
  for (const ProbePoint& point : points) {
    if (point.bytes < least && point.bytes != points.front().bytes) {
      continue;
    }
    const auto x = static_cast<double>(point.bytes - 1);
    const double weight = 1 / (point.exchange * point.exchange);
    w += weight;
    wx += weight * x;
    wy += weight * point.exchange;
    wxx += weight * x * x;
    wxy += weight * x * point.exchange;
  }
  return std::max(0.0, (w * wxy - wx * wy) / (w * wxx - wx * wx));
}

[[nodiscard]] double median(std::vector<double> values) {
  if (values.empty()) {
    return 0;
  }
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

void check(const ProbeSamples& samples) {
  const auto usable = [](double seconds) { return std::isfinite(seconds) && seconds > 0; };
  for (const ProbePoint& point : samples.points) {
    if (!usable(point.one_way) || !usable(point.exchange) || !usable(point.gap)) {
      throw Error(ErrorKind::kSystem, "messages of " + std::to_string(point.bytes) + " bytes " + samples.distance +
                                          " took no time that can be measured; try again on a quieter machine");
    }
  }
  if (samples.points.size() < 2) {
    throw Error(ErrorKind::kSystem, "a fit needs at least two message sizes");
  }
}

/// Whether messages of a burst follow each other at the pace of long ones, however fast a single one is.
[[nodiscard]] bool is_paced(const ProbeSamples& samples, TimePerByte pace) {
  constexpr Bytes kFrom = 4096;
  constexpr Bytes kTo = 65536;
  constexpr double kNearly = 0.7;
  std::vector<double> parts;
  for (const ProbePoint& point : samples.points) {
    if (point.bytes >= kFrom && point.bytes <= kTo) {
      const double at_pace = static_cast<double>(pace.of(point.bytes)) / static_cast<double>(kPicosecondsPerSecond);
      parts.push_back(at_pace > 0 ? point.gap / at_pace : 0);
    }
  }
  return median(std::move(parts)) > kNearly;
}

[[nodiscard]] Picoseconds picoseconds(double seconds) {
  return static_cast<Picoseconds>(std::llround(seconds * 1e12));
}

}  // namespace

double predicted_one_way(const LogGops& parameters, Bytes bytes) {
  const MessageFlight flight = flight_of(parameters, bytes);
  return static_cast<double>(flight.latency + flight.body + 2 * parameters.o + parameters.O.of(bytes - 1)) /
         static_cast<double>(kPicosecondsPerSecond);
}

ProbeFit fit(const ProbeSamples& samples) {
  check(samples);
  const double shortest = samples.points.front().exchange;
  ProbeFit result;
  LogGops& found = result.parameters;
  // The overhead is paid at both ends, and cannot be more than all of a short message.
  const double overhead = std::clamp(samples.overhead, 0.0, shortest / 2);
  found.o = picoseconds(overhead);
  found.L = std::max<Picoseconds>(0, picoseconds(shortest) - 2 * found.o);
  found.g = picoseconds(std::clamp(samples.points.front().gap, overhead, shortest));
  found.G = TimePerByte::from_picoseconds(slope_of(samples.points) * 1e12);
  found.S = samples.eager_limit;
  const auto error_of = [&found](const ProbePoint& point, double measured) {
    return std::abs(predicted_one_way(found, point.bytes) / measured - 1);
  };
  std::vector<double> without;
  std::vector<SizeCorrections::Point> corrections;
  for (const ProbePoint& point : samples.points) {
    without.push_back(error_of(point, point.exchange));
    corrections.push_back(
        {point.bytes, picoseconds(point.exchange) - 2 * found.o - found.L - found.G.of(point.bytes - 1)});
  }
  found.corrections = std::make_shared<const SizeCorrections>(std::move(corrections), is_paced(samples, found.G));
  std::vector<double> one_way;
  std::vector<double> checks;
  for (const ProbePoint& point : samples.points) {
    one_way.push_back(error_of(point, point.one_way));
  }
  for (const ProbePoint& point : samples.checks) {
    checks.push_back(error_of(point, point.exchange));
  }
  result.error_without = median(std::move(without));
  result.error_of_one_way = median(std::move(one_way));
  result.error_of_checks = median(std::move(checks));
  return result;
}

}  // namespace ringwood::cli
