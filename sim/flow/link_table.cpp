#include "sim/flow/link_table.hpp"

#include <algorithm>
#include <numeric>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

LinkTable::LinkTable(const Machine& machine, double nic_bandwidth)
    : network_(*machine.network),
      nic_bandwidth_(nic_bandwidth),
      choices_(network_.choices()),
      network_links_(static_cast<std::size_t>(network_.links())),
      numbers_(network_links_ + (nic_bandwidth > 0 ? 2 * static_cast<std::size_t>(network_.hosts()) : 0), kNoFlowLink) {
}

void LinkTable::append_route(Host from, Host to, std::int32_t choice, std::vector<FlowLink>& links) {
  if (from == to) {
    return;
  }
  if (nic_bandwidth_ > 0) {
    links.push_back(number(network_links_ + 2 * static_cast<std::size_t>(from)));
  }
  network_.choose_route(from, to, choice, route_);
  for (const LinkId link : route_) {
    links.push_back(number(static_cast<std::size_t>(link)));
  }
  if (nic_bandwidth_ > 0) {
    links.push_back(number(network_links_ + 2 * static_cast<std::size_t>(to) + 1));
  }
}

Bytes LinkTable::take_burst(std::span<const FlowLink> way, Bytes bytes, Bytes burst, Picoseconds now) {
  debts_.resize(capacities_.size());
  double free = static_cast<double>(burst);
  for (const FlowLink link : way) {
    Debt& debt = debts_[link];
    debt.bytes = std::max(0.0, debt.bytes - capacities_[link] * static_cast<double>(now - debt.since));
    debt.since = now;
    free = std::min(free, static_cast<double>(burst) - debt.bytes);
    debt.bytes += static_cast<double>(bytes);
  }
  return std::min(bytes, static_cast<Bytes>(std::max(0.0, free)));
}

void LinkTable::fill_as(const LinkTable& before, Picoseconds later) {
  for (std::size_t link = 0; link < before.debts_.size(); ++link) {
    const Debt& debt = before.debts_[link];
    const double paid = before.capacities_[link] * static_cast<double>(later - debt.since);
    const FlowLink here = number(before.outside_[link]);
    debts_.resize(capacities_.size());
    debts_[here] = {std::max(0.0, debt.bytes - paid), 0};
  }
}

Picoseconds LinkTable::latency_of(Host from, Host to, std::int32_t choice) {
  network_.choose_route(from, to, choice, route_);
  return std::accumulate(route_.begin(), route_.end(), Picoseconds{0},
                         [this](Picoseconds sum, LinkId link) { return sum + network_.link(link).latency; });
}

Picoseconds LinkTable::detour(Host from, Host to, std::int32_t choice) {
  return choice == 0 || from == to ? 0
                                   : std::max<Picoseconds>(latency_of(from, to, choice) - latency_of(from, to, 0), 0);
}

FlowLink LinkTable::number(std::size_t outside) {
  FlowLink& number = numbers_[outside];
  if (number == kNoFlowLink) {
    const double bandwidth =
        outside < network_links_ ? network_.link(static_cast<LinkId>(outside)).bandwidth : nic_bandwidth_;
    if (!(bandwidth > 0)) {
      throw Error(ErrorKind::kUsage, "link " + std::to_string(outside) + " has a bandwidth of " +
                                         std::to_string(bandwidth) + " bytes per second; accepted: more than 0");
    }
    number = static_cast<FlowLink>(outside_.size());
    outside_.push_back(outside);
    capacities_.push_back(bandwidth / static_cast<double>(kPicosecondsPerSecond));
    carried_.push_back(0);
  }
  return number;
}

LinkUse LinkTable::identity(FlowLink link) const {
  const std::size_t outside = outside_[link];
  if (outside < network_links_) {
    return {.link = static_cast<LinkId>(outside)};
  }
  const std::size_t nic = outside - network_links_;
  return {.nic = static_cast<Host>(nic / 2), .outwards = nic % 2 == 0};
}

std::vector<LinkUse> LinkTable::uses(Picoseconds time) const {
  std::vector<LinkUse> uses;
  uses.reserve(outside_.size());
  for (const FlowLink link : numbers_) {
    if (link == kNoFlowLink) {
      continue;
    }
    LinkUse use = identity(link);
    use.bytes = carried_[link];
    use.use = time == 0 ? 0 : static_cast<double>(use.bytes) / (capacities_[link] * static_cast<double>(time));
    uses.push_back(use);
  }
  return uses;
}

}  // namespace ringwood
