#pragma once

#include <span>
#include <vector>

#include "sim/flow/flow.hpp"
#include "sim/flow/max_min.hpp"
#include "topology/machine.hpp"

namespace ringwood {

/// The links that flows cross, numbered as they are first met, so that what is kept a link costs nothing for links that
/// carry nothing; and what each has carried.
class LinkTable {
 public:
  /// `nic_bandwidth` in bytes per second: of a link more at each end of every route; 0: none. The machine must outlive
  /// this.
  LinkTable(const Machine& machine, double nic_bandwidth);

  /// Appends the links of the route between two hosts. Throws Error(kUsage) for a link that carries nothing.
  void append_route(Host from, Host to, std::vector<FlowLink>& links) { append_route(from, to, 0, links); }

  /// The same for one of the ways that the network offers.
  void append_route(Host from, Host to, std::int32_t choice, std::vector<FlowLink>& links);

  /// How many ways the network offers (Topology::choices).
  [[nodiscard]] std::int32_t choices() const { return choices_; }

  /// What a way's links take longer than those of the first one; at least 0.
  [[nodiscard]] Picoseconds detour(Host from, Host to, std::int32_t choice);

  /// Bytes per picosecond, of every link met so far.
  [[nodiscard]] std::span<const double> capacities() const { return capacities_; }

  /// How many of these bytes all links of a way let pass at once, each being a bucket of `burst` bytes that is filled
  /// at the link's bandwidth; takes all of them from the buckets. `now` never goes back.
  [[nodiscard]] Bytes take_burst(std::span<const FlowLink> way, Bytes bytes, Bytes burst, Picoseconds now);

  /// The buckets are as another table's were at its end and some time later; nothing was carried yet.
  void fill_as(const LinkTable& before, Picoseconds later);

  void carry(FlowLink link, Bytes bytes) { carried_[link] += bytes; }

  /// What every link carried, where use is over `time`.
  [[nodiscard]] std::vector<LinkUse> uses(Picoseconds time) const;

  /// The number that a link has outside of the flow model.
  [[nodiscard]] LinkUse identity(FlowLink link) const;

 private:
  struct Debt {
    double bytes = 0;
    Picoseconds since = 0;
  };

  /// Numbers of the network's links, then two for the NIC of each host.
  [[nodiscard]] FlowLink number(std::size_t outside);
  [[nodiscard]] Picoseconds latency_of(Host from, Host to, std::int32_t choice);

  const Topology& network_;
  double nic_bandwidth_;
  std::int32_t choices_;
  std::size_t network_links_;
  std::vector<FlowLink> numbers_;  // by the number outside
  std::vector<std::size_t> outside_;
  std::vector<double> capacities_;
  std::vector<Bytes> carried_;
  std::vector<Debt> debts_;  // if there are bursts
  std::vector<LinkId> route_;
};

}  // namespace ringwood
