#include "tools/cli/tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/output.hpp"

namespace ringwood::cli {

namespace {

constexpr double kMicro = 1e6;
constexpr double kGiga = 1e-9;

/// How the programs call a collective, and whether they count what one rank sends.
struct ForeignName {
  std::string_view ours;
  std::string_view theirs;
  bool per_rank;
  bool reduces;
  bool rooted;
};

constexpr std::array<ForeignName, 9> kNames{{{"allreduce", "Allreduce", false, true, false},
                                             {"reduce-scatter", "Reduce_scatter", false, true, false},
                                             {"allgather", "Allgather", true, false, false},
                                             {"broadcast", "Bcast", false, false, true},
                                             {"reduce", "Reduce", false, true, true},
                                             {"scatter", "Scatter", true, false, true},
                                             {"gather", "Gather", true, false, true},
                                             {"alltoall", "Alltoall", true, false, false},
                                             {"barrier", "Barrier", false, false, false}}};

[[nodiscard]] ForeignName foreign_name(const std::string& collective) {
  const auto* const found =
      std::find_if(kNames.begin(), kNames.end(), [&](const ForeignName& name) { return name.ours == collective; });
  return found == kNames.end() ? ForeignName{collective, collective, false, false, false} : *found;
}

/// Results of one collective, number of ranks and algorithm.
struct Section {
  std::string collective;
  std::string algorithm;
  std::int64_t ranks = 1;
  std::vector<Record> records;
};

[[nodiscard]] std::vector<Section> sections_of(const std::vector<Record>& records) {
  std::vector<Section> sections;
  std::map<std::string, std::size_t> place_of;
  for (const Record& record : records) {
    const std::string parameters = text_field(record, "parameters");
    Section section{text_field(record, "collective"),
                    text_field(record, "algorithm") + (parameters.empty() ? "" : ":" + parameters),
                    static_cast<std::int64_t>(number_field(record, "ranks", 1)),
                    {}};
    const std::string key = fmt::format("{} {} {}", section.collective, section.ranks, section.algorithm);
    const auto [found, is_new] = place_of.emplace(key, sections.size());
    if (is_new) {
      sections.push_back(std::move(section));
    }
    sections[found->second].records.push_back(record);
  }
  return sections;
}

/// One line's numbers, whatever program prints them.
struct Line {
  std::int64_t bytes = 0;
  std::int64_t repetitions = 1;
  double median_us = 0;
  double least_us = 0;
  double most_us = 0;
};

[[nodiscard]] Line line_of(const Record& record, bool per_rank) {
  const double time = number_field(record, "time_s", 0);
  const auto ranks = std::max<std::int64_t>(1, static_cast<std::int64_t>(number_field(record, "ranks", 1)));
  Line line{.bytes = static_cast<std::int64_t>(number_field(record, "bytes", 0)),
            .repetitions = static_cast<std::int64_t>(number_field(record, "samples", 1)),
            .median_us = time * kMicro,
            .least_us = number_field(record, "min_s", time) * kMicro,
            .most_us = number_field(record, "max_s", time) * kMicro};
  line.bytes = per_rank ? line.bytes / ranks : line.bytes;
  return line;
}

[[nodiscard]] std::string osu_table(const Section& section, const TableNotes& notes) {
  const ForeignName name = foreign_name(section.collective);
  std::string type = notes.type;
  std::transform(type.begin(), type.end(), type.begin(),
                 [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  std::string text = fmt::format(
      "# OSU MPI {} Latency Test v7.4\n# Ringwood: {} on {} ranks\n# Datatype: MPI_{}.\n"
      "# Size        Avg Latency(us)     Min Latency(us)     Max Latency(us)  Iterations\n",
      name.theirs, section.algorithm, section.ranks, type);
  for (const Record& record : section.records) {
    const Line line = line_of(record, name.per_rank);
    text += fmt::format("{:<10}{:>20.2f}{:>20.2f}{:>20.2f}{:>12}\n", line.bytes, line.median_us, line.least_us,
                        line.most_us, line.repetitions);
  }
  return text;
}

[[nodiscard]] std::string nccl_table(const Section& section, const TableNotes& notes, Bytes element_size) {
  const ForeignName name = foreign_name(section.collective);
  std::string text = fmt::format(
      "# Ringwood: {} by {} on {} ranks\n"
      "#       size         count      type   redop    root     time   algbw   busbw  #wrong\n"
      "#        (B)    (elements)                               (us)  (GB/s)  (GB/s)\n",
      section.collective, section.algorithm, section.ranks);
  double wrong = 0;
  double bandwidth = 0;
  for (const Record& record : section.records) {
    const Line line = line_of(record, false);
    const double busbw = number_field(record, "busbw_Bps", 0) * kGiga;
    const double wrong_here = number_field(record, "wrong", 0);
    text += fmt::format("{:>12}{:>14}{:>10}{:>8}{:>8}{:>9.1f}{:>8.2f}{:>8.2f}{:>8.0f}\n", line.bytes,
                        line.bytes / element_size, notes.type, name.reduces ? notes.op : "none",
                        name.rooted ? notes.root : std::string("-1"), line.median_us,
                        number_field(record, "algbw_Bps", 0) * kGiga, busbw, wrong_here);
    wrong += wrong_here;
    bandwidth += busbw;
  }
  return text + fmt::format("# Out of bounds values : {:.0f} {}\n# Avg bus bandwidth    : {:.2f}\n", wrong,
                            wrong == 0 ? "OK" : "FAILED", bandwidth / static_cast<double>(section.records.size()));
}

[[nodiscard]] std::string imb_table(const Section& section) {
  const ForeignName name = foreign_name(section.collective);
  const std::string rule = "#" + std::string(64, '-') + "\n";
  std::string text = fmt::format(
      "{}# Benchmarking {}\n# #processes = {}\n# Ringwood: {}\n{}"
      "       #bytes #repetitions  t_min[usec]  t_max[usec]  t_avg[usec]\n",
      rule, name.theirs, section.ranks, section.algorithm, rule);
  for (const Record& record : section.records) {
    const Line line = line_of(record, name.per_rank);
    text += fmt::format("{:>13}{:>13}{:>13.2f}{:>13.2f}{:>13.2f}\n", line.bytes, line.repetitions, line.least_us,
                        line.most_us, line.median_us);
  }
  return text;
}

}  // namespace

const std::vector<std::string>& foreign_formats() {
  static const std::vector<std::string> kFormats{"osu", "nccl", "imb"};
  return kFormats;
}

const std::vector<std::string>& result_formats() {
  static const std::vector<std::string> kFormats = [] {
    std::vector<std::string> formats = record_formats();
    formats.insert(formats.end(), foreign_formats().begin(), foreign_formats().end());
    return formats;
  }();
  return kFormats;
}

TableNotes table_notes_of(const Arguments& arguments) {
  return {arguments.text("type"), arguments.text("op"), arguments.text("root")};
}

std::string foreign_tables(const std::vector<Record>& records, std::string_view format, const TableNotes& notes) {
  std::string text;
  for (const Section& section : sections_of(records)) {
    text += text.empty() ? "" : "\n";
    if (format == "osu") {
      text += osu_table(section, notes);
    } else if (format == "nccl") {
      const auto type = element_type_named(notes.type);
      text += nccl_table(section, notes, type ? size_of(*type) : 1);
    } else {
      text += imb_table(section);
    }
  }
  return text;
}

ResultWriter::ResultWriter(std::string format, TableNotes notes) : own_(format), notes_(std::move(notes)) {
  const std::vector<std::string>& foreign = foreign_formats();
  if (std::find(foreign.begin(), foreign.end(), format) != foreign.end()) {
    foreign_ = std::move(format);
  }
}

void ResultWriter::add(const Record& record) {
  if (foreign_.empty()) {
    own_.add(record);
  } else {
    records_.push_back(record);
  }
}

void ResultWriter::finish() {
  if (foreign_.empty()) {
    own_.finish();
  } else {
    print(foreign_tables(records_, foreign_, notes_));
  }
}

}  // namespace ringwood::cli
