#include "tools/cli/workload_source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "base/units.hpp"
#include "formats/workloads.hpp"
#include "ringwood/error.hpp"
#include "sim/workload/graph_builder.hpp"
#include "sim/workload/models.hpp"
#include "tools/cli/effort.hpp"
#include "tools/cli/grid.hpp"
#include "tools/cli/percent.hpp"

namespace ringwood::cli {

namespace {

constexpr Bytes kMostFileBytes = Bytes{1} << 30U;
constexpr std::int64_t kMostTensors = 1 << 20;

/// The first characters that are no blanks, and no comments of GOAL.
[[nodiscard]] std::string_view beginning_of(std::string_view text) {
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"), text.size()));
    if (text.starts_with("//")) {
      text.remove_prefix(std::min(text.find('\n'), text.size()));
    } else if (text.starts_with("/*")) {
      text.remove_prefix(std::min(text.find("*/"), text.size() - 2) + 2);
    } else {
      return text;
    }
  }
}

[[nodiscard]] ModelTiming timing_of(const Arguments& arguments) {
  std::vector<std::string> names;
  for (const ComputeDevice& device : compute_devices()) {
    names.emplace_back(device.name);
  }
  const std::string name = arguments.one_of("device", names);
  const auto devices = compute_devices();
  const auto found =
      std::find_if(devices.begin(), devices.end(), [&](const ComputeDevice& one) { return one.name == name; });
  ModelTiming timing{.device = &*found,
                     .utilization = fraction_of(arguments.text("utilization"), 1, 100, "--utilization")};
  if (arguments.given("batch")) {
    timing.batch = static_cast<std::int32_t>(parse_integer(arguments.text("batch"), {1, kMostTensors}, "--batch"));
  }
  return timing;
}

/// JSON that does not say that it is one of ours, of whatever version.
[[nodiscard]] bool is_chakra(std::string_view beginning) {
  return (beginning.starts_with('{') || beginning.starts_with('[')) &&
         beginning.find("ringwood.workload/") == std::string_view::npos;
}

[[nodiscard]] bool is_preset(const std::string& name) {
  const auto presets = model_presets();
  return std::any_of(presets.begin(), presets.end(), [&](const ModelPreset& preset) { return preset.name == name; });
}

}  // namespace

WorkloadSource::WorkloadSource(const Arguments& arguments)
    : arguments_(arguments), name_(arguments.operands().front()) {
  std::error_code ignored;
  if (!is_preset(name_) && std::filesystem::exists(name_, ignored)) {
    read_file(name_);
    return;
  }
  const auto presets = model_presets();
  if (!is_preset(name_)) {
    std::vector<std::string> names;
    for (const ModelPreset& preset : presets) {
      names.emplace_back(preset.name);
    }
    throw unknown_word("workload or file", name_, names);
  }
  WorkloadJob job;
  job.training.emplace();
  job.training->preset = name_;
  read_jobs({job});
}

void WorkloadSource::read_file(const std::string& path) {
  const std::string text = read_text_file(path, static_cast<std::size_t>(kMostFileBytes));
  const std::string_view beginning = beginning_of(text);
  const Picoseconds unit = parse_time(arguments_.text("calc-unit"), "--calc-unit");
  if (unit < 1 || unit > kPicosecondsPerSecond) {
    throw Error(ErrorKind::kUsage, fmt::format("--calc-unit '{}'; accepted: 1ps to 1s", arguments_.text("calc-unit")));
  }
  if (beginning.starts_with("num_ranks")) {
    graph_ = read_goal(text, path, unit, {.bytes = static_cast<std::size_t>(kMostFileBytes)});
  } else if (is_chakra(beginning) || is_chakra_protobuf(text)) {
    read_chakra_files(path, text);
  } else {
    read_jobs(read_workload(text, path));
  }
}

/// A trace of every rank, if the file's name says that it is that of rank 0, "trace.0.json"; else one for all ranks.
void WorkloadSource::read_chakra_files(const std::string& path, const std::string& text) {
  std::vector<NamedText> texts{{path, text}};
  const std::size_t number = path.rfind(".0.");
  std::error_code ignored;
  for (std::size_t rank = 1; number != std::string::npos; ++rank) {
    const std::string next = fmt::format("{}.{}.{}", path.substr(0, number), rank, path.substr(number + 3));
    if (!std::filesystem::exists(next, ignored)) {
      break;
    }
    texts.push_back({next, read_text_file(next, static_cast<std::size_t>(kMostFileBytes))});
  }
  const bool is_one_a_rank = number != std::string::npos;
  if (is_one_a_rank && arguments_.given("ranks") && ranks_of(arguments_).front() != static_cast<Rank>(texts.size())) {
    throw Error(ErrorKind::kUsage, fmt::format("--ranks {}, and there are {} traces from {} on",
                                               arguments_.text("ranks"), texts.size(), path));
  }
  const Rank ranks = is_one_a_rank ? static_cast<Rank>(texts.size()) : ranks_of(arguments_).front();
  RankGroups groups;
  if (arguments_.given("groups")) {
    const std::string file = arguments_.text("groups");
    groups = read_rank_groups({file, read_text_file(file, static_cast<std::size_t>(kMostFileBytes))}, ranks);
  }
  graph_ = read_chakra(texts, ranks, groups);
}

/// Fills in what the file leaves to the options.
void WorkloadSource::read_jobs(std::vector<WorkloadJob> jobs) {
  jobs_ = std::move(jobs);
  if (jobs_.size() > 1 && arguments_.given("ranks")) {
    throw Error(ErrorKind::kUsage, "--ranks is for one job; the file has several, each with its own");
  }
  for (WorkloadJob& job : jobs_) {
    if (job.training) {
      apply_options(*job.training);
    }
    const bool counted = job.training && job.training->parallelism.data > 0;
    const Rank product = counted ? static_cast<Rank>(std::min<std::int64_t>(
                                       std::int64_t{job.training->parallelism.data} * job.training->parallelism.tensor *
                                           job.training->parallelism.pipeline,
                                       std::numeric_limits<Rank>::max()))
                                 : 0;
    if (arguments_.given("ranks")) {
      const std::vector<Rank> ranks = ranks_of(arguments_);
      if (ranks.size() != 1) {
        throw Error(ErrorKind::kUsage, fmt::format("--ranks '{}' are several; accepted: one number for a workload",
                                                   arguments_.text("ranks")));
      }
      if (job.ranks != 0 && job.ranks != ranks.front()) {
        throw Error(ErrorKind::kUsage, fmt::format("--ranks {} for a workload of {} ranks", ranks.front(), job.ranks));
      }
      job.ranks = ranks.front();
    } else if (job.ranks == 0) {
      job.ranks = counted ? product : ranks_of(arguments_).front();
    }
  }
}

void WorkloadSource::apply_options(TrainingJob& job) const {
  if (!job.preset.empty()) {
    job.model = model_of(job.preset, timing_of(arguments_));
  }
  const auto number = [&](std::string_view option, std::int32_t& into) {
    if (arguments_.given(option)) {
      into = static_cast<std::int32_t>(
          parse_integer(arguments_.text(option), {1, kMostTensors}, fmt::format("--{}", option)));
    }
  };
  number("data", job.parallelism.data);
  number("tensor", job.parallelism.tensor);
  number("pipeline", job.parallelism.pipeline);
  number("microbatches", job.parallelism.microbatches);
  if (arguments_.given("gradients")) {
    job.parallelism.shards_gradients =
        arguments_.one_of("gradients", {"allreduce", "reduce-scatter"}) == "reduce-scatter";
  }
}

bool WorkloadSource::has_buckets() const {
  return std::any_of(jobs_.begin(), jobs_.end(), [](const WorkloadJob& job) { return job.training.has_value(); });
}

LoadedWorkload WorkloadSource::load(Bytes bucket) const {
  return load_alone(bucket, jobs_.size());
}

LoadedWorkload WorkloadSource::load_alone(Bytes bucket, std::size_t alone) const {
  LoadedWorkload loaded;
  if (jobs_.empty()) {
    loaded.graph = graph_;
    loaded.jobs.push_back({"", 0, loaded.graph.size(), 0});
    return loaded;
  }
  std::int64_t ranks = 0;
  for (const WorkloadJob& job : jobs_) {
    loaded.jobs.push_back({job.name, static_cast<Rank>(ranks), job.ranks, job.start});
    ranks += job.ranks;
    if (ranks > std::numeric_limits<Rank>::max()) {
      throw Error(ErrorKind::kUsage, "the jobs have more ranks together than there are numbers");
    }
    if (!job.hosts.empty()) {
      loaded.hosts.resize(static_cast<std::size_t>(ranks - job.ranks), -1);
      loaded.hosts.insert(loaded.hosts.end(), job.hosts.begin(), job.hosts.end());
    }
  }
  loaded.graph.ranks.resize(static_cast<std::size_t>(ranks));
  GraphBuilder builder(loaded.graph, memory_of_computer());
  for (std::size_t i = 0; i < jobs_.size(); ++i) {
    if (alone < jobs_.size() && alone != i) {
      continue;
    }
    WorkloadJob job = jobs_[i];
    if (job.training && bucket >= 0) {
      job.training->parallelism.bucket = bucket;
    }
    add_job(builder, job, loaded.jobs[i].first, job.ranks);
  }
  return loaded;
}

}  // namespace ringwood::cli
