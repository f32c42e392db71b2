#include "sim/flow/active_flows.hpp"

#include <algorithm>
#include <cmath>

#include "sim/engine.hpp"

namespace ringwood {

namespace {

/// Sums over the flows of a link are that good.
constexpr double kSumTolerance = 1e-11;

[[nodiscard]] bool below(double a, double b) {
  return a < b * (1 - kSumTolerance);
}

}  // namespace

Picoseconds end_of_flow(Picoseconds now, double bytes, double rate) {
  // Halves are the times that equal flows most likely share: a little aside, all of them are rounded the same way.
  constexpr double kRounding = 0.5 - 1e-6;
  const double time = std::max(bytes, 0.0) / rate;
  if (!(time < static_cast<double>(kLatestTime))) {
    return kLatestTime + now;
  }
  return now + static_cast<Picoseconds>(std::floor(time + kRounding));
}

std::uint32_t ActiveFlows::allocate_hops(std::size_t count) {
  if (free_hops_.size() <= count) {
    free_hops_.resize(count + 1);
  }
  if (std::vector<std::uint32_t>& free = free_hops_[count]; !free.empty()) {
    const std::uint32_t first = free.back();
    free.pop_back();
    return first;
  }
  const auto first = static_cast<std::uint32_t>(hops_.size());
  hops_.resize(hops_.size() + count);
  return first;
}

void ActiveFlows::add(const FlowStart& flow, double bytes, const FlowWay& way) {
  const std::span<const FlowLink> path = way.path;
  Slot slot = static_cast<Slot>(flows_.size());
  if (free_flows_.empty()) {
    flows_.emplace_back();
  } else {
    slot = free_flows_.back();
    free_flows_.pop_back();
  }
  if (loads_.size() < table_.capacities().size()) {
    loads_.resize(table_.capacities().size());
  }
  Flow& added = flows_[slot];
  const std::uint32_t version = added.version + 1;
  added = {.left = bytes, .limit = flow.limit, .message = flow.message, .version = version};
  added.detour = way.detour;
  added.live = true;
  added.first_hop = allocate_hops(path.size());
  added.hops = static_cast<std::uint32_t>(path.size());
  for (std::uint32_t i = 0; i < added.hops; ++i) {
    std::vector<Member>& members = loads_[path[i]].flows;
    hops_[added.first_hop + i] = {path[i], static_cast<std::uint32_t>(members.size())};
    members.push_back({slot, added.first_hop + i});
  }
  if (way.source != kNoSource && !path.empty()) {
    join_source(slot, way.source);
  }
  added_.push_back(slot);
  ++live_;
}

void ActiveFlows::join_source(Slot slot, Host source) {
  if (sources_.size() <= static_cast<std::size_t>(source)) {
    sources_.resize(static_cast<std::size_t>(source) + 1);
  }
  std::vector<Slot>& flows = sources_[static_cast<std::size_t>(source)];
  flows_[slot].source = source;
  flows_[slot].position = static_cast<std::uint32_t>(flows.size());
  flows.push_back(slot);
  changed_sources_.push_back(source);
}

void ActiveFlows::leave_source(const Flow& flow) {
  std::vector<Slot>& flows = sources_[static_cast<std::size_t>(flow.source)];
  flows[flow.position] = flows.back();
  flows_[flows.back()].position = flow.position;
  flows.pop_back();
  changed_sources_.push_back(flow.source);
}

/// Their flows have other weights now: those that they held up, or that held them up, may have other rates.
void ActiveFlows::affect_changed_sources() {
  for (const Host source : changed_sources_) {
    const std::vector<Slot>& flows = sources_[static_cast<std::size_t>(source)];
    for (const Slot slot : flows) {
      flows_[slot].portions = static_cast<double>(flows.size());
      affect(slot);
      for (const Hop& hop : hops_of(flows_[slot])) {
        affect_held_up_by(hop.link);
      }
    }
  }
  changed_sources_.clear();
}

void ActiveFlows::remove(Slot slot) {
  Flow& flow = flows_[slot];
  for (const Hop& hop : hops_of(flow)) {
    std::vector<Member>& members = loads_[hop.link].flows;
    const Member last = members.back();
    members[hop.position] = last;
    hops_[last.hop].position = hop.position;
    members.pop_back();
    left_.push_back(hop.link);
  }
  free_hops_[flow.hops].push_back(flow.first_hop);
  if (flow.source != kNoSource) {
    leave_source(flow);
  }
  ++flow.version;
  flow.live = false;
  free_flows_.push_back(slot);
  --live_;
}

Picoseconds ActiveFlows::next_end() {
  while (!ends_.empty() && flows_[ends_.top().flow].version != ends_.top().version) {
    ends_.pop();
  }
  return ends_.empty() ? kNever : ends_.top().time;
}

void ActiveFlows::take_ended(Picoseconds now, std::vector<FlowEnd>& ended) {
  const auto before = static_cast<std::ptrdiff_t>(ended.size());
  while (next_end() == now) {
    const Slot slot = ends_.top().flow;
    ends_.pop();
    ended.push_back({flows_[slot].message, flows_[slot].bottleneck, flows_[slot].detour});
    remove(slot);
  }
  std::sort(ended.begin() + before, ended.end(),
            [](const FlowEnd& a, const FlowEnd& b) { return a.message < b.message; });
}

void ActiveFlows::touch(FlowLink link) {
  if (!loads_[link].touched) {
    loads_[link].touched = true;
    touched_.push_back(link);
  }
}

void ActiveFlows::affect(Slot slot) {
  Flow& flow = flows_[slot];
  if (!flow.affected) {
    flow.affected = true;
    flow.next_rate = flow.rate;
    affected_.push_back(slot);
    for (const Hop& hop : hops_of(flow)) {
      touch(hop.link);
    }
  }
}

void ActiveFlows::affect_held_up_by(FlowLink link) {
  for (const Member& member : loads_[link].flows) {
    if (flows_[member.flow].bottleneck == link) {
      affect(member.flow);
    }
  }
}

void ActiveFlows::affect_all() {
  for (Slot slot = 0; slot < flows_.size(); ++slot) {
    if (flows_[slot].live) {
      affect(slot);
    }
  }
}

void ActiveFlows::solve(Picoseconds now) {
  changed_.clear();
  residuals_.resize(loads_.size());
  for (const FlowLink link : left_) {
    touch(link);
    affect_held_up_by(link);
  }
  for (const Slot slot : added_) {
    affect(slot);
    for (const Hop& hop : hops_of(flows_[slot])) {
      affect_held_up_by(hop.link);
    }
  }
  affect_changed_sources();
  left_.clear();
  added_.clear();
  for (std::size_t solved = 0; solved < affected_.size();) {
    if (affected_.size() > live_ / 2) {
      affect_all();
    }
    solved = affected_.size();
    solve_affected();
    if (solved < live_) {
      affect_violators();
    }
  }
  apply(now);
}

void ActiveFlows::solve_affected() {
  find_residuals();
  paths_.clear();
  for (const Slot slot : affected_) {
    for (const Hop& hop : hops_of(flows_[slot])) {
      paths_.links.push_back(hop.link);
    }
    paths_.end_flow(flows_[slot].limit);
    if (!sources_.empty()) {
      paths_.weights.push_back(1 / flows_[slot].portions);
    }
  }
  solver_.solve(paths_, residuals_, rates_);
  solved_ += static_cast<std::int64_t>(affected_.size());
  for (std::size_t i = 0; i < affected_.size(); ++i) {
    flows_[affected_[i]].next_rate = rates_.rates[i];
    flows_[affected_[i]].bottleneck = rates_.bottlenecks[i];
  }
}

/// What the flows that keep their rates leave on the touched links.
void ActiveFlows::find_residuals() {
  const std::span<const double> capacities = table_.capacities();
  for (const FlowLink link : touched_) {
    double left = capacities[link];
    for (const Member& member : loads_[link].flows) {
      const Flow& flow = flows_[member.flow];
      left -= flow.affected ? 0 : flow.rate;
    }
    residuals_[link] = std::max(left, 0.0);
  }
}

/// The link with its sum and maximum of rates, those included that this solve has found.
ActiveFlows::Load& ActiveFlows::measure(FlowLink link) {
  Load& load = loads_[link];
  if (load.stamp != stamp_) {
    load.stamp = stamp_;
    load.used = 0;
    load.highest = 0;
    for (const Member& member : load.flows) {
      const Flow& flow = flows_[member.flow];
      const double rate = flow.affected ? flow.next_rate : flow.rate;
      load.used += rate;
      load.highest = std::max(load.highest, rate * flow.portions);
    }
  }
  return load;
}

/// Affects the flows that have no bottleneck any more, or that must give way for others to have one.
void ActiveFlows::affect_violators() {
  ++stamp_;
  const std::size_t affected = affected_.size();
  const std::size_t touched = touched_.size();
  for (std::size_t i = 0; i < affected; ++i) {
    check_affected(affected_[i]);
  }
  for (std::size_t i = 0; i < touched; ++i) {
    check_members(touched_[i]);
  }
}

/// Its bottleneck is one among the flows of this solve; others may be faster on it.
void ActiveFlows::check_affected(Slot slot) {
  const Flow& flow = flows_[slot];
  if (flow.bottleneck == kNoFlowLink || !below(flow.next_rate * flow.portions, measure(flow.bottleneck).highest)) {
    return;
  }
  const double share = flow.next_rate * flow.portions;
  for (const Member& member : loads_[flow.bottleneck].flows) {
    const Flow& other = flows_[member.flow];
    if (!other.affected && below(share, other.rate * other.portions)) {
      affect(member.flow);
    }
  }
}

void ActiveFlows::check_members(FlowLink link) {
  const Load& load = measure(link);
  const bool is_full = !below(load.used, table_.capacities()[link]);
  for (const Member& member : load.flows) {
    const Flow& flow = flows_[member.flow];
    if (!flow.affected && flow.bottleneck == link && (!is_full || below(flow.rate * flow.portions, load.highest)) &&
        !find_bottleneck(member.flow)) {
      affect(member.flow);
    }
  }
}

bool ActiveFlows::find_bottleneck(Slot slot) {
  Flow& flow = flows_[slot];
  for (const Hop& hop : hops_of(flow)) {
    const Load& load = measure(hop.link);
    if (!below(load.used, table_.capacities()[hop.link]) && !below(flow.rate * flow.portions, load.highest)) {
      flow.bottleneck = hop.link;
      return true;
    }
  }
  return false;
}

void ActiveFlows::apply(Picoseconds now) {
  constexpr double kSame = 1e-14;
  for (const Slot slot : affected_) {
    Flow& flow = flows_[slot];
    flow.affected = false;
    if (std::abs(flow.next_rate - flow.rate) <= flow.rate * kSame && flow.end != kNever) {
      continue;
    }
    flow.left -= flow.rate * static_cast<double>(now - flow.since);
    flow.since = now;
    flow.rate = flow.next_rate;
    flow.end = end_of_flow(now, flow.left, flow.rate);
    ++flow.version;
    ends_.push({flow.end, slot, flow.version});
    changed_.push_back(slot);
  }
  affected_.clear();
  for (const FlowLink link : touched_) {
    loads_[link].touched = false;
  }
  touched_.clear();
  if (live_ == 0) {
    ends_ = {};
  }
}

}  // namespace ringwood
