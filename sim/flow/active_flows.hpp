#pragma once

#include <functional>
#include <queue>
#include <span>
#include <vector>

#include "sim/flow/link_table.hpp"
#include "sim/flow/max_min.hpp"

namespace ringwood {

/// A message that enters the network.
struct FlowStart {
  Rank source = 0;
  Rank destination = 0;
  Bytes bytes = 0;
  double limit = kNoLimit;    ///< bytes per picosecond, of this flow alone
  std::uint32_t message = 0;  ///< the caller's name for it
};

/// Flows of no source share links by themselves.
inline constexpr Host kNoSource = -1;

/// How a flow goes through the network.
struct FlowWay {
  std::span<const FlowLink> path;
  Host source = kNoSource;  ///< the flows of one share a weight of 1
  Picoseconds detour = 0;   ///< what it takes longer than the usual way
};

/// A flow that has ended.
struct FlowEnd {
  std::uint32_t message = 0;
  FlowLink bottleneck = kNoFlowLink;  ///< what kept it from being faster in the end
  Picoseconds detour = 0;             ///< after which its last byte is there
};

/// No flow ends so late.
inline constexpr Picoseconds kNever = std::numeric_limits<Picoseconds>::max();

/// When a flow ends that has `bytes` left at `now`.
[[nodiscard]] Picoseconds end_of_flow(Picoseconds now, double bytes, double rate);

/// Flows that start and end whenever they like. A change is solved where it happens: first the flows that share a link
/// with it and were held up by just that link, against what the others leave; then, as long as there is any, those
/// whose bottleneck has thereby ceased to be one. When all have one the rates are the max-min fair ones, since these
/// are the only ones for which that holds.
class ActiveFlows {
 public:
  explicit ActiveFlows(const LinkTable& links) : table_(links) {}

  [[nodiscard]] bool empty() const { return live_ == 0; }

  /// Adds a flow of which `bytes` are left; its rate is computed by the next solve().
  void add(const FlowStart& flow, double bytes, const FlowWay& way);

  /// How many flows cross a link.
  [[nodiscard]] std::size_t flows_on(FlowLink link) const {
    return link < loads_.size() ? loads_[link].flows.size() : 0;
  }

  /// The earliest end of a flow, or kNever.
  [[nodiscard]] Picoseconds next_end();

  /// Takes out the flows that end now, in the order of their names.
  void take_ended(Picoseconds now, std::vector<FlowEnd>& ended);

  /// Gives every flow its rate from now on, after flows were added or taken out.
  void solve(Picoseconds now);

  /// Flows whose rate was computed, over all solves.
  [[nodiscard]] std::int64_t solved() const { return solved_; }

  /// Calls `visit(message, rate)` with each flow whose rate the last solve() changed.
  template <typename Visit>
  void for_each_changed(Visit&& visit) const {
    for (const Slot slot : changed_) {
      visit(flows_[slot].message, flows_[slot].rate);
    }
  }

 private:
  using Slot = std::uint32_t;

  struct Flow {
    double left = 0;  // bytes, at `since`
    double rate = 0;
    double next_rate = 0;
    double limit = kNoLimit;
    double portions = 1;  // of the weight of 1: its source's flows
    Picoseconds since = 0;
    Picoseconds end = kNever;
    std::uint32_t message = 0;
    std::uint32_t version = 0;  // entries of the queue with another are out of date
    std::uint32_t first_hop = 0;
    std::uint32_t hops = 0;
    FlowLink bottleneck = kNoFlowLink;
    Host source = kNoSource;
    std::uint32_t position = 0;  // among the source's flows
    Picoseconds detour = 0;
    bool live = false;
    bool affected = false;  // its rate is computed in this solve
  };

  struct Hop {
    FlowLink link = 0;
    std::uint32_t position = 0;  // among the link's flows
  };

  struct Member {
    Slot flow = 0;
    std::uint32_t hop = 0;
  };

  struct Load {
    std::vector<Member> flows;
    double used = 0;  // this and `highest` (a rate over its weight) are current if `stamp` is
    double highest = 0;
    std::uint64_t stamp = 0;
    bool touched = false;
  };

  struct End {
    Picoseconds time;
    Slot flow;
    std::uint32_t version;

    friend bool operator>(const End& a, const End& b) { return a.time > b.time; }
  };

  [[nodiscard]] std::span<Hop> hops_of(const Flow& flow) { return {hops_.data() + flow.first_hop, flow.hops}; }

  [[nodiscard]] std::uint32_t allocate_hops(std::size_t count);
  void remove(Slot slot);
  void join_source(Slot slot, Host source);
  void leave_source(const Flow& flow);
  void affect_changed_sources();
  void touch(FlowLink link);
  void affect(Slot slot);
  void affect_held_up_by(FlowLink link);
  void affect_all();
  void solve_affected();
  void find_residuals();
  [[nodiscard]] Load& measure(FlowLink link);
  void affect_violators();
  void check_affected(Slot slot);
  void check_members(FlowLink link);
  [[nodiscard]] bool find_bottleneck(Slot slot);
  void apply(Picoseconds now);

  const LinkTable& table_;
  std::vector<Flow> flows_;
  std::vector<Slot> free_flows_;
  std::vector<Hop> hops_;
  std::vector<std::vector<std::uint32_t>> free_hops_;  // by number of hops
  std::vector<Load> loads_;                            // by link
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;
  std::size_t live_ = 0;
  std::vector<Slot> added_;
  std::vector<FlowLink> left_;              // links of flows that were taken out
  std::vector<std::vector<Slot>> sources_;  // the flows of each; empty if there are none
  std::vector<Host> changed_sources_;
  std::vector<Slot> affected_;
  std::vector<FlowLink> touched_;  // links of affected flows, and links that flows have left
  std::vector<Slot> changed_;
  std::vector<double> residuals_;  // by link
  MaxMinSolver solver_;
  FlowPaths paths_;
  FlowRates rates_;
  std::uint64_t stamp_ = 0;
  std::int64_t solved_ = 0;
};

}  // namespace ringwood
