// A look-up of what was decided for a size, as every call makes one: 20 ns at most.

#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "ringwood/choose.hpp"

namespace {

void size_index(benchmark::State& state) {
  std::vector<ringwood::Bytes> borders;
  for (ringwood::Bytes at = 64; borders.size() < static_cast<std::size_t>(state.range(0)); at += at / 2) {
    borders.push_back(at);
  }
  const ringwood::SizeIndex index(borders);
  std::mt19937_64 random(1);
  std::vector<ringwood::Bytes> sizes;
  for (int i = 0; i < 1024; ++i) {
    sizes.push_back(static_cast<ringwood::Bytes>(random() >> (random() % 50 + 14)));
  }
  std::size_t next = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(index.find(sizes[next++ & 1023U]));
  }
}

}  // namespace

BENCHMARK(size_index)->Arg(1)->Arg(8)->Arg(64);
