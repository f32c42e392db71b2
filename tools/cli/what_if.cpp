#include "tools/cli/what_if.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "topology/uniform.hpp"

namespace ringwood::cli {

namespace {

/// Calls `take(rank, value)` for each "RANK=VALUE" of a list.
void for_each_rank(std::string_view text, std::string_view option, Rank ranks,
                   const std::function<void(Rank, std::string_view)>& take) {
  while (!text.empty()) {
    const std::string_view entry = text.substr(0, text.find(','));
    text.remove_prefix(std::min(entry.size() + 1, text.size()));
    const std::size_t equals = entry.find('=');
    if (equals == std::string_view::npos) {
      throw Error(ErrorKind::kUsage, fmt::format("{} '{}' is not RANK=VALUE", option, entry));
    }
    const auto rank = static_cast<Rank>(parse_integer(entry.substr(0, equals), {0, ranks - 1}, option));
    take(rank, entry.substr(equals + 1));
  }
}

}  // namespace

std::vector<Straggler> stragglers_of(const Arguments& arguments, Rank ranks) {
  std::map<Rank, Straggler> by_rank;
  const auto straggler = [&](Rank rank) -> Straggler& {
    Straggler& found = by_rank[rank];
    found.rank = rank;
    return found;
  };
  for_each_rank(arguments.text("slow"), "--slow", ranks, [&](Rank rank, std::string_view value) {
    straggler(rank).cpu_percent = parse_integer(value, {1, kSlowestPercent}, "--slow");
  });
  const std::string arrival = arguments.text("arrival");
  const std::string_view random = "random:";
  if (arrival.starts_with(random)) {
    const Picoseconds latest = parse_time(std::string_view(arrival).substr(random.size()), "--arrival");
    for (Rank rank = 0; rank < ranks; ++rank) {
      const std::uint64_t chance = mix(arguments.seed(), static_cast<std::uint64_t>(rank)) >> 11U;
      straggler(rank).arrival =
          static_cast<Picoseconds>(static_cast<double>(latest) * static_cast<double>(chance) * 0x1p-53);
    }
  } else {
    for_each_rank(arrival, "--arrival", ranks,
                  [&](Rank rank, std::string_view value) { straggler(rank).arrival = parse_time(value, "--arrival"); });
  }
  std::vector<Straggler> stragglers;
  for (const auto& [rank, found] : by_rank) {
    stragglers.push_back(found);
  }
  return stragglers;
}

}  // namespace ringwood::cli
