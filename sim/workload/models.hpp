#pragma once

#include <span>
#include <string>
#include <string_view>

#include "schedule/workload_job.hpp"

/// Public models as layers. Marks of the numbers: [P] stated in the publication named, [A] arithmetic from such,
/// [E] an estimate of ours. Shapes are [P], parameters and operations [A], times [A] from a device's peak [P] and the
/// share of it that is reached [E].
namespace ringwood {

/// A device that computes.
struct ComputeDevice {
  std::string_view name;
  double flops = 0;             ///< dense half-precision operations a second at most [P]
  double memory_bandwidth = 0;  ///< bytes a second [P]
  std::string_view source;
};

struct ModelPreset {
  std::string_view name;
  std::string_view meaning;
  std::string_view source;
  std::int64_t parameters = 0;      ///< as the shapes say [A]
  std::int32_t batch = 1;           ///< samples of a micro-batch, if nobody says [E]
  std::string_view sample;          ///< what a sample is
  std::int32_t gradient_bytes = 2;  ///< of one parameter [E]: 2 half precision, 4 single
};

[[nodiscard]] std::span<const ModelPreset> model_presets();
[[nodiscard]] std::span<const ComputeDevice> compute_devices();

/// How a preset's layers take their times.
struct ModelTiming {
  const ComputeDevice* device = nullptr;
  double utilization = 0.4;  ///< of `flops`, that is reached [E]
  std::int32_t batch = 0;    ///< samples of a micro-batch; 0: the preset's
};

/// The layers of a preset. A backward pass does twice the operations of the forward pass [A]; the optimizer reads and
/// writes 16 bytes a parameter once [E]. Throws Error(kUsage) that lists the presets.
[[nodiscard]] TrainingModel model_of(std::string_view preset, const ModelTiming& timing);

}  // namespace ringwood
