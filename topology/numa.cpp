#include "topology/tree.hpp"
#include "topology/uniform.hpp"

namespace ringwood {

namespace {

/// A level of the tree inside a computer, from the cores outwards.
struct Part {
  std::string_view name;  ///< of the switch over it
  std::string_view count_key;
  std::string_view bandwidth_key;
  std::string_view latency_key;
};

/// Cores share a cache, caches a memory controller (NUMA domain), those a package, packages the computer:
///
///                  machine
///              /             \        package-bandwidth
///         package 0        package 1
///          /     \          /     \   numa-bandwidth
///       numa 0  numa 1   numa 2  numa 3
///         |                           cache-bandwidth
///       cache 0 ...
///       / | \                         bandwidth
///      0  1  2 ...                    cores
///
/// A message between cores meets what is on the way through the nearest part that both share. Packages meet in one
/// point, whatever links join them.
constexpr Part kParts[] = {{"cache", "cores", "bandwidth", "latency"},
                           {"numa", "caches", "cache-bandwidth", "cache-latency"},
                           {"package", "numa", "numa-bandwidth", "numa-latency"},
                           {"machine", "packages", "package-bandwidth", "package-latency"}};

constexpr KeyInfo kKeys[] = {
    {"packages", "packages (sockets) of the computer", "2"},
    {"numa", "memory domains of a package", "1"},
    {"caches", "last-level caches of a memory domain", "1"},
    {"cores", "cores on a cache", "8"},
    {"bandwidth", "of one core", "10GB/s"},
    {"latency", "between a core and its cache", "20ns"},
    {"cache-bandwidth", "between a cache and its memory domain", "60GB/s"},
    {"cache-latency", "between a cache and its memory domain", "20ns"},
    {"numa-bandwidth", "between a memory domain and its package", "100GB/s"},
    {"numa-latency", "between a memory domain and its package", "30ns"},
    {"package-bandwidth", "between a package and the others", "40GB/s"},
    {"package-latency", "between a package and the point where all meet", "50ns"},
    {"hop", "not used: latencies are those of all that is passed", "0ns"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  constexpr std::int64_t kMostCores = 1'000'000;
  std::int64_t counts[std::size(kParts) + 1];
  counts[std::size(kParts)] = 1;
  for (std::size_t i = std::size(kParts); i-- > 0;) {
    counts[i] = counts[i + 1] * keys.count(kParts[i].count_key, {1, 10'000});
    if (counts[i] > kMostCores) {
      keys.refuse("more than 1000000 cores");
    }
  }
  std::vector<TreeVertex> vertices;
  std::vector<std::string> levels;
  for (std::size_t i = 0; i <= std::size(kParts); ++i) {
    const bool root = i == std::size(kParts);
    const auto above = static_cast<Vertex>(vertices.size()) + counts[i];
    for (std::int64_t number = 0; number < counts[i]; ++number) {
      const std::string word = i == 0 ? "core" : std::string(kParts[i - 1].name);
      TreeVertex vertex{.name = word + " " + std::to_string(number), .level = i == 0 ? 0 : i - 1};
      if (!root) {
        vertex.parent = above + number / (counts[i] / counts[i + 1]);
        vertex.bandwidth = keys.rate(kParts[i].bandwidth_key);
        vertex.latency = keys.time(kParts[i].latency_key);
      }
      vertices.push_back(std::move(vertex));
    }
    if (!root && i + 1 < std::size(kParts)) {
      levels.emplace_back(kParts[i].name);
    }
  }
  return make_tree(std::move(vertices), static_cast<Host>(counts[0]), std::move(levels));
}

}  // namespace

const TopologyFamily topology_numa = {"numa", "one computer: cores, caches, memory domains, packages; hosts are cores",
                                      "Broquedis et al. 2010 (hwloc)", kKeys, &make};

}  // namespace ringwood
