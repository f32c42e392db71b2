#include "sim/flow/max_min.hpp"

#include <algorithm>
#include <numeric>

namespace ringwood {

void MaxMinSolver::solve(const FlowPaths& flows, std::span<const double> capacities, FlowRates& result) {
  prepare(flows, capacities);
  result.rates.resize(flows.size());
  result.bottlenecks.resize(flows.size());
  // The link with the least share of all is a local minimum: every sweep ends at least one flow.
  for (sweeps_ = 0; !waiting_.empty(); ++sweeps_) {
    compute_shares();
    compute_candidates(flows);
    freeze(flows, result);
  }
}

void MaxMinSolver::prepare(const FlowPaths& flows, std::span<const double> capacities) {
  if (loads_.size() < capacities.size()) {
    loads_.resize(capacities.size());
  }
  used_.clear();
  for (const FlowLink link : flows.links) {
    Load& load = loads_[link];
    if (load.flows++ == 0) {
      load.left = capacities[link];
      used_.push_back(link);
    }
  }
  waiting_.resize(flows.size());
  std::iota(waiting_.begin(), waiting_.end(), 0U);
  candidates_.resize(flows.size());
}

void MaxMinSolver::compute_shares() {
  std::size_t kept = 0;
  for (const FlowLink link : used_) {
    Load& load = loads_[link];
    if (load.flows > 0) {
      load.share = load.left / load.flows;
      load.lowest = kNoLimit;
      used_[kept++] = link;
    }
  }
  used_.resize(kept);
}

void MaxMinSolver::compute_candidates(const FlowPaths& flows) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::span<const FlowLink> path = flows.of(waiting_[i]);
    double rate = flows.limits[waiting_[i]];
    for (const FlowLink link : path) {
      rate = std::min(rate, loads_[link].share);
    }
    candidates_[i] = rate;
    for (const FlowLink link : path) {
      loads_[link].lowest = std::min(loads_[link].lowest, rate);
    }
  }
}

/// Whether the flow's candidate is its rate: its own limit, or the share of a link that is a local minimum.
bool MaxMinSolver::find_bottleneck(std::span<const FlowLink> path, double rate, FlowLink& bottleneck) const {
  constexpr double kAbove = 1 + kRateTolerance;
  for (const FlowLink link : path) {
    const Load& load = loads_[link];
    if (load.share <= rate * kAbove && load.lowest * kAbove >= load.share) {
      bottleneck = link;
      return true;
    }
  }
  return false;
}

void MaxMinSolver::freeze(const FlowPaths& flows, FlowRates& result) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::uint32_t flow = waiting_[i];
    const std::span<const FlowLink> path = flows.of(flow);
    const double rate = candidates_[i];
    FlowLink bottleneck = kNoFlowLink;
    if (rate < flows.limits[flow] && !find_bottleneck(path, rate, bottleneck)) {
      waiting_[kept++] = flow;
      continue;
    }
    result.rates[flow] = rate;
    result.bottlenecks[flow] = bottleneck;
    for (const FlowLink link : path) {
      loads_[link].left -= rate;
      --loads_[link].flows;
    }
  }
  waiting_.resize(kept);
}

}  // namespace ringwood
