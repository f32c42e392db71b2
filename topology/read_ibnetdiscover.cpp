#include <algorithm>
#include <charconv>
#include <set>

#include "ringwood/error.hpp"
#include "topology/machine_formats.hpp"
#include "topology/machine_graph_builder.hpp"

namespace ringwood {

namespace {

/// Gbit/s of data a lane.
struct Speed {
  std::string_view name;
  double gigabits;
};

constexpr Speed kSpeeds[] = {{"SDR", 2},  {"DDR", 4},  {"QDR", 8},   {"FDR10", 10}, {"FDR", 13.64},
                             {"EDR", 25}, {"HDR", 50}, {"NDR", 100}, {"XDR", 200}};

/// The end of a cable: the node's "S-..." or "H-..." and the port.
using Port = std::pair<std::string, std::string>;

class FabricReader {
 public:
  explicit FabricReader(const InputText& input) : input_(input) {}

  [[nodiscard]] Machine read() {
    std::string_view rest = input_.text();
    std::string_view line;
    while (take_line(rest, line)) {
      read_line(line);
    }
    if (nodes_.empty()) {
      input_.refuse(std::size_t{0}, "no line such as: Switch 36 \"S-0002c90300000001\" # \"leaf 0\"");
    }
    connect();
    try {
      return builder_.build();
    } catch (const Error& error) {
      input_.refuse(std::size_t{0}, error.what());
    }
  }

 private:
  struct Cable {
    Port far;
    double bandwidth = 0;
    std::string_view where;
  };

  void read_line(std::string_view line) {
    std::string_view words = line;
    const std::string_view first = take_word(words);
    if (first.empty() || first.front() == '#' || first.find('=') != std::string_view::npos) {
      return;  // identity of the next node; a comment
    }
    if (first == "Chassis" || first == "Non-Chassis") {
      return;  // headings of ibnetdiscover -g
    }
    if (first == "Switch" || first == "Ca" || first == "Rt") {
      read_node(first, words);
    } else if (first.front() == '[') {
      read_port(first, words);
    } else {
      input_.refuse(first, "expected Switch, Ca, Rt or a port such as [1], found " + shown(first));
    }
  }

  /// The text between the next two quotes, cut off with them.
  [[nodiscard]] std::string_view take_quoted(std::string_view& rest) const {
    const std::size_t open = rest.find('"');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('"', open + 1);
    if (close == std::string_view::npos) {
      input_.refuse(rest, "expected a name in quotes");
    }
    const std::string_view quoted = rest.substr(open + 1, close - open - 1);
    rest.remove_prefix(close + 1);
    return quoted;
  }

  void read_node(std::string_view kind, std::string_view words) {
    (void)take_word(words);  // number of ports
    const std::string_view identity = take_quoted(words);
    const std::string_view description = words.find('"') == std::string_view::npos ? identity : take_quoted(words);
    current_ = std::string(identity);
    if (description.find("Aggregation Node") != std::string_view::npos) {
      left_out_.insert(current_);  // a switch's own adapter for reductions (SHARP); no rank runs there
      return;
    }
    std::size_t number = 0;
    if (kind == "Ca") {
      std::string_view rest = description;
      const std::string host(take_word(rest));
      const std::optional<std::size_t> known = builder_.find(host);
      number = known ? *known : add(host.empty() ? current_ : host, identity, MachineGraphBuilder::Kind::kHost);
    } else {
      std::string name(description);
      if (builder_.find(name)) {
        name += " " + current_;
      }
      number = add(name, identity, MachineGraphBuilder::Kind::kSwitch);
    }
    if (!nodes_.emplace(current_, number).second) {
      input_.refuse(identity, "node " + shown(identity) + " is there twice");
    }
  }

  std::size_t add(const std::string& name, std::string_view where, MachineGraphBuilder::Kind kind) {
    constexpr std::size_t kMostNodes = 1'000'000;
    if (builder_.vertices() >= kMostNodes || !builder_.add(name, kind)) {
      input_.refuse(where, "a second node " + shown(name) + ", or more than 1000000 of them");
    }
    return builder_.vertices() - 1;
  }

  /// "[1](guid)", then the far end: "S-..."[5](guid) # comment 4xHDR
  void read_port(std::string_view first, std::string_view words) {
    if (current_.empty()) {
      input_.refuse(first, "a port before any node");
    }
    const std::string_view port = port_in(first);
    const std::string_view far = take_quoted(words);
    const Cable cable = {{std::string(far), std::string(port_in(words))}, bandwidth_in(words), first};
    if (!cables_.emplace(Port(current_, port), cable).second) {
      input_.refuse(first, "port " + shown(first) + " is there twice");
    }
  }

  [[nodiscard]] std::string_view port_in(std::string_view text) const {
    const std::size_t close = text.find(']');
    if (text.empty() || text.front() != '[' || close == std::string_view::npos || close < 2) {
      input_.refuse(text, "expected a port such as [1], found " + shown(text));
    }
    return text.substr(1, close - 1);
  }

  /// From the last word, as "4xHDR".
  [[nodiscard]] double bandwidth_in(std::string_view words) const {
    std::string_view last = words;
    for (std::string_view word = take_word(words); !word.empty(); word = take_word(words)) {
      last = word;
    }
    double lanes = 0;
    const auto result = std::from_chars(last.data(), last.data() + last.size(), lanes);
    std::string_view speed = last.substr(static_cast<std::size_t>(result.ptr - last.data()));
    for (const Speed& known : kSpeeds) {
      if (result.ec == std::errc() && lanes >= 1 && lanes <= 12 && speed.starts_with("x") &&
          speed.substr(1) == known.name) {
        return lanes * known.gigabits * 1e9 / 8;
      }
    }
    input_.refuse(last, "expected width and speed such as 4xHDR at the end, found " + shown(last));
  }

  /// Each cable is there from both ends, unless one is not part of the dump.
  void connect() {
    for (const auto& [near, cable] : cables_) {
      if (left_out_.contains(near.first) || left_out_.contains(cable.far.first)) {
        continue;
      }
      const auto far_node = nodes_.find(cable.far.first);
      if (far_node == nodes_.end()) {
        input_.refuse(cable.where, "leads to " + shown(cable.far.first) + ", which is not in this file");
      }
      const auto back = cables_.find(cable.far);
      if (back != cables_.end() && back->second.far != near) {
        input_.refuse(cable.where, "leads to a port that says it leads elsewhere");
      }
      const std::size_t here = nodes_.at(near.first);
      const bool first_end = back == cables_.end() || near < cable.far;
      if (first_end && here != far_node->second) {
        const MachineGraphBuilder::Direction costs = {cable.bandwidth, kUnknownLatency};
        builder_.connect(here, far_node->second, costs, costs);
      }
    }
  }

  const InputText& input_;
  MachineGraphBuilder builder_;
  std::string current_;
  std::map<std::string, std::size_t> nodes_;
  std::set<std::string> left_out_;
  std::map<Port, Cable> cables_;
};

}  // namespace

Machine read_ibnetdiscover(const InputText& input) {
  return FabricReader(input).read();
}

}  // namespace ringwood
