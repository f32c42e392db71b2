#include "sim/pair_costs.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

// Room for a thousand of the longest messages in 64 bits, and for the sum of a few parameters.
constexpr double kLongestMessage = 9.0e15;  // picoseconds: two and a half hours
constexpr Picoseconds kLongestParameter = 1'000'000'000'000'000;

}  // namespace

PairCosts::PairCosts(const Machine& machine, const Mapping& mapping, Bytes largest)
    : machine_(machine), mapping_(mapping), largest_(largest) {
  uniform_ = machine.network->is_uniform();
  const bool one_host = std::all_of(mapping.begin(), mapping.end(), [&](Host host) { return host == mapping.front(); });
  if (uniform_ || one_host) {
    prepare_uniform();
  } else {
    last_peer_.resize(mapping.size());
    static_cast<void>(class_with(machine.between(mapping.front(), mapping.front())));  // kInside
  }
}

void PairCosts::prepare_uniform() {
  uniform_ = true;
  const Host first = mapping_.front();
  const auto other = std::find_if(mapping_.begin(), mapping_.end(), [&](Host host) { return host != first; });
  classes_.assign(2, machine_.between(first, first));
  if (other == mapping_.end()) {
    only_class_ = kInside;
  } else {
    classes_[kBetween] = machine_.between(first, *other);
    std::vector<bool> used(static_cast<std::size_t>(machine_.network->hosts()));
    bool shared = false;
    for (const Host host : mapping_) {
      shared = shared || used[static_cast<std::size_t>(host)];
      used[static_cast<std::size_t>(host)] = true;
    }
    only_class_ = shared ? kSeveral : kBetween;
  }
  check(classes_[kInside]);
  check(classes_[kBetween]);
}

CostClass PairCosts::look_up(Rank from, Rank to) {
  LastPeer& last = last_peer_[static_cast<std::size_t>(from)];
  last.peer = to;
  if (host(from) == host(to)) {
    last.cost_class = kInside;
    return kInside;
  }
  // The parameters depend on the pair by its path alone, and a network has few lengths of paths.
  const Path path = machine_.network->path(host(from), host(to));
  const std::uint64_t mixed =
      (static_cast<std::uint64_t>(path.latency) ^ std::bit_cast<std::uint64_t>(path.bandwidth)) * 0x9E3779B97F4A7C15U;
  KnownPath& known = known_paths_[mixed >> (64U - kPathBits)];
  if (known.latency != path.latency || known.bandwidth != path.bandwidth) {
    known = {path.latency, path.bandwidth, class_with(machine_.between(host(from), host(to)))};
  }
  last.cost_class = known.cost_class;
  return known.cost_class;
}

CostClass PairCosts::class_with(const LogGops& costs) {
  const auto [found, is_new] = known_.try_emplace(costs, static_cast<CostClass>(classes_.size()));
  if (is_new) {
    check(costs);
    classes_.push_back(costs);
  }
  return found->second;
}

bool PairCosts::may_wait_for_receives(const Machine& machine, Bytes largest) {
  const Bytes shortest = std::min(machine.inside_host.S, machine.between_hosts.S);
  return largest > machine.replaced.S.value_or(shortest);
}

void PairCosts::check(const LogGops& costs) const {
  const double per_byte = std::ldexp(static_cast<double>(std::max(costs.G.scaled, costs.O.scaled)), -32);
  if (per_byte * static_cast<double>(largest_) > kLongestMessage) {
    throw Error(ErrorKind::kUsage, "a message of " + std::to_string(largest_) + " bytes at " +
                                       std::to_string(per_byte) +
                                       " ps a byte takes more than the 9000 s that can be simulated for one message");
  }
  for (const Picoseconds parameter : {costs.L, costs.o, costs.g}) {
    if (parameter < 0 || parameter > kLongestParameter) {
      throw Error(ErrorKind::kUsage, "a LogGOPS parameter is " + std::to_string(parameter) + " ps; accepted: 0 to " +
                                         std::to_string(kLongestParameter) + " ps");
    }
  }
}

std::size_t PairCosts::Hash::operator()(const LogGops& costs) const {
  std::uint64_t hash = 0;
  for (const std::uint64_t field :
       {static_cast<std::uint64_t>(costs.L), static_cast<std::uint64_t>(costs.o), static_cast<std::uint64_t>(costs.g),
        costs.G.scaled, costs.O.scaled, static_cast<std::uint64_t>(costs.S),
        static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(costs.corrections.get()))}) {
    hash = (hash ^ field) * 0x9E3779B97F4A7C15U;
    hash ^= hash >> 29U;
  }
  return hash;
}

}  // namespace ringwood
