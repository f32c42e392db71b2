// ringwood merge: the results of several shards, or of several runs, as one file.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "ringwood/error.hpp"
#include "tools/cli/arguments.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/records.hpp"
#include "tools/cli/results_file.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "output"},
    {.name = "format", .fallback = "jsonl", .accepted = "jsonl, json, csv"},
    {.name = "quiet"},
};

constexpr std::size_t kMostFiles = 100000;

/// A result and the file that it comes from.
struct Entry {
  Record record;
  std::string line;  // as JSON, to tell equal ones
  std::string path;
};

[[nodiscard]] Error conflict(const Entry& first, const Entry& second) {
  const Record& record = first.record;
  const bool real = text_field(record, "model") == "real";
  return Error(
      ErrorKind::kInput,
      fmt::format("'{}' and '{}' have different results of the same point (id {}: {} by {} on {:.0f} ranks, {:.0f} "
                  "bytes); {}",
                  first.path, second.path, text_field(record, "id"), text_field(record, "collective"),
                  text_field(record, "algorithm"), number_field(record, "ranks", 0), number_field(record, "bytes", 0),
                  real ? "measurements of two runs are compared with `ringwood diff`, not merged"
                       : "they were simulated by different versions"));
}

/// In an order that does not depend on which shard did what.
[[nodiscard]] auto order_of(const Entry& entry) {
  const Record& record = entry.record;
  return std::make_tuple(text_field(record, "collective"), text_field(record, "model"), text_field(record, "machine"),
                         number_field(record, "ranks", 0), number_field(record, "bytes", 0),
                         text_field(record, "algorithm"), text_field(record, "parameters"), entry.line);
}

/// All results, each id once.
class Merged {
 public:
  void add(const std::string& path) {
    for (Record& record : read_results_aloud(path, "merge")) {
      ++read_;
      Entry entry{std::move(record), {}, path};
      entry.line = to_json(entry.record);
      const std::string id = text_field(entry.record, "id");
      const auto [found, is_new] = entries_.try_emplace(id.empty() ? entry.line : id, entry);
      if (!is_new && found->second.line != entry.line) {
        throw conflict(found->second, entry);
      }
    }
  }

  [[nodiscard]] std::vector<Entry> sorted() && {
    std::vector<Entry> result;
    for (auto& [id, entry] : entries_) {
      result.push_back(std::move(entry));
    }
    std::sort(result.begin(), result.end(), [](const Entry& a, const Entry& b) { return order_of(a) < order_of(b); });
    return result;
  }

  [[nodiscard]] std::size_t read() const { return read_; }

 private:
  std::map<std::string, Entry> entries_;
  std::size_t read_ = 0;
};

/// The names of all fields, so that measured and simulated results fit into one table.
[[nodiscard]] Record all_fields(const std::vector<Entry>& entries) {
  Record fields;
  std::map<std::string, bool> known;
  for (const Entry& entry : entries) {
    for (const Field& field : entry.record) {
      if (known.emplace(field.name, true).second) {
        fields.push_back({field.name, {}});
      }
    }
  }
  return fields;
}

[[nodiscard]] std::string as_csv(const std::vector<Entry>& entries) {
  const Record fields = all_fields(entries);
  std::string text = csv_header(fields);
  for (const Entry& entry : entries) {
    Record line = fields;
    for (Field& field : line) {
      if (const Value* const value = find_field(entry.record, field.name); value != nullptr) {
        field.value = *value;
      }
    }
    text += csv_line(line);
  }
  return text;
}

[[nodiscard]] std::string text_of(const std::vector<Entry>& entries, const std::string& format) {
  if (format == "csv") {
    return as_csv(entries);
  }
  const bool array = format == "json";
  std::string text = array ? "[\n" : "";
  for (const Entry& entry : entries) {
    text += entry.line;
    text += array && &entry != &entries.back() ? ",\n" : "\n";
  }
  return text + (array ? "]\n" : "");
}

int run(const Arguments& arguments) {
  const std::string format = arguments.one_of("format", {"jsonl", "json", "csv"});
  Merged merged;
  for (const std::string& path : arguments.operands()) {
    merged.add(path);
  }
  const std::size_t read = merged.read();
  const std::vector<Entry> entries = std::move(merged).sorted();
  const std::string text = text_of(entries, format);
  if (arguments.given("output")) {
    write_whole_file(arguments.text("output"), text);
  } else {
    print(text);
  }
  if (!arguments.given("quiet")) {
    remark(fmt::format("ringwood merge: {} results, {} of {} were there twice", entries.size(), read - entries.size(),
                       read));
  }
  return 0;
}

}  // namespace

constinit const Command merge_command{
    .name = "merge",
    .operands = "RESULTS...",
    .brief = "results of several shards or runs as one file",
    .details =
        "Each point once, in an order that does not depend on who did what; the same point with two\n"
        "different results is an error that names both files. --output may be one of the inputs.",
    .operands_min = 1,
    .operands_max = kMostFiles,
    .options = kOptions,
    .examples = {"ringwood sweep allreduce --ranks 2..64 --shard 1/2 --output one.jsonl --quiet",
                 "ringwood sweep allreduce --ranks 2..64 --shard 2/2 --output two.jsonl --quiet",
                 "ringwood merge one.jsonl two.jsonl --output all.jsonl"},
    .run = run,
};

}  // namespace ringwood::cli
