#include "sim/cost_view.hpp"

#include <cmath>
#include <memory>
#include <unordered_map>

#include "base/units.hpp"
#include "sim/flow/flow_limit.hpp"

namespace ringwood {

namespace {

[[nodiscard]] double seconds_per_byte(const TimePerByte& time) {
  return time.picoseconds() / static_cast<double>(kPicosecondsPerSecond);
}

[[nodiscard]] Bytes whole(double bytes) {
  return std::max<Bytes>(1, std::llround(bytes));
}

[[nodiscard]] MessageCost cost_of(const LogGops& costs) {
  return {seconds(costs.L), seconds(costs.o), seconds(costs.g), seconds_per_byte(costs.G) + seconds_per_byte(costs.O)};
}

/// What messages between ranks cost and meet, found when it is asked for.
class Pairs {
 public:
  Pairs(const Machine& machine, const Mapping& mapping) : machine_(machine), mapping_(mapping), rows_(mapping.size()) {}

  [[nodiscard]] const MessageCost& cost(Rank from, Rank to) {
    Pair& known = pair(from, to);
    if (!known.has_cost) {
      known.has_cost = true;
      known.cost = cost_of(machine_.between(host(from), host(to)));
    }
    return known.cost;
  }

  [[nodiscard]] std::span<const SharedLink> route(Rank from, Rank to) {
    Pair& known = pair(from, to);
    if (!known.has_route) {
      known.has_route = true;
      if (host(from) != host(to)) {
        add_route(from, to, known.route);
      }
    }
    return known.route;
  }

 private:
  struct Pair {
    bool has_cost = false;
    bool has_route = false;
    MessageCost cost;
    std::vector<SharedLink> route;
  };

  [[nodiscard]] Host host(Rank rank) const { return mapping_[static_cast<std::size_t>(rank)]; }

  Pair& pair(Rank from, Rank to) {
    std::vector<Pair>& row = rows_[static_cast<std::size_t>(from)];
    if (row.empty()) {
      row.resize(rows_.size());
    }
    return row[static_cast<std::size_t>(to)];
  }

  void add_route(Rank from, Rank to, std::vector<SharedLink>& links) {
    machine_.network->route(host(from), host(to), route_);
    for (const LinkId link : route_) {
      const std::size_t number = numbers_.emplace(link, numbers_.size()).first->second;
      links.push_back({number, 1 / machine_.network->link(link).bandwidth});
    }
  }

  const Machine& machine_;
  const Mapping& mapping_;
  std::vector<std::vector<Pair>> rows_;  // by sender; made when it first sends
  std::unordered_map<LinkId, std::size_t> numbers_;
  std::vector<LinkId> route_;
};

[[nodiscard]] CostView view_of(const std::shared_ptr<Pairs>& pairs, const Machine& machine) {
  CostView costs{.between = [pairs](Rank from, Rank to) { return pairs->cost(from, to); },
                 .reduce_per_byte = seconds_per_byte(machine.gamma.cached)};
  const LogGops& between = machine.between_hosts;
  if (between.corrections != nullptr && !machine.replaced.L && !machine.replaced.G) {
    costs.correction = [&between](double bytes) { return seconds(between.corrections->of(whole(bytes))); };
  }
  return costs;
}

}  // namespace

CostView cost_view_kept(const Machine& machine, const Mapping& mapping) {
  return view_of(std::make_shared<Pairs>(machine, mapping), machine);
}

CostView cost_view_with_routes(const Machine& machine, const Mapping& mapping) {
  const auto pairs = std::make_shared<Pairs>(machine, mapping);
  CostView costs = view_of(pairs, machine);
  costs.route = [pairs](Rank from, Rank to) { return pairs->route(from, to); };
  costs.burst = static_cast<double>(burst_of(machine));
  if (costs.correction && costs.burst > 0) {
    costs.correction = [&between = machine.between_hosts](double bytes) {
      return seconds(flight_of(between, whole(bytes)).latency - between.L);
    };
  }
  return costs;
}

CostView cost_view(const Machine& machine, const Mapping& mapping) {
  const auto between = [&machine, &mapping](Rank from, Rank to) {
    return cost_of(machine.between(mapping[static_cast<std::size_t>(from)], mapping[static_cast<std::size_t>(to)]));
  };
  return {between, seconds_per_byte(machine.gamma.cached)};
}

}  // namespace ringwood
