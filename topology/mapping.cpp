#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/machine.hpp"
#include "topology/mapping_file.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// `count` different slots in random order: the first steps of a Fisher-Yates shuffle that keeps only the entries it
/// has moved, so that a few ranks on a huge machine cost little.
[[nodiscard]] std::vector<std::int64_t> random_slots(std::int64_t slots, Rank count, std::uint64_t seed) {
  std::unordered_map<std::int64_t, std::int64_t> moved;
  const auto entry = [&](std::int64_t at) {
    const auto found = moved.find(at);
    return found == moved.end() ? at : found->second;
  };
  std::vector<std::int64_t> chosen;
  chosen.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    // Modulo favours small numbers by less than 2^-32: slots are at most 2^31 times the ranks of a host.
    const std::uint64_t random = mix(seed, static_cast<std::uint64_t>(i));
    const std::int64_t at = i + static_cast<std::int64_t>(random % static_cast<std::uint64_t>(slots - i));
    chosen.push_back(entry(at));
    moved[at] = entry(i);
  }
  return chosen;
}

/// Groups are numbered in the order of their first ranks.
template <typename GroupOf>
[[nodiscard]] Placement::Level level_of(const std::string& name, std::span<const Host> mapping, GroupOf group_of) {
  Placement::Level level;
  level.name = name;
  level.group_of.reserve(mapping.size());
  std::unordered_map<std::int64_t, Rank> numbers;
  for (const Host host : mapping) {
    const auto [entry, is_new] = numbers.try_emplace(group_of(host), static_cast<Rank>(numbers.size()));
    level.group_of.push_back(entry->second);
  }
  return level;
}

[[nodiscard]] std::size_t groups_in(const Placement::Level& level) {
  return level.group_of.empty()
             ? 0
             : static_cast<std::size_t>(*std::max_element(level.group_of.begin(), level.group_of.end())) + 1;
}

}  // namespace

Mapping make_mapping(const std::string& spec, const Machine& machine, Rank ranks) {
  if (ranks < 1 || ranks > machine.rank_slots()) {
    throw Error(ErrorKind::kUsage,
                "machine '" + machine.spec + "' has room for " + std::to_string(machine.rank_slots()) + " ranks (" +
                    std::to_string(machine.network->hosts()) + " hosts, " + std::to_string(machine.ranks_per_host) +
                    " ranks each), not for " + std::to_string(ranks));
  }
  const std::string random = "random:";
  const bool is_random = spec.starts_with(random);
  if (spec != "block" && spec != "round-robin" && !is_random) {
    std::error_code ignored;
    if (!std::filesystem::exists(spec, ignored)) {
      throw Error(ErrorKind::kUsage, "map '" + spec.substr(0, 80) +
                                         "': no such mapping or file; accepted are block, round-robin, random:SEED or "
                                         "a file (host numbers, hostfile, rankfile, coordinates of MPICH)");
    }
    return read_mapping(InputText::from_file(spec), machine, ranks);
  }
  Mapping mapping;
  mapping.reserve(static_cast<std::size_t>(ranks));
  if (is_random) {
    const std::uint64_t seed = parse_seed(std::string_view(spec).substr(random.size()));
    for (const std::int64_t slot : random_slots(machine.rank_slots(), ranks, seed)) {
      mapping.push_back(static_cast<Host>(slot / machine.ranks_per_host));
    }
    return mapping;
  }
  for (Rank rank = 0; rank < ranks; ++rank) {
    mapping.push_back(spec == "block" ? rank / machine.ranks_per_host : rank % machine.network->hosts());
  }
  return mapping;
}

Placement placement_of(std::span<const Host> mapping) {
  return Placement({level_of("node", mapping, [](Host host) { return host; })});
}

Placement placement_of(const Machine& machine, std::span<const Host> mapping) {
  const Topology& network = *machine.network;
  const std::vector<std::string> names = network.group_levels();
  const bool nodes_are_groups = std::find(names.begin(), names.end(), "node") != names.end();
  std::vector<Placement::Level> candidates;
  candidates.push_back(level_of(nodes_are_groups ? "device" : "node", mapping, [](Host host) { return host; }));
  for (std::size_t i = 0; i < names.size(); ++i) {
    candidates.push_back(level_of(names[i], mapping, [&](Host host) { return network.group_of(i, host); }));
  }
  std::vector<Placement::Level> levels;
  std::size_t inside = mapping.size();
  for (Placement::Level& level : candidates) {
    const std::size_t groups = groups_in(level);
    if (groups > 1 && groups < inside) {
      inside = groups;
      levels.push_back(std::move(level));
    }
  }
  if (levels.empty()) {
    levels.push_back(std::move(candidates.front()));
  }
  return Placement(std::move(levels));
}

}  // namespace ringwood
