#include "topology/machine_formats.hpp"

#include <algorithm>
#include <cctype>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// Formats are told apart by their beginnings.
constexpr std::size_t kLooked = 1U << 16U;

[[nodiscard]] std::string_view beginning(std::string_view text) {
  return text.substr(0, kLooked);
}

/// Whether `text` is XML whose outermost element has that name.
[[nodiscard]] bool is_xml_of(std::string_view text, std::string_view element) {
  std::string_view rest = beginning(text);
  while (true) {
    const std::size_t open = rest.find('<');
    if (open == std::string_view::npos || open + 1 >= rest.size()) {
      return false;
    }
    rest.remove_prefix(open + 1);
    if (rest.front() == '!' || rest.front() == '?') {
      const std::size_t end = rest.find(rest.starts_with("!--") ? "-->" : ">");
      rest.remove_prefix(std::min(end, rest.size()));
      continue;
    }
    const std::string_view behind = rest.substr(std::min(element.size(), rest.size()), 1);
    return rest.starts_with(element) && behind.find_first_of(" \t\r\n>/") == 0;
  }
}

/// Whether a line begins with one of the words, whatever their case.
[[nodiscard]] bool has_line(std::string_view text, std::initializer_list<std::string_view> words) {
  std::string_view rest = beginning(text);
  std::string_view line;
  while (take_line(rest, line)) {
    const std::string_view start = line.substr(std::min(line.find_first_not_of(" \t"), line.size()));
    for (const std::string_view word : words) {
      const bool same = start.size() >= word.size() &&
                        std::equal(word.begin(), word.end(), start.begin(),
                                   [](unsigned char a, unsigned char b) { return std::tolower(a) == std::tolower(b); });
      if (same) {
        return true;
      }
    }
  }
  return false;
}

constexpr MachineFormat kFormats[] = {
    {"ringwood.machine/1", "JSON of Ringwood",
     [](std::string_view text) { return text.find_first_not_of(" \t\r\n") == text.find('{') && !text.empty(); },
     &read_machine_json},
    {"hwloc", "XML of hwloc", [](std::string_view text) { return is_xml_of(text, "topology"); }, &read_hwloc_xml},
    {"simgrid", "platform XML of SimGrid", [](std::string_view text) { return is_xml_of(text, "platform"); },
     &read_simgrid},
    {"nccl", "topology XML of NCCL", [](std::string_view text) { return is_xml_of(text, "system"); }, &read_nccl},
    {"slurm", "topology.conf of Slurm",
     [](std::string_view text) {
       return has_line(text, {"SwitchName=", "BlockName="});
     },
     &read_slurm},
    {"slurm-yaml", "topology.yaml of Slurm",
     [](std::string_view text) {
       return has_line(text, {"- topology:", "- switch:", "- block:"});
     },
     &read_slurm_yaml},
    {"astra-sim", "network YAML of ASTRA-sim", [](std::string_view text) { return has_line(text, {"npus_count:"}); },
     &read_astra_sim},
    {"ibnetdiscover", "output of ibnetdiscover",
     [](std::string_view text) {
       return has_line(text, {"switchguid=", "caguid=", "vendid="});
     },
     &read_ibnetdiscover},
};

}  // namespace

std::span<const MachineFormat> machine_formats() {
  return kFormats;
}

Machine read_machine(const InputText& input) {
  std::string known;
  for (const MachineFormat& format : kFormats) {
    if (format.recognises(input.text())) {
      Machine machine = format.read(input);
      machine.spec = input.name();
      return machine;
    }
    known += (known.empty() ? "" : ", ") + std::string(format.summary);
  }
  input.refuse(std::size_t{0}, "not a machine in any known format; known are " + known);
}

}  // namespace ringwood
