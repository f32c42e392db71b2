// Any text as ringwood.workload/1: refused, or read within the limits.

#include "formats/workloads.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    for (const WorkloadJob& job : read_workload(fuzz::text_of(data, size), "input")) {
      fuzz::require(job.ranks >= 0 && job.start >= 0 && job.repeat >= 1, "numbers are in their ranges");
      fuzz::require(!job.training || job.steps.empty(), "a job is one thing");
    }
  });
  return 0;
}
