// Any text as an algorithm: refused, or read, written so that it is read as the same again, and looked up.

#include "algorithms/catalogue.hpp"
#include "tests/fuzz/support.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace ringwood;
  fuzz::expect_result_or_error([&] {
    const Expression expression = parse_expression(fuzz::text_of(data, size));
    const std::string text = to_string(expression);
    fuzz::require(text.size() > 4096 || to_string(parse_expression(text)) == text, "what is written is read back");
    for (const Collective collective : {Collective::kAllreduce, Collective::kAllgather}) {
      fuzz::expect_result_or_error([&] { static_cast<void>(resolve(built_in_library(), collective, expression)); });
    }
  });
  return 0;
}
