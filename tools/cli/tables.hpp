#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tools/cli/arguments.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

/// What the tables of other programs tell beside the results.
struct TableNotes {
  std::string type = "float";
  std::string op = "sum";
  std::string root = "0";
};

/// `--type`, `--op` and `--root`.
[[nodiscard]] TableNotes table_notes_of(const Arguments& arguments);

/// Results as OSU's micro-benchmarks, nccl-tests or the Intel MPI Benchmarks print them, for scripts that read those:
/// one table for each collective, number of ranks and algorithm. An "average" is the median over repetitions of the
/// slowest rank's time. Sizes are those of the other program: OSU and Intel count what one rank sends in allgather,
/// gather, scatter and alltoall, nccl-tests the whole vector. `format`: one of foreign_formats().
[[nodiscard]] std::string foreign_tables(const std::vector<Record>& records, std::string_view format,
                                         const TableNotes& notes);

[[nodiscard]] const std::vector<std::string>& foreign_formats();

/// Those of `record_formats` and of `foreign_formats`.
[[nodiscard]] const std::vector<std::string>& result_formats();

/// Prints results in any of result_formats().
class ResultWriter {
 public:
  ResultWriter(std::string format, TableNotes notes);

  void add(const Record& record);

  /// To be called after the last record, also if there was none.
  void finish();

 private:
  RecordWriter own_;
  std::string foreign_;  // empty: the format is one of our own
  TableNotes notes_;
  std::vector<Record> records_;
};

}  // namespace ringwood::cli
