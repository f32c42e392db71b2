#include "api/machine_choice.hpp"

#include <limits>
#include <string>
#include <vector>

#include "ringwood/error.hpp"
#include "tests/lib/api/mpi_main.hpp"
#include "topology/machine_formats.hpp"

namespace ringwood {
namespace {

ModelOption predicted(const std::string& algorithm, double seconds) {
  return {.algorithm = algorithm, .estimated_s = seconds, .predicted_s = seconds, .why_not = {}};
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
  EXPECT_FALSE(native_does_as_well(Collective::kBroadcast, {}));
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

}  // namespace
}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
