// Any bytes are a machine or are refused with an Error; a machine has hosts with routes between them.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "ringwood/error.hpp"
#include "topology/machine_formats.hpp"

namespace {

void check(bool holds) {
  if (!holds) {
    std::abort();
  }
}

void walk(const ringwood::Topology& network) {
  std::vector<ringwood::LinkId> route;
  for (const ringwood::Host to : {network.hosts() / 2, network.hosts() - 1}) {
    network.route(0, to, route);
    ringwood::Vertex at = 0;
    for (const ringwood::LinkId id : route) {
      check(id >= 0 && id < network.links());
      const ringwood::Link link = network.link(id);
      check(link.from == at && link.bandwidth > 0 && link.latency >= 0);
      at = link.to;
    }
    check(at == to);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const ringwood::InputText input("input", std::string(data, data + size));
    // hwloc reads its own files, and its faults are not ours to find: 2.9 crashes on objects whose sets disagree.
    if (input.text().find("<topology") != std::string_view::npos) {
      return 0;
    }
    const ringwood::Machine machine = ringwood::read_machine(input);
    check(machine.network->hosts() > 0 && machine.ranks_per_host > 0);
    // A ring of a thousand million hosts is a machine, and its routes are as long.
    if (machine.network->shape().diameter.value_or(0) < 100'000) {
      walk(*machine.network);
    }
  } catch (const ringwood::Error&) {
    // The answer to most inputs.
  }
  return 0;
}
