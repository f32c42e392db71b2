#include "tools/cli/mpi/check_data.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "ringwood/error.hpp"
#include "ringwood/half.hpp"
#include "schedule/contract.hpp"

namespace ringwood::cli {

namespace {

// Elements that are generated and reduced at a time, so that they stay in the cache.
constexpr std::size_t kBatch = 4096;

/// 64 well mixed bits of an element's place (the finalizer of SplitMix64; Steele, Lea, Flood 2014).
[[nodiscard]] std::uint64_t mixed(std::uint64_t x) {
  x += 0x9E3779B97F4A7C15U;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
  return x ^ (x >> 31U);
}

/// What an element of a floating-point type consists of, and how far it is from 1 to the next number.
struct Real {
  std::size_t parts = 1;  ///< 2: complex
  double epsilon = 0;
};

/// Calls visit.operator()<T>(Real), T being the type of a part; false for what is no floating-point type.
template <typename Visit>
bool with_real(ElementType type, Visit&& visit) {
  using Limits = std::numeric_limits<double>;
  switch (type) {
    case ElementType::kFloat:
      visit.template operator()<float>(Real{1, double{std::numeric_limits<float>::epsilon()}});
      return true;
    case ElementType::kDouble:
      visit.template operator()<double>(Real{1, Limits::epsilon()});
      return true;
    case ElementType::kFloat16:
      visit.template operator()<Float16>(Real{1, 0x1p-10});
      return true;
    case ElementType::kBfloat16:
      visit.template operator()<BFloat16>(Real{1, 0x1p-7});
      return true;
    case ElementType::kLongDouble:
      visit.template operator()<long double>(Real{1, double{std::numeric_limits<long double>::epsilon()}});
      return true;
    case ElementType::kComplexFloat:
      visit.template operator()<float>(Real{2, double{std::numeric_limits<float>::epsilon()}});
      return true;
    case ElementType::kComplexDouble:
      visit.template operator()<double>(Real{2, Limits::epsilon()});
      return true;
    case ElementType::kInt8:
    case ElementType::kUint8:
    case ElementType::kInt16:
    case ElementType::kUint16:
    case ElementType::kInt32:
    case ElementType::kUint32:
    case ElementType::kInt64:
    case ElementType::kUint64:
    case ElementType::kBool:
      return false;
  }
  return false;
}

/// For what has no arithmetic of its own.
template <typename T>
using Computed = std::conditional_t<std::is_floating_point_v<T>, T, float>;

/// Numbers from 0.5 to 1.5: their sums and products have no cancellation, so that a relative bound on the error holds.
template <typename T>
void generate_numbers(std::uint64_t stream, std::size_t first, std::span<std::byte> out) {
  using Number = Computed<T>;
  for (std::size_t i = 0; i < out.size() / sizeof(T); ++i) {
    const T value(Number(0.5) + static_cast<Number>(mixed(stream + first + i) >> 44U) * Number(1.0 / (1 << 20)));
    std::memcpy(&out[i * sizeof(T)], &value, sizeof(T));
  }
}

void generate_integers(std::uint64_t stream, std::size_t first, std::span<std::byte> out, std::size_t size) {
  for (std::size_t i = 0; i < out.size() / size; ++i) {
    const std::uint64_t value = mixed(stream + first + i);
    std::memcpy(&out[i * size], &value, size);
  }
}

/// Elements that are further from what is expected than a part of its size.
template <typename T>
[[nodiscard]] std::int64_t count_wrong(std::span<const std::byte> a, std::span<const std::byte> b, std::size_t parts,
                                       double tolerance) {
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < b.size(); i += parts * sizeof(T)) {
    long double error = 0;
    long double size = 0;
    for (std::size_t part = i; part < i + parts * sizeof(T); part += sizeof(T)) {
      T received{};
      T expected{};
      std::memcpy(&received, &a[part], sizeof(T));
      std::memcpy(&expected, &b[part], sizeof(T));
      const long double correct{static_cast<Computed<T>>(expected)};
      const long double difference = static_cast<Computed<T>>(received) - correct;
      error += difference * difference;
      size += correct * correct;
    }
    // Written so that a NaN is wrong.
    wrong += std::sqrt(error) <= static_cast<long double>(tolerance) * std::sqrt(size) ? 0 : 1;
  }
  return wrong;
}

[[nodiscard]] std::int64_t count_different(std::span<const std::byte> a, std::span<const std::byte> b,
                                           std::size_t size) {
  std::int64_t wrong = 0;
  for (std::size_t i = 0; i < b.size(); i += size) {
    wrong += std::memcmp(&a[i], &b[i], size) == 0 ? 0 : 1;
  }
  return wrong;
}

}  // namespace

CheckData::CheckData(const MeasurementTask& task, Rank me, Rank ranks)
    : task_(task),
      me_(me),
      ranks_(ranks),
      size_(static_cast<std::size_t>(size_of(task.type))),
      elements_(static_cast<std::size_t>(task.bytes) / size_),
      reduces_(contract_of(task.collective).reduces) {
  const auto built_in = built_in_reduction(task.type, task.op);
  if (reduces_ && !built_in) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--op {} has no meaning for --type {}", name_of(task.op), name_of(task.type)));
  }
  reduction_ = built_in.value_or(Reduction{});
  find_ranges();
}

CheckData::Range CheckData::block(Rank rank) const {
  const auto index = static_cast<std::size_t>(rank);
  const auto count = static_cast<std::size_t>(ranks_);
  const std::size_t share = elements_ / count;
  const std::size_t rest = elements_ % count;
  return {index * share + std::min(index, rest), share + (index < rest ? 1 : 0)};
}

void CheckData::find_ranges() {
  const Range whole{0, elements_};
  const bool is_root = me_ == task_.root;
  switch (task_.collective) {
    case Collective::kAllreduce:
      send_ = receive_ = whole;
      return;
    case Collective::kReduceScatter:
      send_ = whole;
      receive_ = block(me_);
      return;
    case Collective::kAllgather:
      send_ = block(me_);
      receive_ = whole;
      return;
    case Collective::kBroadcast:
      send_ = is_root ? whole : Range{};
      receive_ = whole;
      return;
    case Collective::kReduce:
      send_ = whole;
      receive_ = is_root ? whole : Range{};
      return;
    case Collective::kGather:
      send_ = block(me_);
      receive_ = is_root ? whole : Range{};
      return;
    case Collective::kScatter:
      send_ = is_root ? whole : Range{};
      receive_ = block(me_);
      return;
    case Collective::kAlltoall:
    case Collective::kBarrier:
      throw Error(ErrorKind::kUsage, fmt::format("{} cannot be measured yet; accepted: allreduce, reduce-scatter, "
                                                 "allgather, broadcast, reduce, gather, scatter",
                                                 name_of(task_.collective)));
  }
}

void CheckData::generate(Rank rank, Range range, int set, std::span<std::byte> out) const {
  const std::uint64_t stream = mixed(static_cast<std::uint64_t>(rank) * 2 + static_cast<std::uint64_t>(set));
  const std::span<std::byte> bytes = out.first(range.count * size_);
  const bool is_real = with_real(
      task_.type, [&]<typename T>(Real real) { generate_numbers<T>(stream, range.first * real.parts, bytes); });
  if (is_real) {
    return;
  }
  generate_integers(stream, range.first, bytes, size_);
  if (task_.type == ElementType::kBool) {
    std::ranges::for_each(bytes, [](std::byte& value) { value &= std::byte{1}; });
  }
}

void CheckData::fill(std::span<std::byte> send, int set) const {
  generate(me_, send_, set, send);
}

std::vector<std::byte> CheckData::expected(int set) const {
  std::vector<std::byte> result(receive_bytes());
  if (!reduces_) {
    const bool from_root = task_.collective == Collective::kBroadcast || task_.collective == Collective::kScatter;
    if (from_root || result.empty()) {
      generate(task_.root, receive_, set, result);
      return result;
    }
    for (Rank rank = 0; rank < ranks_; ++rank) {
      const Range part = block(rank);
      generate(rank, part, set, std::span(result).subspan(part.first * size_));
    }
    return result;
  }
  std::vector<std::byte> operand(std::min(kBatch, receive_.count) * size_);
  for (std::size_t done = 0; done < receive_.count; done += kBatch) {
    const Range part{receive_.first + done, std::min(kBatch, receive_.count - done)};
    const std::span<std::byte> sum = std::span(result).subspan(done * size_);
    generate(0, part, set, sum);
    for (Rank rank = 1; rank < ranks_; ++rank) {
      generate(rank, part, set, operand);
      reduction_.apply(sum.data(), operand.data(), sum.data(), part.count, reduction_.context);
    }
  }
  return result;
}

std::int64_t CheckData::wrong(std::span<const std::byte> received, std::span<const std::byte> expected) const {
  if (!reduces_) {
    return count_different(received, expected, size_);
  }
  const bool multiplies = task_.op == ReduceOperator::kProduct;
  const bool rounds = multiplies || task_.op == ReduceOperator::kSum;
  // Both results have at most p - 1 roundings in a row, each by half a unit; a product of complex numbers has three.
  // What is not rounded has equal values, if not equal bytes: a long double's padding may be anything.
  std::int64_t wrong = 0;
  const bool is_real = with_real(task_.type, [&]<typename T>(Real real) {
    const double roundings = rounds ? (ranks_ - 1) * (multiplies && real.parts > 1 ? 3.0 : 1.0) : 0.0;
    wrong = count_wrong<T>(received, expected, real.parts, roundings * real.epsilon);
  });
  return is_real ? wrong : count_different(received, expected, size_);
}

}  // namespace ringwood::cli
