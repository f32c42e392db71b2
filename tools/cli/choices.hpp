#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ringwood/algorithm.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood::cli {

/// One entry of `--algorithm`.
struct Choice {
  enum class Kind { kNamed, kNative, kSelected };

  Kind kind = Kind::kNamed;
  const Algorithm* algorithm = nullptr;  ///< of kNamed
  Parameters parameters;
  bool from_all = false;  ///< stands there because of "all": left out where it cannot do the problem
};

/// "ring", "ring:segments=4", several joined by ';', "all", "native", "selected". Throws Error(kUsage).
[[nodiscard]] std::vector<Choice> parse_choices(std::string_view text, Collective collective, Catalogue catalogue);

/// The choice put to a problem. Throws Error(kUsage) that says why it cannot be done and names those that can.
[[nodiscard]] Schedule schedule_for(const Choice& choice, const Schedule::Request& request, Catalogue catalogue);

/// Whether `--op` names an operator that commutes: one of the built-in ones, or "non-commutative", which stands for
/// any that does not. Throws Error(kUsage).
[[nodiscard]] bool commutes(const std::string& operation);

}  // namespace ringwood::cli
