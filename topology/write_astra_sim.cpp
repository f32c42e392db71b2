#include <array>
#include <charconv>
#include <ostream>

#include "ringwood/error.hpp"
#include "topology/dimensions.hpp"
#include "topology/machine_writers.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string word_of(DimensionKind kind) {
  switch (kind) {
    case DimensionKind::kRing:
      return "Ring";
    case DimensionKind::kFullMesh:
      return "FullyConnected";
    case DimensionKind::kSwitch:
      return "Switch";
  }
  return "";
}

[[nodiscard]] std::string digits_of(double value) {
  std::array<char, 32> buffer{};
  const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), result.ptr};
}

template <typename Text>
void write_list(std::ostream& out, const char* key, const std::vector<NetworkDimension>& dimensions, Text text) {
  out << key << ": [ ";
  for (std::size_t i = 0; i < dimensions.size(); ++i) {
    out << (i == 0 ? "" : ", ") << text(dimensions[i]);
  }
  out << " ]\n";
}

}  // namespace

void write_astra_sim(const Machine& machine, std::ostream& out) {
  const std::vector<NetworkDimension> dimensions = machine.network->dimensions();
  for (const NetworkDimension& dimension : dimensions) {
    if (dimension.size < 2) {
      throw Error(ErrorKind::kUsage, "a dimension of one host has no form in ASTRA-sim's files");
    }
  }
  if (dimensions.empty()) {
    throw Error(ErrorKind::kUsage, "machine '" + machine.spec.substr(0, 80) +
                                       "' is no product of rings, full meshes and switches, which is what ASTRA-sim's "
                                       "files describe; accepted are crossbar, full-mesh, ring, torus and such files");
  }
  write_list(out, "topology", dimensions, [](const NetworkDimension& dimension) { return word_of(dimension.kind); });
  write_list(out, "npus_count", dimensions,
             [](const NetworkDimension& dimension) { return std::to_string(dimension.size); });
  write_list(out, "bandwidth", dimensions,
             [](const NetworkDimension& dimension) { return digits_of(dimension.bandwidth / 1e9); });
  write_list(out, "latency", dimensions,
             [](const NetworkDimension& dimension) { return digits_of(static_cast<double>(dimension.latency) / 1e3); });
}

}  // namespace ringwood
