#include "sim/flow/flow_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "tests/sim/machines.hpp"
#include "tests/sim/made_of.hpp"

// Machines here have cables of 1 GB/s, which is 1000 ps a byte, and no latency unless they name one.

namespace ringwood {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr Bytes kBytes = 1000;
constexpr Picoseconds kAlone = 1'000'000;

template <Rank kTarget>
Program all_to_target(const Problem& problem, Rank me) {
  std::vector<Operation> round;
  for (Rank peer = 0; peer < problem.ranks; ++peer) {
    if (me == kTarget && peer != me) {
      round.push_back(receive(peer, problem.whole()));
    }
  }
  if (me != kTarget) {
    round.push_back(send(kTarget, problem.whole()));
  }
  co_yield std::span<const Operation>(round);
}

template <Rank kDistance>
Program shift(const Problem& problem, Rank me) {
  const Round round{send((me + kDistance) % problem.ranks, problem.whole()),
                    receive((me + problem.ranks - kDistance) % problem.ranks, problem.whole())};
  co_yield round;
}

// Rank 1 sends while rank 0 is half done: rank 0's second message waits for nobody.
Program one_after_the_other(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round first{send(2, problem.whole())};
    co_yield first;
  } else if (me == 1) {
    const Round first{receive(3, problem.whole())};
    co_yield first;
    const Round second{send(2, problem.whole())};
    co_yield second;
  } else if (me == 2) {
    const Round both{receive(0, problem.whole()), receive(1, problem.whole())};
    co_yield both;
  } else {
    const Round first{send(1, problem.whole())};
    co_yield first;
  }
}

Program late_receive(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  } else if (me == 2) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  } else {
    const Round first{receive(2, problem.whole())};
    co_yield first;
    const Round second{receive(0, problem.whole())};
    co_yield second;
  }
}

Program everybody_waits(const Problem& problem, Rank me) {
  const Round round{receive((me + 1) % problem.ranks, problem.whole())};
  co_yield round;
}

Program nobody_receives(const Problem& problem, Rank me) {
  if (me == 0) {
    const Round round{send(1, problem.whole())};
    co_yield round;
  }
}

SimulationOptions flow_options() {
  SimulationOptions options;
  options.model = CostModel::kFlow;
  options.critical_path = true;
  return options;
}

SimulationReport run_on(const Algorithm& algorithm, const Machine& machine, Bytes elements = kBytes,
                        const SimulationOptions& options = flow_options()) {
  return run(algorithm, static_cast<Rank>(machine.network->hosts()), elements, machine, options);
}

Machine plain(const std::string& spec) {
  return make_machine(spec + ",bandwidth=1GB/s,latency=0ns,hop=0ns");
}

Picoseconds sum(const CriticalPath& path) {
  return path.latency + path.overhead + path.bandwidth + path.sharing + path.reduction + path.waiting;
}

TEST(FlowEngine, FlowsIntoOneHostShareItsCable) {
  for (const Host hosts : {2, 3, 5, 9}) {
    const SimulationReport report = run_on(made_of(all_to_target<0>), plain("crossbar:hosts=" + std::to_string(hosts)));
    EXPECT_EQ(report.time, (hosts - 1) * kAlone) << hosts;
    EXPECT_EQ(report.critical_path.bandwidth, kAlone);
    EXPECT_EQ(report.critical_path.sharing, (hosts - 2) * kAlone);
    const LinkUse into{.link = 1, .nic = -1, .outwards = true, .bytes = (hosts - 1) * kBytes, .use = 1};
    ASSERT_GE(report.flow->links.size(), 2U);
    EXPECT_EQ(report.flow->links[0].link, into.link);
    EXPECT_EQ(report.flow->links[0].bytes, into.bytes);
    EXPECT_DOUBLE_EQ(report.flow->links[0].use, 1);
    if (hosts > 2) {
      EXPECT_EQ(report.flow->steps.back().link, 1) << "the cable that held the last message up";
    }
  }
}

Program fifty_exchanges(const Problem& problem, Rank me) {
  for (int i = 0; i < 50; ++i) {
    const Round round{send(1 - me, problem.whole()), receive(1 - me, problem.whole())};
    co_yield round;
  }
}

// A message of 1000 bytes is there after 100 ns in place of 1000, be it since such messages are fast or since the cable
// lets 900 bytes pass at once; then the second one has to wait for the cable all the same, and the first, where there
// was no pause since the call before.
TEST(FlowEngine, CablesCatchUpWithWhatTheyLetPassAtOnce) {
  const auto time_of = [](Program (*program)(const Problem&, Rank), const SizeCorrections& corrections,
                          Picoseconds overhead) {
    Machine machine = plain("crossbar:hosts=2");
    machine.between_hosts.corrections = std::make_shared<const SizeCorrections>(corrections);
    machine.between_hosts.o = overhead;
    return static_cast<double>(run_on(made_of(program), machine).time - 2 * overhead);
  };
  const SizeCorrections fast({{1, 0}, {kBytes, -kAlone * 9 / 10}});
  const SizeCorrections bucket({{1, 0}}, kBytes * 9 / 10);
  constexpr double kFast = 0.1 * kAlone;
  EXPECT_NEAR(time_of(shift<1>, fast, 0), kFast, 0.02 * kAlone);
  EXPECT_NEAR(time_of(shift<1>, bucket, 0), kAlone, 0.02 * kAlone);
  EXPECT_NEAR(time_of(shift<1>, bucket, kAlone), kFast, 0.02 * kAlone);
  EXPECT_NEAR(time_of(fifty_exchanges, fast, 0), 50 * kFast, kAlone);
  EXPECT_NEAR(time_of(fifty_exchanges, bucket, 0), 50.0 * kAlone, 0.02 * kAlone);
}

TEST(FlowEngine, AFlowThatStartsLaterSharesFromThenOn) {
  // Host 3 to 1 takes until 1000 ns, which is when 0 to 2 ends too; 1 to 2 then has the cable for itself.
  const SimulationReport whole = run_on(made_of(one_after_the_other), plain("crossbar:hosts=4"));
  EXPECT_EQ(whole.time, 2 * kAlone);
  // With half the bandwidth between 0 and 2 taken away by O, 0 to 2 has half of its bytes left at 1000 ns; it goes on
  // at its own 0.5, and so does the other, each at half of the cable: both end at 2000 ns.
  Machine slow = plain("crossbar:hosts=4");
  slow.replaced.O = TimePerByte::from_picoseconds(2000);
  const SimulationReport halves = run_on(made_of(one_after_the_other), slow);
  EXPECT_EQ(halves.finish[1], 2 * kAlone + 2 * (2'000 * (kBytes - 1)));
  EXPECT_GT(halves.time, whole.time);
}

TEST(FlowEngine, ShiftsOnARingShareEveryCableEqually) {
  // Shift by d on a ring: each cable of the + direction carries d flows.
  const Machine ring = plain("ring:hosts=16");
  EXPECT_EQ(run_on(made_of(shift<1>), ring).time, kAlone);
  EXPECT_EQ(run_on(made_of(shift<3>), ring).time, 3 * kAlone);
  EXPECT_EQ(run_on(made_of(shift<7>), ring).time, 7 * kAlone);
}

TEST(FlowEngine, PairsAcrossTheBisectionOfATorusTakeItsBandwidth) {
  // Every host of an 8x8 torus sends 4 to the right in the first dimension (ties go to +): 4 flows a cable.
  EXPECT_EQ(run_on(made_of(shift<4>), plain("torus:dims=8")).time, 4 * kAlone);
  // 32 ranks apart in 64 hosts of 8 rows: 4 rows further, by the second dimension.
  EXPECT_EQ(run_on(made_of(shift<32>), plain("torus:dims=8x8")).time, 4 * kAlone);
  // A fat tree that is not tapered carries every shift; one tapered to a quarter does it in four times the time.
  EXPECT_EQ(run_on(made_of(shift<8>), plain("fat-tree:leaves=4,hosts-per-leaf=8,spines=8")).time, kAlone);
  EXPECT_EQ(run_on(made_of(shift<8>), plain("fat-tree:leaves=4,hosts-per-leaf=8,spines=2")).time, 4 * kAlone);
}

// Hosts 0 and 1 send from one leaf to another: three messages and one, over one cable.
Program three_and_one(const Problem& problem, Rank me) {
  std::vector<Operation> round;
  for (Rank target = 4; target < 8; ++target) {
    const Rank source = target == 7 ? 1 : 0;
    if (me == source) {
      round.push_back(send(target, problem.whole()));
    } else if (me == target) {
      round.push_back(receive(source, problem.whole()));
    }
  }
  co_yield std::span<const Operation>(round);
}

TEST(FlowEngine, SourcesMayBeTreatedAlikeInPlaceOfFlows) {
  const Machine machine = plain("fat-tree:leaves=2,hosts-per-leaf=4,spines=1");
  SimulationOptions options = flow_options();
  EXPECT_EQ(run_on(made_of(three_and_one), machine, kBytes, options).finish[7], 4 * kAlone);
  // Half of the cable for host 1 until 2000 ns; by then host 0's messages have a third of their bytes, and the cable
  // for themselves from then on.
  options.flow.fairness = FlowFairness::kSource;
  const SimulationReport report = run_on(made_of(three_and_one), machine, kBytes, options);
  EXPECT_EQ(report.finish[7], 2 * kAlone);
  EXPECT_EQ(report.finish[4], 4 * kAlone);
  EXPECT_EQ(report.finish[6], 4 * kAlone);
  EXPECT_EQ(run_on(made_of(shift<4>), machine, kBytes, options).flow->bulk_rounds, 1) << "weights of 1 are none";
}

// All of the first group to the second.
Program group_to_group(const Problem& problem, Rank me) {
  constexpr Rank kGroup = 8;
  std::vector<Operation> round;
  if (me < kGroup) {
    round.push_back(send(me + kGroup, problem.whole()));
  } else if (me < 2 * kGroup) {
    round.push_back(receive(me - kGroup, problem.whole()));
  }
  co_yield std::span<const Operation>(round);
}

// On a grid of four columns: hosts 0 and 1 to places two rows up and around the corner, so that both want the cables of
// column 2.
Program turns(const Problem& problem, Rank me) {
  std::vector<Operation> round;
  if (me == 0 || me == 1) {
    round.push_back(send(me == 0 ? 6 : 10, problem.whole()));
  } else if (me == 6 || me == 10) {
    round.push_back(receive(me == 6 ? 0 : 1, problem.whole()));
  }
  co_yield std::span<const Operation>(round);
}

template <Rank kSenders>
Program to_hosts_of_one_number(const Problem& problem, Rank me) {
  std::vector<Operation> round;
  for (Rank source = 0; source < kSenders; ++source) {
    const Rank target = 8 * (source + 1);
    if (me == source) {
      round.push_back(send(target, problem.whole()));
    } else if (me == target) {
      round.push_back(receive(source, problem.whole()));
    }
  }
  co_yield std::span<const Operation>(round);
}

TEST(FlowEngine, AdaptiveRoutesAvoidCablesThatAreTaken) {
  const std::string tree = "fat-tree:leaves=4,hosts-per-leaf=8,spines=8";
  EXPECT_EQ(run_on(made_of(to_hosts_of_one_number<3>), plain(tree)).time, 3 * kAlone) << "all by the first spine";
  EXPECT_EQ(run_on(made_of(to_hosts_of_one_number<3>), plain(tree + ",routing=adaptive")).time, kAlone);
  // Two hosts of each of four switches of a row to the same switch of the next row: its one cable, or others.
  const std::string grid = "hyperx:sides=4x4,hosts-per-switch=2";
  EXPECT_EQ(run_on(made_of(group_to_group), plain(grid)).time, 2 * kAlone);
  EXPECT_EQ(run_on(made_of(group_to_group), plain(grid + ",routing=adaptive")).time, kAlone);
  // From the eight hosts of a group over the one cable to the next.
  const std::string megafly = "dragonfly-plus:hosts-per-leaf=2,global-links=1";
  EXPECT_EQ(run_on(made_of(group_to_group), plain(megafly)).time, 8 * kAlone);
  EXPECT_LE(run_on(made_of(group_to_group), plain(megafly + ",routing=adaptive")).time, 4 * kAlone);
  const std::string torus = "torus:dims=4x4";
  EXPECT_GT(run_on(made_of(turns), plain(torus)).time, run_on(made_of(turns), plain(torus + ",routing=adaptive")).time);
  const std::string dragonfly = "dragonfly:hosts-per-router=2,routers=4,groups=9,global-links=1,ports=2";
  EXPECT_EQ(run_on(made_of(group_to_group), plain(dragonfly)).time, 8 * kAlone) << "one cable joins the groups";
  const SimulationReport report = run_on(made_of(group_to_group), plain(dragonfly + ",routing=adaptive"));
  EXPECT_LE(report.time, 4 * kAlone) << "as many take detours as makes sense";
  Bytes direct = 0;
  for (const LinkUse& use : report.flow->links) {
    direct = std::max(direct, use.bytes);
  }
  EXPECT_LE(direct, 4 * kBytes);
}

TEST(FlowEngine, ADetourTakesLongerByItsLinks) {
  const std::string spec =
      "dragonfly:hosts-per-router=2,routers=4,groups=9,ports=2,bandwidth=1GB/s,latency=1us,hop=0ns";
  const Machine machine = make_machine(spec + ",routing=adaptive");
  LinkTable links(machine, 0);
  ASSERT_EQ(links.choices(), 5);
  EXPECT_EQ(links.detour(0, 70, 0), 0);
  for (std::int32_t choice = 1; choice < links.choices(); ++choice) {
    EXPECT_GE(links.detour(0, 70, choice), 1'000'000) << choice;
    EXPECT_LE(links.detour(0, 70, choice), 3'000'000) << choice;
  }
  // Alone nobody takes one; many that do are there that much later than without latency.
  const Algorithm one = made_of(to_hosts_of_one_number<1>);
  EXPECT_EQ(run_on(one, machine).time, run_on(one, make_machine(spec)).time);
  const Picoseconds before = run_on(made_of(group_to_group), plain("dragonfly:groups=9,routing=adaptive")).time;
  const Picoseconds after = run_on(made_of(group_to_group), machine).time;
  EXPECT_GE(after, before + 3'000'000);
  EXPECT_LE(after, before + 8'000'000);
}

TEST(FlowEngine, NicsAreLinksIfAskedFor) {
  SimulationOptions options = flow_options();
  options.flow.nic_bandwidth = 0.25e9;
  const SimulationReport report = run_on(made_of(shift<1>), plain("ring:hosts=16"), kBytes, options);
  EXPECT_EQ(report.time, 4 * kAlone);
  EXPECT_EQ(report.flow->links.size(), 48U);
  EXPECT_EQ(report.flow->links.back().nic, 15);
}

TEST(FlowEngine, RanksOfAHostShareItsCableAndNothingInside) {
  const Machine machine = make_machine("crossbar:hosts=2,bandwidth=1GB/s,latency=0ns,hop=0ns,per-host=4");
  const Algorithm between = made_of(shift<4>);
  const Schedule schedule(between, {.ranks = 8});
  const Mapping mapping{0, 0, 0, 0, 1, 1, 1, 1};
  const SimulationReport report =
      simulate(schedule, equal_layout(schedule, kBytes, 1), machine, mapping, flow_options());
  EXPECT_EQ(report.time, 4 * kAlone);
  const Mapping inside(8, 0);
  const SimulationReport alone = simulate(schedule, equal_layout(schedule, kBytes, 1), machine, inside, flow_options());
  EXPECT_EQ(alone.time, machine.inside_host.L + machine.inside_host.G.of(kBytes));
  EXPECT_TRUE(alone.flow->links.empty());
}

/// The flow model counts m bytes where LogGOPS counts m-1: with G more latency, LogGOPS says the same where nothing is
/// shared, to the picosecond.
void expect_equal_where_nothing_is_shared(const Algorithm& algorithm, Rank ranks, Machine machine) {
  SCOPED_TRACE(std::string(algorithm.name) + " over " + std::to_string(ranks));
  MessageLog flow_log;
  SimulationOptions options = flow_options();
  options.log = &flow_log;
  const SimulationReport flow = run(algorithm, ranks, 5040, machine, options);
  const LogGops costs = machine.between(0, 1);
  machine.replaced.L = costs.L + costs.G.of(1);
  MessageLog log;
  SimulationOptions other;
  other.log = &log;
  const SimulationReport loggops = run(algorithm, ranks, 5040, machine, other);
  EXPECT_EQ(flow.finish, loggops.finish);
  EXPECT_EQ(flow.critical_path.sharing, 0);
  EXPECT_EQ(sum(flow.critical_path), flow.time);
  EXPECT_EQ(flow.messages, loggops.messages);
  EXPECT_EQ(flow.rounds, loggops.rounds);
  EXPECT_EQ(flow.bytes_sent_max, loggops.bytes_sent_max);
  EXPECT_EQ(flow.bytes_sent_total, loggops.bytes_sent_total);
  sort_messages(flow_log);
  sort_messages(log);
  EXPECT_EQ(flow_log, log);
}

TEST(FlowEngine, IsLogGopsWhereNoLinkIsShared) {
  Machine machine = make_machine("crossbar:hosts=64,bandwidth=1GB/s,latency=300ns,hop=50ns");
  machine.between_hosts.o = 70'000;
  machine.between_hosts.g = 20'000;
  machine.gamma = {TimePerByte::from_picoseconds(250)};
  for (const bool rendezvous : {false, true}) {
    machine.between_hosts.S = rendezvous ? 100 : std::numeric_limits<Bytes>::max();
    for (const Rank ranks : {1, 2, 3, 5, 8, 16, 60}) {
      expect_equal_where_nothing_is_shared(allreduce_ring, ranks, machine);
      expect_equal_where_nothing_is_shared(allgather_ring, ranks, machine);
    }
    for (const Rank ranks : {2, 4, 8, 16, 64}) {
      expect_equal_where_nothing_is_shared(allreduce_rabenseifner, ranks, machine);
      expect_equal_where_nothing_is_shared(allreduce_recursive_doubling, ranks, machine);
      expect_equal_where_nothing_is_shared(reduce_scatter_recursive_halving, ranks, machine);
      expect_equal_where_nothing_is_shared(allgather_bruck, ranks, machine);
      if (!rendezvous) {  // its leaves finish with a rendezvous, which knows of L and not of bytes
        expect_equal_where_nothing_is_shared(reduce_binomial, ranks, machine);
      }
    }
  }
}

TEST(FlowEngine, StragglersAreLateAndSlowAsInLogGops) {
  Machine machine = make_machine("crossbar:hosts=8,bandwidth=1GB/s,latency=300ns,hop=0ns");
  machine.between_hosts.o = 70'000;
  machine.gamma = {TimePerByte::from_picoseconds(250)};
  SimulationOptions options = flow_options();
  options.stragglers = {{0, 5'000'000, 100}, {1, 2'000'000, 300}};
  SimulationOptions other;
  other.stragglers = options.stragglers;
  Machine farther = machine;
  farther.replaced.L = machine.between(0, 1).L + 1000;
  const Algorithm shifts = made_of(shift<1>);
  for (const auto& [algorithm, ranks] : {std::pair{&shifts, 8}, std::pair{&allreduce_recursive_doubling, 2}}) {
    const SimulationReport flow = run(*algorithm, ranks, 5040, machine, options);
    EXPECT_EQ(flow.finish, run(*algorithm, ranks, 5040, farther, other).finish) << ranks;
    EXPECT_EQ(sum(flow.critical_path), flow.time);
  }
}

TEST(FlowEngine, ASendOfManyBytesWaitsForItsReceive) {
  Machine machine = plain("crossbar:hosts=3");
  machine.between_hosts.S = 10;
  const SimulationReport report = run_on(made_of(late_receive), machine);
  // Both messages enter at once and share rank 1's cable until 2000 ns; the second receive is posted then.
  EXPECT_THAT(report.finish, ElementsAre(2 * kAlone, 2 * kAlone, 0));
  EXPECT_EQ(sum(report.critical_path), report.time);
}

TEST(FlowEngine, RunsTheWholeCatalogue) {
  Machine machine = make_machine("torus:dims=3x4,bandwidth=1GB/s");
  machine.between_hosts.o = 7'000;
  machine.gamma = {TimePerByte::from_picoseconds(250)};
  for (const Bytes eager : {std::numeric_limits<Bytes>::max(), Bytes{50}}) {
    machine.between_hosts.S = eager;
    for (const Algorithm* algorithm : built_in_catalogue()) {
      for (const Rank ranks : {1, 2, 3, 7, 8, 12}) {
        if (!why_not(*algorithm, {.ranks = ranks}).empty()) {
          continue;
        }
        SCOPED_TRACE(std::string(algorithm->name) + " over " + std::to_string(ranks));
        MessageLog flow_log;
        SimulationOptions options = flow_options();
        options.log = &flow_log;
        const SimulationReport flow = run(*algorithm, ranks, 1003, machine, options);
        MessageLog log;
        SimulationOptions other;
        other.log = &log;
        const SimulationReport loggops = run(*algorithm, ranks, 1003, machine, other);
        EXPECT_EQ(flow.rounds, loggops.rounds);
        EXPECT_EQ(sum(flow.critical_path), flow.time);
        sort_messages(flow_log);
        sort_messages(log);
        EXPECT_EQ(flow_log, log);
        SimulationOptions plain_options;
        plain_options.model = CostModel::kFlow;
        EXPECT_EQ(run(*algorithm, ranks, 1003, machine, plain_options).finish, flow.finish);
      }
    }
  }
}

TEST(FlowEngine, LinksCarryWhatTheRoutesOfAllMessagesSay) {
  const Machine machine = make_machine("dragonfly:hosts-per-router=2,routers=4,groups=5");
  MessageLog log;
  SimulationOptions options = flow_options();
  options.log = &log;
  const SimulationReport report = run_on(allreduce_rabenseifner, machine, 10'000, options);
  std::vector<Bytes> expected(static_cast<std::size_t>(machine.network->links()));
  std::vector<LinkId> route;
  for (const Message& message : log) {
    machine.network->route(message.source, message.destination, route);
    for (const LinkId link : route) {
      expected[static_cast<std::size_t>(link)] += message.bytes;
    }
  }
  for (const LinkUse& use : report.flow->links) {
    EXPECT_EQ(use.bytes, expected[static_cast<std::size_t>(use.link)]) << "link " << use.link;
    EXPECT_LE(use.use, 1 + 1e-9);
    expected[static_cast<std::size_t>(use.link)] = 0;
  }
  EXPECT_THAT(expected, testing::Each(0));
}

TEST(FlowEngine, RatesAddUpToTheBytes) {
  const Machine machine = plain("fat-tree:leaves=4,hosts-per-leaf=4,spines=2");
  MessageLog log;
  SimulationOptions options = flow_options();
  options.log = &log;
  options.flow.rates = true;
  const SimulationReport report = run_on(allreduce_bruck, machine, 10'000, options);
  ASSERT_EQ(report.flow->flows.size(), log.size());
  std::vector<double> moved(log.size());
  std::vector<RateChange> last(log.size());
  for (const RateChange& change : report.flow->rates) {
    RateChange& before = last[static_cast<std::size_t>(change.flow)];
    moved[static_cast<std::size_t>(change.flow)] += before.rate * static_cast<double>(change.time - before.time);
    before = change;
  }
  for (std::size_t flow = 0; flow < log.size(); ++flow) {
    EXPECT_EQ(report.flow->flows[flow].source, log[flow].source);
    EXPECT_NEAR(moved[flow], static_cast<double>(log[flow].bytes), 0.01);
    EXPECT_EQ(last[flow].rate, 0);
  }
}

TEST(FlowEngine, LogsItsOperations) {
  OperationLog operations;
  SimulationOptions options = flow_options();
  options.operations = &operations;
  Machine machine = plain("crossbar:hosts=2");
  machine.between_hosts.o = 100;
  const SimulationReport report = run_on(made_of(shift<1>), machine, kBytes, options);
  ASSERT_EQ(operations.size(), 4U);
  EXPECT_EQ(operations[0].kind, LoggedOperation::Kind::kSend);
  EXPECT_EQ(operations[0].end, 100);
  EXPECT_EQ(operations[3].kind, LoggedOperation::Kind::kReceive);
  EXPECT_EQ(operations[3].start, 100 + kAlone);
  EXPECT_EQ(operations[3].end, report.time);
}

TEST(FlowEngine, BadSchedulesAreErrorsThatSayWhere) {
  const Machine machine = plain("crossbar:hosts=3");
  const auto expect_error = [&](Program (*program)(const Problem&, Rank), const char* message) {
    try {
      static_cast<void>(run_on(made_of(program), machine));
      ADD_FAILURE() << "no error: " << message;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(message));
    }
  };
  expect_error(everybody_waits, "rank 0 in round 0 waits for a message from rank 1");
  expect_error(nobody_receives, "leaves a message from rank 0 to rank 1 that is never received");
  SimulationOptions options = flow_options();
  options.form = LogGopsForm::kSimulator;
  EXPECT_THROW(static_cast<void>(run_on(made_of(shift<1>), machine, kBytes, options)), Error);
}

}  // namespace
}  // namespace ringwood
