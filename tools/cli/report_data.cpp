#include "tools/cli/report_data.hpp"

#include <fmt/format.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

namespace ringwood::cli {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostText = std::size_t{1} << 20U;

[[nodiscard]] std::vector<const Record*> each_id_once(const std::vector<ReportSource>& sources) {
  std::vector<const Record*> records;
  std::map<std::string, std::size_t> place_of;
  for (const ReportSource& source : sources) {
    for (const Record& record : source.records) {
      const std::string id = text_field(record, "id");
      if (id.empty()) {
        records.push_back(&record);
        continue;
      }
      const auto [found, is_new] = place_of.emplace(id, records.size());
      if (is_new) {
        records.push_back(&record);
      } else {
        records[found->second] = &record;
      }
    }
  }
  return records;
}

/// All names, in the order in which they first appear.
[[nodiscard]] std::vector<std::string> names_of(const std::vector<const Record*>& records) {
  std::vector<std::string> names;
  std::map<std::string, bool> known;
  for (const Record* const record : records) {
    for (const Field& field : *record) {
      if (known.emplace(field.name, true).second) {
        names.push_back(field.name);
      }
    }
  }
  return names;
}

/// The text of a value, or nothing where it is a number or missing.
[[nodiscard]] std::optional<std::string> text_of(const Value* value) {
  if (value == nullptr) {
    return std::nullopt;
  }
  if (const auto* const text = std::get_if<std::string>(value)) {
    return *text;
  }
  if (const auto* const yes = std::get_if<bool>(value)) {
    return *yes ? "yes" : "no";
  }
  return std::nullopt;
}

[[nodiscard]] Json number_of(const Value* value) {
  if (value != nullptr) {
    if (const auto* const integer = std::get_if<std::int64_t>(value)) {
      return *integer;
    }
    if (const auto* const number = std::get_if<double>(value); number != nullptr && std::isfinite(*number)) {
      return *number;
    }
  }
  return nullptr;
}

/// A column of words: each once, and for every record the number of its own.
class Words {
 public:
  void add(const std::optional<std::string>& text) {
    if (!text) {
      numbers_.push_back(nullptr);
      return;
    }
    const auto [found, is_new] = number_of_.emplace(*text, words_.size());
    if (is_new) {
      words_.push_back(*text);
      size_ += text->size();
    }
    numbers_.push_back(found->second);
  }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] Json field(const std::string& name) && {
    return {{"name", name}, {"words", std::move(words_)}, {"values", std::move(numbers_)}};
  }

 private:
  std::map<std::string, std::size_t> number_of_;
  Json words_ = Json::array();
  Json numbers_ = Json::array();
  std::size_t size_ = 0;
};

[[nodiscard]] std::string what_is(const ReportSource& source) {
  if (!source.trace.is_null()) {
    return "a time line";
  }
  if (!source.figure.is_null()) {
    return "a schedule";
  }
  return source.link_maps.is_null() ? fmt::format("{} results", source.records.size()) : "the use of links";
}

void add_field(Json& data, const std::string& name, const std::vector<const Record*>& records) {
  bool has_text = false;
  for (const Record* const record : records) {
    has_text = has_text || text_of(find_field(*record, name)).has_value();
  }
  if (!has_text) {
    Json values = Json::array();
    for (const Record* const record : records) {
      values.push_back(number_of(find_field(*record, name)));
    }
    data["fields"].push_back({{"name", name}, {"values", std::move(values)}});
    return;
  }
  Words words;
  for (const Record* const record : records) {
    const Value* const value = find_field(*record, name);
    std::optional<std::string> text = text_of(value);
    if (const Json number = number_of(value); !text && !number.is_null()) {
      text = number.dump();
    }
    words.add(text);
  }
  if (words.size() > kMostText) {
    data["omitted"].push_back(name);
  } else {
    data["fields"].push_back(std::move(words).field(name));
  }
}

}  // namespace

std::string report_data(const std::vector<ReportSource>& sources) {
  const std::vector<const Record*> records = each_id_once(sources);
  Json data{{"schema", "ringwood.report/1"}, {"version", RINGWOOD_VERSION}, {"count", records.size()},
            {"sources", Json::array()},      {"omitted", Json::array()},    {"traces", Json::array()},
            {"figures", Json::array()},      {"linkMaps", Json::array()},   {"fields", Json::array()}};
  for (const ReportSource& source : sources) {
    data["sources"].push_back({{"name", source.name}, {"what", what_is(source)}, {"remark", source.remark}});
    if (!source.trace.is_null()) {
      data["traces"].push_back(source.trace);
    }
    if (!source.figure.is_null()) {
      data["figures"].push_back(source.figure);
    }
    for (const Json& map : source.link_maps) {
      data["linkMaps"].push_back(map);
    }
  }
  for (const std::string& name : names_of(records)) {
    add_field(data, name, records);
  }
  const std::string text = data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char character : text) {
    if (character == '<') {
      safe += "\\u003c";
    } else {
      safe += character;
    }
  }
  return safe;
}

}  // namespace ringwood::cli
