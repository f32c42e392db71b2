#include <cmath>
#include <sstream>

#include "ringwood/error.hpp"
#include "topology/dimensions.hpp"
#include "topology/machine_formats.hpp"
#include "topology/yaml_input.hpp"

namespace ringwood {

namespace {

class AstraSimReader {
 public:
  explicit AstraSimReader(const YamlInput& input) : input_(input) {}

  [[nodiscard]] Machine read() {
    const YAML::Node& document = input_.root();
    if (!document.IsMap()) {
      input_.refuse(document, "expected topology, npus_count, bandwidth and latency");
    }
    const YAML::Node kinds = list(document, "topology", 0);
    const YAML::Node sizes = list(document, "npus_count", kinds.size());
    const YAML::Node bandwidths = list(document, "bandwidth", kinds.size());
    const YAML::Node latencies = list(document, "latency", kinds.size());
    std::vector<NetworkDimension> dimensions;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      dimensions.push_back({kind_of(kinds[i]), static_cast<std::int64_t>(number(sizes[i], {2, 2147483647}, true)),
                            number(bandwidths[i], {1e-6, 1e9}, false) * 1e9,
                            std::llround(number(latencies[i], {0, 3.6e12}, false) * 1e3)});
    }
    try {
      return machine_on(make_dimensions(std::move(dimensions)), 1);
    } catch (const Error& error) {
      input_.refuse(sizes, error.what());
    }
  }

 private:
  /// A list of that many entries, or of any number from 1 on if 0 are asked for.
  [[nodiscard]] YAML::Node list(const YAML::Node& document, const char* key, std::size_t entries) const {
    const YAML::Node node = document[key];
    if (!node || !node.IsSequence() || node.size() == 0 || (entries != 0 && node.size() != entries)) {
      input_.refuse(node ? node : document,
                    std::string(key) + ": expected a list" +
                        (entries == 0 ? "" : " of " + std::to_string(entries) + " entries, one for each dimension"));
    }
    return node;
  }

  [[nodiscard]] DimensionKind kind_of(const YAML::Node& node) const {
    const std::string word = node.IsScalar() ? node.Scalar() : "";
    if (word == "Ring") {
      return DimensionKind::kRing;
    }
    if (word == "FullyConnected") {
      return DimensionKind::kFullMesh;
    }
    if (word == "Switch") {
      return DimensionKind::kSwitch;
    }
    input_.refuse(node, "topology " + shown(word) + ": accepted are Ring, FullyConnected, Switch");
  }

  struct Range {
    double least = 0;
    double most = 0;
  };

  [[nodiscard]] static std::string text_of(const Range& range) {
    std::ostringstream text;
    text << range.least << " to " << range.most;
    return text.str();
  }

  [[nodiscard]] double number(const YAML::Node& node, const Range& range, bool whole) const {
    double value = 0;
    const bool is_number = node.IsScalar() && YAML::convert<double>::decode(node, value);
    if (!is_number || !(value >= range.least) || !(value <= range.most) || (whole && value != std::floor(value))) {
      input_.refuse(node, "expected a " + std::string(whole ? "whole " : "") + "number from " + text_of(range) +
                              ", found " + (node.IsScalar() ? shown(node.Scalar()) : "something else"));
    }
    return value;
  }

  const YamlInput& input_;
};

}  // namespace

Machine read_astra_sim(const InputText& input) {
  const YamlInput yaml(input);
  return AstraSimReader(yaml).read();
}

}  // namespace ringwood
