#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/machine_formats.hpp"
#include "topology/machine_graph_builder.hpp"
#include "topology/xml_input.hpp"

namespace ringwood {

namespace {

/// NCCL's "local bandwidth" between processors varies from 6 to 40 GB/s with their kind.
constexpr MachineGraphBuilder::Direction kBetweenProcessors = {16e9, 200'000};
constexpr Picoseconds kPciLatency = 300'000;
constexpr Picoseconds kNvlinkLatency = 200'000;

class NcclReader {
 public:
  explicit NcclReader(const XmlInput& xml) : xml_(xml) {}

  [[nodiscard]] Machine read() {
    const pugi::xml_node system = xml_.root();
    std::vector<std::size_t> processors;
    for (const pugi::xml_node& cpu : system.children("cpu")) {
      processors.push_back(add(cpu, "cpu " + xml_.required(cpu, "numaid"), MachineGraphBuilder::Kind::kSwitch));
      for (std::size_t i = 0; i + 1 < processors.size(); ++i) {
        builder_.connect(processors[i], processors.back(), kBetweenProcessors, kBetweenProcessors);
      }
      read_devices(cpu, processors.back());
    }
    if (gpus_.empty()) {
      xml_.refuse(system, "no GPU in any <cpu>: neither <gpu> nor a device of class 0x0300.. or 0x0302..");
    }
    connect_nvlinks();
    return xml_.parsed(system, "", [&](const std::string&) { return builder_.build(); });
  }

 private:
  struct Gpu {
    std::size_t vertex = 0;
    std::string bus;
    pugi::xml_node element;
  };

  std::size_t add(const pugi::xml_node& element, const std::string& name, MachineGraphBuilder::Kind kind) {
    constexpr std::size_t kMostVertices = 5'000;
    if (builder_.vertices() >= kMostVertices) {
      xml_.refuse(element, "more than 5000 devices");
    }
    if (!builder_.add(name, kind)) {
      xml_.refuse(element, shown(name) + " is there twice");
    }
    return builder_.vertices() - 1;
  }

  /// Devices without GPUs (NICs, storage) are left out: ranks run on GPUs.
  void read_devices(const pugi::xml_node& parent, std::size_t above) {
    for (const pugi::xml_node& pci : parent.children("pci")) {
      const std::string bus = xml_.required(pci, "busid");
      const pugi::xml_node gpu = pci.child("gpu");
      const bool computes = gpu || is_gpu(pci);
      if (!computes && !pci.child("pci")) {
        continue;
      }
      const std::string name = "gpu " + (gpu ? xml_.required(gpu, "dev") : std::to_string(gpus_.size()));
      const std::size_t number = computes ? add(gpu ? gpu : pci, name, MachineGraphBuilder::Kind::kHost)
                                          : add(pci, "pci " + bus, MachineGraphBuilder::Kind::kSwitch);
      const MachineGraphBuilder::Direction costs = {pci_bandwidth(pci), kPciLatency};
      builder_.connect(number, above, costs, costs);
      if (computes) {
        gpus_.push_back({number, bus, gpu});
      } else {
        read_devices(pci, number);
      }
    }
  }

  /// Files for NCCL_TOPO_FILE may leave <gpu> out; NCCL then finds it by the class of the device (0x0300.., 0x0302..).
  [[nodiscard]] static bool is_gpu(const pugi::xml_node& pci) {
    const std::string_view kind = pci.attribute("class").value();
    return kind.starts_with("0x0300") || kind.starts_with("0x0302");
  }

  /// Three quarters of the raw rate, as NCCL reckons; a width of 0 stands for 16 lanes, as with NCCL.
  [[nodiscard]] double pci_bandwidth(const pugi::xml_node& pci) const {
    const std::string speed = pci.attribute("link_speed").as_string("8.0 GT/s");
    double transfers = 0;
    const auto result = std::from_chars(speed.data(), speed.data() + speed.size(), transfers);
    const std::string_view unit(result.ptr, static_cast<std::size_t>(speed.data() + speed.size() - result.ptr));
    if (result.ec != std::errc() || !(transfers > 0) || transfers > 1000 || !unit.starts_with(" GT/s")) {
      xml_.refuse(pci, "link_speed " + shown(speed) + ": expected a number up to 1000 and GT/s, as '16.0 GT/s PCIe'");
    }
    const std::int64_t lanes = integer(pci, "link_width", "16", {0, 64});
    return transfers * 1e9 / 8 * 0.75 * static_cast<double>(lanes == 0 ? 16 : lanes);
  }

  [[nodiscard]] std::int64_t integer(const pugi::xml_node& element, const char* attribute, const char* fallback,
                                     IntegerRange range) const {
    return xml_.parsed(element, element.attribute(attribute).as_string(fallback),
                       [&](const std::string& text) { return parse_integer(text, range, attribute); });
  }

  /// Of one NVLink, in bytes per second and direction, by the GPU's generation, as NCCL reckons.
  [[nodiscard]] double nvlink_bandwidth(const pugi::xml_node& gpu) const {
    const std::int64_t generation = integer(gpu, "sm", "70", {1, 1000});
    if (generation >= 100) {
      return 40.1e9;
    }
    if (generation >= 90) {
      return 20.6e9;
    }
    return generation == 86 ? 12e9 : generation >= 70 ? 20e9 : 18e9;
  }

  /// Links to another GPU join the two; links to anything else meet in one switch.
  void connect_nvlinks() {
    for (const Gpu& gpu : gpus_) {
      for (const pugi::xml_node& link : gpu.element.children("nvlink")) {
        const std::string target = xml_.required(link, "target");
        const auto count = static_cast<double>(integer(link, "count", "1", {1, 1000}));
        const MachineGraphBuilder::Direction costs = {nvlink_bandwidth(gpu.element) * count, kNvlinkLatency};
        const auto peer =
            std::find_if(gpus_.begin(), gpus_.end(), [&](const Gpu& other) { return other.bus == target; });
        if (peer == gpus_.end()) {
          builder_.connect(gpu.vertex, nvlink_switch(link), costs, costs);
        } else if (peer->vertex > gpu.vertex) {  // the other one names this link too
          builder_.connect(gpu.vertex, peer->vertex, costs, costs);
        }
      }
    }
  }

  [[nodiscard]] std::size_t nvlink_switch(const pugi::xml_node& link) {
    const std::optional<std::size_t> known = builder_.find("nvswitch");
    return known ? *known : add(link, "nvswitch", MachineGraphBuilder::Kind::kSwitch);
  }

  const XmlInput& xml_;
  MachineGraphBuilder builder_;
  std::vector<Gpu> gpus_;
};

}  // namespace

Machine read_nccl(const InputText& input) {
  const XmlInput xml(input);
  return NcclReader(xml).read();
}

}  // namespace ringwood
