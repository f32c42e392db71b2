#include "tools/cli/setup.hpp"

#include <fmt/format.h>

#include "base/nearest.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/background.hpp"
#include "tools/cli/choices.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/link_names.hpp"

namespace ringwood::cli {

namespace {

void set_key(LogGopsOverride& replaced, std::string_view key, std::string_view value) {
  if (key == "L") {
    replaced.L = parse_time(value, "L");
  } else if (key == "o") {
    replaced.o = parse_time(value, "o");
  } else if (key == "g") {
    replaced.g = parse_time(value, "g");
  } else if (key == "G") {
    replaced.G = TimePerByte::from_picoseconds(parse_picoseconds(value, "G"));
  } else if (key == "O") {
    replaced.O = TimePerByte::from_picoseconds(parse_picoseconds(value, "O"));
  } else if (key == "S") {
    replaced.S = parse_bytes(value, "S");
  } else {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("--loggops has no key '{}'; accepted: L, o, g, G, O (times) and S (bytes), such as L=2us,G=6ns",
                    key));
  }
}

/// What the machine's file says of reductions with `--type` and `--op`, where it says anything.
[[nodiscard]] std::optional<ReductionTime> reduction_time(const Machine& machine, const Arguments& arguments) {
  const std::optional<ElementType> type = element_type_named(arguments.text("type"));
  const std::optional<ReduceOperator> op = operator_named(arguments.text("op"));
  return machine.reductions != nullptr && type && op ? machine.reductions->of(*type, *op) : std::nullopt;
}

/// `--map`, in which "random" is by `--seed`.
[[nodiscard]] Mapping mapping_for(const Arguments& arguments, const Machine& machine, Rank ranks,
                                  const std::vector<Host>& hosts) {
  std::string map = arguments.text("map");
  if (map == "random") {
    map = fmt::format("random:{}", arguments.text("seed").empty() ? 1 : arguments.seed());
  }
  Mapping mapping = make_mapping(map, machine, ranks);
  const Host most = machine.network->hosts();
  for (std::size_t rank = 0; rank < hosts.size(); ++rank) {
    if (hosts[rank] >= most) {
      throw Error(ErrorKind::kUsage, fmt::format("rank {} is placed on host {}; the machine has hosts 0 to {}", rank,
                                                 hosts[rank], most - 1));
    }
    mapping[rank] = hosts[rank] < 0 ? mapping[rank] : hosts[rank];
  }
  return mapping;
}

}  // namespace

LogGopsOverride parse_loggops(std::string_view text) {
  LogGopsOverride replaced;
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) {
      throw Error(ErrorKind::kUsage, fmt::format("--loggops '{}' is not key=value, such as L=2.5us", entry));
    }
    set_key(replaced, entry.substr(0, equals), entry.substr(equals + 1));
  }
  return replaced;
}

void replace_parameters(Machine& machine, const Arguments& arguments) {
  if (arguments.given("loggops")) {
    machine.replaced = parse_loggops(arguments.text("loggops"));
  }
  if (arguments.given("gamma")) {
    machine.gamma = {TimePerByte::from_picoseconds(parse_picoseconds(arguments.text("gamma"), "--gamma"))};
  } else if (const auto time = reduction_time(machine, arguments)) {
    machine.gamma = *time;
  }
}

Machine machine_for(const Arguments& arguments, Rank ranks) {
  // Where ranks are, and who is near whom.
  constexpr std::int64_t kBytesPerRank = 24;
  if (ranks > memory_of_computer() / kBytesPerRank) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--ranks {}: the list of where they run would not fit in memory", ranks));
  }
  const std::string given = arguments.text("machine");
  Machine machine = given.empty() ? default_machine(ranks) : make_machine(given);
  replace_parameters(machine, arguments);
  if (arguments.given("degrade")) {
    machine.network = degraded(machine.network, arguments.text("degrade"));
  }
  if (arguments.given("background")) {
    machine.network = with_background(machine.network, arguments.text("background"), arguments.seed());
  }
  return machine;
}

Site::Site(const Arguments& arguments, Rank ranks, const std::vector<Host>& hosts)
    : machine_(machine_for(arguments, ranks)),
      facts_(facts_of(machine_)),
      mapping_(mapping_for(arguments, machine_, ranks, hosts)),
      placement_(placement_of(machine_, mapping_)) {}

Site::Site(const Site& other, Mapping mapping)
    : machine_(other.machine_),
      facts_(other.facts_),
      mapping_(std::move(mapping)),
      placement_(placement_of(machine_, mapping_)) {}

Schedule::Request Site::request(const Arguments& arguments) const {
  Schedule::Request request;
  request.ranks = static_cast<Rank>(mapping_.size());
  const std::string root = arguments.text("root");
  request.root = root.empty() ? 0 : static_cast<Rank>(parse_integer(root, {0, request.ranks - 1}, "--root"));
  const std::string operation = arguments.text("op");
  request.commutative = operation.empty() || commutes(operation);
  request.placement = &placement_;
  return request;
}

Placement nodes_of_four(Rank ranks) {
  std::vector<Rank> node_of;
  for (Rank rank = 0; rank < ranks; ++rank) {
    node_of.push_back(rank / 4);
  }
  return Placement({{.name = "node", .group_of = std::move(node_of)}});
}

Bytes element_size_of(const Arguments& arguments) {
  const std::string name = arguments.text("type");
  const std::optional<ElementType> type = element_type_named(name);
  if (!type) {
    std::vector<std::string> names;
    for (const ElementType known : all_element_types()) {
      names.emplace_back(name_of(known));
    }
    throw Error(ErrorKind::kUsage,
                fmt::format("--type '{}' is unknown{}; accepted: {}", name, did_you_mean(name, names), joined(names)));
  }
  return size_of(*type);
}

std::vector<Bytes> sizes_of(const Arguments& arguments, Bytes element_size) {
  std::vector<Bytes> sizes = parse_bytes_list(arguments.text("sizes"));
  for (const Bytes size : sizes) {
    if (size % element_size != 0) {
      throw Error(ErrorKind::kUsage, fmt::format("size {} is not a multiple of the {} bytes of --type {}", size,
                                                 element_size, arguments.text("type")));
    }
  }
  return sizes;
}

}  // namespace ringwood::cli
