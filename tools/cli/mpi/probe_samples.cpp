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
#include "tools/cli/mpi/probe_session.hpp"
#include "tools/cli/probe_groups.hpp"
#include "tools/cli/probe_passes.hpp"
#include "tools/cli/probe_reductions.hpp"

namespace ringwood::cli {

namespace {

// Between hosts time per byte does not change any more; inside a host caches end.
constexpr Bytes kLargestBetween = Bytes{4} << 20U;
constexpr Bytes kVectorInside = Bytes{32} << 20U;
constexpr Bytes kLeastInside = Bytes{1} << 20U;
constexpr Bytes kLeastReduced = Bytes{8} << 20U;
// From here on a message is so long that one is enough.
constexpr Bytes kLongMessage = Bytes{256} << 10U;

// Messages follow each other without a pause in collectives: so many rings are timed together.
constexpr int kChain = 3;
// Through memory a ping-pong takes little longer than a look at the clock.
constexpr int kPingPongs = 8;
constexpr int kBurst = 16;

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

/// How long the bursts are whose gaps tell whether cables are paced, and the shortest.
[[nodiscard]] bool measures_gap(Bytes bytes) {
  constexpr Bytes kShort = 4096;
  constexpr Bytes kLong = 65536;
  return bytes == 1 || (bytes >= kShort && bytes <= kLong);
}

struct Effort {
  double budget = 0;    ///< seconds for one measurement
  ReductionTime gamma;  ///< of sums
};

/// How rings are measured. Over a network what one leaves behind slows the next one down; through memory nothing is
/// left, and they are measured as `bench` measures them.
enum class Rings { kInARow, kEachAlone };

/// Measures all pairs at once, and rings of all that are together. Pairs exchange with each other, and rings send one
/// way; algorithms do both, and the latter takes longer where answers of the network itself cannot ride on what is sent
/// back. Collective over `all`; ranks outside of the channels keep out of the way.
class Measuring {
 public:
  Measuring(MPI_Comm all, ProbeChannel& pairs, ProbeChannel& groups, const Effort& effort, Rings rings)
      : all_(all), pairs_(pairs), groups_(groups), gamma_(effort.gamma), rings_(rings), session_(all, effort.budget) {
    double rounds[2] = {rounds_of(pairs), rounds_of(groups)};
    check_mpi(MPI_Allreduce(MPI_IN_PLACE, rounds, 2, MPI_DOUBLE, MPI_MAX, all), "MPI_Allreduce");
    rounds_of_pairs_ = rounds[0];
    rounds_of_groups_ = rounds[1];
  }

  [[nodiscard]] ProbeSamples samples(Bytes largest) {
    const std::vector<Bytes> fitted = fitted_sizes(largest);
    const std::vector<Bytes> checked = checked_sizes(largest);
    std::vector<Planned> planned;
    for (const Bytes bytes : fitted) {
      planned.push_back(plan(bytes, measures_gap(bytes)));
    }
    for (const Bytes bytes : checked) {
      planned.push_back(plan(bytes, false));
    }
    session_.run();
    ProbeSamples samples;
    for (const Planned& one : planned) {
      (samples.points.size() < fitted.size() ? samples.points : samples.checks).push_back(outcome(one));
    }
    samples.dropped = session_.dropped();
    samples.overhead = overhead();
    samples.eager_limit = eager_limit();
    return samples;
  }

 private:
  /// What is measured at one size.
  struct Planned {
    Bytes bytes = 0;
    int in_a_row = 1;
    ProbeSession::Series one_way = 0;
    ProbeSession::Series exchange_of_pairs = 0;
    ProbeSession::Series exchange_of_groups = 0;
    std::optional<ProbeSession::Series> burst = std::nullopt;
  };

  [[nodiscard]] static double rounds_of(const ProbeChannel& channel) {
    return channel.takes_part() ? channel.ring_rounds() : 0;
  }

  [[nodiscard]] Planned plan(Bytes bytes, bool with_gap) {
    Planned planned{.bytes = bytes};
    const ProbeSession::Task ring = ring_of(pairs_, bytes);
    planned.in_a_row = ring.chain * static_cast<int>(rounds_of_pairs_);
    const auto ping_pong = [this, bytes] {
      pairs_.send_from(0, bytes);
      pairs_.send_from(1, bytes);
    };
    const bool in_a_row = rings_ == Rings::kEachAlone && bytes < kLongMessage;
    planned.one_way = session_.add(pairs_, {.action = ping_pong, .chain = in_a_row ? kPingPongs : 1});
    planned.exchange_of_pairs = session_.add(pairs_, ring);
    // Of two ranks a ring is a pair.
    planned.exchange_of_groups = rounds_of_groups_ == rounds_of_pairs_ ? planned.exchange_of_pairs
                                                                       : session_.add(groups_, ring_of(groups_, bytes));
    if (with_gap) {
      // Messages, and an answer of one byte.
      planned.burst = session_.add(pairs_, {.action = [this, bytes] {
                                     for (int i = 0; i < kBurst; ++i) {
                                       pairs_.send_from(0, bytes);
                                     }
                                     pairs_.send_from(1, 1);
                                   }});
    }
    return planned;
  }

  [[nodiscard]] ProbeSession::Task ring_of(ProbeChannel& channel, Bytes bytes) const {
    return {.action = [&channel, bytes] { channel.ring(bytes); },
            .chain = rings_ == Rings::kInARow && bytes < kLongMessage ? kChain : 1,
            .clock = rings_ == Rings::kInARow ? ProbeSession::Clock::kFirst : ProbeSession::Clock::kSlowest};
  }

  [[nodiscard]] ProbePoint outcome(const Planned& planned) const {
    ProbePoint point{.bytes = planned.bytes, .in_a_row = planned.in_a_row};
    point.one_way = session_.seconds(planned.one_way) / 2;
    point.exchange = (exchange(planned.bytes, session_.seconds(planned.exchange_of_pairs) / rounds_of_pairs_) +
                      exchange(planned.bytes, session_.seconds(planned.exchange_of_groups) / rounds_of_groups_)) /
                     2;
    if (planned.burst) {
      const double burst = session_.seconds(*planned.burst);
      const double gap = (burst - 2 * point.one_way) / (kBurst - 1);
      point.gap = gap > 0 ? gap : burst / kBurst;
    }
    return point;
  }

  /// With what is added up on the way taken off: in every other round of a ring.
  [[nodiscard]] double exchange(Bytes bytes, double taken) const {
    return std::max(taken / 2,
                    taken - static_cast<double>(gamma_.of(bytes)) / static_cast<double>(kPicosecondsPerSecond) / 2);
  }

  /// What the sender's calls take of a burst whose messages nobody answers before the last.
  [[nodiscard]] double overhead() {
    constexpr int kTimes = 21;
    std::vector<double> each;
    for (int time = 0; time < kTimes; ++time) {
      check_mpi(MPI_Barrier(all_), "MPI_Barrier");
      if (!pairs_.takes_part()) {
        continue;
      }
      const double start = probe_clock();
      for (int i = 0; i < kBurst; ++i) {
        pairs_.send_from(0, 1);
      }
      each.push_back((probe_clock() - start) / kBurst);
      pairs_.send_from(1, 1);
    }
    const bool counts = pairs_.takes_part() && pairs_.rank() == 0;
    double sums[2] = {counts ? median_of(std::move(each)) : 0, counts ? 1.0 : 0.0};
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
      if (pairs_.takes_part()) {
        const bool sends = pairs_.rank() == 0;
        if (!sends) {
          std::this_thread::sleep_for(kAsleep);
        }
        const double start = probe_clock();
        pairs_.send_from(0, bytes);
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

  MPI_Comm all_;
  ProbeChannel& pairs_;
  ProbeChannel& groups_;
  ReductionTime gamma_;
  Rings rings_;
  ProbeSession session_;
  double rounds_of_pairs_ = 0;
  double rounds_of_groups_ = 0;
};

/// The overhead of a message when everybody sends to and receives from everybody of the channel; negative if these are
/// not more than two.
[[nodiscard]] double overhead_of_all(MPI_Comm all, ProbeChannel& channel, double exchange, double budget) {
  const double taken = timed(all, channel, budget, [&] { channel.gather_directly(); });
  double others = channel.takes_part() ? channel.peers() - 1 : 0;
  check_mpi(MPI_Allreduce(MPI_IN_PLACE, &others, 1, MPI_DOUBLE, MPI_MAX, all), "MPI_Allreduce");
  // A rank's CPU sends and receives as many messages more than in an exchange.
  return others > 0 ? std::max(0.0, taken - exchange) / (2 * others) : -1;
}

/// All ranks at once, as in a collective. The sum of floats that the first rank found, which all go by.
[[nodiscard]] ReductionTime reductions_of(ProbeResult& result) {
  const auto longest = static_cast<Bytes>(
      std::bit_floor(static_cast<std::uint64_t>(std::max(kLeastReduced, kVectorInside / result.ranks_per_host))));
  check_mpi(MPI_Barrier(MPI_COMM_WORLD), "MPI_Barrier");
  result.reductions = measure_reductions(longest);
  ReductionTime sum = *result.reductions->of(ElementType::kFloat, ReduceOperator::kSum);
  std::uint64_t numbers[3] = {sum.cached.scaled, static_cast<std::uint64_t>(sum.cache_bytes), sum.memory.scaled};
  check_mpi(MPI_Bcast(numbers, 3, MPI_UINT64_T, 0, MPI_COMM_WORLD), "MPI_Bcast");
  return {{numbers[0]}, static_cast<Bytes>(numbers[1]), {numbers[2]}};
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
  ProbeSamples samples = Measuring(MPI_COMM_WORLD, pairs, all, effort, Rings::kEachAlone).samples(largest);
  samples.through_memory = true;
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
  ProbeSamples samples = Measuring(leaders, pairs, group, effort, Rings::kInARow).samples(kLargestBetween);
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
  result.ranks_per_host = hosts.most;
  const Effort effort{budget, reductions_of(result)};
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
