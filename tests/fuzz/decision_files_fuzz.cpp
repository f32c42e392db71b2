// Any text as another library's decision file: every reader tells what it makes of it, and never throws.

#include "ringwood/decision_files.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  for (const char* target : {"open-mpi-4.1", "open-mpi-5.0", "open-mpi-6", "mpich-4.0", "ucc"}) {
    const DecisionReading reading = read_as(fuzz::text_of(data, size), parse_decision_target(target));
    for (std::size_t i = 0; i < reading.findings.size(); ++i) {
      const Finding& finding = reading.findings[i];
      fuzz::require(!finding.message.empty() && !finding.code.empty(), "a finding says what it found");
      fuzz::require(i == 0 || !(finding.place < reading.findings[i - 1].place), "findings are in order");
    }
    fuzz::require(reading.used || !reading.findings.empty(), "a file is not dropped without a reason");
  }
  return 0;
}
