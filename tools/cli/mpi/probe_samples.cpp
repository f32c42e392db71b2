#include "tools/cli/probe_samples.hpp"

#include <mpi.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <thread>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/error.hpp"
#include "ringwood/reduction.hpp"
#include "tools/cli/mpi/probe_channel.hpp"
#include "tools/cli/mpi/probe_network.hpp"
#include "tools/cli/probe_groups.hpp"

namespace ringwood::cli {

namespace {

// Between hosts time per byte does not change any more; inside a host caches end.
constexpr Bytes kLargestBetween = Bytes{4} << 20U;
constexpr Bytes kVectorInside = Bytes{64} << 20U;
constexpr Bytes kLeastInside = Bytes{1} << 20U;
// From here on a message is so long that few are enough.
constexpr Bytes kLongMessage = Bytes{256} << 10U;

// Messages follow each other without a pause in collectives: so many rings are timed together.
constexpr int kChain = 3;
constexpr int kBurst = 16;
constexpr int kShortBurst = 3;

/// The sizes that are fitted: protocols and caches change somewhere in between.
[[nodiscard]] std::vector<Bytes> fitted_sizes(Bytes largest) {
  std::vector<Bytes> sizes{1, 16, 64, 256, 512};
  for (Bytes bytes = 1024; bytes <= largest; bytes *= 2) {
    sizes.push_back(bytes);
  }
  return sizes;
}

/// Sizes between those, to see how far the fit holds.
[[nodiscard]] std::vector<Bytes> checked_sizes(Bytes largest) {
  std::vector<Bytes> sizes;
  for (Bytes bytes = 96; bytes < largest; bytes *= 8) {
    sizes.push_back(bytes);
  }
  return sizes;
}

struct Effort {
  double budget = 0;  ///< seconds for one measurement
  double gamma = 0;   ///< seconds to add up a byte
};

/// Measures all pairs at once. Collective over `all`; ranks outside of the channel keep out of the way.
class Measuring {
 public:
  Measuring(MPI_Comm all, ProbeChannel& channel, const Effort& effort)
      : all_(all), channel_(channel), budget_(effort.budget), gamma_(effort.gamma) {}

  [[nodiscard]] ProbePoint point(Bytes bytes) {
    ProbePoint result{.bytes = bytes};
    result.one_way = timed(all_, channel_, budget_, [&] { ping_pong(bytes); }) / 2;
    const int messages = bytes < kLongMessage ? kBurst : kShortBurst;
    const double burst = timed(all_, channel_, budget_, [&] { this->burst(bytes, messages); });
    result.gap = (burst - 2 * result.one_way) / (messages - 1);
    if (result.gap <= 0) {
      result.gap = burst / messages;
    }
    return result;
  }

  /// One of several exchanges that follow each other, with what is added up on the way taken off.
  [[nodiscard]] double exchange(Bytes bytes) {
    const int chain = bytes < kLongMessage ? kChain : 1;
    double rounds = channel_.takes_part() ? channel_.ring_rounds() : 0;
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, &rounds, 1, MPI_DOUBLE, MPI_MAX, all_), "MPI_Allreduce");
    const double taken = timed(all_, channel_, budget_,
                               [&] {
                                 for (int i = 0; i < chain; ++i) {
                                   channel_.ring(bytes);
                                 }
                               }) /
                         (chain * rounds);
    return std::max(taken / 2, taken - gamma_ * static_cast<double>(bytes) / 2);
  }

  /// What the sender's calls take of a burst whose messages nobody answers before the last.
  [[nodiscard]] double overhead() {
    double sent = 0;
    double times = 0;
    static_cast<void>(timed(all_, channel_, budget_, [&] {
      const double start = probe_clock();
      for (int i = 0; i < kBurst; ++i) {
        channel_.send_from(0, 1);
      }
      if (channel_.rank() == 0) {
        sent += probe_clock() - start;
        times += kBurst;
      }
      channel_.send_from(1, 1);
    }));
    double sums[2] = {sent, times};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, sums, 2, MPI_DOUBLE, MPI_SUM, all_), "MPI_Allreduce");
    return sums[1] > 0 ? sums[0] / sums[1] : 0;
  }

  /// The longest message that leaves a rank though its receiver is asleep.
  [[nodiscard]] Bytes eager_limit() {
    constexpr auto kAsleep = std::chrono::milliseconds(3);
    Bytes limit = 0;
    for (Bytes bytes = 64; bytes <= (Bytes{1} << 20U); bytes *= 2) {
      check_mpi(MPI_Barrier(all_), "MPI_Barrier");
      double waited = 0;
      if (channel_.takes_part()) {
        const bool sends = channel_.rank() == 0;
        if (!sends) {
          std::this_thread::sleep_for(kAsleep);
        }
        const double start = probe_clock();
        channel_.send_from(0, bytes);
        waited = sends ? probe_clock() - start : 0;
      }
      check_mpi(MPI_Allreduce(MPI_IN_PLACE, &waited, 1, MPI_DOUBLE, MPI_MAX, all_), "MPI_Allreduce");
      if (waited > std::chrono::duration<double>(kAsleep).count() / 2) {
        break;
      }
      limit = bytes;
    }
    return limit;
  }

 private:
  void ping_pong(Bytes bytes) {
    channel_.send_from(0, bytes);
    channel_.send_from(1, bytes);
  }

  /// Messages and an answer of one byte.
  void burst(Bytes bytes, int messages) {
    for (int i = 0; i < messages; ++i) {
      channel_.send_from(0, bytes);
    }
    channel_.send_from(1, 1);
  }

  MPI_Comm all_;
  ProbeChannel& channel_;
  double budget_;
  double gamma_;
};

/// Pairs exchange with each other, and rings of all that are together send one way; algorithms do both, and the latter
/// takes longer where answers of the network itself cannot ride on what is sent back.
[[nodiscard]] ProbeSamples measured(MPI_Comm all, ProbeChannel& pairs, ProbeChannel& groups, Bytes largest,
                                    const Effort& effort) {
  Measuring measuring(all, pairs, effort);
  Measuring in_groups(all, groups, effort);
  const auto exchange = [&](Bytes bytes) { return (measuring.exchange(bytes) + in_groups.exchange(bytes)) / 2; };
  ProbeSamples samples;
  for (const Bytes bytes : fitted_sizes(largest)) {
    samples.points.push_back(measuring.point(bytes));
    samples.points.back().exchange = exchange(bytes);
  }
  for (const Bytes bytes : checked_sizes(largest)) {
    samples.checks.push_back({.bytes = bytes, .exchange = exchange(bytes)});
  }
  samples.overhead = measuring.overhead();
  samples.eager_limit = measuring.eager_limit();
  return samples;
}

/// The overhead of a message when everybody sends to and receives from everybody of the channel; negative if these are
/// not more than two.
[[nodiscard]] double overhead_of_all(MPI_Comm all, ProbeChannel& channel, double exchange, double budget) {
  const double taken = timed(all, channel, budget, [&] { channel.gather_directly(); });
  double others = channel.takes_part() ? channel.peers() - 1 : 0;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &others, 1, MPI_DOUBLE, MPI_MAX, all), "MPI_Allreduce");
  // A rank's CPU sends and receives as many messages more than in an exchange.
  return others > 0 ? std::max(0.0, taken - exchange) / (2 * others) : -1;
}

[[nodiscard]] double seconds_per_reduced_byte() {
  constexpr std::size_t kCount = 1 << 16;
  constexpr int kRepetitions = 41;
  const auto sum = built_in_reduction(ElementType::kFloat, ReduceOperator::kSum);
  const std::vector<float> left(kCount, 1.0F);
  std::vector<float> right(kCount, 1.0F);
  std::vector<double> seconds;
  for (int i = 0; i < kRepetitions; ++i) {
    const double start = probe_clock();
    sum->apply(reinterpret_cast<const std::byte*>(left.data()), reinterpret_cast<const std::byte*>(right.data()),
               reinterpret_cast<std::byte*>(right.data()), kCount, sum->context);
    seconds.push_back(probe_clock() - start);
  }
  const auto middle = seconds.begin() + kRepetitions / 2;
  std::nth_element(seconds.begin(), middle, seconds.end());
  return *middle / (kCount * sizeof(float));
}

/// Who is on which host, and the ranks that speak for theirs.
struct Hosts {
  Hosts() {
    check_mpi(MPI_Comm_rank(MPI_COMM_WORLD, &rank), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(MPI_COMM_WORLD, &ranks), "MPI_Comm_size");
    check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, rank, MPI_INFO_NULL, &host), "MPI_Comm_split");
    int on_host = 0;
    MPI_Comm_rank(host, &on_host);
    check_mpi(MPI_Comm_split(MPI_COMM_WORLD, on_host == 0 ? 0 : MPI_UNDEFINED, rank, &leaders), "MPI_Comm_split");
    int lowest = rank;
    MPI_Bcast(&lowest, 1, MPI_INT, 0, host);
    std::vector<int> lowest_of(static_cast<std::size_t>(ranks));
    MPI_Allgather(&lowest, 1, MPI_INT, lowest_of.data(), 1, MPI_INT, MPI_COMM_WORLD);
    for (const int one : lowest_of) {
      host_of.push_back(static_cast<std::size_t>(one));
    }
    for (std::size_t i = 0; i < host_of.size(); ++i) {
      count += host_of[i] == i ? 1 : 0;
      most = std::max(most, static_cast<Rank>(std::count(host_of.begin(), host_of.end(), i)));
    }
  }

  Hosts(const Hosts&) = delete;
  Hosts& operator=(const Hosts&) = delete;

  ~Hosts() {
    for (MPI_Comm* one : {&host, &leaders}) {
      if (*one != MPI_COMM_NULL) {
        MPI_Comm_free(one);
      }
    }
  }

  int rank = 0;
  int ranks = 1;
  int count = 0;
  Rank most = 1;
  MPI_Comm host = MPI_COMM_NULL;
  MPI_Comm leaders = MPI_COMM_NULL;
  std::vector<std::size_t> host_of;  // of each rank: the lowest one on its host
};

[[nodiscard]] ProbeSamples inside_hosts(const Hosts& hosts, const Effort& effort) {
  const auto me = static_cast<std::size_t>(hosts.rank);
  const auto largest = static_cast<Bytes>(
      std::bit_floor(static_cast<std::uint64_t>(std::max(kLeastInside, kVectorInside / hosts.most))));
  ProbeChannel pairs(MPI_COMM_WORLD, color_in(pairs_inside(hosts.host_of), me), largest);
  ProbeChannel all(MPI_COMM_WORLD, static_cast<int>(hosts.host_of[me]), largest);
  ProbeSamples samples = measured(MPI_COMM_WORLD, pairs, all, largest, effort);
  samples.distance = "inside a host";
  const double overhead = overhead_of_all(MPI_COMM_WORLD, all, samples.points.front().exchange, effort.budget);
  samples.overhead = overhead < 0 ? samples.overhead : overhead;
  return samples;
}

[[nodiscard]] ProbeSamples between_hosts(MPI_Comm leaders, const ProbeNetwork& network, const Effort& effort) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(leaders, &rank), "MPI_Comm_rank");
  const auto me = static_cast<std::size_t>(rank);
  ProbeChannel pairs(leaders, color_in(pairs_inside(network.groups), me), kLargestBetween);
  ProbeChannel group(leaders, static_cast<int>(network.groups[me]), kLargestBetween);
  ProbeChannel everybody(leaders, 0, 1);
  ProbeSamples samples = measured(leaders, pairs, group, kLargestBetween, effort);
  samples.distance = "between hosts";
  const double overhead = overhead_of_all(leaders, everybody, samples.points.front().exchange, effort.budget);
  samples.overhead = overhead < 0 ? samples.overhead : overhead;
  return samples;
}

}  // namespace

ProbeResult probe_ranks(double budget) {
  const Hosts hosts;
  if (hosts.ranks < 2) {
    throw Error(ErrorKind::kUsage, "a probe needs at least 2 ranks: mpirun -n 2 ringwood probe --write FILE");
  }
  ProbeResult result;
  result.gamma = seconds_per_reduced_byte();
  Effort effort{budget, result.gamma};
  check_mpi(MPI_Bcast(&effort.gamma, 1, MPI_DOUBLE, 0, MPI_COMM_WORLD), "MPI_Bcast");
  result.ranks_per_host = hosts.most;
  if (hosts.most > 1) {
    result.inside_host = inside_hosts(hosts, effort);
  }
  if (hosts.leaders != MPI_COMM_NULL) {
    result.network = probe_network(hosts.leaders);
    if (hosts.count > 1) {
      result.between_hosts = between_hosts(hosts.leaders, result.network, effort);
    }
  }
  check_mpi(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
  return result;
}

}  // namespace ringwood::cli
