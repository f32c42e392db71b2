#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "topology/topology.hpp"

namespace ringwood::cli {

/// "leaf 2 -> spine 1".
[[nodiscard]] std::string link_name(const Topology& network, LinkId link);

/// What a link has in common with others: "host -> leaf", "group router -> group router, between groups", "dimension
/// 1".
[[nodiscard]] std::string level_name(const Topology& network, LinkId link);

/// The links that a user names: one by its name or as "#17", or all of a level. Throws Error(kUsage) that lists the
/// levels.
[[nodiscard]] std::vector<LinkId> links_named(const Topology& network, std::string_view name);

/// How routes are chosen on the machine that a user has named: "static (D-mod-k) or ..." as its family says.
[[nodiscard]] std::string routing_of(const std::string& machine);

/// The network with what `--degrade` says: "NAME=FACTOR", several separated by ';'. Throws Error(kUsage).
[[nodiscard]] std::shared_ptr<const Topology> degraded(std::shared_ptr<const Topology> network, std::string_view text);

}  // namespace ringwood::cli
