// Any text as MSCCL XML: refused, or read as a schedule that ends under rendezvous.

#include "ringwood/verify.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    const RecordedSchedule schedule = read_msccl_xml(fuzz::text_of(data, size), "input", fuzz::kSmall);
    const VerifyReport report = verify(schedule_of(schedule));
    fuzz::require(report.ok == report.error.empty(), "a report is either good or says why not");
    fuzz::require(report.error.find("deadlock") == std::string::npos, "what is read ends under rendezvous");
  });
  return 0;
}
