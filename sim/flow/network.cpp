#include "sim/flow/network.hpp"

#include <algorithm>
#include <tuple>

namespace ringwood {

namespace {

[[nodiscard]] bool in_order(const FlowStart& a, const FlowStart& b) {
  return std::tie(a.source, a.destination, a.message) < std::tie(b.source, b.destination, b.message);
}

}  // namespace

FlowNetwork::FlowNetwork(LinkTable& links, const Mapping& mapping, const FlowOptions& options)
    : links_(links), mapping_(mapping), active_(links_), logs_rates_(options.rates) {}

Picoseconds FlowNetwork::next_end() {
  return bulk_ended_ < bulk_.size() ? bulk_[bulk_ended_].end : active_.next_end();
}

void FlowNetwork::take_ended(Picoseconds now, std::vector<FlowEnd>& ended) {
  const std::size_t before = ended.size();
  for (; bulk_ended_ < bulk_.size() && bulk_[bulk_ended_].end == now; ++bulk_ended_) {
    ended.push_back({bulk_[bulk_ended_].start.message, bulk_[bulk_ended_].bottleneck});
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
  const bool is_equal = std::all_of(started.begin(), started.end(),
                                    [&](const FlowStart& flow) { return flow.bytes == started.front().bytes; });
  if (dirty_ && active_.empty()) {
    active_.solve(now);
    dirty_ = false;
  }
  if (is_idle && is_equal) {
    start_bulk(now, started);
    return;
  }
  dissolve_bulk(now);
  for (const FlowStart& flow : started) {
    path_.clear();
    links_.append_route(host(flow.source), host(flow.destination), path_);
    for (const FlowLink link : path_) {
      links_.carry(link, flow.bytes);
    }
    active_.add(flow, static_cast<double>(flow.bytes), path_);
  }
  active_.solve(now);
  dirty_ = false;
  ++report_.events;
  if (logs_rates_) {
    active_.for_each_changed([&](std::uint32_t message, double rate) { log(now, message, rate); });
  }
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
  for (std::size_t i = 1; i < counts_.size(); ++i) {
    counts_[i] += counts_[i - 1];
  }
  sorted_.resize(flows.size());
  for (const FlowStart& flow : flows) {
    sorted_[counts_[static_cast<std::size_t>(flow.source)]++] = flow;
  }
  flows.swap(sorted_);
  for (auto first = flows.begin(); first != flows.end();) {
    const auto last =
        std::find_if(first, flows.end(), [&](const FlowStart& flow) { return flow.source != first->source; });
    std::sort(first, last, in_order);
    first = last;
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
  ++report_.bulk_rounds;
  const auto bytes = static_cast<double>(flows.front().bytes);
  bulk_.resize(flows.size());
  for (std::size_t i = 0; i < flows.size(); ++i) {
    const double rate = round.rates.rates[i];
    const bool is_same = i > 0 && rate == bulk_[i - 1].rate;
    bulk_[i] = {flows[i], rate, is_same ? bulk_[i - 1].end : end_of_flow(now, bytes, rate), round.rates.bottlenecks[i]};
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
  paths_.clear();
  for (const FlowStart& flow : flows) {
    links_.append_route(host(flow.source), host(flow.destination), paths_.links);
    paths_.end_flow(flow.limit);
  }
  SolvedRound round;
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

/// What is left of a bulk round goes on among others.
void FlowNetwork::dissolve_bulk(Picoseconds now) {
  for (; bulk_ended_ < bulk_.size(); ++bulk_ended_) {
    const BulkFlow& flow = bulk_[bulk_ended_];
    path_.clear();
    links_.append_route(host(flow.start.source), host(flow.start.destination), path_);
    const double left = static_cast<double>(flow.start.bytes) - flow.rate * static_cast<double>(now - bulk_start_);
    active_.add(flow.start, left, path_);
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
