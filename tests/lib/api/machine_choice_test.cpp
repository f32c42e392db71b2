#include "api/machine_choice.hpp"

#include <limits>
#include <string>
#include <vector>

#include "ringwood/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "select/messages.hpp"
#include "sim/cost_view.hpp"
#include "sim/simulate.hpp"
#include "tests/lib/api/mpi_main.hpp"
#include "topology/machine_formats.hpp"

namespace ringwood {
namespace {

ModelOption predicted(const std::string& algorithm, double seconds) {
  return {.algorithm = algorithm, .estimated_s = seconds, .predicted_s = seconds, .why_not = {}};
}

[[nodiscard]] bool native_does_as_well(Collective collective, const std::vector<ModelOption>& options) {
  return best_beside_native({.collective = collective, .request = {}}, options, ClosedForms(0)) == "native";
}

TEST(NativeDoesAsWell, UnlessSomethingIsMuchBetterThanTheTextbook) {
  const std::vector<ModelOption> close{predicted("bidirectional-ring", 0.65), predicted("rabenseifner", 1.0)};
  EXPECT_TRUE(native_does_as_well(Collective::kAllreduce, close));
  const std::vector<ModelOption> far{predicted("ring", 0.55), predicted("rabenseifner", 1.0)};
  EXPECT_FALSE(native_does_as_well(Collective::kAllreduce, far));
  const std::vector<ModelOption> itself{predicted("bruck", 1.0), predicted("ring", 2.0)};
  EXPECT_TRUE(native_does_as_well(Collective::kAllgather, itself));
}

TEST(NativeDoesAsWell, NotWhereTheTextbookHasNothing) {
  const std::vector<ModelOption> options{predicted("ring", 1.0), predicted("direct", 1.1)};
  EXPECT_FALSE(native_does_as_well(Collective::kReduceScatter, options));
  EXPECT_FALSE(native_does_as_well(Collective::kBroadcast, options));
}

TEST(NativeDoesAsWell, ByClosedFormsTooButNotByWhatCannotBeHad) {
  std::vector<ModelOption> options{predicted("ring", 1.0), predicted("rabenseifner", 1.5)};
  options.back().predicted_s = -1;
  EXPECT_TRUE(native_does_as_well(Collective::kAllreduce, options));
  options.back().estimated_s = std::numeric_limits<double>::infinity();
  EXPECT_FALSE(native_does_as_well(Collective::kAllreduce, options));
  options.back() = predicted("rabenseifner", 0.0);
  options.back().why_not = "needs an operation that commutes";
  EXPECT_FALSE(native_does_as_well(Collective::kAllreduce, options));
}

/// Eight hosts in two racks that share one cable out of each.
struct Racks {
  Machine machine = make_machine("fat-tree:leaves=2,hosts-per-leaf=4,spines=1");
  Mapping mapping = make_mapping("block", machine, 8);
  Placement placement = placement_of(machine, mapping);

  [[nodiscard]] SelectionQuestion question(Collective collective, Bytes elements) const {
    return {.collective = collective,
            .request = {.ranks = 8, .placement = &placement},
            .elements = elements,
            .element_size = 4};
  }
};

/// The same over cables of 200 Mbit/s that let 10 KB pass at once, messages of which take some 80 us.
struct PacedRacks : Racks {
  explicit PacedRacks(const std::string& latency) {
    machine = make_machine("fat-tree:leaves=2,hosts-per-leaf=4,spines=1,bandwidth=24e6B/s,latency=" + latency);
    machine.between_hosts.o = 19'000'000;
    machine.between_hosts.g = 25'000'000;
    machine.between_hosts.corrections =
        std::make_shared<const SizeCorrections>(std::vector<SizeCorrections::Point>{{1, 0}}, 10'000);
  }
};

TEST(BestBesideNative, TakesWhatSparesLinksAtNoOtherCost) {
  const PacedRacks racks("10us");
  const CostView costs = cost_view_with_routes(racks.machine, racks.mapping);
  ClosedForms forms(1'000'000);
  std::vector<ModelOption> options;
  const SelectionQuestion question = racks.question(Collective::kReduceScatter, 1024);
  for (const std::string name : {"ring", "recursive-halving", "distance-doubling"}) {
    const Schedule schedule(built_in_library(), question.collective, parse_expression(name), question.request);
    forms.add(name, schedule, costs);
    options.push_back(predicted(name, 1e-3));
  }
  // Halving sends its longest messages from rack to rack; doubling its shortest, as many. A ring has more of them.
  EXPECT_EQ(best_beside_native(question, options, forms), "distance-doubling");
  options.back().predicted_s *= 1.2;
  EXPECT_EQ(best_beside_native(question, options, forms), "native");
  options.back() = predicted("distance-doubling", 1e-3);
  options.back().why_not = "order";
  EXPECT_EQ(best_beside_native(question, options, forms), "native");
  EXPECT_EQ(best_beside_native(racks.question(Collective::kReduceScatter, 1), options, forms), "native");
}

// Variants of thousands of messages would leave nothing for what follows the machine.
TEST(Model, WalksWhatFollowsTheMachineBeforeVariants) {
  PacedRacks racks("10us");
  racks.mapping = {0, 4, 1, 5, 2, 6, 3, 7};
  racks.placement = placement_of(racks.machine, racks.mapping);
  ClosedForms forms(30'000);
  static_cast<void>(model_options(racks.question(Collective::kAllreduce, 1 << 18), built_in_library(),
                                  cost_view_with_routes(racks.machine, racks.mapping), nullptr, nullptr,
                                  {.forms = &forms}));
  for (const std::string name : {"permute(0, ring)", "permute(0, binomial)", "hier(leaf=direct, network=ring)"}) {
    const ClosedForms::Known* known = forms.find(name);
    EXPECT_TRUE(known != nullptr && known->form) << name;
  }
}

// A walk round by round, and flows that share links: of one mind where links let something pass at once too. (Not where
// a way has a link with a full bucket behind one with an empty one: flows then pass both at the full one's usual
// speed.)
TEST(PacedCables, ClosedFormsAreNearTheFlowModel) {
  const PacedRacks racks("1us");
  const CostView costs = cost_view_with_routes(racks.machine, racks.mapping);
  const auto expect_near = [&](Collective collective, const std::string& name, Bytes elements) {
    const SelectionQuestion question = racks.question(collective, elements);
    const Schedule schedule(built_in_library(), collective, parse_expression(name), question.request);
    std::int64_t budget = 1'000'000;
    const auto form = ClosedForm::of(schedule, costs, budget);
    ASSERT_TRUE(form.has_value());
    const Layout layout = equal_layout(schedule, elements, 4);
    const auto simulated = simulate(schedule, layout, racks.machine, racks.mapping, {.model = CostModel::kFlow}).time;
    const double bytes = static_cast<double>(elements) * 4;
    EXPECT_NEAR(form->seconds(bytes, costs) / static_cast<double>(simulated), 1e-12, 0.12e-12) << name << ' ' << bytes;
  };
  for (Bytes elements = 1 << 8; elements <= 1 << 18; elements *= 4) {
    for (const std::string name : {"ring", "recursive-halving", "pat"}) {
      expect_near(Collective::kReduceScatter, name, elements);
    }
    expect_near(Collective::kAllreduce, "rabenseifner", elements);
    if (elements >= 1 << 12) {  // of shorter ones lanes wait for CPUs, which no form knows
      expect_near(Collective::kAllreduce, "multi-ring:rings=2", elements);
    }
  }
}

// 16 KiB over eight ranks live on what cables let pass at once, where rounds are few; a quarter of a megabyte does not.
TEST(PacedCables, FewRoundsAreTakenAsLongAsTheyPassAtOnce) {
  const PacedRacks racks("10us");
  for (const MachinePlace::Effort effort : {MachinePlace::Effort{.operations = 20'000, .messages = 400},
                                            MachinePlace::Effort{.operations = 20'000, .messages = 0}}) {
    MachinePlace place(racks.machine, racks.mapping);
    const SelectionQuestion question = racks.question(Collective::kReduceScatter, 1 << 12);
    const std::string few = place.choose(question, true, effort);
    EXPECT_EQ(
        messages_of_a_rank(Schedule(built_in_library(), question.collective, parse_expression(few), question.request)),
        3)
        << few;
    EXPECT_EQ(place.choose(racks.question(Collective::kReduceScatter, 1 << 16), true, effort), "ring");
  }
}

TEST(MachinePlace, AnswersDependOnNothingAskedBefore) {
  const Racks racks;
  const MachinePlace::Effort effort{.operations = 20'000, .messages = 400};
  MachinePlace first(racks.machine, racks.mapping);
  MachinePlace second(racks.machine, racks.mapping);
  std::vector<std::string> upwards;
  std::vector<std::string> downwards;
  for (Bytes elements = 16; elements <= 1 << 22; elements *= 4) {
    upwards.push_back(first.choose(racks.question(Collective::kAllreduce, elements), true, effort));
  }
  for (Bytes elements = 1 << 22; elements >= 16; elements /= 4) {
    static_cast<void>(second.choose(racks.question(Collective::kAllgather, elements), false, effort));
    downwards.insert(downwards.begin(), second.choose(racks.question(Collective::kAllreduce, elements), true, effort));
  }
  EXPECT_EQ(upwards, downwards);
  EXPECT_EQ(upwards.back().find("recursive-doubling"), std::string::npos) << upwards.back();
}

TEST(MachinePlace, HasAnAnswerForLittleEffortToo) {
  const Racks racks;
  MachinePlace place(racks.machine, racks.mapping);
  EXPECT_FALSE(place.choose(racks.question(Collective::kAllreduce, 1 << 20), false, {}).empty());
}

TEST(MachinePlace, IsSharedByWhoIsPlacedAlike) {
  const Racks racks;
  const auto place = MachinePlace::shared("test", racks.machine, racks.mapping);
  EXPECT_EQ(MachinePlace::shared("test", racks.machine, racks.mapping), place);
  EXPECT_NE(MachinePlace::shared("other", racks.machine, racks.mapping), place);
}

TEST(ChoiceBudget, GivesLessAndLessAndNoMoreThanThereIs) {
  const Racks racks;
  ChoiceBudget budget(std::chrono::milliseconds(5));
  const auto first = budget.next(racks.question(Collective::kAllreduce, 16));
  const auto second = budget.next(racks.question(Collective::kAllreduce, 64));
  const auto other = budget.next(racks.question(Collective::kAllgather, 64));
  EXPECT_EQ(first.operations, second.operations);
  EXPECT_LT(other.operations, first.operations);
  EXPECT_GT(first.messages, second.messages);
  std::int64_t messages = first.messages + second.messages + other.messages;
  for (int i = 0; i < 1000; ++i) {
    messages += budget.next(racks.question(Collective::kReduceScatter, i + 1)).messages;
  }
  EXPECT_LE(messages, 10'000);  // those of 5 ms
  EXPECT_EQ(ChoiceBudget(std::chrono::nanoseconds(0)).next(racks.question(Collective::kAllreduce, 16)),
            (MachinePlace::Effort{}));
}

TEST(MappingByName, NodesOfOtherNamesAreHostsInTheOrderOfTheirFirstRanks) {
  const Machine machine = make_machine("crossbar:hosts=2");
  EXPECT_EQ(mapping_by_name(machine, {"b", "a", "b"}), (Mapping{0, 1, 0}));
  EXPECT_THROW(mapping_by_name(machine, {"a", "b", "c"}), Error);
}

TEST(MappingByName, IsStrangeWhereSeveralNodesHaveNoNameThere) {
  const Machine machine = make_machine("crossbar:hosts=2");
  const std::string known = machine.network->vertex_name(1);
  const auto strange = [&machine](const std::vector<std::string>& nodes) {
    return strange_nodes(machine, mapping_by_name(machine, nodes), nodes);
  };
  EXPECT_EQ(strange({"b", "a", "b"}),
            "no host is called 'b': nodes count as its hosts in the order of their first ranks");
  EXPECT_EQ(strange({known, machine.network->vertex_name(0)}), "");
  EXPECT_EQ(strange({known + ".cluster", machine.network->vertex_name(0)}), "");
  EXPECT_EQ(strange({"b", "b"}), "");
}

}  // namespace
}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
