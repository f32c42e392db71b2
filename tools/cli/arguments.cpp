#include "tools/cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/program_options.hpp>

#include "base/nearest.hpp"
#include "base/units.hpp"
#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

namespace options = boost::program_options;

constexpr std::array kOptions{
#define OPTION(name, value, meaning) OptionInfo{name, value, meaning},
#include "tools/cli/options.def"
#undef OPTION
};

// Words that people bring from other tools.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kAliases{{{"size", "sizes"},
                                                                                 {"bytes", "sizes"},
                                                                                 {"algorithms", "algorithm"},
                                                                                 {"mapping", "map"},
                                                                                 {"rank", "ranks"},
                                                                                 {"colour", "color"}}};

/// Replaces the name of an option by the one in options.def: "--size=8" becomes "--sizes=8".
[[nodiscard]] std::string canonical(const std::string& word) {
  if (word == "-o") {
    return "--output";
  }
  if (!word.starts_with("--")) {
    return word;
  }
  const std::size_t equals = word.find('=');
  const std::string name = word.substr(2, equals == std::string::npos ? std::string::npos : equals - 2);
  for (const auto& [alias, option] : kAliases) {
    if (name == alias) {
      return "--" + std::string(option) + (equals == std::string::npos ? "" : word.substr(equals));
    }
  }
  return word;
}

[[nodiscard]] options::options_description described(const Command& command) {
  options::options_description all;
  for (const OptionUse& use : command.options) {
    const std::string name(use.name);
    if (option_named(name).value.empty()) {
      all.add_options()(name.c_str(), "");
    } else {
      all.add_options()(name.c_str(), options::value<std::string>(), "");
    }
  }
  all.add_options()("plugin", options::value<std::string>(), "");
  all.add_options()("help,h", "");
  all.add_options()("operand", options::value<std::vector<std::string>>());
  return all;
}

[[nodiscard]] Error unknown_option(const Command& command, const std::string& given) {
  std::vector<std::string> names;
  for (const OptionUse& use : command.options) {
    names.push_back("--" + std::string(use.name));
  }
  names.emplace_back("--plugin");
  names.emplace_back("--help");
  return unknown_word("option", given, names);
}

}  // namespace

const OptionInfo& option_named(std::string_view name) {
  const auto* const found =
      std::find_if(kOptions.begin(), kOptions.end(), [&](const OptionInfo& option) { return option.name == name; });
  if (found == kOptions.end()) {
    throw std::logic_error("options.def has no option '" + std::string(name) + "'");
  }
  return *found;
}

std::string joined(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

Arguments::Arguments(const Command& command, const std::vector<std::string>& words) : command_(&command) {
  std::vector<std::string> canonical_words;
  std::transform(words.begin(), words.end(), std::back_inserter(canonical_words), canonical);
  const auto end_of_options = std::find(canonical_words.begin(), canonical_words.end(), "--");
  const auto is_help = [](const std::string& word) { return word == "--help" || word == "-h"; };
  if (std::any_of(canonical_words.begin(), end_of_options, is_help)) {
    values_.emplace("help", "");
    return;
  }
  namespace style = options::command_line_style;
  try {
    options::positional_options_description positions;
    positions.add("operand", -1);
    const auto parsed = options::command_line_parser(canonical_words)
                            .options(described(command))
                            .positional(positions)
                            .style(style::unix_style & ~style::allow_guessing & ~style::allow_sticky)
                            .run();
    for (const auto& option : parsed.options) {
      if (option.position_key >= 0 || option.string_key == "operand") {
        operands_.insert(operands_.end(), option.value.begin(), option.value.end());
      } else if (!values_.emplace(option.string_key, option.value.empty() ? "" : option.value.front()).second) {
        throw Error(ErrorKind::kUsage, fmt::format("option '--{}' is given twice", option.string_key));
      }
    }
  } catch (const options::unknown_option& error) {
    throw unknown_option(command, error.get_option_name());
  } catch (const options::error& error) {
    throw Error(ErrorKind::kUsage, error.what());
  }
  check_operands();
}

void Arguments::check_operands() const {
  // `export` takes a table in place of its operands; for `select` it is one source of several.
  const bool table = given("table") && command_->name == "export";
  if (given("file") || table) {
    if (!operands_.empty()) {
      throw Error(ErrorKind::kUsage, fmt::format("--{} has the {}; '{}' is too many", table ? "table" : "file",
                                                 table ? "decisions" : "schedule", operands_.front()));
    }
    return;
  }
  const auto wanted = [this] {
    return command_->operands.empty() ? std::string("no operands") : std::string(command_->operands);
  };
  if (operands_.size() < command_->operands_min) {
    throw Error(
        ErrorKind::kUsage,
        fmt::format("takes {}, and {} given; see `ringwood {} --help`", wanted(),
                    operands_.empty() ? "none is" : fmt::format("only '{}' is", joined(operands_)), command_->name));
  }
  if (operands_.size() > command_->operands_max) {
    throw Error(ErrorKind::kUsage,
                fmt::format("takes {}; '{}' is too many", wanted(), operands_[command_->operands_max]));
  }
}

const OptionUse* Arguments::use_of(std::string_view option) const {
  const auto found = std::find_if(command_->options.begin(), command_->options.end(),
                                  [&](const OptionUse& use) { return use.name == option; });
  return found == command_->options.end() ? nullptr : &*found;
}

bool Arguments::given(std::string_view option) const {
  return values_.contains(option);
}

std::string Arguments::text(std::string_view option) const {
  if (const auto found = values_.find(option); found != values_.end()) {
    return found->second;
  }
  const OptionUse* use = use_of(option);
  return use == nullptr ? "" : std::string(use->fallback);
}

std::string Arguments::one_of(std::string_view option, const std::vector<std::string>& accepted) const {
  std::string value = text(option);
  if (std::find(accepted.begin(), accepted.end(), value) == accepted.end()) {
    throw Error(ErrorKind::kUsage, fmt::format("--{} '{}' is unknown{}; accepted: {}", option, value,
                                               did_you_mean(value, accepted), joined(accepted)));
  }
  return value;
}

Arguments Arguments::with(std::string_view option, std::string value) const {
  Arguments changed = *this;
  changed.values_.insert_or_assign(std::string(option), std::move(value));
  return changed;
}

std::vector<Rank> Arguments::ranks() const {
  return parse_ranks_list(text("ranks"));
}

std::uint64_t Arguments::seed() const {
  return parse_seed(text("seed"));
}

Error unknown_word(std::string_view what, std::string_view given, const std::vector<std::string>& accepted) {
  return Error(ErrorKind::kUsage, fmt::format("unknown {} '{}'{}; accepted: {}", what, given,
                                              did_you_mean(given, accepted), joined(accepted)));
}

Collective collective_named(std::string_view name) {
  std::vector<std::string> names;
  for (const Collective collective : kAllCollectives) {
    if (name_of(collective) == name) {
      return collective;
    }
    names.emplace_back(name_of(collective));
  }
  throw unknown_word("collective", name, names);
}

}  // namespace ringwood::cli
