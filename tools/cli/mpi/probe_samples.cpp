#include "tools/cli/probe_samples.hpp"

#include <mpi.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>

#include "ringwood/error.hpp"
#include "ringwood/reduction.hpp"

namespace ringwood::cli {

namespace {

constexpr int kTag = 1;
constexpr int kAnswerTag = 2;
constexpr int kBurst = 16;
constexpr Bytes kSmallest = 1;
constexpr Bytes kLargest = Bytes{4} << 20;
constexpr Bytes kFactor = 4;

[[nodiscard]] double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

[[nodiscard]] double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

/// One end of a pair of ranks that measure; both call the same functions in the same order.
class Pair {
 public:
  Pair(bool first, int peer) : first_(first), peer_(peer), data_(static_cast<std::size_t>(kLargest)), other_(data_) {}

  [[nodiscard]] ProbePoint point(Bytes bytes) {
    const int count = static_cast<int>(bytes);
    const int repetitions = static_cast<int>(std::clamp<Bytes>((Bytes{32} << 20) / (bytes + 4096), 11, 401));
    ProbePoint result{.bytes = bytes};
    result.one_way = timed(repetitions, [&] { ping_pong(count); }) / 2;
    result.exchange = timed(repetitions, [&] { exchange(count); });
    const double burst = timed(repetitions / kBurst + 5, [&] { this->burst(count, 0); });
    result.gap = (burst - 2 * result.one_way) / (kBurst - 1);
    if (result.gap <= 0) {
      result.gap = burst / kBurst;
    }
    return result;
  }

  /// The CPU's part of a message of one byte: how much longer than the pauses between them a burst takes.
  [[nodiscard]] double overhead() {
    const double pause = timed(101, [&] { ping_pong(1); });
    const double paused = timed(21, [&] { burst(1, pause); });
    return std::max(0.0, (paused - pause) / (kBurst - 1) - pause);
  }

  /// Sends to a rank that is asleep: what comes back at once was not waited for.
  [[nodiscard]] Bytes eager_limit() {
    constexpr double kAsleep = 2e-3;
    Bytes limit = 0;
    for (Bytes bytes = 64; bytes <= (Bytes{1} << 20); bytes *= 2) {
      const int count = static_cast<int>(bytes);
      ping_pong(1);
      double taken = 0;
      if (first_) {
        const double start = now();
        send(count, kTag);
        taken = now() - start;
      } else {
        std::this_thread::sleep_for(std::chrono::duration<double>(kAsleep));
        receive(count, kTag);
      }
      if (first_) {
        MPI_Send(&taken, 1, MPI_DOUBLE, peer_, kAnswerTag, MPI_COMM_WORLD);
      } else {
        MPI_Recv(&taken, 1, MPI_DOUBLE, peer_, kAnswerTag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
      }
      if (taken > kAsleep / 2) {
        break;
      }
      limit = bytes;
    }
    return limit;
  }

 private:
  double timed(int repetitions, const std::function<void()>& action) {
    constexpr int kWarmUp = 3;
    std::vector<double> seconds;
    for (int i = -kWarmUp; i < repetitions; ++i) {
      exchange(1);
      const double start = now();
      action();
      if (i >= 0) {
        seconds.push_back(now() - start);
      }
    }
    return median(std::move(seconds));
  }

  void ping_pong(int count) {
    if (first_) {
      send(count, kTag);
      receive(count, kTag);
    } else {
      receive(count, kTag);
      send(count, kTag);
    }
  }

  void exchange(int count) {
    MPI_Sendrecv(data_.data(), count, MPI_BYTE, peer_, kTag, other_.data(), count, MPI_BYTE, peer_, kTag,
                 MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }

  /// kBurst messages, `pause` seconds apart, and an answer of one byte.
  void burst(int count, double pause) {
    for (int i = 0; i < kBurst; ++i) {
      if (!first_) {
        receive(count, kTag);
        continue;
      }
      send(count, kTag);
      for (const double end = now() + (i + 1 < kBurst ? pause : 0); now() < end;) {
      }
    }
    if (first_) {
      receive(1, kAnswerTag);
    } else {
      send(1, kAnswerTag);
    }
  }

  void send(int count, int tag) { MPI_Send(data_.data(), count, MPI_BYTE, peer_, tag, MPI_COMM_WORLD); }

  void receive(int count, int tag) {
    MPI_Recv(other_.data(), count, MPI_BYTE, peer_, tag, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
  }

  bool first_;
  int peer_;
  std::vector<char> data_;
  std::vector<char> other_;
};

[[nodiscard]] ProbeSamples measure(bool first, int peer, const std::string& distance) {
  Pair pair(first, peer);
  ProbeSamples samples;
  samples.distance = distance;
  for (Bytes bytes = kSmallest; bytes <= kLargest; bytes *= kFactor) {
    samples.points.push_back(pair.point(bytes));
  }
  samples.overhead = pair.overhead();
  samples.eager_limit = pair.eager_limit();
  return samples;
}

/// Which host each rank is on: the lowest rank that it shares memory with.
[[nodiscard]] std::vector<int> hosts_of_ranks(int rank, int ranks) {
  MPI_Comm node = MPI_COMM_NULL;
  MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &node);
  int lowest = rank;
  MPI_Bcast(&lowest, 1, MPI_INT, 0, node);
  MPI_Comm_free(&node);
  std::vector<int> hosts(static_cast<std::size_t>(ranks));
  MPI_Allgather(&lowest, 1, MPI_INT, hosts.data(), 1, MPI_INT, MPI_COMM_WORLD);
  return hosts;
}

[[nodiscard]] double seconds_per_reduced_byte() {
  constexpr std::size_t kCount = 1 << 16;
  constexpr int kRepetitions = 41;
  const auto sum = built_in_reduction(ElementType::kFloat, ReduceOperator::kSum);
  const std::vector<float> left(kCount, 1.0F);
  std::vector<float> right(kCount, 1.0F);
  std::vector<double> seconds;
  for (int i = 0; i < kRepetitions; ++i) {
    const double start = now();
    sum->apply(reinterpret_cast<const std::byte*>(left.data()), reinterpret_cast<const std::byte*>(right.data()),
               reinterpret_cast<std::byte*>(right.data()), kCount, sum->context);
    seconds.push_back(now() - start);
  }
  return median(std::move(seconds)) / (kCount * sizeof(float));
}

}  // namespace

ProbeResult probe_ranks() {
  int rank = 0;
  int ranks = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &ranks);
  if (ranks < 2) {
    throw Error(ErrorKind::kUsage, "a probe needs at least 2 ranks: mpirun -n 2 ringwood probe --write FILE");
  }
  const std::vector<int> hosts = hosts_of_ranks(rank, ranks);
  ProbeResult result;
  result.hosts = 0;
  for (int i = 0; i < ranks; ++i) {
    result.hosts += hosts[static_cast<std::size_t>(i)] == i ? 1 : 0;
    result.ranks_per_host =
        std::max(result.ranks_per_host, static_cast<Rank>(std::count(hosts.begin(), hosts.end(), i)));
  }
  const auto pair_with = [&](bool same_host, const char* distance) -> std::optional<ProbeSamples> {
    const auto peer = std::find_if(hosts.begin() + 1, hosts.end(), [&](int host) { return (host == 0) == same_host; });
    if (peer == hosts.end()) {
      return std::nullopt;
    }
    const int other = static_cast<int>(peer - hosts.begin());
    std::optional<ProbeSamples> samples;
    if (rank == 0 || rank == other) {
      samples = measure(rank == 0, rank == 0 ? other : 0, distance);
    }
    MPI_Barrier(MPI_COMM_WORLD);
    return samples;
  };
  result.inside_host = pair_with(true, "inside a host");
  result.between_hosts = pair_with(false, "between hosts");
  result.gamma = seconds_per_reduced_byte();
  return result;
}

}  // namespace ringwood::cli
