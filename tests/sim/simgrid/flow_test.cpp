// The flow model beside SimGrid (Casanova et al. 2014): the same patterns on the same links through both. SimGrid's
// CM02 without its corrections is max-min fair where all routes have the same latency; here they have none, or the
// same.

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <functional>
#include <numeric>
#include <simgrid/s4u.hpp>

#include "ringwood/layouts.hpp"
#include "sim/simulate.hpp"

namespace ringwood {
namespace {

namespace sg4 = simgrid::s4u;

/// Whom a rank sends to in a round; whom it receives from follows.
using Pattern = Rank (*)(Rank me, Rank ranks, int round);

Rank shifted(Rank me, Rank ranks, int round) {
  return (me + 1 + round * 5) % ranks;
}

Rank halved(Rank me, Rank ranks, int round) {
  return me ^ (ranks >> (1 + round));
}

/// A permutation without structure; ranks + 1 is a prime.
Rank scattered(Rank me, Rank ranks, int round) {
  const std::int64_t factor = 3 + 2 * round;
  return static_cast<Rank>((me + 1) * factor % (ranks + 1) - 1);
}

/// From whom a rank receives what `scattered` sends.
Rank gathered(Rank me, Rank ranks, int round) {
  const std::int64_t factor = 3 + 2 * round;
  std::int64_t multiple = 1;
  while (multiple % factor != 0) {
    multiple += ranks + 1;
  }
  return static_cast<Rank>((me + 1) * (multiple / factor) % (ranks + 1) - 1);
}

Rank shifted_back(Rank me, Rank ranks, int round) {
  return modulo(me - 1 - round * 5, ranks);
}

template <Pattern kTo, Pattern kFrom, int kRounds>
Program exchange(const Problem& problem, Rank me) {
  for (int number = 0; number < kRounds; ++number) {
    const Round round{send(kTo(me, problem.ranks, number), problem.whole()),
                      receive(kFrom(me, problem.ranks, number), problem.whole())};
    co_yield round;
  }
}

struct Case {
  const char* name;
  const char* machine;
  Pattern pattern;
  Program (*program)(const Problem&, Rank);
  int rounds;
  bool staggered = false;  // ranks begin one after the other
};

template <Pattern kTo, Pattern kFrom, int kRounds>
constexpr Case make_case(const char* name, const char* machine, bool staggered = false) {
  return {name, machine, kTo, exchange<kTo, kFrom, kRounds>, kRounds, staggered};
}

/// When a rank begins, in microseconds: while others send, which takes a millisecond or more.
int beginning(const Case& test, Rank rank) {
  return test.staggered ? rank * 379 % 1009 * 2 : 0;
}

struct Outcome {
  std::vector<double> finish;  // seconds
  double wall = 0;
};

constexpr Bytes kBytes = 1'000'000;

Outcome by_ringwood(const Case& test, const Machine& machine) {
  const Algorithm algorithm{.name = "test",
                            .collective = Collective::kBroadcast,
                            .cost = "-",
                            .reference = "this test",
                            .needs = {},
                            .program = test.program,
                            .pieces = one_piece};
  const Rank ranks = machine.network->hosts();
  const Schedule schedule(algorithm, {.ranks = ranks});
  Mapping mapping(static_cast<std::size_t>(ranks));
  std::iota(mapping.begin(), mapping.end(), 0);
  SimulationOptions options;
  options.model = CostModel::kFlow;
  for (Rank rank = 0; rank < ranks; ++rank) {
    options.stragglers.push_back({rank, Picoseconds{1'000'000} * beginning(test, rank)});
  }
  const auto start = std::chrono::steady_clock::now();
  const SimulationReport report = simulate(schedule, equal_layout(schedule, kBytes, 1), machine, mapping, options);
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  Outcome outcome;
  outcome.wall = wall.count();
  for (const Picoseconds finish : report.finish) {
    outcome.finish.push_back(static_cast<double>(finish) * 1e-12);
  }
  return outcome;
}

/// The routes that the pattern takes, as SimGrid's.
void build_platform(const Case& test, const Machine& machine, std::vector<sg4::Host*>& hosts) {
  sg4::NetZone* zone = sg4::create_full_zone("machine");
  const Topology& network = *machine.network;
  for (Host host = 0; host < network.hosts(); ++host) {
    hosts.push_back(zone->create_host("host-" + std::to_string(host), 1e9));
    hosts.back()->seal();
  }
  std::vector<sg4::Link*> links;
  for (LinkId id = 0; id < network.links(); ++id) {
    const Link link = network.link(id);
    links.push_back(zone->create_link("link-" + std::to_string(id), link.bandwidth)
                        ->set_latency(static_cast<double>(link.latency) * 1e-12));
    links.back()->seal();
  }
  std::vector<LinkId> route;
  std::vector<bool> known(hosts.size() * hosts.size());
  for (int round = 0; round < test.rounds; ++round) {
    for (Host host = 0; host < network.hosts(); ++host) {
      const Host to = test.pattern(host, network.hosts(), round);
      const std::size_t pair = static_cast<std::size_t>(host) * hosts.size() + static_cast<std::size_t>(to);
      if (known[pair] || host == to) {
        continue;
      }
      known[pair] = true;
      network.route(host, to, route);
      std::vector<sg4::LinkInRoute> list;
      for (const LinkId id : route) {
        list.emplace_back(links[static_cast<std::size_t>(id)]);
      }
      zone->add_route(hosts[static_cast<std::size_t>(host)]->get_netpoint(),
                      hosts[static_cast<std::size_t>(to)]->get_netpoint(), nullptr, nullptr, list, false);
    }
  }
  zone->seal();
}

/// Where the message of a round for a rank arrives.
sg4::Mailbox* mailbox(int round, Rank to) {
  return sg4::Mailbox::by_name(std::to_string(round) + "/" + std::to_string(to));
}

/// Sends are eager: every receive is posted before anything is sent, and the sender does not wait.
void run_rank(const Case& test, Rank me, Rank ranks, double& finish) {
  static char payload = 0;
  std::vector<char*> received(static_cast<std::size_t>(test.rounds));
  std::vector<sg4::CommPtr> receives;
  for (int round = 0; round < test.rounds; ++round) {
    receives.push_back(mailbox(round, me)->get_async<char>(&received[static_cast<std::size_t>(round)]));
  }
  sg4::this_actor::sleep_for(1e-6 * beginning(test, me));
  for (int round = 0; round < test.rounds; ++round) {
    mailbox(round, test.pattern(me, ranks, round))->put_init(&payload, kBytes)->detach();
    receives[static_cast<std::size_t>(round)]->wait();
  }
  finish = sg4::Engine::get_clock();
}

/// In a process of its own, since SimGrid has one engine a process. `optimization`: how it finds what ends next.
Outcome by_simgrid(const Case& test, const Machine& machine, const std::string& optimization = "Lazy") {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  const Rank ranks = machine.network->hosts();
  Outcome outcome;
  outcome.finish.resize(static_cast<std::size_t>(ranks));
  const auto size = static_cast<ssize_t>(sizeof(double) * outcome.finish.size());
  if (const pid_t child = fork(); child != 0) {
    EXPECT_EQ(read(ends[0], &outcome.wall, sizeof(double)), static_cast<ssize_t>(sizeof(double)));
    EXPECT_EQ(read(ends[0], outcome.finish.data(), static_cast<std::size_t>(size)), size);
    waitpid(child, nullptr, 0);
    close(ends[0]);
    close(ends[1]);
    return outcome;
  }
  int count = 1;
  char name[] = "flow_test";
  char* arguments[] = {name, nullptr};
  sg4::Engine engine(&count, arguments);
  for (const char* setting : {"network/model:CM02", "network/latency-factor:1", "network/bandwidth-factor:1",
                              "network/crosstraffic:0", "network/weight-S:0", "network/TCP-gamma:1e15"}) {
    sg4::Engine::set_config(setting);
  }
  sg4::Engine::set_config("network/optim:" + optimization);
  sg4::Engine::set_config("contexts/stack-size:16");
  sg4::Engine::set_config("contexts/guard-size:0");
  std::vector<sg4::Host*> hosts;
  build_platform(test, machine, hosts);
  for (Rank rank = 0; rank < ranks; ++rank) {
    double& finish = outcome.finish[static_cast<std::size_t>(rank)];
    sg4::Actor::create("rank", hosts[static_cast<std::size_t>(rank)],
                       [&test, rank, ranks, &finish] { run_rank(test, rank, ranks, finish); });
  }
  const auto start = std::chrono::steady_clock::now();
  engine.run();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const double seconds = wall.count();
  const bool written = write(ends[1], &seconds, sizeof(double)) == static_cast<ssize_t>(sizeof(double)) &&
                       write(ends[1], outcome.finish.data(), static_cast<std::size_t>(size)) == size;
  _exit(written ? 0 : 1);
}

class BesideSimGrid : public testing::TestWithParam<Case> {};

/// Minutes: tools/bench/beside-simgrid runs it.
class SpeedBesideSimGrid : public testing::TestWithParam<Case> {};

/// The shortest of a few runs, since both start cold.
Outcome fastest(const std::function<Outcome()>& run) {
  Outcome best = run();
  for (int i = 0; i < 2; ++i) {
    Outcome next = run();
    if (next.wall < best.wall) {
      best = std::move(next);
    }
  }
  return best;
}

void compare(const Case& test, const Outcome& ours, const Outcome& theirs) {
  for (std::size_t rank = 0; rank < ours.finish.size(); ++rank) {
    ASSERT_NEAR(ours.finish[rank], theirs.finish[rank], 0.01 * theirs.finish[rank]) << "rank " << rank;
  }
  std::printf("%s: %zu ranks, %d rounds: %.4f s here, %.4f s there, factor %.0f\n", test.name, ours.finish.size(),
              test.rounds, ours.wall, theirs.wall, theirs.wall / ours.wall);
}

TEST_P(BesideSimGrid, EveryRankFinishesAtTheSameTime) {
  const Machine machine = make_machine(GetParam().machine);
  compare(GetParam(), by_ringwood(GetParam(), machine), by_simgrid(GetParam(), machine));
}

TEST_P(SpeedBesideSimGrid, DISABLED_AtItsFastest) {
  const Machine machine = make_machine(GetParam().machine);
  const Outcome ours = fastest([&] { return by_ringwood(GetParam(), machine); });
  Outcome theirs = by_simgrid(GetParam(), machine, "Lazy");
  if (Outcome full = by_simgrid(GetParam(), machine, "Full"); full.wall < theirs.wall) {
    theirs = std::move(full);
  }
  compare(GetParam(), ours, theirs);
}

INSTANTIATE_TEST_SUITE_P(
    Patterns, BesideSimGrid,
    testing::Values(
        make_case<shifted, shifted_back, 1>("crossbar_with_latency",
                                            "crossbar:hosts=16,bandwidth=1GB/s,latency=10us,hop=0ns"),
        make_case<shifted, shifted_back, 4>("ring", "ring:hosts=16,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<halved, halved, 6>("halving_on_torus", "torus:dims=4x4x4,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 1>(
            "scattered_on_dragonfly",
            "dragonfly:hosts-per-router=2,routers=4,groups=9,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 1>(
            "scattered_on_tree", "fat-tree:leaves=16,hosts-per-leaf=16,spines=5,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<halved, halved, 10>(
            "halving_on_large_tree",
            "fat-tree:leaves=32,hosts-per-leaf=32,spines=32,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<halved, halved, 7>(
            "halving_on_tapered_tree",
            "fat-tree:leaves=16,hosts-per-leaf=8,spines=3,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 5>(
            "asynchronous_on_dragonfly",
            "dragonfly:hosts-per-router=2,routers=4,groups=9,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 6>(
            "asynchronous_on_tree",
            "fat-tree:leaves=16,hosts-per-leaf=16,spines=5,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 1>(
            "staggered_on_dragonfly",
            "dragonfly:hosts-per-router=2,routers=4,groups=9,bandwidth=1GB/s,latency=0ns,hop=0ns", true),
        make_case<scattered, gathered, 1>(
            "staggered_on_tree", "fat-tree:leaves=16,hosts-per-leaf=16,spines=5,bandwidth=1GB/s,latency=0ns,hop=0ns",
            true)),
    [](const testing::TestParamInfo<Case>& tested) { return std::string(tested.param.name); });

// 1021 and 4093 are primes.
INSTANTIATE_TEST_SUITE_P(
    Patterns, SpeedBesideSimGrid,
    testing::Values(
        make_case<halved, halved, 10>(
            "rounds_halving_1024",
            "fat-tree:leaves=32,hosts-per-leaf=32,spines=32,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 1>(
            "round_scattered_4092",
            "fat-tree:leaves=62,hosts-per-leaf=66,spines=33,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<halved, halved, 12>(
            "rounds_halving_4096",
            "fat-tree:leaves=64,hosts-per-leaf=64,spines=64,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 4>(
            "asynchronous_1020", "fat-tree:leaves=30,hosts-per-leaf=34,spines=17,bandwidth=1GB/s,latency=0ns,hop=0ns"),
        make_case<scattered, gathered, 1>(
            "staggered_1020", "fat-tree:leaves=30,hosts-per-leaf=34,spines=17,bandwidth=1GB/s,latency=0ns,hop=0ns",
            true),
        make_case<scattered, gathered, 2>(
            "asynchronous_4092", "fat-tree:leaves=62,hosts-per-leaf=66,spines=33,bandwidth=1GB/s,latency=0ns,hop=0ns")),
    [](const testing::TestParamInfo<Case>& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace ringwood
