#include "tools/cli/grid.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

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

/// Of a simulation, what is part of an id only where it says something, so that ids without it stay what they were.
[[nodiscard]] std::string rare_settings(const Arguments& arguments) {
  std::string settings;
  for (const auto& [option, usual] :
       {std::pair("order", "posted"), std::pair("nics", "1"), std::pair("fairness", "flow"), std::pair("noise", "")}) {
    if (arguments.given(option) && arguments.text(option) != usual) {
      settings += fmt::format("|{}={}", option, arguments.text(option));
    }
  }
  return settings + (arguments.given("noise") ? fmt::format("|seed={}", arguments.seed()) : std::string());
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

Grid::Grid(const Arguments& arguments, GridUse use)
    : sizes_(sizes_of(arguments, element_size_of(arguments))), ranks_given_(arguments.given("ranks")) {
  const bool real = use == GridUse::kMeasured;
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
  if (!real) {
    settings_ += rare_settings(arguments);
  }
}

bool Grid::is_for(Rank started) const {
  return !ranks_given_ || std::find(ranks_.begin(), ranks_.end(), started) != ranks_.end();
}

void Grid::check_real_ranks(Rank started) const {
  if (ranks_given_ && ranks_ != std::vector<Rank>{started}) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--ranks {} cannot be measured by {} ranks; start as many with mpirun -n, or give "
                            "--launcher mpirun or --simulate",
                            fmt::join(ranks_, ","), started));
  }
}

std::string Grid::id_of(const GridPoint& point) const {
  return fmt::format("{:016x}", hash_of(fmt::format("ringwood.results/1|{}|{}|{}|{}|{}", name_of(point.collective),
                                                    to_string(point.choice), point.ranks, point.bytes, settings_)));
}

bool Grid::forces_native() const {
  return std::any_of(choices_.begin(), choices_.end(), [](const std::vector<Choice>& choices) {
    return std::any_of(choices.begin(), choices.end(), is_native_request);
  });
}

std::vector<GridPoint> Grid::points(const std::vector<Rank>& all_ranks, const Able& able,
                                    const NativeChoices& native) const {
  std::vector<GridPoint> points;
  const auto add = [&](Collective collective, const Choice& choice, Rank ranks, Bytes bytes) {
    points.push_back({collective, choice, ranks, bytes, {}});
    points.back().id = id_of(points.back());
  };
  for (std::size_t i = 0; i < collectives_.size(); ++i) {
    for (const Rank ranks : all_ranks) {
      std::vector<Choice> choices;
      std::copy_if(choices_[i].begin(), choices_[i].end(), std::back_inserter(choices),
                   [&](const Choice& choice) { return able(collectives_[i], ranks, choice); });
      for (const Bytes bytes : sizes_) {
        for (const Choice& choice : choices) {
          if (!is_native_request(choice) || native == nullptr) {
            add(collectives_[i], choice, ranks, bytes);
            continue;
          }
          for (const Choice& one : native(collectives_[i], bytes, choice)) {
            add(collectives_[i], one, ranks, bytes);
          }
        }
      }
    }
  }
  return points;
}

std::vector<GridPoint> each_point_once(std::vector<GridPoint> points) {
  std::set<std::string> known;
  std::erase_if(points, [&](const GridPoint& point) { return !known.insert(point.id).second; });
  return points;
}

}  // namespace ringwood::cli
