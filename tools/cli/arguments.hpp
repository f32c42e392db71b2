#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/error.hpp"
#include "ringwood/ids.hpp"
#include "tools/cli/command.hpp"

namespace ringwood::cli {

/// What an option is called, takes and means.
struct OptionInfo {
  std::string_view name;
  std::string_view value;  ///< empty: a flag
  std::string_view meaning;
};

/// The line of options.def. The name must be there.
[[nodiscard]] const OptionInfo& option_named(std::string_view name);

/// The words after the command's name, sorted into operands and options.
class Arguments {
 public:
  /// Throws Error(kUsage) for what the command does not know or lacks, with the nearest name. `--help` is taken
  /// whatever else is wrong. `--file`, where a command has it, stands in place of all operands.
  Arguments(const Command& command, const std::vector<std::string>& words);

  [[nodiscard]] const Command& command() const { return *command_; }

  [[nodiscard]] const std::vector<std::string>& operands() const { return operands_; }

  /// Whether the user gave the option.
  [[nodiscard]] bool given(std::string_view option) const;

  /// The value of an option, or what the command falls back to.
  [[nodiscard]] std::string text(std::string_view option) const;

  /// The value, which must be one of `accepted`.
  [[nodiscard]] std::string one_of(std::string_view option, const std::vector<std::string>& accepted) const;

  /// The same with another value for an option.
  [[nodiscard]] Arguments with(std::string_view option, std::string value) const;

  [[nodiscard]] std::vector<Rank> ranks() const;
  [[nodiscard]] std::uint64_t seed() const;

 private:
  [[nodiscard]] const OptionUse* use_of(std::string_view option) const;
  void check_operands() const;

  const Command* command_;
  std::vector<std::string> operands_;
  std::map<std::string, std::string, std::less<>> values_;
};

/// Throws Error(kUsage) that lists the collectives and the nearest name.
[[nodiscard]] Collective collective_named(std::string_view name);

/// "unknown WHAT 'given', did you mean 'x'?; accepted: ..."
[[nodiscard]] Error unknown_word(std::string_view what, std::string_view given,
                                 const std::vector<std::string>& accepted);

/// "a, b, c".
[[nodiscard]] std::string joined(const std::vector<std::string>& names);

}  // namespace ringwood::cli
