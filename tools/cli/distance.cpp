#include "tools/cli/distance.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/export.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

namespace {

/// The load of one round. Sums are taken in the order of the messages.
class RoundLoad {
 public:
  explicit RoundLoad(const Topology& network) : network_(network) {}

  /// Returns the links of the route.
  std::size_t add(Host from, Host to, double size) {
    network_.route(from, to, route_);
    for (const LinkId link : route_) {
      links_[link] += size;
    }
    if (!route_.empty()) {
      sent_[from] += size;
      ports_[from].insert(route_.front());
    }
    return route_.size();
  }

  [[nodiscard]] double time_on_links() const {
    double most = 0;
    for (const auto& [link, size] : links_) {
      most = std::max(most, size / network_.link(link).bandwidth);
    }
    return most;
  }

  [[nodiscard]] double time_at_ports() const {
    double most = 0;
    for (const auto& [host, size] : sent_) {
      double bandwidth = 0;
      for (const LinkId link : ports_.at(host)) {
        bandwidth += network_.link(link).bandwidth;
      }
      most = std::max(most, size / bandwidth);
    }
    return most;
  }

 private:
  const Topology& network_;
  std::map<LinkId, double> links_;
  std::map<Host, double> sent_;
  std::map<Host, std::set<LinkId>> ports_;
  std::vector<LinkId> route_;
};

[[nodiscard]] double size_of(const FigureMessage& message, Chunk chunks) {
  Chunk size = 0;
  for (const ChunkInterval piece : message.chunks) {
    size += piece.count;
  }
  return static_cast<double>(size) / static_cast<double>(chunks);
}

[[nodiscard]] Bytes size_given(const Arguments& arguments) {
  const std::vector<Bytes> sizes = parse_bytes_list(arguments.text("sizes"));
  if (sizes.size() != 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--sizes '{}' are several sizes; accepted: one", arguments.text("sizes")));
  }
  return sizes.front();
}

/// The partition that takes longest to cross.
[[nodiscard]] const Partition& tightest(const std::vector<Partition>& partitions, Collective collective,
                                        std::size_t root) {
  const Partition* found = &partitions.front();
  double most = 0;
  for (const Partition& partition : partitions) {
    double capacity = 0;
    for (const double outgoing : partition.outgoing) {
      capacity += outgoing;
    }
    const double time = least_crossing(collective, partition.ranks, partition.groups[root]) / capacity;
    if (time > most) {
      most = time;
      found = &partition;
    }
  }
  return *found;
}

}  // namespace

NetworkUse use_of(const Schedule& schedule, const Machine& machine, const Mapping& mapping,
                  const Partition& partition) {
  NetworkUse use;
  double on_links = 0;
  double at_ports = 0;
  for (const FigureRound& round : figure_of(schedule).rounds) {
    RoundLoad load(*machine.network);
    for (const FigureMessage& message : round.messages) {
      const auto from = static_cast<std::size_t>(message.from);
      const auto to = static_cast<std::size_t>(message.to);
      const double size = size_of(message, schedule.chunks());
      use.crossing += partition.groups[from] != partition.groups[to] ? size : 0;
      use.hops += size * static_cast<double>(load.add(mapping[from], mapping[to], size));
    }
    on_links += load.time_on_links();
    at_ports += load.time_at_ports();
  }
  use.congestion = at_ports > 0 ? on_links / at_ports : 1;
  return use;
}

Distance::Distance(const Arguments& arguments, Rank ranks)
    : machine_(machine_for(arguments, ranks)),
      mapping_(make_mapping(arguments.text("map"), machine_, ranks)),
      placement_(placement_of(machine_, mapping_)),
      facts_(facts_of(machine_)),
      bounds_(machine_, facts_, mapping_, LinkSharing::kShared, true),
      bytes_(size_given(arguments)) {}

Record Distance::fields(const Schedule& schedule) const {
  const auto root = static_cast<std::size_t>(schedule.root());
  const TimeBounds bounds = bounds_.of({.collective = schedule.collective(), .root = schedule.root(), .bytes = bytes_});
  const Partition& partition = tightest(bounds_.partitions(), schedule.collective(), root);
  const Partition& hosts = bounds_.partitions().front();
  const NetworkUse use = use_of(schedule, machine_, mapping_, partition);
  Record record{{"machine", machine_.spec},
                {"bound", std::string(name_of(bounds.binding()))},
                {"bound_s", seconds(bounds[bounds.binding()]), Unit::kSeconds}};
  for (const BoundKind kind : kAllBounds) {
    record.push_back({fmt::format("{}_bound_s", name_of(kind)), seconds(bounds[kind]), Unit::kSeconds, false});
  }
  const double crossing_bound = least_crossing(schedule.collective(), partition.ranks, partition.groups[root]);
  const double hops_bound = least_crossing(schedule.collective(), hosts.ranks, hosts.groups[root]) * facts_.least_hops;
  record.insert(record.end(), {{"groups", partition.name},
                               {"crossing_bytes", use.crossing},
                               {"crossing_bytes_bound", crossing_bound},
                               {"hop_bytes", use.hops},
                               {"hop_bytes_bound", hops_bound},
                               {"congestion", use.congestion}});
  return record;
}

}  // namespace ringwood::cli
