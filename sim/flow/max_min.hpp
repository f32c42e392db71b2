#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "base/huge_pages.hpp"

namespace ringwood {

/// A link as the flow model numbers it: densely, in the order in which it first saw them.
using FlowLink = std::uint32_t;

inline constexpr FlowLink kNoFlowLink = ~FlowLink{0};
inline constexpr double kNoLimit = std::numeric_limits<double>::infinity();

/// Rates and shares that differ by less, relatively, are the same: rounding errors of a solve are a thousandth of it.
inline constexpr double kRateTolerance = 1e-12;

/// Flows and the links that they cross. Every flow crosses each link once at most.
struct FlowPaths {
  std::vector<std::uint32_t> first{0};  ///< flow f crosses links[first[f]] .. links[first[f + 1] - 1]
  std::vector<FlowLink> links;
  std::vector<double> limits;   ///< of each flow's own rate; kNoLimit: none
  std::vector<double> weights;  ///< of each flow: rates over weights are fair; empty: all the same

  [[nodiscard]] std::size_t size() const { return limits.size(); }

  [[nodiscard]] std::span<const FlowLink> of(std::size_t flow) const {
    return {links.data() + first[flow], links.data() + first[flow + 1]};
  }

  /// Ends the path of a flow whose links were appended.
  void end_flow(double limit) {
    first.push_back(static_cast<std::uint32_t>(links.size()));
    limits.push_back(limit);
  }

  void clear() {
    first.assign(1, 0);
    links.clear();
    limits.clear();
    weights.clear();
  }
};

/// What a solve found: the rate of each flow, and the link that keeps it from being higher, or kNoFlowLink where the
/// flow's own limit does.
struct FlowRates {
  std::vector<double> rates;
  std::vector<FlowLink> bottlenecks;
};

/// Max-min fair rates by filling local minima: a link whose fair share is least among all links that it shares a flow
/// with will be a bottleneck at just that share, whatever happens elsewhere, so its flows are done. No heap, no global
/// order; a few sweeps (Bertsekas, Gallager, Data Networks 6.5.2, made local). Where flows have weights the share is
/// that of a weight of 1. Keeps its working memory.
class MaxMinSolver {
 public:
  /// `capacities` by link; they and the limits are positive. Rates have the unit of these. A flow that crosses no link
  /// has its limit as its rate.
  void solve(const FlowPaths& flows, std::span<const double> capacities, FlowRates& result);

  /// Sweeps of the last solve.
  [[nodiscard]] int sweeps() const { return sweeps_; }

 private:
  struct Load {
    double left = 0;    // capacity that is not given away
    double share = 0;   // of each flow that has no rate yet, by weight
    double lowest = 0;  // share that any of these flows could have for all its links
    std::uint32_t flows = 0;
  };

  void prepare(const FlowPaths& flows, std::span<const double> capacities);
  void compute_shares(const FlowPaths& flows);
  void sum_weights(const FlowPaths& flows);
  void compute_candidates(const FlowPaths& flows);
  void freeze(const FlowPaths& flows, FlowRates& result);
  [[nodiscard]] bool find_bottleneck(std::span<const FlowLink> path, double share, FlowLink& bottleneck) const;

  std::vector<Load, HugePageAllocator<Load>> loads_;  // by link; `flows` is 0 between solves
  std::vector<FlowLink> used_;                        // links with flows that have no rate yet
  std::vector<std::uint32_t> waiting_;                // flows without a rate
  std::vector<double> candidates_;                    // share of each waiting flow
  std::vector<double> weights_;  // by link: of its flows that have no rate yet, if flows have weights
  int sweeps_ = 0;
};

}  // namespace ringwood
