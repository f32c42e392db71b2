#pragma once

#include <memory>
#include <span>
#include <vector>

#include "sim/flow/active_flows.hpp"
#include "sim/flow/round_memo.hpp"

namespace ringwood {

/// The network as the ranks see it: flows go in, and come out when they end.
///
/// Bulk rounds: flows of equal size that start together where there are no others need one solve. Proof: the fastest
/// end first. Any other flow f has a full link on which it is a fastest one; f is slower than those that ended, so none
/// of them crossed that link: it stays full, with f a fastest one on it; so the rates of the rest stay the max-min fair
/// ones. A round that was solved before needs no solve and no routes.
class FlowNetwork {
 public:
  /// `burst`: bytes that a link lets pass at once (flow.hpp). The other arguments must outlive this.
  FlowNetwork(LinkTable& links, const Mapping& mapping, const FlowOptions& options, Bytes burst);

  /// The earliest end of a flow, or kNever.
  [[nodiscard]] Picoseconds next_end();

  /// Takes out the flows that end now. change() must follow, at the same time.
  void take_ended(Picoseconds now, std::vector<FlowEnd>& ended);

  /// These flows start now, which may be none. Their order does not matter; they are sorted.
  void change(Picoseconds now, std::vector<FlowStart>& started);

  /// What is known when all has ended.
  [[nodiscard]] FlowReport report(Picoseconds time);

 private:
  struct BulkFlow {
    FlowStart start;
    double rate = 0;
    Picoseconds end = 0;
    FlowLink bottleneck = kNoFlowLink;
    std::uint32_t number = 0;  // in the round
  };

  [[nodiscard]] Host host(Rank rank) const { return mapping_[static_cast<std::size_t>(rank)]; }

  void sort(std::vector<FlowStart>& flows);
  void spare_bursts(Picoseconds now, std::span<FlowStart> flows);
  [[nodiscard]] bool have_sources_of_their_own(std::span<const FlowStart> flows);
  template <typename FlowsOn>
  [[nodiscard]] Picoseconds append_path(const FlowStart& flow, std::vector<FlowLink>& path, FlowsOn&& flows_on);
  void add(const FlowStart& flow, double bytes, std::span<const FlowLink> path, Picoseconds detour);
  void start_bulk(Picoseconds now, std::span<const FlowStart> flows);
  [[nodiscard]] const SolvedRound& solve_round(std::span<const FlowStart> flows);
  void find_paths(std::span<const FlowStart> flows, SolvedRound& round);
  void dissolve_bulk(Picoseconds now);
  void account(const SolvedRound& round);
  void log(Picoseconds now, std::uint32_t message, double rate);

  LinkTable& links_;
  const Mapping& mapping_;
  Bytes burst_;
  ActiveFlows active_;
  RoundMemo memo_;
  MaxMinSolver solver_;
  FlowPaths paths_;
  FlowRates rates_;
  std::vector<BulkFlow> bulk_;  // in the order in which they end
  std::size_t bulk_ended_ = 0;
  const SolvedRound* bulk_round_ = nullptr;  // which they are
  Picoseconds bulk_start_ = 0;
  bool dirty_ = false;  // active flows have ended and were not solved since
  bool logs_rates_;
  FlowFairness fairness_;
  std::vector<std::uint32_t> chosen_;  // of a round: flows that have chosen a link
  std::vector<FlowLink> tried_;
  std::vector<bool> seen_sources_;
  std::vector<RankPair> pairs_;
  std::vector<FlowLink> path_;
  std::vector<std::uint32_t> counts_;
  std::vector<FlowStart> sorted_;
  std::vector<SolvedRound> forgotten_;
  FlowReport report_;
};

}  // namespace ringwood
