#include "sim/workload/models.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr double kOptimizerBytes = 32;  // of one parameter: 16 read and 16 written

constexpr std::array kDevices{
    ComputeDevice{"v100", 125e12, 0.9e12, "NVIDIA V100 data sheet: 125 TFLOP/s of tensor cores, 900 GB/s"},
    ComputeDevice{"a100", 312e12, 2.039e12, "NVIDIA A100 80GB data sheet: 312 TFLOP/s (BF16, dense), 2039 GB/s"},
    ComputeDevice{"h100", 989e12, 3.35e12, "NVIDIA H100 SXM data sheet: 989 TFLOP/s (BF16, dense), 3.35 TB/s"},
};

constexpr std::array kPresets{
    ModelPreset{"resnet-50", "convolutional network for images, 50 layers in 18 pieces",
                "He, Zhang, Ren, Sun: Deep residual learning, CVPR 2016, table 1; stride in the 3x3 convolution",
                25557032, 64, "image of 224 x 224", 4},
    ModelPreset{"bert-large", "transformer encoder, 24 layers of width 1024",
                "Devlin, Chang, Lee, Toutanova: BERT, NAACL 2019", 335141888, 8, "sequence of 512 tokens", 2},
    ModelPreset{"gpt-2-xl", "transformer decoder, 48 layers of width 1600",
                "Radford et al.: Language models are unsupervised multitask learners, 2019, table 2", 1557611200, 4,
                "sequence of 1024 tokens", 2},
    ModelPreset{"gpt-3-175b", "transformer decoder, 96 layers of width 12288",
                "Brown et al.: Language models are few-shot learners, NeurIPS 2020, table 2.1", 174604259328, 1,
                "sequence of 2048 tokens", 2},
    ModelPreset{"llama-2-70b", "transformer decoder, 80 layers of width 8192, 8 groups of keys",
                "Touvron et al.: Llama 2, 2023", 68976648192, 1, "sequence of 4096 tokens", 2},
};

/// A layer before it has times: per sample, as the shapes say.
struct Shape {
  std::string name;
  double parameters = 0;
  double operations = 0;  // of the forward pass; a multiplication and an addition are two
  double activation = 0;  // numbers handed on
  std::int32_t tensor_allreduces = 0;
};

class Convolutions {
 public:
  /// A convolution with its normalization, on an image of `size` x `size` after it.
  void add(double kernel, double in, double out, double size) {
    shape_.parameters += kernel * kernel * in * out + 2 * out;
    shape_.operations += 2 * kernel * kernel * in * out * size * size;
    shape_.activation = out * size * size;
  }

  [[nodiscard]] Shape take(std::string name) {
    Shape shape = shape_;
    shape.name = std::move(name);
    shape_ = {};
    return shape;
  }

 private:
  Shape shape_;
};

[[nodiscard]] std::vector<Shape> resnet_50() {
  struct Stage {
    int blocks;
    double middle;
    double out;
    double size;
  };

  constexpr std::array<Stage, 4> kStages{{{3, 64, 256, 56}, {4, 128, 512, 28}, {6, 256, 1024, 14}, {3, 512, 2048, 7}}};
  std::vector<Shape> shapes;
  Convolutions layer;
  layer.add(7, 3, 64, 112);
  shapes.push_back(layer.take("convolution 1"));
  double in = 64;
  double size_before = 56;
  for (std::size_t stage = 0; stage < kStages.size(); ++stage) {
    const auto [blocks, middle, out, size] = kStages[stage];
    for (int block = 0; block < blocks; ++block) {
      layer.add(1, in, middle, block == 0 ? size_before : size);
      layer.add(3, middle, middle, size);
      if (block == 0) {
        layer.add(1, in, out, size);  // the shortcut
      }
      layer.add(1, middle, out, size);
      shapes.push_back(layer.take("block " + std::to_string(stage + 2) + "." + std::to_string(block + 1)));
      in = out;
    }
    size_before = size;
  }
  shapes.push_back({"classifier", 2048 * 1000 + 1000, 2.0 * 2048 * 1000, 1000, 0});
  return shapes;
}

/// A transformer. Operations as in Narayanan et al., SC 2021, appendix: 2 a parameter of a matrix and token, and
/// 4 s^2 h of the attention's own a layer.
struct Transformer {
  double layers = 0;
  double width = 0;
  double sequence = 0;
  double vocabulary = 0;
  double layer_matrices = 0;   // parameters of a layer that are in matrices
  double layer_vectors = 0;    // the others
  double embeddings = 0;       // parameters before the first layer
  double head = 0;             // after the last one, of its own
  double head_operations = 0;  // a sample
};

[[nodiscard]] std::vector<Shape> shapes_of(const Transformer& model) {
  std::vector<Shape> shapes;
  const double activation = model.sequence * model.width;
  shapes.push_back({"embedding", model.embeddings, 0, activation, 0});
  for (int i = 1; i <= static_cast<int>(model.layers); ++i) {
    const double operations =
        2 * model.layer_matrices * model.sequence + 4 * model.sequence * model.sequence * model.width;
    shapes.push_back(
        {"layer " + std::to_string(i), model.layer_matrices + model.layer_vectors, operations, activation, 2});
  }
  shapes.push_back({"head", model.head, model.head_operations, activation, 0});
  return shapes;
}

/// Width h, feed-forward 4h, biases and two normalizations in every layer, positions that are learned; the vocabulary's
/// matrix is used again at the end.
[[nodiscard]] Transformer gpt(double layers, double h, double sequence, double vocabulary) {
  return {.layers = layers,
          .width = h,
          .sequence = sequence,
          .vocabulary = vocabulary,
          .layer_matrices = 12 * h * h,
          .layer_vectors = 13 * h,
          .embeddings = (vocabulary + sequence) * h,
          .head = 2 * h,
          .head_operations = 2 * vocabulary * h * sequence};
}

[[nodiscard]] Transformer bert_large() {
  Transformer model = gpt(24, 1024, 512, 30522);
  model.embeddings = (30522.0 + 512 + 2) * 1024 + 2 * 1024;
  model.head = 1024.0 * 1024 + 1024;  // the pooler
  return model;
}

[[nodiscard]] Transformer llama_2_70b() {
  constexpr double kWidth = 8192;
  constexpr double kKeys = 1024;
  constexpr double kFeedForward = 28672;
  return {.layers = 80,
          .width = kWidth,
          .sequence = 4096,
          .vocabulary = 32000,
          .layer_matrices = 2 * kWidth * kWidth + 2 * kWidth * kKeys + 3 * kWidth * kFeedForward,
          .layer_vectors = 2 * kWidth,
          .embeddings = 32000 * kWidth,
          .head = 32000 * kWidth + kWidth,
          .head_operations = 2 * 32000 * kWidth * 4096};
}

[[nodiscard]] std::vector<Shape> shapes_of(std::string_view preset) {
  if (preset == "resnet-50") {
    return resnet_50();
  }
  if (preset == "bert-large") {
    return shapes_of(bert_large());
  }
  if (preset == "gpt-2-xl") {
    return shapes_of(gpt(48, 1600, 1024, 50257));
  }
  return preset == "gpt-3-175b" ? shapes_of(gpt(96, 12288, 2048, 50257)) : shapes_of(llama_2_70b());
}

[[nodiscard]] Picoseconds time_of(double seconds) {
  return std::llround(seconds * static_cast<double>(kPicosecondsPerSecond));
}

}  // namespace

std::span<const ModelPreset> model_presets() {
  return kPresets;
}

std::span<const ComputeDevice> compute_devices() {
  return kDevices;
}

TrainingModel model_of(std::string_view preset, const ModelTiming& timing) {
  const auto* const found =
      std::find_if(kPresets.begin(), kPresets.end(), [&](const ModelPreset& one) { return one.name == preset; });
  if (found == kPresets.end()) {
    std::vector<std::string> names;
    for (const ModelPreset& one : kPresets) {
      names.emplace_back(one.name);
    }
    throw Error(ErrorKind::kUsage, "no model '" + std::string(preset.substr(0, 40)) + "'" +
                                       did_you_mean(preset, names) +
                                       "; accepted: resnet-50, bert-large, gpt-2-xl, gpt-3-175b, llama-2-70b");
  }
  const double batch = timing.batch == 0 ? found->batch : timing.batch;
  const double speed = timing.device->flops * timing.utilization;
  TrainingModel model;
  model.name = found->name;
  double parameters = 0;
  for (const Shape& shape : shapes_of(preset)) {
    ModelLayer& layer = model.layers.emplace_back();
    layer.name = shape.name;
    layer.forward = time_of(shape.operations * batch / speed);
    layer.backward = time_of(2 * shape.operations * batch / speed);
    layer.gradient = static_cast<Bytes>(shape.parameters) * found->gradient_bytes;
    layer.activation = static_cast<Bytes>(shape.activation * batch) * 2;
    layer.tensor_allreduces = shape.tensor_allreduces;
    parameters += shape.parameters;
  }
  model.optimizer = time_of(parameters * kOptimizerBytes / timing.device->memory_bandwidth);
  return model;
}

}  // namespace ringwood
