// Any bytes put ranks on hosts that exist, or are refused with an Error.

#include <cstdint>
#include <cstdlib>
#include <string>

#include "ringwood/error.hpp"
#include "topology/mapping_file.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const ringwood::Machine machine = ringwood::make_machine("fat-tree:leaves=4,hosts-per-leaf=2,per-host=4");
  try {
    const ringwood::InputText input("input", std::string(data, data + size));
    for (const ringwood::Host host : ringwood::read_mapping(input, machine, 4)) {
      if (host < 0 || host >= machine.network->hosts()) {
        std::abort();
      }
    }
  } catch (const ringwood::Error&) {
    // The answer to most inputs.
  }
  return 0;
}
