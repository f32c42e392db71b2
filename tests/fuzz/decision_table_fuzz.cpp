// Any text as a decision table: refused, or a table that is written and read again as it is.

#include "algorithms/catalogue.hpp"
#include "ringwood/decision.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    const DecisionTable table = read_decision_table(fuzz::text_of(data, size), "input", built_in_library());
    const std::string text = write_decision_table(table);
    fuzz::require(read_decision_table(text, "written", built_in_library()) == table, "what is written reads back");
  });
  return 0;
}
