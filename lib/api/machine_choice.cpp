#include "api/machine_choice.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <filesystem>

#include "api/twin.hpp"
#include "interpret/mpi/all_ready.hpp"
#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/choose.hpp"
#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "sim/cost_view.hpp"
#include "sim/simulate.hpp"
#include "topology/input_text.hpp"
#include "topology/machine_formats.hpp"

namespace ringwood {

namespace {

constexpr const char* kVariable = "RINGWOOD_MACHINE";

// What rank 0 tells: nothing, or a machine's specification or a file's text, or why it cannot be had.
constexpr char kSpecification = 's';
constexpr char kText = 't';
constexpr char kFailure = 'f';

// What a first call of some size may take; with more ranks, fewer candidates are simulated.
struct Effort {
  Rank ranks;
  std::size_t predictions;
};

constexpr std::array kEfforts{Effort{16, 60}, Effort{64, 16}, Effort{256, 4}};

// Estimates know nothing of shared links, which may cost a schedule this factor on a small machine.
constexpr double kFactor = 4;

[[nodiscard]] std::string read_machine_of_first_rank() {
  const char* const given = std::getenv(kVariable);
  const std::string spec = given == nullptr ? "" : given;
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

[[nodiscard]] double seconds(Picoseconds time) {
  return static_cast<double>(time) / static_cast<double>(kPicosecondsPerSecond);
}

/// The number with all but the three leading bits cleared: sizes that differ by less are one to the model.
[[nodiscard]] Bytes rounded(Bytes elements) {
  constexpr int kBits = 3;
  const int dropped = std::max(0, static_cast<int>(std::bit_width(static_cast<std::uint64_t>(elements))) - kBits);
  return elements >> dropped << dropped;
}

// Measured on eight hosts over TCP that share two cores, short vectors took 1.4 to 1.95 times what was predicted, those
// with many messages the most: of two that differ by less than that, the model does not know the better one.
constexpr double kConvincing = 0.6;

// Longer vectors are no matter of rounds any more, and libraries differ in what they do with them.
constexpr Bytes kTextbookBytes = Bytes{32} << 10U;

/// What every MPI library has for few rounds; nothing where they differ.
[[nodiscard]] std::span<const std::string_view> textbook(Collective collective) {
  static constexpr std::array<std::string_view, 2> kAllreduce{"recursive-doubling", "rabenseifner"};
  static constexpr std::array<std::string_view, 1> kReduceScatter{"recursive-halving"};
  static constexpr std::array<std::string_view, 2> kAllgather{"recursive-doubling", "bruck"};
  switch (collective) {
    case Collective::kAllreduce:
      return kAllreduce;
    case Collective::kReduceScatter:
      return kReduceScatter;
    case Collective::kAllgather:
      return kAllgather;
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kBarrier:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
      return {};
  }
  return {};
}

[[nodiscard]] std::string up_to_dot(const std::string& name) {
  return name.substr(0, name.find('.'));
}

}  // namespace

bool native_does_as_well(Collective collective, std::span<const ModelOption> options) {
  const std::span<const std::string_view> names = textbook(collective);
  return std::ranges::any_of(options, [&](const ModelOption& option) {
    const ModelOption& best = options.front();
    return option.why_not.empty() && std::ranges::find(names, option.algorithm) != names.end() &&
           option.predicted() == best.predicted() && best.seconds() > kConvincing * option.seconds();
  });
}

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

MachineChoice::MachineChoice(MPI_Comm communicator, Rank me) {
  const std::string told = text_of_first_rank(me == 0 ? read_machine_of_first_rank() : std::string(), communicator);
  if (told.empty()) {
    return;
  }
  const std::vector<std::string> nodes = node_names(communicator);
  const char* const given = std::getenv(kVariable);
  const std::string name = given == nullptr ? "(of rank 0)" : given;
  try {
    Machine machine = machine_told(told, name);
    mapping_ = mapping_by_name(machine, nodes);
    machine_ = std::move(machine);
  } catch (const Error& error) {
    error_ = std::string(kVariable) + "=" + name + ": " + error.what();
  }
}

Placement MachineChoice::placement(const Placement& nodes) const {
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
  try {
    return Placement(std::move(levels));
  } catch (const Error&) {
    return nodes;  // ranks that share memory are on several hosts of the machine: it is not about these nodes
  }
}

std::string_view MachineChoice::choose(const CollectiveCall& call, const Schedule::Request& request, bool with_native) {
  if (!error_.empty()) {
    throw Error(ErrorKind::kUsage, error_);
  }
  if (!machine_) {
    return {};
  }
  const Bytes elements = rounded(static_cast<Bytes>(call.elements));
  const Kind kind{call.collective, request.root, request.commutative, elements, call.element_size, with_native};
  auto known = known_.find(kind);
  if (known == known_.end()) {
    const std::vector<ModelOption> options = options_for(call, request, elements);
    std::string chosen;
    if (!options.empty() && options.front().why_not.empty()) {
      const bool native = with_native && elements * call.element_size <= kTextbookBytes &&
                          native_does_as_well(call.collective, options);
      chosen = native ? "native" : options.front().algorithm;
    }
    known = known_.emplace(kind, std::move(chosen)).first;
  }
  return known->second;
}

std::vector<ModelOption> MachineChoice::options_for(const CollectiveCall& call, const Schedule::Request& request,
                                                    Bytes elements) const {
  const auto* const effort =
      std::ranges::find_if(kEfforts, [&](const Effort& one) { return request.ranks <= one.ranks; });
  const Predictor predictor = [&](const Schedule& schedule, const Layout& layout) {
    return seconds(simulate(schedule, layout, *machine_, mapping_, {.model = CostModel::kFlow}).time);
  };
  return model_options(
      {.collective = call.collective, .request = request, .elements = elements, .element_size = call.element_size},
      known_library(), cost_view(*machine_, mapping_), predictor, nullptr,
      {.factor = kFactor, .most_predictions = effort == kEfforts.end() ? 0 : effort->predictions});
}

}  // namespace ringwood
