#include "tools/cli/records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};

template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

[[nodiscard]] std::string plain(const Value& value) {
  return std::visit(Overloaded{
                        [](std::monostate) { return std::string(); },
                        [](bool yes) { return std::string(yes ? "true" : "false"); },
                        [](std::int64_t number) { return std::to_string(number); },
                        [](double number) { return std::isfinite(number) ? fmt::format("{}", number) : std::string(); },
                        [](const std::string& text) { return text; },
                    },
                    value);
}

[[nodiscard]] std::string for_people(double number, Unit unit) {
  if (!std::isfinite(number)) {
    return "-";
  }
  switch (unit) {
    case Unit::kSeconds:
      return format_time(std::llround(number * static_cast<double>(kPicosecondsPerSecond)));
    case Unit::kBytesPerSecond:
      return number > 0 ? format_rate(number) : "0B/s";
    case Unit::kRatio:
      return fmt::format("{:.1f}%", number * 100);
    case Unit::kFactor:
      return fmt::format("{:.2f}", number);
    case Unit::kBytes:
    case Unit::kNone:
      return fmt::format("{:.6g}", number);
  }
  return "";
}

[[nodiscard]] std::string for_people(const Field& field) {
  if (const auto* const number = std::get_if<double>(&field.value)) {
    return for_people(*number, field.unit);
  }
  if (const auto* const number = std::get_if<std::int64_t>(&field.value); number != nullptr) {
    return field.unit == Unit::kBytes ? format_bytes(*number) : std::to_string(*number);
  }
  if (const auto* const yes = std::get_if<bool>(&field.value)) {
    return *yes ? "yes" : "no";
  }
  const std::string text = plain(field.value);
  return text.empty() ? "-" : text;
}

/// "time_s" is "time" where the unit stands beside each number.
[[nodiscard]] std::string heading(const Field& field) {
  std::string name = field.name;
  for (const std::string_view suffix : {"_s", "_Bps"}) {
    if (field.unit != Unit::kNone && name.ends_with(suffix)) {
      name.resize(name.size() - suffix.size());
    }
  }
  return name;
}

/// Characters that it takes on a terminal, where every code point of UTF-8 takes one.
[[nodiscard]] std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

struct Column {
  std::size_t width = 0;
  bool left = false;
  bool constant = true;
  bool shown = false;
};

[[nodiscard]] std::vector<Column> columns_of(const std::vector<Record>& records) {
  std::vector<Column> columns(records.front().size());
  for (const Record& record : records) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const std::string text = for_people(record[i]);
      columns[i].width = std::max({columns[i].width, width_of(text), heading(record[i]).size()});
      columns[i].left = columns[i].left || std::holds_alternative<std::string>(record[i].value);
      columns[i].constant = columns[i].constant && text == for_people(records.front()[i]);
      columns[i].shown = columns[i].shown || (record[i].in_table && text != "-");
    }
  }
  return columns;
}

void append_cell(std::string& line, const Column& column, const std::string& text) {
  const std::string padding(column.width - width_of(text), ' ');
  line += line.empty() ? "" : "  ";
  line += column.left ? text + padding : padding + text;
}

void append_line(std::string& table, std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  table += line + "\n";
}

[[nodiscard]] std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) {
    return text;
  }
  std::string quoted(1, '"');
  for (const char character : text) {
    quoted.append(character == '"' ? 2 : 1, character);
  }
  quoted += '"';
  return quoted;
}

[[nodiscard]] Unit unit_of(std::string_view name) {
  if (name.ends_with("_s")) {
    return Unit::kSeconds;
  }
  if (name.ends_with("_Bps")) {
    return Unit::kBytesPerSecond;
  }
  if (name == "bytes" || name == "bytes_sent_max" || name == "peak_rss_bytes") {
    return Unit::kBytes;
  }
  return name == "efficiency" ? Unit::kRatio : Unit::kNone;
}

[[nodiscard]] Value value_from(const nlohmann::ordered_json& json) {
  if (json.is_null()) {
    return {};
  }
  if (json.is_boolean()) {
    return json.get<bool>();
  }
  if (json.is_number_integer()) {
    return json.get<std::int64_t>();
  }
  return json.is_number() ? Value(json.get<double>()) : Value(json.get<std::string>());
}

[[nodiscard]] Record record_from(const nlohmann::ordered_json& object) {
  if (!object.is_object()) {
    throw Error(ErrorKind::kInput, "it is no JSON object");
  }
  Record record;
  for (const auto& [name, value] : object.items()) {
    record.push_back({name, value_from(value), unit_of(name)});
  }
  return record;
}

}  // namespace

Record record_from_json(const std::string& line) {
  return record_from(nlohmann::ordered_json::parse(line));
}

std::vector<Record> records_from_json_array(const std::string& text) {
  std::vector<Record> records;
  for (const auto& object : nlohmann::ordered_json::parse(text)) {
    records.push_back(record_from(object));
    if (text_field(records.back(), "collective").empty()) {
      throw Error(ErrorKind::kInput, fmt::format("element {} has no field \"collective\"", records.size()));
    }
  }
  return records;
}

const Value* find_field(const Record& record, std::string_view name) {
  const auto found = std::find_if(record.begin(), record.end(), [&](const Field& field) { return field.name == name; });
  return found == record.end() ? nullptr : &found->value;
}

std::string text_field(const Record& record, std::string_view name) {
  const Value* const value = find_field(record, name);
  const auto* const text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? "" : *text;
}

double number_field(const Record& record, std::string_view name, double fallback) {
  const Value* const value = find_field(record, name);
  if (value == nullptr) {
    return fallback;
  }
  if (const auto* const number = std::get_if<double>(value)) {
    return *number;
  }
  const auto* const integer = std::get_if<std::int64_t>(value);
  return integer == nullptr ? fallback : static_cast<double>(*integer);
}

const std::vector<std::string>& record_formats() {
  static const std::vector<std::string> kFormats{"table", "json", "csv"};
  return kFormats;
}

std::string to_json(const Record& record) {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
  for (const Field& field : record) {
    std::visit(Overloaded{[&](std::monostate) { object[field.name] = nullptr; },
                          [&](const auto& value) { object[field.name] = value; }},
               field.value);
  }
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string to_table(const std::vector<Record>& records) {
  if (records.empty()) {
    return "";
  }
  std::vector<Column> columns = columns_of(records);
  std::string table;
  std::string above;
  std::string header;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    Column& column = columns[i];
    const Field& field = records.front()[i];
    // What people compare stays in the table even if it does not change.
    if (column.shown && column.constant && records.size() > 1 && column.left) {
      above += fmt::format("{}{} {}", above.empty() ? "" : ", ", heading(field), for_people(field));
      column.shown = false;
    }
    if (column.shown) {
      append_cell(header, column, heading(field));
    }
  }
  if (!above.empty()) {
    append_line(table, above);
  }
  append_line(table, header);
  for (const Record& record : records) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (columns[i].shown) {
        append_cell(line, columns[i], for_people(record[i]));
      }
    }
    append_line(table, line);
  }
  return table;
}

std::string csv_header(const Record& record) {
  std::string line;
  for (const Field& field : record) {
    line += line.empty() ? "" : ",";
    line += csv_field(field.name);
  }
  return line + "\n";
}

std::string csv_line(const Record& record) {
  std::string line;
  for (std::size_t i = 0; i < record.size(); ++i) {
    line += i == 0 ? "" : ",";
    line += csv_field(plain(record[i].value));
  }
  return line + "\n";
}

void RecordWriter::add(const Record& record) {
  if (format_ == "json") {
    print(count_ == 0 ? "[\n" : ",\n");
    print(to_json(record));
  } else if (format_ == "csv") {
    print(count_ == 0 ? csv_header(record) : "");
    print(csv_line(record));
  } else {
    records_.push_back(record);
  }
  ++count_;
}

void RecordWriter::finish() {
  if (format_ == "json") {
    print(count_ == 0 ? "[]\n" : "\n]\n");
  } else if (format_ == "table") {
    print(to_table(records_));
  }
}

}  // namespace ringwood::cli
