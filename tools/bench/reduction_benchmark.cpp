// Speed of the reduction kernels: bytes_per_second counts the two operands and the result.

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "ringwood/reduction.hpp"

namespace ringwood {

namespace {

constexpr Bytes kInCache = Bytes{1} << 13;
constexpr Bytes kInMemory = Bytes{1} << 26;

void reduce(benchmark::State& state, ElementType type, ReduceOperator op, bool in_place) {
  const Reduction reduction = built_in_reduction(type, op).value();
  const auto bytes = static_cast<std::size_t>(state.range(0));
  const std::vector<std::byte> left(bytes, std::byte{1});
  std::vector<std::byte> right(bytes, std::byte{1});
  std::vector<std::byte> result(bytes);
  for (auto _ : state) {
    reduction.apply(left.data(), right.data(), in_place ? right.data() : result.data(),
                    bytes / static_cast<std::size_t>(reduction.element_size), reduction.context);
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * state.range(0) * 3);
}

[[maybe_unused]] const int kRegistered = [] {
  for (const ElementType type :
       {ElementType::kUint8, ElementType::kInt32, ElementType::kInt64, ElementType::kFloat, ElementType::kDouble}) {
    for (const ReduceOperator op : {ReduceOperator::kSum, ReduceOperator::kProduct, ReduceOperator::kMaximum}) {
      for (const bool in_place : {false, true}) {
        const std::string name =
            std::string(name_of(op)) + "/" + std::string(name_of(type)) + (in_place ? "/in-place" : "/three-operands");
        benchmark::RegisterBenchmark(name.c_str(), [=](benchmark::State& state) { reduce(state, type, op, in_place); })
            ->Arg(kInCache)
            ->Arg(kInMemory);
      }
    }
  }
  return 0;
}();

}  // namespace

}  // namespace ringwood
