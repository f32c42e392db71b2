#include "sim/flow/max_min.hpp"

#include <algorithm>
#include <numeric>

namespace ringwood {

namespace {

/// What the flow's own limit lets it have.
[[nodiscard]] double own_share(const FlowPaths& flows, std::uint32_t flow) {
  return flows.weights.empty() ? flows.limits[flow] : flows.limits[flow] / flows.weights[flow];
}

}  // namespace

void MaxMinSolver::solve(const FlowPaths& flows, std::span<const double> capacities, FlowRates& result) {
  prepare(flows, capacities);
  result.rates.resize(flows.size());
  result.bottlenecks.resize(flows.size());
  // The link with the least share of all is a local minimum: every sweep ends at least one flow.
  for (sweeps_ = 0; !waiting_.empty(); ++sweeps_) {
    compute_shares(flows);
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

/// Summed anew each time: what is left of a sum from which most was taken would be rounding errors.
void MaxMinSolver::sum_weights(const FlowPaths& flows) {
  weights_.resize(loads_.size());
  for (const FlowLink link : used_) {
    weights_[link] = 0;
  }
  for (const std::uint32_t flow : waiting_) {
    for (const FlowLink link : flows.of(flow)) {
      weights_[link] += flows.weights[flow];
    }
  }
}

void MaxMinSolver::compute_shares(const FlowPaths& flows) {
  const bool is_weighted = !flows.weights.empty();
  if (is_weighted) {
    sum_weights(flows);
  }
  std::size_t kept = 0;
  for (const FlowLink link : used_) {
    Load& load = loads_[link];
    if (load.flows > 0) {
      load.share = load.left / (is_weighted ? weights_[link] : load.flows);
      load.lowest = kNoLimit;
      used_[kept++] = link;
    }
  }
  used_.resize(kept);
}

void MaxMinSolver::compute_candidates(const FlowPaths& flows) {
  for (std::size_t i = 0; i < waiting_.size(); ++i) {
    const std::span<const FlowLink> path = flows.of(waiting_[i]);
    double share = own_share(flows, waiting_[i]);
    for (const FlowLink link : path) {
      share = std::min(share, loads_[link].share);
    }
    candidates_[i] = share;
    for (const FlowLink link : path) {
      loads_[link].lowest = std::min(loads_[link].lowest, share);
    }
  }
}

/// Whether the flow's candidate is its share: its own limit, or the share of a link that is a local minimum.
bool MaxMinSolver::find_bottleneck(std::span<const FlowLink> path, double share, FlowLink& bottleneck) const {
  constexpr double kAbove = 1 + kRateTolerance;
  for (const FlowLink link : path) {
    const Load& load = loads_[link];
    if (load.share <= share * kAbove && load.lowest * kAbove >= load.share) {
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
    const double share = candidates_[i];
    FlowLink bottleneck = kNoFlowLink;
    if (share < own_share(flows, flow) && !find_bottleneck(path, share, bottleneck)) {
      waiting_[kept++] = flow;
      continue;
    }
    const double rate = flows.weights.empty()       ? share
                        : bottleneck == kNoFlowLink ? flows.limits[flow]
                                                    : share * flows.weights[flow];
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
