#include "tools/cli/report_pictures.hpp"

#include <fmt/format.h>

#include <map>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRanksInSteps = 64;
constexpr std::int64_t kMostChunksInSteps = 256;
constexpr std::size_t kMostRounds = 1000;
constexpr std::size_t kMostLinks = 100'000;

[[nodiscard]] Error too_large(const std::string& file, const std::string& what) {
  return Error(ErrorKind::kInput, fmt::format("'{}' has {}, too many to be looked at on a page", file, what));
}

/// Steps through one figure.
class FigureReader {
 public:
  FigureReader(std::string file, const Json& figure)
      : file_(std::move(file)), figure_(figure), ranks_(figure.at("ranks")), chunks_(figure.at("chunks")) {}

  [[nodiscard]] Json read() const {
    if (ranks_ < 1 || ranks_ > kMostRanksInSteps || chunks_ < 1 || chunks_ > kMostChunksInSteps) {
      throw too_large(file_, fmt::format("{} ranks and {} chunks (accepted are {} and {})", ranks_, chunks_,
                                         kMostRanksInSteps, kMostChunksInSteps));
    }
    if (figure_.at("rounds").size() > kMostRounds) {
      throw too_large(file_, fmt::format("{} rounds", figure_.at("rounds").size()));
    }
    Json rounds = Json::array();
    for (const Json& round : figure_.at("rounds")) {
      Json messages = Json::array();
      for (const Json& message : round.at("messages")) {
        messages.push_back({message.at("from").get<std::int64_t>(), message.at("to").get<std::int64_t>(),
                            message.at("reduce").get<bool>(), chunks_text(message.at("chunks"))});
      }
      rounds.push_back({{"messages", std::move(messages)}, {"changes", changes(round.at("changes"))}});
    }
    return {{"name", fmt::format("{} {} on {} ranks", figure_.at("collective").get<std::string>(),
                                 figure_.at("algorithm").get<std::string>(), ranks_)},
            {"ranks", ranks_},
            {"chunks", chunks_},
            {"before", changes(figure_.at("before"))},
            {"rounds", std::move(rounds)}};
  }

 private:
  /// "2", "0-3 6".
  [[nodiscard]] static std::string chunks_text(const Json& intervals) {
    std::string text;
    for (const Json& interval : intervals) {
      const std::int64_t first = interval.at(0);
      const std::int64_t count = interval.at(1);
      text += text.empty() ? "" : " ";
      text += count == 1 ? fmt::format("{}", first) : fmt::format("{}-{}", first, first + count - 1);
    }
    return text;
  }

  /// Of the vector itself; other planes are scratch.
  [[nodiscard]] Json changes(const Json& all) const {
    Json result = Json::array();
    for (const Json& change : all) {
      const std::int64_t rank = change.at("rank");
      const std::int64_t chunk = change.at("chunk");
      if (change.at("plane").get<std::int64_t>() != 0) {
        continue;
      }
      if (rank < 0 || rank >= ranks_ || chunk < 0 || chunk >= chunks_) {
        throw Error(ErrorKind::kInput, fmt::format("'{}' has rank {} and chunk {}; there are {} and {}", file_, rank,
                                                   chunk, ranks_, chunks_));
      }
      std::string contributors;
      for (const Json& contributor : change.at("contributors")) {
        contributors += fmt::format("{}{}", contributors.empty() ? "" : " ", contributor.get<std::int64_t>());
      }
      result.push_back({rank, chunk, std::move(contributors)});
    }
    return result;
  }

  std::string file_;
  const Json& figure_;
  std::int64_t ranks_;
  std::int64_t chunks_;
};

/// The links of one simulation, their ends by number.
[[nodiscard]] Json link_map(const Json& simulation, const std::string& file) {
  constexpr std::string_view kArrow = " -> ";
  Json vertices = Json::array();
  std::map<std::string, std::size_t> number_of;
  const auto number = [&](const std::string& name) {
    const auto [found, is_new] = number_of.emplace(name, vertices.size());
    if (is_new) {
      vertices.push_back(name);
    }
    return found->second;
  };
  Json links = Json::array();
  for (const Json& link : simulation.at("links")) {
    const std::string name = link.at("link");
    const std::size_t arrow = name.find(kArrow);
    if (arrow == std::string::npos) {
      throw Error(ErrorKind::kInput, fmt::format("'{}' has a link '{}', whose ends cannot be told", file, name));
    }
    const std::size_t from = number(name.substr(0, arrow));
    const std::size_t to = number(name.substr(arrow + kArrow.size()));
    links.push_back({from, to, link.at("bytes").get<double>(), link.at("use").get<double>()});
  }
  if (links.size() > kMostLinks) {
    throw too_large(file, fmt::format("{} links", links.size()));
  }
  Json levels = Json::array();
  for (const Json& level : simulation.at("levels")) {
    levels.push_back({{"level", level.at("level").get<std::string>()},
                      {"links", level.at("links").get<std::int64_t>()},
                      {"bytes", level.at("bytes").get<double>()},
                      {"mean", level.at("mean_use").get<double>()},
                      {"highest", level.at("highest_use").get<double>()}});
  }
  return {{"name", simulation.at("name").get<std::string>()},
          {"time", simulation.at("time_s").get<double>()},
          {"vertices", std::move(vertices)},
          {"links", std::move(links)},
          {"levels", std::move(levels)}};
}

}  // namespace

std::optional<nlohmann::ordered_json> report_figure(const std::string& text, const std::string& name) {
  const std::string_view head = std::string_view(text).substr(0, 256);
  if (!head.starts_with('{') || head.find("\"ringwood.figure/") == std::string_view::npos) {
    return std::nullopt;
  }
  try {
    const Json figure = Json::parse(text);
    if (const std::string format = figure.value("format", ""); format != "ringwood.figure/1") {
      throw Error(ErrorKind::kInput, fmt::format("'{}' is '{}'; accepted is 'ringwood.figure/1'", name, format));
    }
    return FigureReader(name, figure).read();
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput,
                fmt::format("'{}' is no schedule of `ringwood show --format json`: {}", name, error.what()));
  }
}

std::optional<nlohmann::ordered_json> report_link_maps(const std::string& text, const std::string& name) {
  // Results may be an array as well, of plain values; these have lists in them.
  const bool is_report = text.starts_with('[') && text.find("\"finish_s\":[") != std::string::npos &&
                         text.find("\"levels\":[") != std::string::npos;
  if (!is_report) {
    return std::nullopt;
  }
  try {
    Json maps = Json::array();
    for (const Json& simulation : Json::parse(text)) {
      maps.push_back(link_map(simulation, name));
    }
    return maps;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput,
                fmt::format("'{}' is no file of `ringwood simulate --report`: {}", name, error.what()));
  }
}

}  // namespace ringwood::cli
