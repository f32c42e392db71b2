#include "tools/cli/workload_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/units.hpp"
#include "tools/cli/answers.hpp"
#include "tools/cli/records.hpp"

namespace ringwood::cli {

namespace {

constexpr std::size_t kShown = 10;
constexpr std::size_t kRows = 24;

[[nodiscard]] const char* name_of(TaskKind kind) {
  switch (kind) {
    case TaskKind::kCompute:
      return "compute";
    case TaskKind::kSend:
      return "send";
    case TaskKind::kReceive:
      return "receive";
    case TaskKind::kCollective:
      return "collective";
  }
  return "";
}

[[nodiscard]] const Task& task_of(const TaskGraph& graph, const WorkloadStep& step) {
  return graph.ranks[static_cast<std::size_t>(step.end_rank)].tasks[step.task];
}

struct Share {
  std::int64_t count = 0;
  Picoseconds time = 0;
};

/// The names of layers without their numbers: what is told of hundreds of layers is told of their kind.
[[nodiscard]] std::string kind_name(std::string name) {
  name.erase(std::remove_if(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; }), name.end());
  while (name.find("  ") != std::string::npos) {
    name.replace(name.find("  "), 2, " ");
  }
  name.erase(name.find_last_not_of(' ') + 1);
  return name;
}

[[nodiscard]] std::string path_table(const TaskGraph& graph, const WorkloadReport& report) {
  std::map<std::string, Share> shares;
  Picoseconds waiting = 0;
  Picoseconds at = 0;
  Picoseconds begins = 0;  // of ranks that began later
  for (const WorkloadStep& step : report.steps) {
    const Task& task = task_of(graph, step);
    const std::string label = kind_name(graph.labels[task.label]);
    Share& share = shares[label.empty() ? name_of(step.kind) : fmt::format("{}: {}", name_of(step.kind), label)];
    ++share.count;
    share.time += step.end - step.begin;
    waiting += step.waiting;
    begins += std::max<Picoseconds>(0, step.begin - step.waiting - at);
    at = step.end;
  }
  if (waiting > 0) {
    shares["waiting for a CPU or NIC"] = {0, waiting};
  }
  if (begins > 0) {
    shares["waiting to begin"] = {0, begins};
  }
  std::vector<std::pair<std::string, Share>> sorted(shares.begin(), shares.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return a.second.time > b.second.time; });
  std::vector<Record> table;
  for (const auto& [name, share] : sorted) {
    const double part = report.time > 0 ? seconds(share.time) / seconds(report.time) : 0;
    table.push_back({{"on the critical path", name},
                     {"pieces", share.count},
                     {"time", seconds(share.time), Unit::kSeconds},
                     {"share", part, Unit::kRatio}});
  }
  return to_table(table);
}

[[nodiscard]] std::string longest_pieces(const TaskGraph& graph, const WorkloadReport& report) {
  std::vector<WorkloadStep> steps = report.steps;
  std::stable_sort(steps.begin(), steps.end(),
                   [](const WorkloadStep& a, const WorkloadStep& b) { return a.end - a.begin > b.end - b.begin; });
  steps.resize(std::min(steps.size(), kShown));
  std::vector<Record> table;
  for (const WorkloadStep& step : steps) {
    const std::string& label = graph.labels[task_of(graph, step).label];
    const std::string from = step.rank == step.end_rank ? "" : fmt::format("{} -> ", step.rank);
    table.push_back({{"longest pieces", label.empty() ? name_of(step.kind) : label},
                     {"rank", fmt::format("{}{}", from, step.end_rank)},
                     {"begin", seconds(step.begin), Unit::kSeconds},
                     {"time", seconds(step.end - step.begin), Unit::kSeconds}});
  }
  return to_table(table);
}

[[nodiscard]] std::string calls_table(const TaskGraph& graph, const WorkloadReport& report) {
  struct Kind {
    std::int64_t count = 0;
    Bytes bytes = 0;
    Picoseconds time = 0;
  };

  std::map<std::string, Kind> kinds;
  for (std::size_t i = 0; i < graph.calls.size(); ++i) {
    const CollectiveCall& call = graph.calls[i];
    const std::string collective(ringwood::name_of(call.collective));
    const std::string label = kind_name(graph.labels[call.label]);
    Kind& kind = kinds[fmt::format("{}{} of {} ranks", collective,
                                   label.empty() || label == collective ? "" : fmt::format(" ({})", label),
                                   graph.groups[call.group].size())];
    ++kind.count;
    kind.bytes += call.bytes;
    kind.time += report.calls[i].end - report.calls[i].begin;
  }
  std::vector<Record> table;
  for (const auto& [name, kind] : kinds) {
    table.push_back({{"collectives", name},
                     {"count", kind.count},
                     {"bytes, all", kind.bytes, Unit::kBytes},
                     {"mean time", seconds(kind.time) / static_cast<double>(kind.count), Unit::kSeconds}});
  }
  return to_table(table);
}

/// Which letter a column of a row is: bit 0 computes, bit 1 communicates.
void mark(std::string& row, const TaskTimes& times, Picoseconds column, char bit) {
  if (times.begin < 0) {
    return;
  }
  const auto first = static_cast<std::size_t>(times.begin / column);
  const auto last = static_cast<std::size_t>(std::max(times.begin, times.end - 1) / column);
  for (std::size_t i = first; i <= last && i < row.size(); ++i) {
    row[i] = static_cast<char>(row[i] | bit);
  }
}

}  // namespace

std::string explain_workload(const LoadedWorkload& workload, const WorkloadReport& report, const Site& site) {
  std::string text = path_table(workload.graph, report);
  text += longest_pieces(workload.graph, report);
  if (!workload.graph.calls.empty()) {
    text += calls_table(workload.graph, report);
  }
  if (report.flow) {
    std::vector<Record> table;
    for (const LinkUse& use : hottest_links(report.flow->links, kShown)) {
      table.push_back({{"hottest links", name_of_link(*site.machine().network, use)},
                       {"bytes", use.bytes, Unit::kBytes},
                       {"use", use.use, Unit::kRatio}});
    }
    text += to_table(table);
  }
  return text;
}

std::string workload_timeline(const LoadedWorkload& workload, const WorkloadReport& report, std::size_t columns) {
  constexpr std::string_view kLetters = ".cm#";
  const std::size_t ranks = report.finish.size();
  const std::size_t label = std::to_string(ranks).size();
  const std::size_t width = std::max<std::size_t>(columns, label + 20) - label - 7;
  const Picoseconds column = std::max<Picoseconds>(1, report.time / static_cast<Picoseconds>(width) + 1);
  const std::size_t shown = std::min(ranks, kRows);
  std::string text = fmt::format("a column is {}; c computes, m messages, # both, . nothing{}\n", format_time(column),
                                 shown < ranks ? fmt::format("; {} of {} ranks", shown, ranks) : "");
  for (std::size_t i = 0; i < shown; ++i) {
    const std::size_t rank = i * ranks / shown;
    std::string row(width, '\0');
    for (std::size_t j = 0; j < report.tasks[rank].size(); ++j) {
      const bool computes = workload.graph.ranks[rank].tasks[j].kind == TaskKind::kCompute;
      mark(row, report.tasks[rank][j], column, computes ? 1 : 2);
    }
    for (std::size_t j = 0; j < row.size(); ++j) {
      const bool over = static_cast<Picoseconds>(j) * column >= report.finish[rank];
      row[j] = over ? ' ' : kLetters[static_cast<std::size_t>(row[j])];
    }
    text += fmt::format("rank {:>{}} {}\n", rank, label, row);
  }
  return text;
}

std::string workload_json(const std::string& name, const LoadedWorkload& workload, const WorkloadReport& report,
                          const std::vector<LinkUse>& links, const Topology& network) {
  const TaskGraph& graph = workload.graph;
  nlohmann::json json = {{"name", name}, {"time_s", seconds(report.time)}};
  json["order_sensitive"] = report.order_sensitive ? nlohmann::json(*report.order_sensitive) : nlohmann::json();
  for (std::size_t rank = 0; rank < report.finish.size(); ++rank) {
    json["finish_s"].push_back(seconds(report.finish[rank]));
    json["compute_s"].push_back(seconds(report.compute[rank]));
  }
  add_links(json, link_levels(links, network), links, network);
  for (std::size_t i = 0; i < graph.calls.size(); ++i) {
    const CollectiveCall& call = graph.calls[i];
    json["collectives"].push_back({{"collective", ringwood::name_of(call.collective)},
                                   {"label", graph.labels[call.label]},
                                   {"bytes", call.bytes},
                                   {"ranks", graph.groups[call.group].size()},
                                   {"begin_s", seconds(report.calls[i].begin)},
                                   {"end_s", seconds(report.calls[i].end)}});
  }
  for (const WorkloadStep& step : report.steps) {
    json["critical_path"]["steps"].push_back({{"kind", name_of(step.kind)},
                                              {"label", graph.labels[task_of(graph, step).label]},
                                              {"rank", step.rank},
                                              {"end_rank", step.end_rank},
                                              {"waiting_s", seconds(step.waiting)},
                                              {"begin_s", seconds(step.begin)},
                                              {"end_s", seconds(step.end)}});
  }
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string workload_trace(const LoadedWorkload& workload, const WorkloadReport& report) {
  std::string text = "{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n";
  const auto microseconds = [](Picoseconds time) {
    return fmt::format("{}.{:06}", time / 1'000'000, time % 1'000'000);
  };
  bool first = true;
  for (std::size_t rank = 0; rank < report.tasks.size(); ++rank) {
    text += fmt::format("{}{{\"ph\":\"M\",\"pid\":{},\"name\":\"process_name\",\"args\":{{\"name\":\"rank {}\"}}}}",
                        first ? "" : ",\n", rank, rank);
    first = false;
    for (std::size_t i = 0; i < report.tasks[rank].size(); ++i) {
      const Task& task = workload.graph.ranks[rank].tasks[i];
      const TaskTimes& times = report.tasks[rank][i];
      const std::string& label = workload.graph.labels[task.label];
      const nlohmann::json name = label.empty() ? std::string(name_of(task.kind)) : label;
      const int row = task.kind == TaskKind::kCompute ? 0 : task.kind == TaskKind::kCollective ? 1 : 2;
      text += fmt::format(",\n{{\"ph\":\"X\",\"pid\":{},\"tid\":{},\"ts\":{},\"dur\":{},\"name\":{},\"cat\":\"{}\"}}",
                          rank, 16 * row + task.cpu, microseconds(times.begin), microseconds(times.end - times.begin),
                          name.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), name_of(task.kind));
    }
  }
  return text + "\n]}\n";
}

}  // namespace ringwood::cli
