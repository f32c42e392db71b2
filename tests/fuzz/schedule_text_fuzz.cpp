// Any text as ringwood.schedule/1: refused, or read, proved or not, and written so that it is read as the same again.

#include "ringwood/verify.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    const RecordedSchedule schedule = read_schedule_text(fuzz::text_of(data, size), "input", fuzz::kSmall);
    const VerifyReport report = verify(schedule_of(schedule));
    fuzz::require(report.ok == report.error.empty(), "a report is either good or says why not");
    const std::string text = write_schedule_text(schedule);
    fuzz::require(write_schedule_text(read_schedule_text(text, "written")) == text, "what is written is read back");
  });
  return 0;
}
