// What real runs choose on a machine, without running anything: bench.chosen MACHINE MAP BUDGET COLLECTIVE:BYTES...
//
// One line a question: collective, bytes, what a program chooses whose first question it is, and what one chooses that
// has asked all the others before, each after the one on the left (lib/api/machine_place.hpp). MACHINE and MAP are as
// for `ringwood simulate`; every rank has a node of its own; elements are of 4 bytes, and combine in any order.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

#include "api/machine_place.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/machine_formats.hpp"

namespace {

using namespace ringwood;  // NOLINT(google-build-using-namespace)

constexpr Bytes kElement = 4;

struct Question {
  Collective collective;
  Bytes bytes;
};

[[nodiscard]] Question question_of(const std::string& text) {
  const std::size_t colon = text.find(':');
  const auto* const collective = std::ranges::find_if(
      kAllCollectives, [name = text.substr(0, colon)](Collective one) { return name_of(one) == name; });
  if (colon == std::string::npos || collective == kAllCollectives.end()) {
    throw Error(ErrorKind::kUsage, "'" + text + "' is not COLLECTIVE:BYTES");
  }
  return {.collective = *collective, .bytes = std::stoll(text.substr(colon + 1))};
}

/// As in a run: nodes, and what the machine groups them in.
[[nodiscard]] Placement placement_in_run(const Machine& machine, const Mapping& mapping) {
  std::vector<Placement::Level> levels(1);
  levels[0].name = "node";
  levels[0].group_of.resize(mapping.size());
  std::iota(levels[0].group_of.begin(), levels[0].group_of.end(), 0);
  const Placement around = placement_of(machine, mapping);
  for (const Placement::Level& level : around.levels()) {
    if (level.name != levels.front().name) {
      levels.push_back(level);
    }
  }
  return Placement(std::move(levels));
}

void answer(const std::vector<std::string>& arguments) {
  const Machine machine = make_machine(arguments[0]);
  const Mapping mapping = make_mapping(arguments[1], machine, static_cast<Rank>(machine.network->hosts()));
  const Placement placement = placement_in_run(machine, mapping);
  const auto budget = std::chrono::nanoseconds(parse_time(arguments[2], "BUDGET") / 1000);
  MachinePlace later(machine, mapping);
  ChoiceBudget left(budget);
  for (std::size_t i = 3; i < arguments.size(); ++i) {
    const Question asked = question_of(arguments[i]);
    const SelectionQuestion question{.collective = asked.collective,
                                     .request = {.ranks = placement.ranks(), .placement = &placement},
                                     .elements = asked.bytes / kElement,
                                     .element_size = kElement};
    const std::string first =
        MachinePlace(machine, mapping).choose(question, true, ChoiceBudget(budget).next(question));
    const std::string last = later.choose(question, true, left.next(question));
    std::printf("%s\t%lld\t%s\t%s\n", std::string(name_of(asked.collective)).c_str(),
                static_cast<long long>(asked.bytes), first.c_str(), last.c_str());
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fputs("usage: bench.chosen MACHINE MAP BUDGET COLLECTIVE:BYTES...\n", stderr);
    return 2;
  }
  try {
    answer({argv + 1, argv + argc});
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench.chosen: %s\n", error.what());
    return 2;
  }
}
