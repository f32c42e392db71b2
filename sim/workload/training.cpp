// A step of training on replicas of a model whose layers are spread over stages of a pipeline and whose tensors are
// split inside a stage. Pipelines run one forward, one backward (Narayanan et al.: Efficient large-scale language model
// training on GPU clusters using Megatron-LM, SC 2021); split tensors are summed after each half of a layer (Shoeybi et
// al.: Megatron-LM, 2019); gradients are summed in buckets while the last micro-batch goes back (Li et al.: PyTorch
// Distributed, VLDB 2020), or each replica keeps a part of them (Rajbhandari et al.: ZeRO, SC 2020).

#include <algorithm>
#include <numeric>

#include "ringwood/error.hpp"
#include "sim/workload/graph_builder.hpp"

namespace ringwood {

namespace {

struct StageLayers {
  std::size_t first = 0;
  std::size_t end = 0;
};

/// Neighbouring layers, so that each stage takes about as long.
[[nodiscard]] std::vector<StageLayers> stages_of(const std::vector<ModelLayer>& layers, std::size_t count) {
  double total = 0;
  for (const ModelLayer& layer : layers) {
    total += static_cast<double>(layer.forward + layer.backward);
  }
  std::vector<StageLayers> stages;
  std::size_t next = 0;
  double done = 0;
  for (std::size_t stage = 0; stage < count; ++stage) {
    const std::size_t first = next;
    const std::size_t last = layers.size() - (count - stage - 1);
    const double until = total * static_cast<double>(stage + 1) / static_cast<double>(count);
    while (next < last) {
      const double time = static_cast<double>(layers[next].forward + layers[next].backward);
      if (next > first && stage + 1 < count && done + time / 2 > until) {
        break;
      }
      done += time;
      ++next;
    }
    stages.push_back({first, next});
  }
  return stages;
}

/// What is the same for all ranks.
struct TrainingPlan {
  const TrainingJob& job;
  std::vector<StageLayers> stages;
  Rank first = 0;
  Rank data = 1;
  Rank tensor = 1;
  Rank pipeline = 1;

  [[nodiscard]] Rank rank_at(Rank stage, Rank replica, Rank part) const {
    return first + part + tensor * (replica + data * stage);
  }
};

/// The tasks of one rank.
class TrainingRank {
 public:
  TrainingRank(GraphBuilder& builder, const TrainingPlan& plan, Rank stage, Rank replica, Rank part)
      : builder_(builder),
        plan_(plan),
        stage_(stage),
        replica_(replica),
        part_(part),
        rank_(plan.rank_at(stage, replica, part)) {
    tensor_group_ = builder.group(RankRun{plan.rank_at(stage, replica, 0), plan.tensor, 1});
    data_group_ = builder.group(RankRun{plan.rank_at(stage, 0, part), plan.data, plan.tensor});
  }

  void add() {
    const std::int32_t batches = plan_.job.parallelism.microbatches;
    const std::int32_t ahead = std::min<std::int32_t>(batches, plan_.pipeline - stage_ - 1);
    for (std::int32_t batch = 0; batch < ahead; ++batch) {
      forward(batch);
    }
    for (std::int32_t batch = 0; batch < batches; ++batch) {
      if (batch + ahead < batches) {
        forward(batch + ahead);
      }
      backward(batch);
    }
    finish();
  }

 private:
  using Tasks = GraphBuilder::Tasks;

  [[nodiscard]] const std::vector<ModelLayer>& layers() const { return plan_.job.model.layers; }

  [[nodiscard]] const StageLayers& stage() const { return plan_.stages[static_cast<std::size_t>(stage_)]; }

  void forward(std::int32_t batch) {
    if (stage_ > 0) {
      take(stage_ - 1, layers()[stage().first - 1].activation, 2 * batch, last_forward_);
    }
    for (std::size_t i = stage().first; i < stage().end; ++i) {
      layer(layers()[i], layers()[i].forward, "forward");
    }
    if (stage_ + 1 < plan_.pipeline) {
      hand(stage_ + 1, layers()[stage().end - 1].activation, 2 * batch);
    }
  }

  void backward(std::int32_t batch) {
    const bool is_last = batch + 1 == plan_.job.parallelism.microbatches;
    if (stage_ + 1 < plan_.pipeline) {
      take(stage_ + 1, layers()[stage().end - 1].activation, 2 * batch + 1, last_backward_);
    }
    for (std::size_t i = stage().end; i-- > stage().first;) {
      layer(layers()[i], layers()[i].backward, "backward");
      if (is_last) {
        add_gradient(layers()[i].gradient, i == stage().first);
      }
    }
    if (stage_ > 0) {
      hand(stage_ - 1, layers()[stage().first - 1].activation, 2 * batch + 1);
    }
  }

  /// A layer's computation on a part of its tensors, with the sums in between.
  void layer(const ModelLayer& layer, Picoseconds time, const char* direction) {
    const bool is_split = plan_.tensor > 1 && layer.tensor_allreduces > 0;
    const std::int64_t pieces = is_split ? layer.tensor_allreduces : 1;
    const Picoseconds piece = time / plan_.tensor / pieces;
    const std::uint32_t label = builder_.label(layer.name + " " + direction);
    for (std::int64_t i = 0; i < pieces; ++i) {
      device_ = {builder_.compute(rank_, piece, label, device_)};
      if (is_split) {
        device_ = {builder_.collective(rank_,
                                       {.collective = Collective::kAllreduce,
                                        .bytes = layer.activation,
                                        .group = tensor_group_,
                                        .label = builder_.label("tensors of " + layer.name)},
                                       device_)};
      }
    }
  }

  /// Gradients of this rank's part; they go when a bucket is full, one after the other.
  void add_gradient(Bytes bytes, bool is_last) {
    gradient_ += bytes / plan_.tensor;
    gradients_ += bytes / plan_.tensor;
    if (plan_.data == 1 || gradient_ == 0 || (gradient_ < plan_.job.parallelism.bucket && !is_last)) {
      return;
    }
    Tasks after = device_;
    after.insert(after.end(), bucket_.begin(), bucket_.end());
    const bool shards = plan_.job.parallelism.shards_gradients;
    bucket_ = {builder_.collective(rank_,
                                   {.collective = shards ? Collective::kReduceScatter : Collective::kAllreduce,
                                    .bytes = whole_elements(gradient_),
                                    .group = data_group_,
                                    .label = builder_.label("gradients")},
                                   after)};
    buckets_.push_back(whole_elements(gradient_));
    gradient_ = 0;
  }

  void finish() {
    Tasks after = device_;
    after.insert(after.end(), bucket_.begin(), bucket_.end());
    Bytes all = 0;
    for (const ModelLayer& layer : layers()) {
      all += layer.gradient;
    }
    const bool shards = plan_.job.parallelism.shards_gradients;
    const double share = all == 0 ? 0 : static_cast<double>(gradients_) / static_cast<double>(all);
    const double time = static_cast<double>(plan_.job.model.optimizer) * share / (shards ? plan_.data : 1);
    after = {builder_.compute(rank_, static_cast<Picoseconds>(time), builder_.label("optimizer"), after)};
    for (std::size_t i = 0; shards && i < buckets_.size(); ++i) {
      after = {builder_.collective(rank_,
                                   {.collective = Collective::kAllgather,
                                    .bytes = buckets_[i],
                                    .group = data_group_,
                                    .label = builder_.label("parameters")},
                                   after)};
    }
  }

  /// A message from the same part of another stage, which the device waits for.
  void take(Rank stage, Bytes bytes, std::int32_t tag, Tasks& last) {
    last = {builder_.add(rank_,
                         {.kind = TaskKind::kReceive,
                          .cpu = kMessageCpu,
                          .label = builder_.label("activations"),
                          .peer = plan_.rank_at(stage, replica_, part_),
                          .tag = tag,
                          .amount = bytes / plan_.tensor},
                         last)};
    device_.push_back(last.front());
  }

  void hand(Rank stage, Bytes bytes, std::int32_t tag) {
    static_cast<void>(builder_.add(rank_,
                                   {.kind = TaskKind::kSend,
                                    .cpu = kMessageCpu,
                                    .label = builder_.label("activations"),
                                    .peer = plan_.rank_at(stage, replica_, part_),
                                    .tag = tag,
                                    .amount = bytes / plan_.tensor},
                                   device_));
  }

  [[nodiscard]] static Bytes whole_elements(Bytes bytes) { return (bytes + 3) / 4 * 4; }

  GraphBuilder& builder_;
  const TrainingPlan& plan_;
  Rank stage_;
  Rank replica_;
  Rank part_;
  Rank rank_;
  std::uint32_t tensor_group_ = 0;
  std::uint32_t data_group_ = 0;
  Tasks device_;  // what the device's next computation waits for
  Tasks last_forward_;
  Tasks last_backward_;
  Tasks bucket_;  // the last that was sent
  Bytes gradient_ = 0;
  Bytes gradients_ = 0;
  std::vector<Bytes> buckets_;
};

}  // namespace

void add_training(GraphBuilder& builder, const TrainingJob& job, Rank first, Rank ranks) {
  const Parallelism& parallel = job.parallelism;
  const std::int64_t inner = std::int64_t{parallel.tensor} * parallel.pipeline;
  const std::int64_t data = parallel.data == 0 ? ranks / inner : parallel.data;
  if (data < 1 || data * inner != ranks) {
    throw Error(ErrorKind::kUsage, "tensor " + std::to_string(parallel.tensor) + " x pipeline " +
                                       std::to_string(parallel.pipeline) +
                                       (parallel.data == 0 ? "" : " x data " + std::to_string(parallel.data)) +
                                       " do not make " + std::to_string(ranks) + " ranks");
  }
  if (job.model.layers.size() < static_cast<std::size_t>(parallel.pipeline)) {
    throw Error(ErrorKind::kUsage, job.model.name + " has " + std::to_string(job.model.layers.size()) +
                                       " layers, too few for " + std::to_string(parallel.pipeline) +
                                       " stages of a pipeline");
  }
  const TrainingPlan plan{job,
                          stages_of(job.model.layers, static_cast<std::size_t>(parallel.pipeline)),
                          first,
                          static_cast<Rank>(data),
                          parallel.tensor,
                          parallel.pipeline};
  for (Rank stage = 0; stage < plan.pipeline; ++stage) {
    for (Rank replica = 0; replica < plan.data; ++replica) {
      for (Rank part = 0; part < plan.tensor; ++part) {
        TrainingRank(builder, plan, stage, replica, part).add();
      }
    }
  }
}

}  // namespace ringwood
