#include "tools/cli/probe_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/probe_passes.hpp"

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

void check(const ProbeSamples& samples) {
  const auto usable = [](double seconds) { return std::isfinite(seconds) && seconds > 0; };
  for (const ProbePoint& point : samples.points) {
    const bool has_gap = point.bytes == samples.points.front().bytes || point.gap != 0;
    if (!usable(point.one_way) || !usable(point.exchange) || (has_gap && !usable(point.gap))) {
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
    if (point.bytes >= kFrom && point.bytes <= kTo && point.gap != 0) {
      const double at_pace = static_cast<double>(pace.of(point.bytes)) / static_cast<double>(kPicosecondsPerSecond);
      parts.push_back(at_pace > 0 ? point.gap / at_pace : 0);
    }
  }
  return median_of(std::move(parts)) > kNearly;
}

/// What cables let pass at once, if they are paced: what all messages that followed each other took less than their
/// bytes would. The least of what the sizes say: pauses between short messages fill the bucket again, which looks like
/// a larger one; and those that told G say nothing about what is not in it.
[[nodiscard]] Bytes burst_of(const ProbeSamples& samples, const LogGops& found,
                             const std::vector<SizeCorrections::Point>& corrections) {
  constexpr Bytes kFrom = Bytes{16} << 10U;
  const Bytes end = samples.points.back().bytes / kLong;
  if (samples.through_memory || !is_paced(samples, found.G) || found.G.scaled == 0) {
    return 0;
  }
  std::optional<double> least;
  for (std::size_t i = 0; i < corrections.size(); ++i) {
    const SizeCorrections::Point& point = corrections[i];
    if (point.bytes >= kFrom && point.bytes < end && point.time < 0) {
      const double gained = -static_cast<double>(point.time) * samples.points[i].in_a_row;
      const double bytes = gained / found.G.picoseconds();
      least = std::min(least.value_or(bytes), bytes);
    }
  }
  return std::llround(least.value_or(0));
}

/// ProbeFit::contradicting. Protocols change with the size, and a longer message may be a little faster.
[[nodiscard]] double contradicting(const std::vector<ProbePoint>& points) {
  constexpr double kMuchLonger = 1.5;
  double least_of_longer = std::numeric_limits<double>::infinity();
  double found = 0;
  for (auto point = points.rbegin(); point != points.rend(); ++point) {
    found += point->exchange > kMuchLonger * least_of_longer ? 1 : 0;
    least_of_longer = std::min(least_of_longer, point->exchange);
  }
  return found / static_cast<double>(points.size());
}

[[nodiscard]] Picoseconds picoseconds(double seconds) {
  return static_cast<Picoseconds>(std::llround(seconds * 1e12));
}

[[nodiscard]] double error_of(double predicted, double measured) {
  return std::abs(predicted / measured - 1);
}

/// What messages of one size take beside what L, o and G say. Where CPUs copy them, a rank that sends and receives at
/// once may take longer than the message alone, up to twice as long: then all of the exchange is the CPU's time, half
/// of it for either. Beyond that (an exchange that is as fast as a message; or vectors that are not in the caches where
/// the message was) no model of this form has both, and the error is shared between them.
[[nodiscard]] SizeCorrections::Point correction_at(const ProbeSamples& samples, const ProbePoint& point,
                                                   const LogGops& found) {
  const double least = seconds(found.o);
  double whole = point.exchange;
  double cpu = least;
  if (samples.through_memory) {
    const double ratio = point.exchange / point.one_way;
    whole = point.one_way * std::sqrt(ratio < 1 ? ratio : std::max(1.0, ratio / 2));
    if (ratio > 1) {
      cpu = std::clamp(whole * std::min(ratio, 2.0) / 2, least, std::max(least, whole - least));
    }
  }
  const double flight = whole - least - cpu;
  return {point.bytes, picoseconds(flight) - found.L - found.G.of(point.bytes - 1), picoseconds(cpu) - found.o};
}

}  // namespace

double predicted_one_way(const LogGops& parameters, Bytes bytes) {
  const MessageFlight flight = flight_of(parameters, bytes);
  return seconds(parameters.o + flight.latency + flight.body + cpu_time_of(parameters, bytes));
}

double predicted_exchange(const LogGops& parameters, Bytes bytes) {
  const MessageFlight flight = flight_of(parameters, bytes);
  const Picoseconds cpu = cpu_time_of(parameters, bytes);
  return seconds(std::max(parameters.o + flight.latency + flight.body, cpu) + cpu);
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
  std::vector<double> without;
  std::vector<SizeCorrections::Point> corrections;
  for (const ProbePoint& point : samples.points) {
    without.push_back(error_of(predicted_exchange(found, point.bytes), point.exchange));
    corrections.push_back(correction_at(samples, point, found));
  }
  const Bytes burst = burst_of(samples, found, corrections);
  found.corrections = std::make_shared<const SizeCorrections>(std::move(corrections), burst);
  const auto errors = [&found](const std::vector<ProbePoint>& points, double ProbePoint::*measured, auto predicted) {
    std::vector<double> all;
    for (const ProbePoint& point : points) {
      all.push_back(error_of(predicted(found, point.bytes), point.*measured));
    }
    return median_of(std::move(all));
  };
  result.contradicting = contradicting(samples.points);
  result.error_without = median_of(std::move(without));
  result.error_of_one_way = errors(samples.points, &ProbePoint::one_way, predicted_one_way);
  result.error_of_checks = errors(samples.checks, &ProbePoint::exchange, predicted_exchange);
  result.error_of_other_one_way = errors(samples.checks, &ProbePoint::one_way, predicted_one_way);
  return result;
}

}  // namespace ringwood::cli
