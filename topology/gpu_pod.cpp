#include "topology/gpu_pod.hpp"

#include <algorithm>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Nodes of GPUs around a switch of their own (NVLink), the i-th GPU of all nodes on rail i; a rail is one leaf switch
/// for each unit of nodes, and spines join all leaves (NVIDIA DGX SuperPOD reference architecture; Wang et al. 2023
/// "rail-only"):
///
///           spine  spine               over all leaves
///          /     \/     \              .
///     leaf: rail 0      leaf: rail 1   one pair for each unit
///       |      |          |     |
///      gpu 0  gpu 2     gpu 1  gpu 3   node 0 has 0 and 1, node 1 has 2 and 3
///        \------|---------/ switch     inside of each node
///
/// Hosts are GPUs, each with one NIC. Messages inside a node take its switch; on a rail the leaf, or leaf, spine, leaf
/// between units. To another rail they go over the sender's neighbour on it (PXN) or over a spine. Spine and parallel
/// cable are chosen by the destination. Not modelled: PCI, several planes of switches inside a node.
class GpuPod final : public Topology {
 public:
  GpuPod(const GpuPodSize& size, const GpuPodOptions& options)
      : size_(size),
        options_(options),
        gpus_(size.nodes * size.gpus),
        units_((size.nodes + size.unit - 1) / size.unit),
        first_leaf_(gpus_ + size.nodes),
        first_spine_(first_leaf_ + units_ * size.gpus) {}

  [[nodiscard]] Host hosts() const override { return static_cast<Host>(gpus_); }

  [[nodiscard]] Vertex vertices() const override { return first_spine_ + size_.spines; }

  [[nodiscard]] LinkId links() const override { return 4 * gpus_ + 2 * units_ * size_.gpus * ports_up(); }

  /// 2g leads from GPU g to the switch of its node, 2 (gpus + g) to its leaf; then leaf by leaf to the spines.
  [[nodiscard]] Link link(LinkId id) const override {
    const std::int64_t cable = id / 2;
    const bool upward = id % 2 == 0;
    if (cable < gpus_) {
      const Vertex above = gpus_ + cable / size_.gpus;
      return upward ? options_.inside.link(cable, above, true) : options_.inside.link(above, cable, false);
    }
    if (cable < 2 * gpus_) {
      const Vertex gpu = cable - gpus_;
      const Vertex above = first_leaf_ + leaf_of(gpu);
      return upward ? options_.rail.link(gpu, above, true) : options_.rail.link(above, gpu, false);
    }
    const std::int64_t port = cable - 2 * gpus_;
    const Vertex leaf = first_leaf_ + port / ports_up();
    const Vertex spine = first_spine_ + port % ports_up() / size_.uplinks;
    return upward ? options_.rail.link(leaf, spine, true) : options_.rail.link(spine, leaf, true);
  }

  void route(Host from, Host to, std::vector<LinkId>& route) const override {
    route.clear();
    if (from == to) {
      return;
    }
    std::int64_t at = from;
    if (const std::int64_t neighbour = leaves_node_at(from, to); neighbour != from) {
      route.push_back(2 * at);
      route.push_back(2 * neighbour + 1);
      at = neighbour;
    }
    if (at == to) {
      return;
    }
    route.push_back(2 * (gpus_ + at));
    if (leaf_of(at) != leaf_of(to)) {
      const std::int64_t port = to % ports_up();
      route.push_back(4 * gpus_ + 2 * (leaf_of(at) * ports_up() + port));
      route.push_back(4 * gpus_ + 2 * (leaf_of(to) * ports_up() + port) + 1);
    }
    route.push_back(2 * (gpus_ + to) + 1);
  }

  [[nodiscard]] Path path(Host from, Host to) const override {
    if (from == to) {
      return {};
    }
    Path path;
    const std::int64_t at = leaves_node_at(from, to);
    if (at != from) {
      path = options_.inside.path(2, 1);
    }
    if (at != to) {
      const std::int32_t links = leaf_of(at) == leaf_of(to) ? 2 : 4;
      const Path rail = options_.rail.path(links, links - 1);
      path.latency += rail.latency;
      path.bandwidth = std::min(path.bandwidth, rail.bandwidth);
      path.hops += rail.hops;
    }
    return path;
  }

  [[nodiscard]] std::vector<std::string> group_levels() const override { return {"node", "unit"}; }

  [[nodiscard]] std::int64_t group_of(std::size_t level, Host host) const override {
    return host / size_.gpus / (level == 0 ? 1 : size_.unit);
  }

  [[nodiscard]] std::string vertex_name(Vertex vertex) const override {
    if (vertex < gpus_) {
      return "gpu " + std::to_string(vertex);
    }
    if (vertex < first_leaf_) {
      return "node " + std::to_string(vertex - gpus_) + " switch";
    }
    if (vertex < first_spine_) {
      const std::int64_t leaf = vertex - first_leaf_;
      return "unit " + std::to_string(leaf / size_.gpus) + " rail " + std::to_string(leaf % size_.gpus);
    }
    return "spine " + std::to_string(vertex - first_spine_);
  }

 private:
  /// Of a leaf.
  [[nodiscard]] std::int64_t ports_up() const { return size_.spines * size_.uplinks; }

  [[nodiscard]] std::int64_t leaf_of(std::int64_t gpu) const {
    return gpu / size_.gpus / size_.unit * size_.gpus + gpu % size_.gpus;
  }

  /// The GPU of the sender's node that has the message at last.
  [[nodiscard]] std::int64_t leaves_node_at(std::int64_t from, std::int64_t to) const {
    const std::int64_t node = from / size_.gpus;
    if (node == to / size_.gpus) {
      return to;
    }
    return options_.over_gpus ? node * size_.gpus + to % size_.gpus : from;
  }

  GpuPodSize size_;
  GpuPodOptions options_;
  std::int64_t gpus_;
  std::int64_t units_;
  Vertex first_leaf_;
  Vertex first_spine_;
};

constexpr KeyInfo kKeys[] = {
    {"nodes", "nodes of GPUs", "4"},
    {"gpus", "GPUs of a node, and rails", "8"},
    {"unit", "nodes on one leaf switch of each rail; if not given, all of them", ""},
    {"spines", "spine switches over all leaves; if not given, 0 for one unit, else as many as nodes in a unit", ""},
    {"uplinks", "parallel cables from a leaf to each spine", "1"},
    {"cross-rail", "to another rail: pxn (over the neighbour on it) or spine", "pxn"},
    {"nvlink", "bandwidth from a GPU to the switch of its node, in each direction", "450GB/s"},
    {"nvlink-latency", "time on that cable", "200ns"},
    {"bandwidth", "of a NIC and every cable of the rails, in each direction", "50GB/s"},
};

[[nodiscard]] std::unique_ptr<Topology> make(const TopologyKeys& keys) {
  static constexpr std::string_view kWays[] = {"pxn", "spine"};
  constexpr IntegerRange kCount = {1, 1'000'000};
  GpuPodSize size;
  size.nodes = keys.count("nodes", kCount);
  size.gpus = keys.count("gpus", kCount);
  size.unit = keys.given("unit") ? keys.count("unit", kCount) : size.nodes;
  const bool one_unit = size.unit >= size.nodes;
  size.spines = keys.given("spines") ? keys.count("spines", {0, 1'000'000}) : one_unit ? 0 : size.unit;
  size.uplinks = keys.count("uplinks", {1, 10'000});
  GpuPodOptions options;
  options.rail = Uniform::of(keys);
  options.inside = {keys.rate("nvlink"), keys.time("nvlink-latency"), keys.time("hop")};
  options.over_gpus = keys.word("cross-rail", kWays) == 0;
  return make_gpu_pod(size, options);
}

}  // namespace

std::unique_ptr<Topology> make_gpu_pod(const GpuPodSize& size, const GpuPodOptions& options) {
  if (size.nodes * size.gpus > kMostHosts) {
    throw Error(ErrorKind::kUsage, "machine gpu-pod: more than 2147483647 GPUs");
  }
  const bool rails_must_meet = size.unit < size.nodes || (!options.over_gpus && size.gpus > 1 && size.nodes > 1);
  if (size.spines == 0 && rails_must_meet) {
    throw Error(ErrorKind::kUsage,
                "machine gpu-pod: spines=0 leaves leaf switches apart; accepted with one unit and cross-rail=pxn");
  }
  return std::make_unique<GpuPod>(size, options);
}

const TopologyFamily topology_gpu_pod = {"gpu-pod", "nodes of GPUs on NVLink, the i-th GPU of all nodes on rail i",
                                         "NVIDIA DGX SuperPOD reference architecture 2023", kKeys, &make};

}  // namespace ringwood
