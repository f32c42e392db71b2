#include "tools/cli/report_trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "ringwood/error.hpp"

namespace ringwood::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostOperations = 100'000;
constexpr std::int64_t kMostRanks = 4096;
constexpr double kSecondsPerMicro = 1e-6;

/// Mean and greatest use of a link, in percent.
struct Use {
  double since = 0;
  double percent = 0;
  double area = 0;
  double peak = 0;
};

[[nodiscard]] int kind_of(const std::string& name) {
  return name.starts_with("send") ? 0 : name.starts_with("receive") ? 1 : 2;
}

class TraceReader {
 public:
  explicit TraceReader(const std::string& file) : file_(file) {}

  [[nodiscard]] Json read(const Json& events) {
    for (const Json& event : events) {
      const std::string phase = event.at("ph");
      if (phase == "X" && !event.at("name").get_ref<const std::string&>().starts_with("call ")) {
        add_operation(event);
      } else if (phase == "C") {
        add_use(event);
      }
    }
    return {{"name", file_},
            {"ranks", ranks_},
            {"rank", std::move(rank_)},
            {"start", std::move(start_)},
            {"duration", std::move(duration_)},
            {"kind", std::move(kind_)},
            {"round", std::move(round_)},
            {"bytes", std::move(bytes_)},
            {"label", std::move(label_)},
            {"labels", std::move(labels_)},
            {"links", links()}};
  }

 private:
  void add_operation(const Json& event) {
    if (rank_.size() >= kMostOperations) {
      throw Error(ErrorKind::kInput,
                  fmt::format("'{}' has more than {} operations, too many for a page; trace fewer ranks, "
                              "or open it in Perfetto",
                              file_, kMostOperations));
    }
    const std::int64_t rank = event.at("tid");
    if (rank < 0 || rank >= kMostRanks) {
      throw Error(ErrorKind::kInput, fmt::format("'{}' has rank {}; accepted: 0 to {}", file_, rank, kMostRanks - 1));
    }
    const double start = event.at("ts").get<double>() * kSecondsPerMicro;
    const double duration = event.at("dur").get<double>() * kSecondsPerMicro;
    const std::string name = event.at("name");
    const Json arguments = event.value("args", Json::object());
    ranks_ = std::max(ranks_, rank + 1);
    end_ = std::max(end_, start + duration);
    const auto [found, is_new] = label_of_.emplace(name, labels_.size());
    if (is_new) {
      labels_.push_back(name);
    }
    rank_.push_back(rank);
    start_.push_back(start);
    duration_.push_back(duration);
    kind_.push_back(kind_of(name));
    round_.push_back(arguments.value("round", std::int64_t{0}));
    bytes_.push_back(arguments.value("bytes", std::int64_t{0}));
    label_.push_back(found->second);
  }

  void add_use(const Json& event) {
    Use& use = uses_[event.at("name")];
    const double time = event.at("ts").get<double>() * kSecondsPerMicro;
    use.area += use.percent * (time - use.since);
    use.since = time;
    use.percent = event.at("args").at("percent");
    use.peak = std::max(use.peak, use.percent);
    end_ = std::max(end_, time);
  }

  [[nodiscard]] Json links() const {
    std::vector<std::pair<double, Json>> rows;
    for (const auto& [name, use] : uses_) {
      const double mean = end_ > 0 ? (use.area + use.percent * (end_ - use.since)) / end_ : 0;
      rows.emplace_back(-mean, Json{{"name", name}, {"mean", mean}, {"peak", use.peak}});
    }
    std::stable_sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    Json result = Json::array();
    for (auto& [order, row] : rows) {
      result.push_back(std::move(row));
    }
    return result;
  }

  std::string file_;
  std::int64_t ranks_ = 0;
  double end_ = 0;
  Json rank_ = Json::array();
  Json start_ = Json::array();
  Json duration_ = Json::array();
  Json kind_ = Json::array();
  Json round_ = Json::array();
  Json bytes_ = Json::array();
  Json label_ = Json::array();
  Json labels_ = Json::array();
  std::map<std::string, std::size_t> label_of_;
  std::map<std::string, Use> uses_;
};

}  // namespace

std::optional<nlohmann::ordered_json> report_trace(const std::string& text, const std::string& name) {
  // Results have one object a line; a trace is one object over many lines.
  const std::string_view head = std::string_view(text).substr(0, 4096);
  if (!head.starts_with('{') || head.find("\"traceEvents\"") == std::string_view::npos) {
    return std::nullopt;
  }
  try {
    return TraceReader(name).read(Json::parse(text).at("traceEvents"));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::kInput,
                fmt::format("'{}' is no trace of `simulate --trace`, `bench --trace` or RINGWOOD_TRACE: {}", name,
                            error.what()));
  }
}

}  // namespace ringwood::cli
