#include <limits>

#include "formats/located_yaml.hpp"
#include "formats/workloads.hpp"

namespace ringwood {

namespace {

constexpr std::int64_t kMostRanks = std::numeric_limits<Rank>::max();
constexpr std::int64_t kMostRepetitions = 100'000;
constexpr std::int64_t kMostTensorAllreduces = 64;
constexpr int kDeepestOverlap = 16;
constexpr std::size_t kMostLayers = 100'000;

class WorkloadReader {
 public:
  WorkloadReader(std::string_view text, const std::string& name) : yaml_(text, name) {}

  [[nodiscard]] std::vector<WorkloadJob> read() {
    const YAML::Node& root = yaml_.root();
    const bool named = root.IsMap() && root["schema"] && root["schema"].IsScalar();
    const std::string schema = named ? root["schema"].Scalar() : "";
    if (schema != "ringwood.workload/1") {
      yaml_.fail(named ? root["schema"] : root,
                 "expected a map with 'schema: ringwood.workload/1'" + (named ? ", found '" + schema + "'" : ""));
    }
    if (!root["jobs"]) {
      yaml_.expect_keys(
          root, "a workload",
          {"schema", "name", "ranks", "start", "hosts", "repeat", "steps", "model", "preset", "parallel", "jobs"});
      return {job(root)};
    }
    yaml_.expect_keys(root, "a workload of jobs", {"schema", "jobs"});
    yaml_.expect_list(root["jobs"], "jobs");
    std::vector<WorkloadJob> jobs;
    for (const YAML::Node& node : root["jobs"]) {
      yaml_.expect_keys(node, "a job",
                        {"name", "ranks", "start", "hosts", "repeat", "steps", "model", "preset", "parallel"});
      jobs.push_back(job(node));
      if (jobs.back().ranks == 0) {
        yaml_.fail(node, "a job among others needs 'ranks'");
      }
      if (jobs.back().name.empty()) {
        jobs.back().name = "job " + std::to_string(jobs.size());
      }
    }
    if (jobs.empty()) {
      yaml_.fail(root["jobs"], "expected at least one job");
    }
    return jobs;
  }

 private:
  [[nodiscard]] WorkloadJob job(const YAML::Node& node) {
    WorkloadJob job;
    if (const YAML::Node name = node["name"]) {
      job.name = yaml_.text(name, "name");
    }
    if (const YAML::Node ranks = node["ranks"]) {
      job.ranks = static_cast<Rank>(yaml_.integer(ranks, "ranks", 1, kMostRanks));
    }
    if (const YAML::Node start = node["start"]) {
      job.start = yaml_.time(start, "start");
    }
    if (const YAML::Node hosts = node["hosts"]) {
      read_hosts(hosts, job);
    }
    if (const YAML::Node repeat = node["repeat"]) {
      job.repeat = static_cast<std::int32_t>(yaml_.integer(repeat, "repeat", 1, kMostRepetitions));
    }
    const int kinds = (node["steps"] ? 1 : 0) + (node["model"] ? 1 : 0) + (node["preset"] ? 1 : 0);
    if (kinds != 1) {
      yaml_.fail(node, "expected one of 'steps', 'model' and 'preset', found " + std::to_string(kinds));
    }
    if (const YAML::Node list = node["steps"]) {
      const std::int64_t before = count_;
      job.steps = steps(list, 0);
      add_steps((count_ - before) * (job.repeat - 1), list);
      if (node["parallel"]) {
        yaml_.fail(node["parallel"], "'parallel' is for a model, and these are steps");
      }
    } else {
      job.training = training(node);
    }
    return job;
  }

  void read_hosts(const YAML::Node& hosts, WorkloadJob& job) {
    yaml_.expect_list(hosts, "hosts");
    for (const YAML::Node& host : hosts) {
      job.hosts.push_back(static_cast<std::int32_t>(yaml_.integer(host, "a host", 0, kMostRanks)));
    }
    if (static_cast<std::size_t>(job.ranks) != job.hosts.size()) {
      yaml_.fail(hosts, std::to_string(job.hosts.size()) + " hosts for " + std::to_string(job.ranks) +
                            " ranks; accepted: the host of every rank");
    }
  }

  void add_steps(std::int64_t more, const YAML::Node& node) {
    count_ += more;
    if (count_ > kMostJobSteps) {
      yaml_.fail(node, "more than " + std::to_string(kMostJobSteps) + " steps, repetitions included");
    }
  }

  [[nodiscard]] JobSteps steps(const YAML::Node& list, int depth) {
    yaml_.expect_list(list, "steps");
    JobSteps steps;
    for (const YAML::Node& node : list) {
      add_steps(1, node);
      steps.push_back(step(node, depth));
    }
    return steps;
  }

  [[nodiscard]] JobStep step(const YAML::Node& node, int depth) {
    JobStep step;
    if (node.IsMap() && node["compute"]) {
      yaml_.expect_keys(node, "a computation", {"compute"});
      step.time = yaml_.time(node["compute"], "compute");
      return step;
    }
    if (node.IsMap() && node["overlap"]) {
      yaml_.expect_keys(node, "an overlap", {"overlap"});
      if (depth == kDeepestOverlap) {
        yaml_.fail(node, "overlaps in overlaps, deeper than " + std::to_string(kDeepestOverlap));
      }
      step.kind = JobStep::Kind::kOverlap;
      yaml_.expect_list(node["overlap"], "the branches of an overlap");
      for (const YAML::Node& branch : node["overlap"]) {
        step.branches.push_back(steps(branch, depth + 1));
      }
      return step;
    }
    for (const Collective collective : kAllCollectives) {
      const std::string name(name_of(collective));
      if (node.IsMap() && node[name]) {
        yaml_.expect_keys(node, "a collective", {name, "group", "algorithm"});
        step.kind = JobStep::Kind::kCollective;
        step.collective = collective;
        step.bytes = yaml_.bytes(node[name], name);
        read_group(node["group"], step);
        if (node["algorithm"]) {
          step.algorithm = yaml_.text(node["algorithm"], "algorithm");
        }
        return step;
      }
    }
    yaml_.fail(node,
               "expected a step: 'compute: TIME', 'COLLECTIVE: BYTES' such as 'allreduce: 64MiB', or 'overlap: "
               "[[...], [...]]'");
  }

  void read_group(const YAML::Node& node, JobStep& step) {
    if (!node) {
      return;
    }
    yaml_.expect_keys(node, "a group", {"size", "stride"});
    if (!node["size"]) {
      yaml_.fail(node, "expected a group with 'size'");
    }
    step.group.size = static_cast<Rank>(yaml_.integer(node["size"], "size", 1, kMostRanks));
    if (node["stride"]) {
      step.group.stride = static_cast<Rank>(yaml_.integer(node["stride"], "stride", 1, kMostRanks));
    }
  }

  [[nodiscard]] TrainingJob training(const YAML::Node& node) {
    TrainingJob training;
    if (node["preset"]) {
      training.preset = yaml_.text(node["preset"], "preset");
    } else {
      training.model = model(node["model"]);
    }
    const YAML::Node parallel = node["parallel"];
    if (!parallel) {
      return training;
    }
    Parallelism& to = training.parallelism;
    yaml_.expect_keys(parallel, "parallel",
                      {"data", "tensor", "pipeline", "microbatches", "bucket", "shard-gradients"});
    const auto number = [&](const char* key, auto& into) {
      if (parallel[key]) {
        into = static_cast<std::int32_t>(yaml_.integer(parallel[key], key, 1, kMostRanks));
      }
    };
    number("data", to.data);
    number("tensor", to.tensor);
    number("pipeline", to.pipeline);
    number("microbatches", to.microbatches);
    if (parallel["bucket"]) {
      to.bucket = yaml_.bytes(parallel["bucket"], "bucket");
    }
    if (parallel["shard-gradients"]) {
      to.shards_gradients = yaml_.boolean(parallel["shard-gradients"], "shard-gradients");
    }
    return training;
  }

  [[nodiscard]] TrainingModel model(const YAML::Node& node) {
    TrainingModel model;
    yaml_.expect_keys(node, "a model", {"name", "layers", "optimizer"});
    model.name = node["name"] ? yaml_.text(node["name"], "name") : "model";
    if (node["optimizer"]) {
      model.optimizer = yaml_.time(node["optimizer"], "optimizer");
    }
    const YAML::Node list = node["layers"];
    if (!list) {
      yaml_.fail(node, "expected a model with 'layers'");
    }
    yaml_.expect_list(list, "layers");
    for (const YAML::Node& entry : list) {
      add_layers(entry, model);
    }
    if (model.layers.empty()) {
      yaml_.fail(list, "expected at least one layer");
    }
    return model;
  }

  void add_layers(const YAML::Node& node, TrainingModel& model) {
    yaml_.expect_keys(node, "a layer",
                      {"name", "forward", "backward", "gradient", "activation", "tensor-allreduces", "repeat"});
    ModelLayer layer;
    for (const char* const needed : {"forward", "backward", "gradient"}) {
      if (!node[needed]) {
        yaml_.fail(node, std::string("expected a layer with '") + needed + "'");
      }
    }
    layer.name = node["name"] ? yaml_.text(node["name"], "name") : "layer";
    layer.forward = yaml_.time(node["forward"], "forward");
    layer.backward = yaml_.time(node["backward"], "backward");
    layer.gradient = yaml_.bytes(node["gradient"], "gradient");
    if (node["activation"]) {
      layer.activation = yaml_.bytes(node["activation"], "activation");
    }
    if (node["tensor-allreduces"]) {
      layer.tensor_allreduces = static_cast<std::int32_t>(
          yaml_.integer(node["tensor-allreduces"], "tensor-allreduces", 0, kMostTensorAllreduces));
    }
    const std::int64_t repeat = node["repeat"] ? yaml_.integer(node["repeat"], "repeat", 1, kMostRepetitions) : 1;
    for (std::int64_t i = 0; i < repeat; ++i) {
      if (model.layers.size() == kMostLayers) {
        yaml_.fail(node, "more than " + std::to_string(kMostLayers) + " layers");
      }
      model.layers.push_back(layer);
      if (repeat > 1) {
        model.layers.back().name += " " + std::to_string(i + 1);
      }
    }
  }

  LocatedYaml yaml_;
  std::int64_t count_ = 0;
};

}  // namespace

std::vector<WorkloadJob> read_workload(std::string_view text, const std::string& name) {
  return WorkloadReader(text, name).read();
}

}  // namespace ringwood
