// Speed of the reduction kernels, beside what the memory can do: bytes_per_second counts the two operands and the
// result. "plain" is the loop c = a + b that a compiler makes; sizes are those of one vector: first cache, second,
// third, memory.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/reduction_kernels.hpp"
#include "base/streaming.hpp"

namespace ringwood {

namespace {

constexpr Bytes kSizes[] = {Bytes{1} << 13U, Bytes{1} << 17U, Bytes{1} << 21U, Bytes{1} << 26U};

enum class Into { kThird, kSecond, kPastCaches };

struct Case {
  ElementType type;
  ReduceOperator op;
  InstructionSet set;
  Into into;
};

void reduce(benchmark::State& state, const Case& what) {
  Reduction reduction = built_in_reduction(what.type, what.op).value();
  reduction.apply = kernels_of(what.type, what.op)[static_cast<std::size_t>(what.set)];
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> left(bytes, std::byte{1});
  std::vector<std::byte> right(bytes, std::byte{1});
  std::vector<std::byte> result(bytes);
  std::byte* into = what.into == Into::kSecond ? right.data() : result.data();
  for (auto _ : state) {
    if (what.into == Into::kPastCaches) {
      reduce_past_cache(reduction, left.data(), right.data(), into, bytes);
      settle_streams();
    } else {
      reduction.apply(left.data(), right.data(), into, bytes / static_cast<std::size_t>(reduction.element_size),
                      reduction.context);
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 3);
}

void copy(benchmark::State& state, bool past_cache) {
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> from(bytes, std::byte{1});
  std::vector<std::byte> to(bytes);
  for (auto _ : state) {
    if (past_cache) {
      copy_past_cache(to.data(), from.data(), bytes);
      settle_streams();
    } else {
      std::memcpy(to.data(), from.data(), bytes);
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 2);
}

void plain(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0)) / sizeof(float);
  const std::vector<float> left(count, 1.0F);
  const std::vector<float> right(count, 2.0F);
  std::vector<float> result(count);
  const float* a = left.data();
  const float* b = right.data();
  float* c = result.data();
  for (auto _ : state) {
    RINGWOOD_INDEPENDENT
    for (std::size_t i = 0; i < count; ++i) {
      c[i] = a[i] + b[i];
    }
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 3);
}

std::string name_of(const Case& what) {
  static constexpr const char* kSets[] = {"baseline", "avx2", "avx512"};
  static constexpr const char* kInto[] = {"three-operands", "in-place", "past-caches"};
  return std::string(name_of(what.op)) + "/" + std::string(name_of(what.type)) + "/" +
         kSets[static_cast<std::size_t>(what.set)] + "/" + kInto[static_cast<std::size_t>(what.into)];
}

void with_sizes(benchmark::internal::Benchmark* benchmark) {
  for (const Bytes size : kSizes) {
    benchmark->Arg(size);
  }
}

[[maybe_unused]] const int kRegistered = [] {
  for (const ElementType type : all_element_types()) {
    for (const ReduceOperator op : all_reduce_operators()) {
      for (int set = 0; set < kInstructionSets; ++set) {
        for (const Into into : {Into::kThird, Into::kSecond, Into::kPastCaches}) {
          const Case what{type, op, static_cast<InstructionSet>(set), into};
          if (kernels_of(type, op).front() != nullptr && has(what.set)) {
            benchmark::RegisterBenchmark(name_of(what).c_str(), reduce, what)->Apply(with_sizes);
          }
        }
      }
    }
  }
  return 0;
}();

BENCHMARK(plain)->Apply(with_sizes);
BENCHMARK_CAPTURE(copy, memcpy, false)->Apply(with_sizes);
BENCHMARK_CAPTURE(copy, past_caches, true)->Apply(with_sizes);

}  // namespace

}  // namespace ringwood
