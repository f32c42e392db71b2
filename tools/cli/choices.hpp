#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/expression.hpp"
#include "ringwood/reduction.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood::cli {

/// One entry of `--algorithm`.
struct Choice {
  enum class Kind { kNamed, kNative, kSelected };

  Kind kind = Kind::kNamed;
  Expression expression;    ///< of kNamed
  std::string native = {};  ///< of kNative: "algorithm=ring" for one of the MPI library's own, empty for its choice
  bool from_all = false;    ///< stands there because of "all": left out where it cannot do the problem
};

/// In `Choice::native`: each of the MPI library's own algorithms.
inline constexpr std::string_view kEachNative = "each";

/// As `--algorithm` takes it: "ring", "native", "native:algorithm=ring", "selected".
[[nodiscard]] std::string to_string(const Choice& choice);

/// Whether the MPI library is to be told its algorithm.
[[nodiscard]] bool is_native_request(const Choice& choice);

/// "ring", "ring:segments=4", "lanes(4, ring)", several joined by ';', "all", "native", "native-all",
/// "native:algorithm=ring,segment=64KiB", "selected". Throws
/// Error(kUsage).
[[nodiscard]] std::vector<Choice> parse_choices(std::string_view text, Collective collective, const Library& library);

/// The choice put to a problem. Throws Error(kUsage) that says why it cannot be done and names those that can.
[[nodiscard]] Schedule schedule_for(const Choice& choice, Collective collective, const Schedule::Request& request,
                                    const Library& library);

/// The same, or nothing where "all" stands for an algorithm that cannot do the problem.
[[nodiscard]] std::optional<Schedule> schedule_if_able(const Choice& choice, Collective collective,
                                                       const Schedule::Request& request, const Library& library);

/// Fields `algorithm` and `parameters` of a schedule; a composition has its parameters in its name.
struct AlgorithmName {
  std::string algorithm;
  std::string parameters;
};

[[nodiscard]] AlgorithmName name_fields(const Choice& choice);

/// The built-in operator that `--op` names: "prod" or, in whole words, "product"; nothing for other names.
[[nodiscard]] std::optional<ReduceOperator> operator_named(std::string_view name);

/// Whether `--op` names an operator that commutes: one of the built-in ones, or "non-commutative", which stands for
/// any that does not. Throws Error(kUsage).
[[nodiscard]] bool commutes(const std::string& operation);

}  // namespace ringwood::cli
