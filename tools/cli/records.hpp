#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace ringwood::cli {

/// What a number is of: decides how a table shows it; a ratio as percent. JSON and CSV always carry the plain number.
enum class Unit { kNone, kSeconds, kBytes, kBytesPerSecond, kRatio, kFactor };

/// Nothing, or what a field holds.
using Value = std::variant<std::monostate, bool, std::int64_t, double, std::string>;

/// One field of a record, by its name in cli.md.
struct Field {
  std::string name;
  Value value;
  Unit unit = Unit::kNone;
  bool in_table = true;  ///< false: too long for a table, in JSON and CSV only
};

using Record = std::vector<Field>;

/// Prints records as a table (when all are there: columns that never change become one line above it), as one JSON
/// array or as CSV, each record at once. Numbers in JSON and CSV are the shortest that read back exactly.
class RecordWriter {
 public:
  /// `format`: one of record_formats().
  explicit RecordWriter(std::string format) : format_(std::move(format)) {}

  void add(const Record& record);

  /// To be called after the last record, also if there was none.
  void finish();

 private:
  std::string format_;
  std::vector<Record> records_;  // of a table
  std::size_t count_ = 0;
};

[[nodiscard]] const std::vector<std::string>& record_formats();

/// Reads what to_json wrote; units follow from the names of the fields. Throws std::exception (nlohmann's) if it is no
/// object of plain values.
[[nodiscard]] Record record_from_json(const std::string& line);

/// Reads a JSON array of records, which all are to have a field "collective". Throws std::exception.
[[nodiscard]] std::vector<Record> records_from_json_array(const std::string& text);

/// The field's value, or nullptr if the record has no such field.
[[nodiscard]] const Value* find_field(const Record& record, std::string_view name);

/// The field's text or number, or a fallback where there is none.
[[nodiscard]] std::string text_field(const Record& record, std::string_view name);
[[nodiscard]] double number_field(const Record& record, std::string_view name, double fallback);

/// The record as one line of JSON.
[[nodiscard]] std::string to_json(const Record& record);

/// The records as a table, with a line for the columns that never change if there are several records.
[[nodiscard]] std::string to_table(const std::vector<Record>& records);

/// The names as a line of CSV, and the values as one (RFC 4180 quoting).
[[nodiscard]] std::string csv_header(const Record& record);
[[nodiscard]] std::string csv_line(const Record& record);

}  // namespace ringwood::cli
