#include "tools/cli/probe_fit.hpp"

#include <algorithm>
#include <cmath>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

struct Line {
  double intercept = 0;
  double slope = 0;
};

/// The line with the least squares of relative errors; slope and intercept not negative.
template <typename Value>
[[nodiscard]] Line fit_line(const std::vector<ProbePoint>& points, Value value) {
  double w = 0;
  double wx = 0;
  double wy = 0;
  double wxx = 0;
  double wxy = 0;
  for (const ProbePoint& point : points) {
    const double y = value(point);
    const auto x = static_cast<double>(point.bytes - 1);
    const double weight = 1 / (y * y);
    w += weight;
    wx += weight * x;
    wy += weight * y;
    wxx += weight * x * x;
    wxy += weight * x * y;
  }
  const double determinant = w * wxx - wx * wx;
  const Line line{(wxx * wy - wx * wxy) / determinant, (w * wxy - wx * wy) / determinant};
  if (line.slope < 0) {
    return {wy / w, 0};
  }
  return line.intercept < 0 ? Line{0, wxy / wxx} : line;
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

[[nodiscard]] Picoseconds picoseconds(double seconds) {
  return static_cast<Picoseconds>(std::llround(seconds * 1e12));
}

}  // namespace

double predicted_one_way(const LogGops& parameters, Bytes bytes) {
  const TimePerByte slower = parameters.O.scaled > parameters.G.scaled ? parameters.O : parameters.G;
  return static_cast<double>(parameters.L + 2 * parameters.o + slower.of(bytes - 1) + parameters.O.of(bytes - 1)) /
         static_cast<double>(kPicosecondsPerSecond);
}

ProbeFit fit(const ProbeSamples& samples) {
  check(samples);
  const Line exchange = fit_line(samples.points, [](const ProbePoint& point) { return point.exchange; });
  const Line gap = fit_line(samples.points, [](const ProbePoint& point) { return point.gap; });
  ProbeFit result;
  // The overhead is paid at both ends, and cannot be more than all of a short message.
  const double overhead = std::clamp(samples.overhead, 0.0, exchange.intercept / 2);
  result.parameters.o = picoseconds(overhead);
  result.parameters.L = picoseconds(exchange.intercept - 2 * overhead);
  result.parameters.g = picoseconds(std::max(gap.intercept, overhead));
  // One message costs max(O, G) + O a byte, one more of a burst G or O, whichever is slower.
  const double slower = std::clamp(gap.slope, exchange.slope / 2, exchange.slope);
  result.parameters.G = TimePerByte::from_picoseconds(slower * 1e12);
  result.parameters.O = TimePerByte::from_picoseconds((exchange.slope - slower) * 1e12);
  result.parameters.S = samples.eager_limit;
  std::vector<double> errors;
  for (const ProbePoint& point : samples.points) {
    const double predicted = predicted_one_way(result.parameters, point.bytes);
    const double error = std::abs(predicted / point.exchange - 1);
    result.worst_error = std::max(result.worst_error, error);
    errors.push_back(error);
    errors.push_back(std::abs(predicted / point.one_way - 1));
  }
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2), errors.end());
  result.median_error = errors[errors.size() / 2];
  return result;
}

}  // namespace ringwood::cli
