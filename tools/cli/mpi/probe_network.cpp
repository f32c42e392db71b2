#include "tools/cli/mpi/probe_network.hpp"

#include <algorithm>
#include <array>

#include "interpret/mpi/mpi_error.hpp"
#include "tools/cli/mpi/probe_channel.hpp"
#include "tools/cli/probe_groups.hpp"

namespace ringwood::cli {

namespace {

// Long enough that bandwidth counts and nothing else does, short enough for some hundreds of exchanges.
constexpr double kLongExchange = 8e-3;
constexpr Bytes kShortest = Bytes{64} << 10U;
constexpr Bytes kLongest = Bytes{4} << 20U;

// More hosts than that have more pairs than there is time for.
constexpr std::size_t kMostPairings = 48;
constexpr std::uint64_t kTournaments = 3;

struct Leaders {
  explicit Leaders(MPI_Comm communicator) : all(communicator) {
    int rank = 0;
    int size = 1;
    check_mpi(MPI_Comm_rank(all, &rank), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(all, &size), "MPI_Comm_size");
    me = static_cast<std::size_t>(rank);
    count = static_cast<std::size_t>(size);
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::array<char, MPI_MAX_PROCESSOR_NAME> mine{};
    int length = 0;
    check_mpi(MPI_Get_processor_name(mine.data(), &length), "MPI_Get_processor_name");
    std::vector<char> text(mine.size() * count);
    check_mpi(MPI_Allgather(mine.data(), MPI_MAX_PROCESSOR_NAME, MPI_CHAR, text.data(), MPI_MAX_PROCESSOR_NAME,
                            MPI_CHAR, all),
              "MPI_Allgather");
    std::vector<std::string> result;
    for (std::size_t i = 0; i < text.size(); i += mine.size()) {
      std::string name(&text[i]);
      // Hosts of one name, as virtual ones may be: told apart by their number.
      if (std::find(result.begin(), result.end(), name) != result.end()) {
        name += "#" + std::to_string(result.size());
      }
      result.push_back(std::move(name));
    }
    return result;
  }

  MPI_Comm all;
  std::size_t me = 0;
  std::size_t count = 1;
};

/// What each leader's exchanges took, on average of two, when all pairs exchanged at once: the least of a few, since
/// what disturbs only makes it longer.
[[nodiscard]] std::vector<double> exchanged(const Leaders& leaders, const Pairing& pairs, Bytes bytes, int times) {
  ProbeChannel channel(leaders.all, color_in(pairs, leaders.me), bytes);
  double least = 0;
  for (int i = 0; i <= times; ++i) {
    check_mpi(MPI_Barrier(leaders.all), "MPI_Barrier");
    const double start = probe_clock();
    if (channel.takes_part()) {
      channel.ring(bytes);
    }
    const double taken = (probe_clock() - start) / 2;
    least = i == 1 ? taken : std::min(least, taken);
  }
  std::vector<double> all(leaders.count);
  check_mpi(MPI_Allgather(&least, 1, MPI_DOUBLE, all.data(), 1, MPI_DOUBLE, leaders.all), "MPI_Allgather");
  return all;
}

[[nodiscard]] double slowest_of(const std::vector<double>& times, const Pairing& pairs) {
  double slowest = 0;
  for (const auto& [a, b] : pairs) {
    slowest = std::max({slowest, times[a], times[b]});
  }
  return slowest;
}

[[nodiscard]] Bytes long_enough(const Leaders& leaders) {
  const Pairing one{{0, 1}};
  Bytes bytes = kShortest;
  while (bytes < kLongest && slowest_of(exchanged(leaders, one, bytes, 2), one) < kLongExchange) {
    bytes *= 2;
  }
  return bytes;
}

[[nodiscard]] std::vector<std::size_t> find_groups(const Leaders& leaders, Bytes bytes) {
  std::vector<Pairing> rounds;
  for (std::uint64_t seed = 0; seed < kTournaments && rounds.size() < kMostPairings; ++seed) {
    for (Pairing& pairs : tournament(leaders.count, seed)) {
      rounds.push_back(std::move(pairs));
    }
  }
  rounds.resize(std::min(rounds.size(), kMostPairings));
  std::vector<std::vector<double>> times;
  std::vector<double> all;
  for (const Pairing& pairs : rounds) {
    times.push_back(exchanged(leaders, pairs, bytes, 2));
    for (const auto& [a, b] : pairs) {
      all.push_back(std::max(times.back()[a], times.back()[b]));
    }
  }
  // Of many groups few pairs are inside of one.
  constexpr std::ptrdiff_t kFewOf = 20;
  const auto few = all.begin() + static_cast<std::ptrdiff_t>(all.size()) / kFewOf;
  std::nth_element(all.begin(), few, all.end());
  const double alone = *few;
  Slowdowns slowdowns(leaders.count);
  for (std::size_t i = 0; i < rounds.size(); ++i) {
    for (const auto& [a, b] : rounds[i]) {
      slowdowns.add(a, b, std::max(times[i][a], times[i][b]) / alone);
    }
  }
  return slowdowns.groups();
}

/// Half of an exchange of one byte between all pairs at once.
[[nodiscard]] double short_exchange(const Leaders& leaders, const Pairing& pairs) {
  constexpr double kBudget = 0.2;
  constexpr int kChain = 3;
  ProbeChannel channel(leaders.all, color_in(pairs, leaders.me), 1);
  return timed(leaders.all, channel, kBudget,
               [&] {
                 for (int i = 0; i < kChain; ++i) {
                   channel.ring(1);
                 }
               }) /
         (2 * kChain);
}

/// `bytes`: so many that what cables let pass at once does not count, however many messages share them.
void measure_uplinks(const Leaders& leaders, Bytes bytes, ProbeNetwork& network) {
  const Pairing across = pairs_across(network.groups);
  const std::vector<double> times = exchanged(leaders, across, bytes, 3);
  network.uplinks.assign(*std::max_element(network.groups.begin(), network.groups.end()) + 1, 0);
  for (const auto& [a, b] : across) {
    const double rate = static_cast<double>(bytes) / std::max(times[a], times[b]);
    network.uplinks[network.groups[a]] += rate;
    network.uplinks[network.groups[b]] += rate;
  }
  const Pairing inside = pairs_inside(network.groups);
  if (!across.empty() && !inside.empty()) {
    network.far_latency = std::max(0.0, short_exchange(leaders, across) - short_exchange(leaders, inside));
  }
}

}  // namespace

int color_in(const Pairing& pairs, std::size_t me) {
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (pairs[i].first == me || pairs[i].second == me) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

ProbeNetwork probe_network(MPI_Comm communicator) {
  const Leaders leaders(communicator);
  ProbeNetwork network;
  network.hosts = leaders.names();
  network.groups.assign(leaders.count, 0);
  // Two groups of two are the least of which something can be seen.
  constexpr std::size_t kLeastHosts = 4;
  if (leaders.count < kLeastHosts) {
    return network;
  }
  const Bytes bytes = long_enough(leaders);
  network.groups = find_groups(leaders, bytes);
  if (*std::max_element(network.groups.begin(), network.groups.end()) > 0) {
    measure_uplinks(leaders, 4 * bytes, network);
  }
  return network;
}

}  // namespace ringwood::cli
