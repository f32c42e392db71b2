#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ringwood/collective.hpp"
#include "ringwood/ids.hpp"

namespace ringwood {

/// Which ranks of a job form a group: of `size` members `stride` apart. Groups of stride s and size n split blocks of
/// s * n ranks, so that every rank is in one group of each kind.
struct GroupShape {
  Rank size = 0;  ///< 0: all ranks of the job
  Rank stride = 1;
};

struct JobStep;

/// Steps that are done one after the other.
using JobSteps = std::vector<JobStep>;

/// What all ranks of a job do at a time.
struct JobStep {
  enum class Kind : std::uint8_t { kCompute, kCollective, kOverlap };

  Kind kind = Kind::kCompute;
  Picoseconds time = 0;  ///< of a computation
  Collective collective = Collective::kAllreduce;
  Bytes bytes = 0;
  GroupShape group{};
  std::string algorithm{};           ///< empty: the user's choice
  std::vector<JobSteps> branches{};  ///< of an overlap: side by side; it ends with the last of them
};

/// A piece of a neural network as far as a training step depends on it; times and bytes for one micro-batch, on one
/// device that holds the whole layer.
struct ModelLayer {
  std::string name{};
  Picoseconds forward = 0;
  Picoseconds backward = 0;
  Bytes gradient = 0;                  ///< of all its parameters
  Bytes activation = 0;                ///< what it hands to the next layer
  std::int32_t tensor_allreduces = 0;  ///< in each direction, of `activation` bytes, where tensors are split
};

struct TrainingModel {
  std::string name{};
  std::vector<ModelLayer> layers{};  ///< in the order of the forward pass
  Picoseconds optimizer = 0;         ///< of all parameters on one device
};

/// How a training step is spread over ranks: rank = tensor + T (data + D stage), as tensors talk most.
struct Parallelism {
  Rank data = 0;  ///< replicas; 0: as many as there are ranks left for
  Rank tensor = 1;
  Rank pipeline = 1;
  std::int32_t microbatches = 1;    ///< of one replica and step
  Bytes bucket = Bytes{25} << 20U;  ///< gradients are exchanged when so many bytes are there
  bool shards_gradients = false;    ///< reduce-scatter, and after the optimizer an allgather of the parameters
};

struct TrainingJob {
  TrainingModel model{};
  std::string preset{};  ///< in place of a model
  Parallelism parallelism{};
};

/// Ranks that run one thing, beside other jobs.
struct WorkloadJob {
  std::string name{};
  Rank ranks = 0;  ///< 0: as many as the user says
  Picoseconds start = 0;
  std::vector<std::int32_t> hosts{};  ///< of each rank; empty: the user's mapping
  std::int32_t repeat = 1;
  JobSteps steps{};
  std::optional<TrainingJob> training{};  ///< in place of steps
};

/// Steps that a workload may have, those in branches and repetitions included.
inline constexpr std::int64_t kMostJobSteps = 1'000'000;

}  // namespace ringwood
