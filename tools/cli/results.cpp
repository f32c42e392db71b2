#include "tools/cli/results.hpp"

#include "tools/cli/bounds.hpp"

namespace ringwood::cli {

namespace {

template <typename T>
[[nodiscard]] Value value_of(const std::optional<T>& value) {
  return value ? Value(*value) : Value();
}

}  // namespace

Record record_of(const Result& result) {
  const double rate = result.time_s > 0 ? static_cast<double>(result.bytes) / result.time_s : 0;
  const bool has_efficiency = result.bound_s && result.time_s > 0;
  Record record{{"collective", std::string(name_of(result.collective))},
                {"algorithm", result.name.algorithm},
                {"parameters", result.name.parameters},
                {"machine", result.machine},
                {"model", result.model},
                {"ranks", std::int64_t{result.ranks}},
                {"bytes", result.bytes, Unit::kBytes},
                {"time_s", result.time_s, Unit::kSeconds},
                {"algbw_Bps", rate, Unit::kBytesPerSecond},
                {"busbw_Bps", rate * bus_factor(result.collective, result.ranks), Unit::kBytesPerSecond}};
  const std::optional<Traffic>& traffic = result.traffic;
  record.push_back({"rounds", traffic ? Value(traffic->rounds) : Value()});
  record.push_back({"messages", traffic ? Value(traffic->messages) : Value()});
  record.push_back({"bytes_sent_max", traffic ? Value(traffic->bytes_sent_max) : Value(), Unit::kBytes});
  record.push_back({"bound_s", value_of(result.bound_s), Unit::kSeconds});
  record.push_back({"efficiency", has_efficiency ? Value(*result.bound_s / result.time_s) : Value(), Unit::kRatio});
  return record;
}

}  // namespace ringwood::cli
