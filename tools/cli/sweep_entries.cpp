#include "tools/cli/sweep_entries.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <optional>
#include <set>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"
#include "topology/input_text.hpp"
#include "topology/yaml_input.hpp"

namespace ringwood::cli {

namespace {

constexpr std::string_view kSchema = "ringwood.plan/1";

// What the points of a grid depend on, and how they are measured.
constexpr std::string_view kOptions[] = {"algorithm", "ranks", "sizes",        "machine",  "map",  "model",  "loggops",
                                         "gamma",     "type",  "loggops-form", "op",       "root", "budget", "sync",
                                         "seed",      "order", "nics",         "fairness", "noise"};

[[nodiscard]] std::string place_of(const std::string& path, const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();  // of an empty document: -1
  return fmt::format("{}:{}:{}: ", path, std::max(mark.line, 0) + 1, std::max(mark.column, 0) + 1);
}

[[nodiscard]] Error wrong(const std::string& path, const YAML::Node& node, const std::string& what) {
  return Error(ErrorKind::kInput, place_of(path, node) + what);
}

/// Holds a mapping against the keys that it may have.
void check_keys(const std::string& path, const YAML::Node& map, const std::vector<std::string>& accepted,
                const std::string& what) {
  if (!map.IsMap()) {
    throw wrong(path, map, fmt::format("{} must be a mapping of {}", what, joined(accepted)));
  }
  std::set<std::string> known;
  for (const auto& item : map) {
    const YAML::Node& key = item.first;
    const std::string name = key.IsScalar() ? key.Scalar() : "";
    if (std::find(accepted.begin(), accepted.end(), name) == accepted.end()) {
      throw wrong(path, key,
                  fmt::format("{} has no key '{}'{}; accepted: {}", what, name, did_you_mean(name, accepted),
                              joined(accepted)));
    }
    if (!known.insert(name).second) {
      throw wrong(path, key, fmt::format("the key '{}' stands there twice", name));
    }
  }
}

/// A value as the command line has it: lists joined, the keys of --loggops as key=value.
[[nodiscard]] std::string text_of(const std::string& path, const std::string& key, const YAML::Node& value) {
  if (value.IsScalar()) {
    return value.Scalar();
  }
  const bool is_list = key == "collective" || key == "algorithm" || key == "ranks" || key == "sizes";
  std::vector<std::string> parts;
  if (value.IsSequence() && is_list && value.size() > 0) {
    for (const YAML::Node& part : value) {
      if (!part.IsScalar()) {
        throw wrong(path, part, fmt::format("'{}' must be a list of plain values", key));
      }
      parts.push_back(part.Scalar());
    }
    return fmt::format("{}", fmt::join(parts, key == "algorithm" ? ";" : ","));
  }
  if (value.IsMap() && key == "loggops" && value.size() > 0) {
    for (const auto& item : value) {
      const YAML::Node& name = item.first;
      const YAML::Node& part = item.second;
      if (!name.IsScalar() || !part.IsScalar()) {
        throw wrong(path, name, "'loggops' must have plain values, such as L: 2.5us");
      }
      parts.push_back(name.Scalar() + "=" + part.Scalar());
    }
    return fmt::format("{}", fmt::join(parts, ","));
  }
  throw wrong(path, value,
              fmt::format("'{}' must be a value{}", key,
                          is_list            ? " or a list of values"
                          : key == "loggops" ? " or a mapping"
                                             : ""));
}

[[nodiscard]] bool flag_of(const std::string& path, const YAML::Node& value) {
  if (value.IsScalar() && (value.Scalar() == "true" || value.Scalar() == "false")) {
    return value.Scalar() == "true";
  }
  throw wrong(path, value, "'simulate' must be true or false");
}

/// A plan that is being read.
class Plan {
 public:
  Plan(const std::string& path, const Arguments& given)
      : path_(path), given_(given), text_(InputText::from_file(path)), root_(YamlInput(text_).root()) {
    check();
  }

  [[nodiscard]] std::optional<bool> simulate() const {
    const YAML::Node value = root_["simulate"];
    return value ? std::optional<bool>(flag_of(path_, value)) : std::nullopt;
  }

  [[nodiscard]] std::vector<SweepEntry> entries() const {
    std::vector<SweepEntry> entries;
    for (const YAML::Node& sweep : root_["sweeps"]) {
      const std::string place = place_of(path_, sweep);
      try {
        entries.push_back({Arguments(given_.command(), words_of(sweep)), place});
      } catch (const Error& error) {
        const bool placed = std::string_view(error.what()).starts_with(path_);
        throw Error(ErrorKind::kInput, (placed ? "" : place) + error.what());
      }
    }
    return entries;
  }

 private:
  void check() const {
    std::vector<std::string> options(std::begin(kOptions), std::end(kOptions));
    check_keys(path_, root_, {"schema", "title", "simulate", "defaults", "sweeps"}, "the plan");
    const YAML::Node schema = root_["schema"];
    if (!schema || !schema.IsScalar() || schema.Scalar() != kSchema) {
      throw wrong(path_, schema ? schema : root_,
                  fmt::format("a plan has 'schema: {}'{}", kSchema,
                              schema && schema.IsScalar() ? fmt::format(", not '{}'", schema.Scalar()) : ""));
    }
    if (root_["defaults"]) {
      check_keys(path_, root_["defaults"], options, "'defaults'");
    }
    const YAML::Node sweeps = root_["sweeps"];
    if (!sweeps || !sweeps.IsSequence() || sweeps.size() == 0) {
      throw wrong(path_, sweeps ? sweeps : root_, "a plan has a list 'sweeps' with at least one grid");
    }
    options.emplace_back("collective");
    for (const YAML::Node& sweep : sweeps) {
      check_keys(path_, sweep, options, "a sweep");
      if (!sweep["collective"]) {
        throw wrong(path_, sweep, "a sweep has a 'collective', such as allreduce");
      }
    }
  }

  [[nodiscard]] std::vector<std::string> words_of(const YAML::Node& sweep) const {
    std::vector<std::string> words;
    std::string names = text_of(path_, "collective", sweep["collective"]);
    for (std::size_t end = 0; end != std::string::npos; names.erase(0, end + 1)) {
      end = names.find(',');
      words.push_back(names.substr(0, end));
      if (end == std::string::npos) {
        break;
      }
    }
    for (const OptionUse& use : given_.command().options) {
      const std::string name(use.name);
      const YAML::Node defaults = root_["defaults"];
      const bool in_plan = std::find(std::begin(kOptions), std::end(kOptions), use.name) != std::end(kOptions);
      if (given_.given(name)) {
        const bool flag = option_named(name).value.empty();
        words.push_back("--" + name + (flag ? "" : "=" + given_.text(name)));
      } else if (in_plan && sweep[name]) {
        words.push_back("--" + name + "=" + text_of(path_, name, sweep[name]));
      } else if (in_plan && defaults && defaults[name]) {
        words.push_back("--" + name + "=" + text_of(path_, name, defaults[name]));
      }
    }
    return words;
  }

  std::string path_;
  const Arguments& given_;
  InputText text_;
  YAML::Node root_;
};

[[nodiscard]] bool is_plan(const std::string& operand) {
  return operand.ends_with(".yaml") || operand.ends_with(".yml");
}

}  // namespace

SweepEntries::SweepEntries(const Arguments& given)
    : simulates_((!is_launched() && !given.given("launcher")) || given.given("simulate")) {
  const std::vector<std::string>& operands = given.operands();
  if (std::none_of(operands.begin(), operands.end(), is_plan)) {
    entries_.push_back({given, ""});
    return;
  }
  if (operands.size() > 1) {
    throw Error(ErrorKind::kUsage, fmt::format("a plan stands alone; '{}' is too many",
                                               is_plan(operands.front()) ? operands[1] : operands.front()));
  }
  from_plan_ = true;
  const Plan plan(operands.front(), given);
  entries_ = plan.entries();
  const std::optional<bool> simulate = plan.simulate();
  if (simulate == false && !is_launched() && !given.given("launcher") && !given.given("simulate")) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("'{}' is to be measured (simulate: false); start it with mpirun -n, or give --launcher mpirun",
                    operands.front()));
  }
  plan_simulates_ = simulate.value_or(false);
  simulates_ = simulates_ || plan_simulates_;
}

std::vector<Grid> SweepEntries::grids() const {
  std::vector<Grid> grids;
  for (const SweepEntry& entry : entries_) {
    try {
      grids.emplace_back(entry.arguments, simulates_ ? GridUse::kSimulated : GridUse::kMeasured);
    } catch (const Error& error) {
      throw Error(error.kind(), entry.origin + error.what());
    }
  }
  return grids;
}

std::vector<Rank> SweepEntries::ranks() const {
  std::set<Rank> all;
  for (const Grid& grid : grids()) {
    all.insert(grid.ranks().begin(), grid.ranks().end());
  }
  return {all.begin(), all.end()};
}

}  // namespace ringwood::cli
