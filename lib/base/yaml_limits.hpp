#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace ringwood {

/// Where a text is more YAML than is accepted, and why.
struct YamlExcess {
  std::size_t offset = 0;
  std::string reason;
};

/// yaml-cpp makes up to 500 bytes of a node and 200 of a sign that it has not understood yet: a text that may have more
/// than 40,000 of either, or more than 1 MiB, could take hundreds of times its size.
[[nodiscard]] std::optional<YamlExcess> yaml_excess(std::string_view text);

}  // namespace ringwood
