#include "tools/cli/percent.hpp"

#include <fmt/format.h>

#include <charconv>

#include "ringwood/error.hpp"

namespace ringwood::cli {

double fraction_of(const std::string& text, double least, double most, std::string_view what) {
  double value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
  if (status != std::errc() || (!rest.empty() && rest != "%") || !(value >= least) || !(value <= most)) {
    throw Error(ErrorKind::kUsage,
                fmt::format("{} '{}' is no percentage from {} to {}, such as 20%", what, text, least, most));
  }
  return value / 100;
}

}  // namespace ringwood::cli
