#include "tools/cli/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "base/units.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kRows = 24;
constexpr std::string_view kLetters = "sr+";

/// Time of each kind of operation in each column.
using Row = std::vector<std::array<Picoseconds, kLetters.size()>>;

/// Shares an operation out over the columns that it touches.
void add(Row& row, const LoggedOperation& operation, Picoseconds column) {
  for (Picoseconds at = operation.start; at < operation.end;) {
    const auto index = std::min(static_cast<std::size_t>(at / column), row.size() - 1);
    const Picoseconds end = std::min(operation.end, static_cast<Picoseconds>(index + 1) * column);
    const Picoseconds stop = end > at ? end : operation.end;
    row[index][static_cast<std::size_t>(operation.kind)] += stop - at;
    at = stop;
  }
}

[[nodiscard]] std::string letters(const Row& row, Picoseconds finish, Picoseconds column) {
  std::string text;
  for (std::size_t i = 0; i < row.size(); ++i) {
    const Picoseconds start = static_cast<Picoseconds>(i) * column;
    const auto most = std::max_element(row[i].begin(), row[i].end());
    if (*most > 0) {
      text += kLetters[static_cast<std::size_t>(most - row[i].begin())];
    } else {
      text += start < finish ? '.' : ' ';
    }
  }
  return text;
}

}  // namespace

std::string timeline(const OperationLog& operations, const SimulationReport& report, std::size_t columns) {
  const std::size_t ranks = report.finish.size();
  const std::size_t label = std::to_string(ranks).size();
  const std::size_t width = std::max<std::size_t>(columns, label + 20) - label - 7;
  const Picoseconds column =
      std::max<Picoseconds>(1, (report.time + static_cast<Picoseconds>(width) - 1) / static_cast<Picoseconds>(width));
  std::map<Rank, Row> rows;
  const std::size_t shown = std::min(ranks, kRows);
  for (std::size_t i = 0; i < shown; ++i) {
    rows[static_cast<Rank>(i * ranks / shown)] = Row(width);
  }
  for (const LoggedOperation& operation : operations) {
    if (const auto found = rows.find(operation.rank); found != rows.end()) {
      add(found->second, operation, column);
    }
  }
  std::string text = fmt::format("a column is {}; s send, r receive, + reduce, . nothing{}\n", format_time(column),
                                 shown < ranks ? fmt::format("; {} of {} ranks", shown, ranks) : "");
  for (const auto& [rank, row] : rows) {
    text += fmt::format("rank {:>{}} {}\n", rank, label,
                        letters(row, report.finish[static_cast<std::size_t>(rank)], column));
  }
  return text;
}

}  // namespace ringwood::cli
