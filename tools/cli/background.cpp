#include "tools/cli/background.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ringwood/error.hpp"
#include "sim/what_if/changed_network.hpp"
#include "tools/cli/link_names.hpp"
#include "tools/cli/percent.hpp"
#include "topology/uniform.hpp"

namespace ringwood::cli {

namespace {

constexpr double kMostLoad = 0.95;
constexpr double kMostPercent = 95;
constexpr LinkId kMostLinks = 10'000'000;

[[nodiscard]] std::vector<LinkFactor> random_loads(const Topology& network, double share, std::uint64_t seed) {
  if (network.links() > kMostLinks) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--background for a network of {} links; accepted: up to {}", network.links(), kMostLinks));
  }
  const auto joins_switches = [&](LinkId link) {
    const Link ends = network.link(link);
    return std::min(ends.from, ends.to) >= network.hosts();
  };
  bool has_switches = false;
  for (LinkId link = 0; link < network.links() && !has_switches; ++link) {
    has_switches = joins_switches(link);
  }
  std::vector<LinkFactor> changes;
  for (LinkId link = 0; link < network.links(); ++link) {
    if (!has_switches || joins_switches(link)) {
      const double chance = static_cast<double>(mix(seed, static_cast<std::uint64_t>(link)) >> 11U) * 0x1p-53;
      changes.push_back({link, 1 - std::min(kMostLoad, 2 * share * chance)});
    }
  }
  return changes;
}

}  // namespace

std::shared_ptr<const Topology> with_background(std::shared_ptr<const Topology> network, const std::string& text,
                                                std::uint64_t seed) {
  const std::string random = "random:";
  if (text.starts_with(random)) {
    const double share = fraction_of(text.substr(random.size()), 0, kMostPercent, "--background");
    const std::vector<LinkFactor> changes = random_loads(*network, share, seed);
    return change_links(std::move(network), changes);
  }
  std::vector<LinkFactor> changes;
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::string_view entry = rest.substr(0, rest.find(';'));
    rest.remove_prefix(std::min(entry.size() + 1, rest.size()));
    const std::size_t equals = entry.rfind('=');
    if (equals == std::string_view::npos) {
      throw Error(
          ErrorKind::kUsage,
          fmt::format("--background '{}' is not NAME=SHARE, such as 'leaf -> spine=30%', nor random:SHARE", entry));
    }
    const double share = fraction_of(std::string(entry.substr(equals + 1)), 0, kMostPercent, "--background");
    for (const LinkId link : links_named(*network, entry.substr(0, equals))) {
      changes.push_back({link, 1 - share});
    }
  }
  return change_links(std::move(network), changes);
}

}  // namespace ringwood::cli
