#include "api/machine_choice.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdio>
#include <filesystem>

#include "api/settings.hpp"
#include "api/twin.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "topology/input_text.hpp"
#include "topology/machine_formats.hpp"

namespace ringwood {

namespace {

constexpr const char* kVariable = "RINGWOOD_MACHINE";

// What rank 0 tells: nothing, or a machine's specification or a file's text, or why it cannot be had.
constexpr char kSpecification = 's';
constexpr char kText = 't';
constexpr char kFailure = 'f';

[[nodiscard]] std::string read_machine_of_first_rank() {
  const std::string spec = value_of(kVariable);
  if (spec.empty()) {
    return "";
  }
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(spec, ignored)) {
    return kSpecification + spec;
  }
  try {
    return kText + std::string(InputText::from_file(spec).text());
  } catch (const Error& error) {
    return kFailure + std::string(error.what());
  }
}

[[nodiscard]] Machine machine_told(const std::string& told, const std::string& name) {
  const std::string content = told.substr(1);
  if (told.front() == kText) {
    return read_machine(InputText(name, content));
  }
  if (told.front() == kFailure) {
    throw Error(ErrorKind::kUsage, content);
  }
  if (content == "local") {
    throw Error(ErrorKind::kUsage, "'local' may be another machine for every rank; name a file or a generator");
  }
  return make_machine(content);
}

[[nodiscard]] std::vector<std::string> node_names(MPI_Comm communicator) {
  std::array<char, MPI_MAX_PROCESSOR_NAME> mine{};
  int length = 0;
  int ranks = 0;
  check_mpi(PMPI_Get_processor_name(mine.data(), &length), "MPI_Get_processor_name");
  check_mpi(PMPI_Comm_size(communicator, &ranks), "MPI_Comm_size");
  std::vector<char> all(mine.size() * static_cast<std::size_t>(ranks));
  all_ready(communicator);
  check_mpi(PMPI_Allgather(mine.data(), MPI_MAX_PROCESSOR_NAME, MPI_CHAR, all.data(), MPI_MAX_PROCESSOR_NAME, MPI_CHAR,
                           communicator),
            "MPI_Allgather");
  std::vector<std::string> names;
  for (std::size_t i = 0; i < all.size(); i += mine.size()) {
    names.emplace_back(&all[i]);
  }
  return names;
}

/// The number with all but the three leading bits cleared: sizes that differ by less are one to the model.
[[nodiscard]] Bytes rounded(Bytes elements) {
  constexpr int kBits = 3;
  const int dropped = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(elements))) - kBits);
  return elements >> dropped << dropped;
}

/// All that choices depend on: machine, hosts of the ranks, and groups that schedules may follow.
[[nodiscard]] std::string key_of(const std::string& told, const Mapping& mapping, const Placement& placement) {
  std::string key = told;
  const auto append = [&key](const auto& numbers) {
    for (const auto number : numbers) {
      key += ' ' + std::to_string(number);
    }
  };
  append(mapping);
  for (const Placement::Level& level : placement.levels()) {
    key += '\n' + level.name;
    append(level.group_of);
  }
  return key;
}

[[nodiscard]] std::string up_to_dot(const std::string& name) {
  return name.substr(0, name.find('.'));
}

}  // namespace

Mapping mapping_by_name(const Machine& machine, const std::vector<std::string>& nodes) {
  std::map<std::string, Host> hosts;
  for (Host host = 0; host < machine.network->hosts(); ++host) {
    hosts.emplace(machine.network->vertex_name(host), host);
  }
  std::map<std::string, Host> numbered;  // nodes in the order of their first ranks
  Mapping mapping;
  std::string unknown;
  std::size_t found = 0;
  for (const std::string& node : nodes) {
    auto known = hosts.find(node);
    known = known == hosts.end() ? hosts.find(up_to_dot(node)) : known;
    found += known != hosts.end() ? 1U : 0U;
    unknown = known == hosts.end() && unknown.empty() ? node : unknown;
    const auto number = numbered.emplace(node, static_cast<Host>(numbered.size())).first;
    mapping.push_back(known != hosts.end() ? known->second : number->second);
  }
  if (found > 0 && found < nodes.size()) {
    throw Error(ErrorKind::kUsage, "the machine knows some of the nodes, but none named '" + unknown + "'");
  }
  if (found == 0 && numbered.size() > static_cast<std::size_t>(machine.network->hosts())) {
    throw Error(ErrorKind::kUsage, "the ranks are on " + std::to_string(numbered.size()) + " nodes, the machine has " +
                                       std::to_string(machine.network->hosts()) + " hosts");
  }
  return mapping;
}

std::string strange_nodes(const Machine& machine, const Mapping& mapping, const std::vector<std::string>& nodes) {
  const std::string host = machine.network->vertex_name(mapping.front());
  const std::string& node = nodes.front();
  if (host == node || host == up_to_dot(node) || std::ranges::count(nodes, node) == std::ssize(nodes)) {
    return "";
  }
  return "no host is called '" + node + "': nodes count as its hosts in the order of their first ranks";
}

MachineChoice::MachineChoice(MPI_Comm communicator, Rank me, std::chrono::nanoseconds budget) : budget_(budget) {
  told_ = text_of_first_rank(me == 0 ? read_machine_of_first_rank() : std::string(), communicator);
  if (told_.empty()) {
    return;
  }
  const std::vector<std::string> nodes = node_names(communicator);
  const std::string given = value_of(kVariable);
  const std::string name = given.empty() ? "(of rank 0)" : given;
  try {
    Machine machine = machine_told(told_, name);
    mapping_ = mapping_by_name(machine, nodes);
    // Every communicator reads the file; a program may have thousands. Hosts of generators have no names of their own.
    static std::atomic<bool> said = false;
    const std::string strange =
        me == 0 && told_.front() == kText ? strange_nodes(machine, mapping_, nodes) : std::string();
    if (!strange.empty() && !said.exchange(true)) {
      std::fprintf(stderr, "ringwood: %s=%s: %s\n", kVariable, name.c_str(), strange.c_str());
    }
    machine_ = std::move(machine);
  } catch (const Error& error) {
    error_ = std::string(kVariable) + "=" + name + ": " + error.what();
  }
}

Placement MachineChoice::placement(const Placement& nodes) {
  if (!machine_) {
    return nodes;
  }
  std::vector<Placement::Level> levels = nodes.levels();
  const Placement around = placement_of(*machine_, mapping_);
  for (const Placement::Level& level : around.levels()) {
    if (level.name != levels.front().name) {
      levels.push_back(level);
    }
  }
  Placement placement = nodes;
  try {
    placement = Placement(std::move(levels));
  } catch (const Error&) {
    // Ranks that share memory are on several hosts of the machine: it is not about these nodes.
  }
  place_ = MachinePlace::shared(key_of(told_, mapping_, placement), *machine_, mapping_);
  return placement;
}

void MachineChoice::forget() {
  known_.clear();
  if (machine_) {
    place_ = std::make_shared<MachinePlace>(*machine_, mapping_);
  }
}

std::string_view MachineChoice::choose(const CollectiveCall& call, const Schedule::Request& request, bool with_native) {
  if (!error_.empty()) {
    throw Error(ErrorKind::kUsage, error_);
  }
  if (!place_) {
    return {};
  }
  const Bytes elements = rounded(static_cast<Bytes>(call.elements));
  const Kind kind{call.collective, request.root, request.commutative, elements, call.element_size, with_native};
  auto known = known_.find(kind);
  if (known == known_.end()) {
    const SelectionQuestion question{
        .collective = call.collective, .request = request, .elements = elements, .element_size = call.element_size};
    known = known_.emplace(kind, place_->choose(question, with_native, budget_.next(question))).first;
  }
  return known->second;
}

}  // namespace ringwood
