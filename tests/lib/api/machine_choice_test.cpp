#include "api/machine_choice.hpp"

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

TEST(NativeDoesAsWell, NotByEstimatesBesidePredictionsNorByWhatCannotBeHad) {
  std::vector<ModelOption> options{predicted("ring", 1.0), predicted("rabenseifner", 1.0)};
  options.back().predicted_s = -1;
  EXPECT_FALSE(native_does_as_well(Collective::kAllreduce, options));
  options.back() = predicted("rabenseifner", 0.0);
  options.back().why_not = "needs an operation that commutes";
  EXPECT_FALSE(native_does_as_well(Collective::kAllreduce, options));
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
