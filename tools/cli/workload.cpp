// ringwood workload: programs of computations and collectives: training steps, sequences, traces, jobs side by side.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/units.hpp"
#include "ringwood/error.hpp"
#include "tools/cli/answers.hpp"
#include "tools/cli/finished_points.hpp"
#include "tools/cli/output.hpp"
#include "tools/cli/over_seeds.hpp"
#include "tools/cli/workload_runner.hpp"
#include "tools/cli/workload_text.hpp"

namespace ringwood::cli {

namespace {

constexpr OptionUse kOptions[]{
    {.name = "ranks"},
    {.name = "data"},
    {.name = "tensor"},
    {.name = "pipeline"},
    {.name = "microbatches"},
    {.name = "bucket"},
    {.name = "gradients", .accepted = "allreduce, reduce-scatter"},
    {.name = "device", .fallback = "a100", .accepted = "v100, a100, h100"},
    {.name = "utilization", .fallback = "40%"},
    {.name = "batch"},
    {.name = "algorithm", .fallback = "selected"},
    {.name = "machine"},
    {.name = "beside"},
    {.name = "map", .fallback = "block"},
    {.name = "model", .fallback = "loggops"},
    {.name = "loggops"},
    {.name = "gamma"},
    {.name = "loggops-form", .fallback = "textbook"},
    {.name = "nic"},
    {.name = "fairness", .fallback = "flow", .accepted = "flow, source"},
    {.name = "nics", .fallback = "1"},
    {.name = "noise"},
    {.name = "receives", .fallback = "automatic", .accepted = "automatic, posted, arrival"},
    {.name = "calc-unit", .fallback = "1ns"},
    {.name = "groups"},
    {.name = "slow"},
    {.name = "arrival"},
    {.name = "degrade"},
    {.name = "background"},
    {.name = "seed", .fallback = "1"},
    {.name = "seeds"},
    {.name = "explain"},
    {.name = "report"},
    {.name = "trace"},
    {.name = "timeline"},
    {.name = "type", .fallback = "float"},
    {.name = "stats"},
    {.name = "format", .fallback = "table", .accepted = "table, json, csv"},
};

constexpr std::size_t kColumns = 100;

/// What is varied from record to record.
struct Variant {
  std::string machine;
  std::string algorithm;
  Bytes bucket = -1;  // what the workload says
};

[[nodiscard]] std::vector<Variant> variants_of(const Arguments& arguments, const WorkloadSource& source) {
  std::vector<Bytes> buckets{-1};
  if (arguments.given("bucket")) {
    if (!source.has_buckets()) {
      throw Error(ErrorKind::kUsage, "--bucket is for the training of a model, and this is none");
    }
    buckets = parse_bytes_list(arguments.text("bucket"));
  }
  std::vector<std::string> machines{arguments.text("machine")};
  if (arguments.given("beside")) {
    machines.push_back(arguments.text("beside"));
  }
  std::vector<Variant> variants;
  for (const std::string& machine : machines) {
    const std::string algorithms = arguments.text("algorithm");
    std::string_view rest = algorithms;
    do {
      const std::string algorithm(rest.substr(0, rest.find(';')));
      rest.remove_prefix(std::min(algorithm.size() + 1, rest.size()));
      if (algorithm == "all" || algorithm == "native") {
        throw Error(ErrorKind::kUsage,
                    fmt::format("--algorithm '{}' is none for a workload; accepted: names, and selected", algorithm));
      }
      for (const Bytes bucket : buckets) {
        variants.push_back({machine, algorithm, bucket});
      }
    } while (!rest.empty());
  }
  return variants;
}

[[nodiscard]] std::string_view name_of(TaskOrder order) {
  switch (order) {
    case TaskOrder::kAutomatic:
      return "automatic";
    case TaskOrder::kPosted:
      return "posted";
    case TaskOrder::kArrival:
      return "arrival";
  }
  return "";
}

/// Evaluates the variants of one workload.
class WorkloadCommand {
 public:
  explicit WorkloadCommand(const Arguments& arguments)
      : arguments_(arguments),
        source_(arguments),
        explains_(arguments.given("explain")),
        draws_(arguments.given("timeline")),
        trace_(arguments.text("trace")),
        report_(arguments.text("report")),
        points_(arguments.one_of("format", record_formats())) {
    if ((explains_ || draws_) && arguments.text("format") != "table") {
      throw Error(ErrorKind::kUsage, "--explain and --timeline print text beside a table");
    }
  }

  void run() {
    const std::vector<Variant> variants = variants_of(arguments_, source_);
    if (!trace_.empty() && variants.size() != 1) {
      throw Error(ErrorKind::kUsage, fmt::format("--trace writes one simulation, and this would be {}: name one "
                                                 "machine, one algorithm and one bucket",
                                                 variants.size()));
    }
    static_cast<void>(seeds_of(arguments_));
    for (const Variant& variant : variants) {
      add(variant);
    }
    points_.finish();
    if (!texts_.empty()) {
      print(texts_);
    }
    if (!trace_.empty()) {
      write_whole_file(trace_, traced_);
    }
    if (!report_.empty()) {
      write_reports(report_, reports_);
    }
  }

 private:
  [[nodiscard]] Arguments on_machine(const std::string& machine) const {
    return machine.empty() ? arguments_ : arguments_.with("machine", machine);
  }

  void add(const Variant& variant) {
    const auto start = std::chrono::steady_clock::now();
    const Arguments arguments = on_machine(variant.machine);
    const LoadedWorkload workload = source_.load(variant.bucket);
    const WorkloadRunner runner(arguments, workload, variant.algorithm);
    WorkloadOptions options = runner.options();
    options.path = explains_ || draws_ || !trace_.empty() || !report_.empty();
    MessageLog messages;
    options.log = report_.empty() || options.model == CostModel::kFlow ? nullptr : &messages;
    const WorkloadReport report = runner.run(options);
    if (report.order != TaskOrder::kPosted && options.order == TaskOrder::kAutomatic) {
      remark(
          fmt::format("ringwood workload: {}: receives cannot be served in the order in which they are listed; they "
                      "are served as their messages come",
                      source_.name()));
    }
    tell(workload, report, runner, variant);
    if (!report_.empty()) {
      const Site& site = runner.site();
      const auto links = report.flow ? report.flow->links : link_uses(messages, site, report.time);
      reports_.push_back(workload_json(title_of(variant, runner), workload, report, links, *site.machine().network));
    }
    if (workload.jobs.size() > 1) {
      add_jobs(variant, arguments, workload, runner, report);
      return;
    }
    Record record = common_fields(variant, workload, runner);
    const WorkloadReport free = runner.run_free();
    const double compute = seconds(*std::max_element(report.compute.begin(), report.compute.end()));
    const double exposed = seconds(report.time - free.time);
    record.push_back({"time_s", seconds(report.time), Unit::kSeconds});
    record.push_back({"ideal_s", seconds(free.time), Unit::kSeconds});
    record.push_back({"exposed_s", exposed, Unit::kSeconds});
    record.push_back({"exposed_share", report.time > 0 ? exposed / seconds(report.time) : 0, Unit::kRatio});
    record.push_back({"compute_s", compute, Unit::kSeconds, false});
    add_counts(record, workload, report, runner);
    add_seeds(record, variant, 0);
    add_stats(record, start, report);
    points_.add(record);
  }

  [[nodiscard]] Record common_fields(const Variant& variant, const LoadedWorkload& workload,
                                     const WorkloadRunner& runner) const {
    return {{"workload", source_.name()},
            {"algorithm", variant.algorithm},
            {"bucket_bytes", variant.bucket >= 0 ? Value(variant.bucket) : Value(), Unit::kBytes,
             arguments_.given("bucket")},
            {"machine", runner.site().machine().spec},
            {"model", arguments_.text("model")},
            {"ranks", std::int64_t{workload.graph.size()}}};
  }

  void add_counts(Record& record, const LoadedWorkload& workload, const WorkloadReport& report,
                  const WorkloadRunner& runner) const {
    record.push_back({"collectives", static_cast<std::int64_t>(workload.graph.calls.size())});
    record.push_back({"messages", report.messages});
    record.push_back({"bytes_sent", report.bytes_sent_total, Unit::kBytes});
    record.push_back({"algorithms", runner.algorithms(), Unit::kNone, false});
    record.push_back({"order", std::string(name_of(report.order)), Unit::kNone, false});
    record.push_back(
        {"order_sensitive", report.order_sensitive ? Value(*report.order_sensitive) : Value(), Unit::kNone, false});
    if (report.flow) {
      add_sharing(record, *report.flow, runner.site().machine(), runner.options().flow);
    }
  }

  /// One record a job: when it has ended, and what it takes when it has the machine for itself.
  void add_jobs(const Variant& variant, const Arguments& arguments, const LoadedWorkload& workload,
                const WorkloadRunner& runner, const WorkloadReport& report) {
    for (std::size_t i = 0; i < workload.jobs.size(); ++i) {
      const LoadedWorkload alone = source_.load_alone(variant.bucket, i);
      const WorkloadRunner alone_runner(arguments, alone, variant.algorithm);
      const Picoseconds alone_time = time_of_job(alone, alone_runner.run(alone_runner.options()), i);
      const Picoseconds time = time_of_job(workload, report, i);
      Record record = common_fields(variant, workload, runner);
      record.push_back({"job", workload.jobs[i].name});
      record.push_back({"job_ranks", std::int64_t{workload.jobs[i].ranks}});
      record.push_back({"time_s", seconds(time), Unit::kSeconds});
      record.push_back({"alone_s", seconds(alone_time), Unit::kSeconds});
      record.push_back({"slowdown", alone_time > 0 ? seconds(time) / seconds(alone_time) : 1, Unit::kFactor});
      add_counts(record, workload, report, runner);
      add_seeds(record, variant, i);
      points_.add(record);
    }
  }

  [[nodiscard]] static Picoseconds time_of_job(const LoadedWorkload& workload, const WorkloadReport& report,
                                               std::size_t index) {
    const JobRanks& job = workload.jobs[index];
    Picoseconds latest = 0;
    for (Rank rank = job.first; rank < job.first + job.ranks; ++rank) {
      latest = std::max(latest, report.finish[static_cast<std::size_t>(rank)]);
    }
    return latest - job.start;
  }

  void add_seeds(Record& record, const Variant& variant, std::size_t job) {
    if (seeds_of(arguments_) == 0) {
      return;
    }
    add_distribution(record, over_seeds(on_machine(variant.machine), [&](const Arguments& seeded) {
                       const LoadedWorkload workload = source_.load(variant.bucket);
                       const WorkloadRunner runner(seeded, workload, variant.algorithm);
                       return seconds(time_of_job(workload, runner.run(runner.options()), job));
                     }));
  }

  void add_stats(Record& record, std::chrono::steady_clock::time_point start, const WorkloadReport& report) const {
    if (arguments_.given("stats")) {
      const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
      record.push_back({"wall_s", wall.count(), Unit::kSeconds});
      record.push_back({"memory_bytes", static_cast<std::int64_t>(report.memory), Unit::kBytes});
    }
  }

  [[nodiscard]] std::string title_of(const Variant& variant, const WorkloadRunner& runner) const {
    return fmt::format("{}, {}{}, on {}", source_.name(), variant.algorithm,
                       variant.bucket >= 0 ? fmt::format(", buckets of {}", format_bytes(variant.bucket)) : "",
                       runner.site().machine().spec);
  }

  void tell(const LoadedWorkload& workload, const WorkloadReport& report, const WorkloadRunner& runner,
            const Variant& variant) {
    if (explains_ || draws_) {
      texts_ += fmt::format("\n{}\n", title_of(variant, runner));
    }
    if (explains_) {
      texts_ += runner.algorithms().empty() ? "" : fmt::format("algorithms: {}\n", runner.algorithms());
      texts_ += explain_workload(workload, report, runner.site());
    }
    if (draws_) {
      texts_ += workload_timeline(workload, report, kColumns);
    }
    if (!trace_.empty()) {
      traced_ = workload_trace(workload, report);
    }
  }

  const Arguments& arguments_;
  WorkloadSource source_;
  bool explains_;
  bool draws_;
  std::string trace_;
  std::string report_;
  std::vector<std::string> reports_;
  FinishedPoints points_;
  std::string texts_;
  std::string traced_;
};

int run(const Arguments& arguments) {
  WorkloadCommand(arguments).run();
  return 0;
}

}  // namespace

constinit const Command workload_command{
    .name = "workload",
    .operands = "WORKLOAD",
    .brief = "training steps, sequences of collectives, traces and jobs side by side",
    .details =
        "WORKLOAD is a model (resnet-50, bert-large, gpt-2-xl, gpt-3-175b, llama-2-70b; see\n"
        "`ringwood list workloads` for sources) or a file: ringwood.workload/1 (YAML or JSON: steps,\n"
        "layers, jobs), a GOAL trace, or Chakra traces in protocol buffers or JSON (trace.0.et,\n"
        "trace.1.et, ..., or one for all ranks). Collectives run the schedules that run over MPI, on their groups\n"
        "of ranks. ideal_s is the time if messages cost nothing, exposed_s what they add to it.\n"
        "Several --algorithm and --bucket, and --beside MACHINE, show what another one would change.\n"
        "Of jobs side by side, slowdown is against each one alone on the machine.",
    .operands_min = 1,
    .operands_max = 1,
    .options = kOptions,
    .examples = {"ringwood workload resnet-50 --ranks 32 --bucket 1MiB..128MiB*4 --algorithm 'ring;rabenseifner'",
                 "ringwood workload gpt-3-175b --tensor 8 --pipeline 8 --data 2 --microbatches 4 --device h100 "
                 "--explain",
                 "ringwood export allreduce rabenseifner --ranks 8 --format goal --output trace.goal && ringwood "
                 "workload trace.goal --timeline"},
    .run = run,
};

}  // namespace ringwood::cli
