#include "sim/flow/network.hpp"

#include <algorithm>
#include <tuple>

namespace ringwood {

namespace {

[[nodiscard]] bool in_order(const FlowStart& a, const FlowStart& b) {
  return std::tie(a.source, a.destination, a.message) < std::tie(b.source, b.destination, b.message);
}

}  // namespace

FlowNetwork::FlowNetwork(LinkTable& links, const Mapping& mapping, const FlowOptions& options, Bytes burst)
    : links_(links),
      mapping_(mapping),
      burst_(burst),
      active_(links_),
      logs_rates_(options.rates),
      fairness_(options.fairness) {}

Picoseconds FlowNetwork::next_end() {
  return bulk_ended_ < bulk_.size() ? bulk_[bulk_ended_].end : active_.next_end();
}

void FlowNetwork::take_ended(Picoseconds now, std::vector<FlowEnd>& ended) {
  const std::size_t before = ended.size();
  for (; bulk_ended_ < bulk_.size() && bulk_[bulk_ended_].end == now; ++bulk_ended_) {
    const BulkFlow& flow = bulk_[bulk_ended_];
    const bool is_adaptive = !bulk_round_->detours.empty();
    ended.push_back({flow.start.message, flow.bottleneck, is_adaptive ? bulk_round_->detours[flow.number] : 0});
  }
  if (!active_.empty()) {
    active_.take_ended(now, ended);
    dirty_ = true;
  }
  for (std::size_t i = before; i < ended.size(); ++i) {
    log(now, ended[i].message, 0);
  }
}

void FlowNetwork::change(Picoseconds now, std::vector<FlowStart>& started) {
  const bool is_idle = active_.empty() && bulk_ended_ == bulk_.size();
  if (started.empty() && !dirty_) {
    return;
  }
  sort(started);
  if (burst_ > 0) {
    spare_bursts(now, started);
  }
  const bool is_equal = std::all_of(started.begin(), started.end(),
                                    [&](const FlowStart& flow) { return flow.bytes == started.front().bytes; });
  if (dirty_ && active_.empty()) {
    active_.solve(now);
    dirty_ = false;
  }
  if (is_idle && is_equal && (fairness_ == FlowFairness::kFlow || have_sources_of_their_own(started))) {
    start_bulk(now, started);
    return;
  }
  dissolve_bulk(now);
  for (const FlowStart& flow : started) {
    path_.clear();
    const Picoseconds detour = append_path(flow, path_, [this](FlowLink link) { return active_.flows_on(link); });
    for (const FlowLink link : path_) {
      links_.carry(link, flow.bytes);
    }
    add(flow, static_cast<double>(flow.bytes), path_, detour);
  }
  active_.solve(now);
  dirty_ = false;
  ++report_.events;
  if (logs_rates_) {
    active_.for_each_changed([&](std::uint32_t message, double rate) { log(now, message, rate); });
  }
}

void FlowNetwork::add(const FlowStart& flow, double bytes, std::span<const FlowLink> path, Picoseconds detour) {
  active_.add(flow, bytes, {path, fairness_ == FlowFairness::kSource ? host(flow.source) : kNoSource, detour});
}

/// Whether no host sends two of the flows over the network: then weights are those of flows, and stay so.
bool FlowNetwork::have_sources_of_their_own(std::span<const FlowStart> flows) {
  seen_sources_.assign(mapping_.empty() ? 0 : static_cast<std::size_t>(*std::ranges::max_element(mapping_)) + 1, false);
  return std::none_of(flows.begin(), flows.end(), [&](const FlowStart& flow) {
    const auto source = static_cast<std::size_t>(host(flow.source));
    const bool is_second = host(flow.source) != host(flow.destination) && seen_sources_[source];
    seen_sources_[source] = seen_sources_[source] || host(flow.source) != host(flow.destination);
    return is_second;
  });
}

/// Appends the flow's way; `flows_on` says how many flows a link has. Returns what it takes longer than the usual one.
template <typename FlowsOn>
Picoseconds FlowNetwork::append_path(const FlowStart& flow, std::vector<FlowLink>& path, FlowsOn&& flows_on) {
  const Host from = host(flow.source);
  const Host to = host(flow.destination);
  const std::size_t begin = path.size();
  links_.append_route(from, to, path);
  double least = kNoLimit;
  std::int32_t best = 0;
  for (std::int32_t choice = 0; choice < links_.choices() && from != to; ++choice) {
    tried_.clear();
    links_.append_route(from, to, choice, tried_);
    double worst = 0;
    for (const FlowLink link : tried_) {
      worst = std::max(worst, static_cast<double>(flows_on(link) + 1) / links_.capacities()[link]);
    }
    if (worst * static_cast<double>(tried_.size()) < least) {
      least = worst * static_cast<double>(tried_.size());
      best = choice;
      path.resize(begin);
      path.insert(path.end(), tried_.begin(), tried_.end());
    }
  }
  return links_.detour(from, to, best);
}

/// By source, destination and name. Schedules start flows in nearly any order, in rounds of as many as there are ranks:
/// counting is several times faster than comparing.
void FlowNetwork::sort(std::vector<FlowStart>& flows) {
  if (std::is_sorted(flows.begin(), flows.end(), in_order)) {
    return;
  }
  if (flows.size() < mapping_.size() / 8) {
    std::sort(flows.begin(), flows.end(), in_order);
    return;
  }
  counts_.assign(mapping_.size() + 1, 0);
  for (const FlowStart& flow : flows) {
    ++counts_[static_cast<std::size_t>(flow.source) + 1];
  }
  bool has_several = false;
  for (std::size_t i = 1; i < counts_.size(); ++i) {
    has_several = has_several || counts_[i] > 1;
    counts_[i] += counts_[i - 1];
  }
  sorted_.resize(flows.size());
  for (const FlowStart& flow : flows) {
    sorted_[counts_[static_cast<std::size_t>(flow.source)]++] = flow;
  }
  flows.swap(sorted_);
  for (auto first = flows.begin(); has_several && first != flows.end();) {
    const auto last =
        std::find_if(first, flows.end(), [&](const FlowStart& flow) { return flow.source != first->source; });
    std::sort(first, last, in_order);
    first = last;
  }
}

/// Takes off the flows what their links let pass at once; one byte stays, so that they end as others do.
void FlowNetwork::spare_bursts(Picoseconds now, std::span<FlowStart> flows) {
  for (FlowStart& flow : flows) {
    path_.clear();
    links_.append_route(host(flow.source), host(flow.destination), path_);
    if (path_.empty()) {
      continue;
    }
    const Bytes spared = std::min(links_.take_burst(path_, flow.bytes, burst_, now), flow.bytes - 1);
    flow.bytes -= spared;
    for (const FlowLink link : path_) {
      links_.carry(link, spared);
    }
  }
}

void FlowNetwork::start_bulk(Picoseconds now, std::span<const FlowStart> flows) {
  bulk_.clear();
  bulk_ended_ = 0;
  bulk_start_ = now;
  if (flows.empty()) {
    return;
  }
  const SolvedRound& round = solve_round(flows);
  bulk_round_ = &round;
  ++report_.bulk_rounds;
  const auto bytes = static_cast<double>(flows.front().bytes);
  bulk_.resize(flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const double rate = round.rates.rates[i];
    const bool is_same = i > 0 && rate == bulk_[i - 1].rate;
    bulk_[i] = {flows[i], rate, is_same ? bulk_[i - 1].end : end_of_flow(now, bytes, rate), round.rates.bottlenecks[i],
                static_cast<std::uint32_t>(i)};
    log(now, flows[i].message, rate);
  }
  const auto ends_before = [](const BulkFlow& a, const BulkFlow& b) { return a.end < b.end; };
  if (!std::is_sorted(bulk_.begin(), bulk_.end(), ends_before)) {
    std::stable_sort(bulk_.begin(), bulk_.end(), ends_before);
  }
}

const SolvedRound& FlowNetwork::solve_round(std::span<const FlowStart> flows) {
  pairs_.clear();
  for (const FlowStart& flow : flows) {
    pairs_.emplace_back(flow.source, flow.destination);
  }
  if (SolvedRound* known = memo_.find(pairs_)) {
    known->bytes += flows.front().bytes;
    ++report_.remembered;
    return *known;
  }
  SolvedRound round;
  find_paths(flows, round);
  solver_.solve(paths_, links_.capacities(), round.rates);
  report_.solved_flows += static_cast<std::int64_t>(flows.size());
  round.pairs = pairs_;
  round.bytes = flows.front().bytes;
  round.links = paths_.links;
  const SolvedRound& kept = memo_.add(std::move(round), forgotten_);
  for (const SolvedRound& old : forgotten_) {
    account(old);
  }
  forgotten_.clear();
  return kept;
}

/// Where messages choose their ways, those of one round look at each other only: there are no others.
void FlowNetwork::find_paths(std::span<const FlowStart> flows, SolvedRound& round) {
  paths_.clear();
  const bool is_adaptive = links_.choices() > 1;
  if (is_adaptive) {
    chosen_.assign(links_.capacities().size(), 0);
  }
  for (const FlowStart& flow : flows) {
    if (!is_adaptive) {
      links_.append_route(host(flow.source), host(flow.destination), paths_.links);
      paths_.end_flow(flow.limit);
      continue;
    }
    const std::size_t begin = paths_.links.size();
    round.detours.push_back(append_path(flow, paths_.links, [this](FlowLink link) -> std::size_t {
      return link < chosen_.size() ? chosen_[link] : 0;
    }));
    chosen_.resize(links_.capacities().size());
    for (std::size_t i = begin; i < paths_.links.size(); ++i) {
      ++chosen_[paths_.links[i]];
    }
    paths_.end_flow(flow.limit);
  }
  if (is_adaptive) {
    round.first = paths_.first;
  }
}

/// What is left of a bulk round goes on among others.
void FlowNetwork::dissolve_bulk(Picoseconds now) {
  for (; bulk_ended_ < bulk_.size(); ++bulk_ended_) {
    const BulkFlow& flow = bulk_[bulk_ended_];
    const double left = static_cast<double>(flow.start.bytes) - flow.rate * static_cast<double>(now - bulk_start_);
    if (bulk_round_->first.empty()) {
      path_.clear();
      links_.append_route(host(flow.start.source), host(flow.start.destination), path_);
      add(flow.start, left, path_, 0);
    } else {
      const std::uint32_t first = bulk_round_->first[flow.number];
      const std::uint32_t hops = bulk_round_->first[flow.number + 1] - first;
      add(flow.start, left, std::span(bulk_round_->links).subspan(first, hops), bulk_round_->detours[flow.number]);
    }
  }
}

void FlowNetwork::account(const SolvedRound& round) {
  for (const FlowLink link : round.links) {
    links_.carry(link, round.bytes);
  }
}

void FlowNetwork::log(Picoseconds now, std::uint32_t message, double rate) {
  if (logs_rates_) {
    report_.rates.push_back({now, rate, message});
  }
}

FlowReport FlowNetwork::report(Picoseconds time) {
  for (const SolvedRound& round : memo_.rounds()) {
    account(round);
  }
  report_.solved_flows += active_.solved();
  report_.links = links_.uses(time);
  return std::move(report_);
}

}  // namespace ringwood
