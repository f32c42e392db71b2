#include "tools/cli/grid.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "ringwood/error.hpp"
#include "ringwood/plugin.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/setup.hpp"

namespace ringwood::cli {

namespace {

constexpr Rank kRanksIfNobodySays = 16;

/// FNV-1a, 64 bits: the same on every machine.
[[nodiscard]] std::uint64_t hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325U;
  for (const char character : text) {
    hash = (hash ^ static_cast<unsigned char>(character)) * 0x100000001B3U;
  }
  return hash;
}

[[nodiscard]] std::string name_of_choice(const Choice& choice) {
  switch (choice.kind) {
    case Choice::Kind::kNamed:
      return to_string(choice.expression);
    case Choice::Kind::kNative:
      return "native";
    case Choice::Kind::kSelected:
      return "selected";
  }
  return "";
}

}  // namespace

std::vector<Rank> ranks_of(const Arguments& arguments) {
  if (arguments.given("ranks")) {
    return arguments.ranks();
  }
  if (!arguments.given("machine")) {
    return {kRanksIfNobodySays};
  }
  const std::int64_t slots = make_machine(arguments.text("machine")).rank_slots();
  return {static_cast<Rank>(std::min<std::int64_t>(slots, INT32_MAX))};
}

Grid::Grid(const Arguments& arguments)
    : sizes_(sizes_of(arguments, element_size_of(arguments))), ranks_given_(arguments.given("ranks")) {
  const bool real = is_launched() && !arguments.given("simulate");
  for (const std::string& name : arguments.operands()) {
    collectives_.push_back(collective_named(name));
    choices_.push_back(parse_choices(arguments.text("algorithm"), collectives_.back(), known_library()));
    for (const Choice& choice : choices_.back()) {
      if (!real && choice.kind == Choice::Kind::kNative) {
        throw Error(ErrorKind::kUsage,
                    "--algorithm 'native' is what the MPI library does by itself; it can be measured (under mpirun), "
                    "not simulated");
      }
    }
  }
  if (!real || ranks_given_) {
    ranks_ = ranks_of(arguments);
  }
  settings_ = real ? "real" : arguments.text("model");
  // Options that change a simulation mean nothing for a measurement, whose machine is the one it runs on.
  const std::vector<std::string_view> options =
      real ? std::vector<std::string_view>{"type", "op", "root"}
           : std::vector<std::string_view>{"type", "op", "root", "machine", "map", "loggops", "gamma", "loggops-form"};
  for (const std::string_view option : options) {
    settings_ += fmt::format("|{}={}", option, arguments.text(option));
  }
}

void Grid::check_real_ranks(Rank started) const {
  if (ranks_given_ && ranks_ != std::vector<Rank>{started}) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--ranks {} cannot be measured by {} ranks; start as many with mpirun -n, or give "
                            "--simulate",
                            fmt::join(ranks_, ","), started));
  }
}

std::string Grid::id_of(const GridPoint& point) const {
  return fmt::format("{:016x}",
                     hash_of(fmt::format("ringwood.results/1|{}|{}|{}|{}|{}", name_of(point.collective),
                                         name_of_choice(point.choice), point.ranks, point.bytes, settings_)));
}

std::vector<GridPoint> Grid::points(const std::vector<Rank>& all_ranks, const Able& able) const {
  std::vector<GridPoint> points;
  for (std::size_t i = 0; i < collectives_.size(); ++i) {
    for (const Rank ranks : all_ranks) {
      std::vector<Choice> choices;
      std::copy_if(choices_[i].begin(), choices_[i].end(), std::back_inserter(choices),
                   [&](const Choice& choice) { return able(collectives_[i], ranks, choice); });
      for (const Bytes bytes : sizes_) {
        for (const Choice& choice : choices) {
          points.push_back({collectives_[i], choice, ranks, bytes, {}});
          points.back().id = id_of(points.back());
        }
      }
    }
  }
  return points;
}

}  // namespace ringwood::cli
