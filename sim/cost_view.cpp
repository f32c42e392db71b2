#include "sim/cost_view.hpp"

#include <cmath>

namespace ringwood {

namespace {

[[nodiscard]] double seconds(Picoseconds time) {
  return static_cast<double>(time) / static_cast<double>(kPicosecondsPerSecond);
}

[[nodiscard]] double seconds_per_byte(const TimePerByte& time) {
  return std::ldexp(static_cast<double>(time.scaled), -32) / static_cast<double>(kPicosecondsPerSecond);
}

}  // namespace

CostView cost_view(const Machine& machine, const Mapping& mapping) {
  const auto between = [&machine, &mapping](Rank from, Rank to) {
    const LogGops costs =
        machine.between(mapping[static_cast<std::size_t>(from)], mapping[static_cast<std::size_t>(to)]);
    return MessageCost{seconds(costs.L), seconds(costs.o), seconds(costs.g),
                       seconds_per_byte(costs.G) + seconds_per_byte(costs.O)};
  };
  return {between, seconds_per_byte(machine.gamma.cached)};
}

}  // namespace ringwood
