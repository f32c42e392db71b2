#include "topology/bounds.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <numeric>

#include "topology/cut.hpp"

namespace ringwood {

namespace {

constexpr double kUnknown = std::numeric_limits<double>::infinity();

/// As many maximum flows are looked for, on networks of so many links: together they take seconds.
constexpr LinkId kMostLinksOfFlows = 20'000;
constexpr std::size_t kMostFlows = 64;

[[nodiscard]] Picoseconds time_of(double bytes, double capacity) {
  return capacity == kUnknown || capacity <= 0 ? 0
                                               : TimePerByte::from_bandwidth(capacity).of(static_cast<Bytes>(bytes));
}

/// Ranks by what `group_of` says of their hosts; groups in ascending order, capacities not known yet.
template <typename GroupOf>
[[nodiscard]] Partition grouped(std::string name, const Mapping& mapping, GroupOf&& group_of) {
  std::vector<std::int64_t> ids(mapping.size());
  std::transform(mapping.begin(), mapping.end(), ids.begin(), group_of);
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  Partition partition{.name = std::move(name),
                      .ranks = std::vector<Rank>(ids.size()),
                      .outgoing = std::vector<double>(ids.size(), kUnknown),
                      .groups = {}};
  partition.groups.reserve(mapping.size());
  for (const Host host : mapping) {
    const auto found = std::lower_bound(ids.begin(), ids.end(), std::int64_t{group_of(host)});
    partition.groups.push_back(static_cast<std::size_t>(found - ids.begin()));
    ++partition.ranks[partition.groups.back()];
  }
  return partition;
}

void add_capacities_of_hosts(const Topology& network, const Mapping& mapping, Partition& hosts) {
  std::vector<double> outgoing(static_cast<std::size_t>(network.hosts()));
  for (LinkId id = 0; id < network.links(); ++id) {
    const Link link = network.link(id);
    if (link.from < network.hosts()) {
      outgoing[static_cast<std::size_t>(link.from)] += link.bandwidth;
    }
  }
  for (std::size_t rank = 0; rank < mapping.size(); ++rank) {
    hosts.outgoing[hosts.groups[rank]] = outgoing[static_cast<std::size_t>(mapping[rank])];
  }
}

/// What can flow out of the hosts of each group, whoever is on them.
template <typename GroupOf>
void add_flows(const Topology& network, const Mapping& mapping, Partition& partition, GroupOf&& group_of) {
  std::map<std::int64_t, double> flows;
  for (std::size_t rank = 0; rank < mapping.size(); ++rank) {
    const std::int64_t id = group_of(mapping[rank]);
    if (!flows.contains(id)) {
      std::vector<bool> inside(static_cast<std::size_t>(network.hosts()));
      for (Host host = 0; host < network.hosts(); ++host) {
        inside[static_cast<std::size_t>(host)] = group_of(host) == id;
      }
      flows[id] = flow_out_of(network, inside).value_or(kUnknown);
    }
    partition.outgoing[partition.groups[rank]] = flows[id];
  }
}

}  // namespace

BoundKind TimeBounds::binding() const {
  return kAllBounds[static_cast<std::size_t>(std::max_element(least.begin(), least.end()) - least.begin())];
}

Picoseconds broadcast_time(Rank ranks, Picoseconds delay, Picoseconds gap) {
  const auto reached_by = [&](Picoseconds time) {
    // Ranks at depth b that are told after a further waits: all that lie within the time are (a + b) over b.
    double reached = 1;
    for (Picoseconds depth = 1; depth * delay <= time && reached < ranks; ++depth) {
      const double waits = gap == 0 ? static_cast<double>(ranks) : static_cast<double>((time - depth * delay) / gap);
      double count = 1;
      for (Picoseconds i = 1; i <= depth && count < ranks; ++i) {
        count *= (waits + static_cast<double>(i)) / static_cast<double>(i);
      }
      reached += count;
    }
    return reached;
  };
  if (ranks < 2 || delay <= 0) {
    return 0;
  }
  Picoseconds least = 0;
  Picoseconds most = delay;
  for (Rank told = 2; told < ranks && told > 0; told = told > ranks / 2 ? ranks : 2 * told) {
    most += delay;
  }
  most = std::max(most, delay + gap * ranks);
  while (most - least > 1) {
    const Picoseconds middle = least + (most - least) / 2;
    (reached_by(middle) + 0.5 >= static_cast<double>(ranks) ? most : least) = middle;
  }
  return most;
}

std::vector<Partition> partitions_of(const Machine& machine, const Mapping& mapping, bool thorough) {
  const Topology& network = *machine.network;
  std::vector<Partition> partitions;
  partitions.push_back(grouped("host", mapping, [](Host host) { return std::int64_t{host}; }));
  if (!thorough) {
    return partitions;
  }
  const bool flows = network.links() <= kMostLinksOfFlows;
  const auto add = [&](const std::string& name, const auto& group_of) {
    Partition partition = grouped(name, mapping, group_of);
    if (partition.ranks.size() > 1 && partition.ranks.size() < partitions.front().ranks.size()) {
      if (flows && partition.ranks.size() <= kMostFlows) {
        add_flows(network, mapping, partition, group_of);
      }
      partitions.push_back(std::move(partition));
    }
  };
  const std::vector<std::string> levels = network.group_levels();
  for (std::size_t level = 0; level < levels.size(); ++level) {
    add(levels[level], [&](Host host) { return network.group_of(level, host); });
  }
  add("half", [&](Host host) { return std::int64_t{host >= network.hosts() / 2}; });
  return partitions;
}

Bounds::Bounds(const Machine& machine, const MachineFacts& facts, const Mapping& mapping, LinkSharing sharing,
               bool thorough)
    : machine_(machine), facts_(facts), mapping_(mapping), sharing_(sharing) {
  std::vector<bool> used(static_cast<std::size_t>(machine.network->hosts()));
  for (const Host host : mapping) {
    used[static_cast<std::size_t>(host)] = true;
  }
  const auto hosts = static_cast<std::size_t>(std::count(used.begin(), used.end(), true));
  one_host_ = hosts == 1;
  hosts_shared_ = hosts < mapping.size();
  if (sharing == LinkSharing::kNone) {
    return;
  }
  partitions_ = partitions_of(machine, mapping, thorough);
  if (facts.injection > 0 && !one_host_) {
    if (facts.hosts_are_alike) {
      std::fill(partitions_[0].outgoing.begin(), partitions_[0].outgoing.end(), facts.injection);
    } else {
      add_capacities_of_hosts(*machine.network, mapping, partitions_[0]);
    }
  }
}

Picoseconds Bounds::rounds() const {
  const LogGops inside = machine_.between(0, 0);
  if (one_host_) {
    return broadcast_time(static_cast<Rank>(mapping_.size()), inside.L + 2 * inside.o, std::max(inside.o, inside.g));
  }
  LogGops least = machine_.between(0, 1);
  least.L = facts_.latency_min;
  if (hosts_shared_) {
    least.L = std::min(least.L, inside.L);
    least.o = std::min(least.o, inside.o);
    least.g = std::min(least.g, inside.g);
  }
  return broadcast_time(static_cast<Rank>(mapping_.size()), least.L + 2 * least.o, std::max(least.o, least.g));
}

Picoseconds Bounds::bytes(const Demand& demand) const {
  const auto moved = static_cast<Bytes>(least_moved(demand.collective, static_cast<Rank>(mapping_.size())) *
                                        static_cast<double>(demand.bytes));
  const TimePerByte inside = machine_.between(0, 0).G;
  if (moved < 1 || one_host_) {
    return moved < 1 ? 0 : inside.of(moved - 1);
  }
  if (sharing_ == LinkSharing::kShared) {
    const std::vector<double>& outgoing = partitions_[0].outgoing;
    return hosts_shared_ ? 0 : time_of(static_cast<double>(moved), *std::max_element(outgoing.begin(), outgoing.end()));
  }
  const bool known = machine_.replaced.G || machine_.network->is_uniform();
  TimePerByte port = known ? machine_.between(0, 1).G : TimePerByte::from_bandwidth(std::max(facts_.fastest_link, 1.0));
  if (!known && facts_.fastest_link <= 0) {
    return 0;
  }
  port = hosts_shared_ && inside.scaled < port.scaled ? inside : port;
  return port.of(moved - 1);
}

Picoseconds Bounds::cut(const Demand& demand) const {
  Picoseconds most = 0;
  for (const Partition& partition : partitions_) {
    const std::size_t group_of_root = partition.groups[static_cast<std::size_t>(demand.root)];
    for (std::size_t group = 0; group < partition.ranks.size(); ++group) {
      const double leaving = least_leaving(demand.collective, static_cast<Rank>(mapping_.size()),
                                           partition.ranks[group], group == group_of_root);
      most = std::max(most, time_of(leaving * static_cast<double>(demand.bytes), partition.outgoing[group]));
    }
  }
  const bool halves = facts_.bisection && facts_.bisection_source == "formula" && !hosts_shared_ &&
                      static_cast<std::int64_t>(mapping_.size()) == facts_.hosts;
  if (halves) {  // one of them has the root, or both send alike
    const auto ranks = static_cast<Rank>(mapping_.size());
    const double leaving = std::max(least_leaving(demand.collective, ranks, ranks / 2, true),
                                    least_leaving(demand.collective, ranks, ranks / 2, false));
    most = std::max(most, time_of(leaving * static_cast<double>(demand.bytes), *facts_.bisection));
  }
  return most;
}

Picoseconds Bounds::partition(const Demand& demand) const {
  Picoseconds most = 0;
  for (const Partition& partition : partitions_) {
    const double crossing =
        least_crossing(demand.collective, partition.ranks, partition.groups[static_cast<std::size_t>(demand.root)]);
    const double capacity = std::accumulate(partition.outgoing.begin(), partition.outgoing.end(), 0.0);
    most = std::max(most, time_of(crossing * static_cast<double>(demand.bytes), capacity));
  }
  return most;
}

Picoseconds Bounds::hops(const Demand& demand) const {
  const Partition& hosts = partitions_.front();
  const double crossing =
      least_crossing(demand.collective, hosts.ranks, hosts.groups[static_cast<std::size_t>(demand.root)]);
  return time_of(crossing * static_cast<double>(demand.bytes) * facts_.least_hops, facts_.capacity);
}

TimeBounds Bounds::of(const Demand& demand) const {
  TimeBounds bounds;
  if (mapping_.size() < 2 || (demand.bytes == 0 && demand.collective != Collective::kBarrier)) {
    return bounds;  // nothing is sent
  }
  const auto set = [&](BoundKind kind, Picoseconds time) { bounds.least[static_cast<std::size_t>(kind)] = time; };
  set(BoundKind::kRounds, rounds());
  set(BoundKind::kBytes, bytes(demand));
  if (sharing_ == LinkSharing::kShared && !one_host_) {
    set(BoundKind::kCut, cut(demand));
    set(BoundKind::kPartition, partition(demand));
    set(BoundKind::kHops, hops(demand));
  }
  return bounds;
}

}  // namespace ringwood
