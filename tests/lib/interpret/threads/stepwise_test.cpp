// Executors that never wait: all ranks of several collectives at once in one thread, taken up in a random order, get
// what threads that wait get.

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <random>
#include <tuple>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/threads.hpp"
#include "schedule/contract.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

namespace {

class NetworkTransport;

/// Moves a message some time after both sides have come, and never earlier.
class Network {
 public:
  explicit Network(unsigned seed) : random_(seed) {}

  struct End {
    NetworkTransport* owner = nullptr;
    Transport::Ticket ticket = 0;
    const std::byte* from = nullptr;
    std::byte* to = nullptr;
    std::size_t bytes = 0;
  };

  using Address = std::tuple<int, Rank, Rank, Lane>;  // call, source, destination, lane

  void meet(const Address& address, const End& end) {
    auto& [sends, receives] = waiting_[address];
    (end.from != nullptr ? sends : receives).push_back(end);
    if (!sends.empty() && !receives.empty()) {
      pairs_.emplace_back(sends.front(), receives.front());
      sends.pop_front();
      receives.pop_front();
    }
  }

  void deliver_one();

  [[nodiscard]] std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

 private:
  std::mt19937 random_;
  std::map<Address, std::pair<std::deque<End>, std::deque<End>>> waiting_;
  std::vector<std::pair<End, End>> pairs_;
};

class NetworkTransport final : public Transport {
 public:
  NetworkTransport(Network& network, int call, Rank me) : network_(network), call_(call), me_(me) {}

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override {
    network_.meet({call_, me_, peer, lane},
                  {.owner = this, .ticket = next_, .from = data.data(), .bytes = data.size()});
    return next_++;
  }

  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override {
    network_.meet({call_, peer, me_, lane}, {.owner = this, .ticket = next_, .to = data.data(), .bytes = data.size()});
    return next_++;
  }

  Ticket wait_any() override { throw Error(ErrorKind::kUsage, "a step waited"); }

  std::optional<Ticket> test_any() override {
    if (ended_.empty()) {
      return std::nullopt;
    }
    const Ticket ticket = ended_.front();
    ended_.pop_front();
    return ticket;
  }

  void end(Ticket ticket) { ended_.push_back(ticket); }

 private:
  Network& network_;
  int call_;
  Rank me_;
  Ticket next_ = 0;
  std::deque<Ticket> ended_;
};

void Network::deliver_one() {
  if (pairs_.empty()) {
    return;
  }
  std::swap(pairs_[below(pairs_.size())], pairs_.back());
  const auto [send, receive] = pairs_.back();
  pairs_.pop_back();
  ASSERT_EQ(send.bytes, receive.bytes);
  std::copy_n(send.from, send.bytes, receive.to);
  send.owner->end(send.ticket);
  receive.owner->end(receive.ticket);
}

using RankMemory = std::vector<std::vector<std::byte>>;  // one a rank

/// One call of all ranks; whole numbers, so that sums are exact.
struct Call {
  Call(const Schedule& what, Bytes elements, BufferUse buffer_use = BufferUse::kSeparate)
      : schedule(what),
        layout(equal_layout(what, elements, 4)),
        use(buffer_use),
        reduces(contract_of(what.collective()).reduces) {
    for (Rank rank = 0; rank < what.ranks(); ++rank) {
      plans.push_back(compile(what, layout, rank, use));
      send.push_back(numbers(plans.back().send_bytes(), rank));
      receive.push_back(numbers(plans.back().receive_bytes(), rank + 50));
      scratch.emplace_back(static_cast<std::size_t>(plans.back().scratch_bytes()));
    }
  }

  [[nodiscard]] static std::vector<std::byte> numbers(Bytes bytes, Rank seed) {
    std::vector<std::byte> data(static_cast<std::size_t>(bytes));
    for (std::size_t i = 0; i < data.size(); ++i) {
      data[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(seed) * 13);
    }
    return data;
  }

  [[nodiscard]] const Reduction* reduction() const { return reduces ? &sum : nullptr; }

  /// What threads make of it.
  [[nodiscard]] RankMemory expected() const {
    RankMemory result = receive;
    std::vector<RankBuffers> buffers;
    for (std::size_t rank = 0; rank < send.size(); ++rank) {
      buffers.push_back({send[rank], result[rank]});
    }
    const ThreadsReport report =
        run_on_threads(schedule, layout, reduction(), buffers, {.in_place = use == BufferUse::kInPlace});
    EXPECT_TRUE(report.ok) << report.error;
    return result;
  }

  Schedule schedule;
  Layout layout;
  BufferUse use;
  bool reduces;
  Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  std::vector<Plan> plans;
  RankMemory send;
  RankMemory receive;
  RankMemory scratch;
};

/// One rank of one call.
struct Step {
  Call* call;
  std::size_t rank;
  NetworkTransport transport;
  Executor executor;
};

void run_all(std::vector<Call>& calls, unsigned seed) {
  Network network(seed);
  std::vector<std::unique_ptr<Step>> steps;
  for (std::size_t index = 0; index < calls.size(); ++index) {
    Call& call = calls[index];
    for (std::size_t rank = 0; rank < call.plans.size(); ++rank) {
      steps.push_back(std::unique_ptr<Step>(
          new Step{&call, rank, {network, static_cast<int>(index), static_cast<Rank>(rank)}, {}}));
      Step& step = *steps.back();
      step.executor.begin(call.plans[rank],
                          {call.send[rank].data(), call.receive[rank].data(), call.scratch[rank].data()},
                          call.reduction(), step.transport);
    }
  }
  for (int turns = 0; !steps.empty(); ++turns) {
    ASSERT_LT(turns, 1'000'000) << "no end: " << steps.front()->executor.where();
    network.deliver_one();
    const std::size_t chosen = network.below(steps.size());
    if (steps[chosen]->executor.advance()) {
      EXPECT_TRUE(steps[chosen]->executor.advance());
      std::swap(steps[chosen], steps.back());
      steps.pop_back();
    }
  }
}

TEST(Stepwise, gets_what_threads_get_for_every_algorithm) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    for (const Rank ranks : {1, 2, 3, 4, 5, 7, 8, 9}) {
      const Schedule::Request request{.ranks = ranks, .root = ranks / 2};
      if (!why_not(*algorithm, request).empty()) {
        continue;
      }
      SCOPED_TRACE(std::string(name_of(algorithm->collective)) + " " + std::string(algorithm->name) + " " +
                   std::to_string(ranks));
      std::vector<Call> calls;
      for (const Bytes elements : {0, 1, 50}) {
        calls.emplace_back(Schedule(*algorithm, request), elements);
      }
      calls.emplace_back(Schedule(*algorithm, request), 50, BufferUse::kInPlace);
      std::vector<RankMemory> expected;
      for (const Call& call : calls) {
        expected.push_back(call.expected());
      }
      run_all(calls, static_cast<unsigned>(ranks));
      for (std::size_t index = 0; index < calls.size(); ++index) {
        ASSERT_EQ(calls[index].receive, expected[index]) << "call " << index;
      }
    }
  }
}

TEST(Stepwise, many_with_lanes_at_once) {
  std::vector<Call> calls;
  for (const char* text : {"lanes(3, ring)", "ring", "then(circulant, bruck)", "lanes(2, recursive-doubling)"}) {
    for (int times = 0; times < 4; ++times) {
      calls.emplace_back(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 4}),
                         60 + times);
    }
  }
  std::vector<RankMemory> expected;
  for (const Call& call : calls) {
    expected.push_back(call.expected());
  }
  run_all(calls, 99);
  for (std::size_t index = 0; index < calls.size(); ++index) {
    EXPECT_EQ(calls[index].receive, expected[index]) << "call " << index;
  }
}

// Nothing of an earlier call is taken for the next one's, whatever the number of lanes and messages of each.
TEST(Stepwise, executors_are_taken_up_again) {
  std::vector<Executor> executors(4);
  for (const char* text : {"ring", "lanes(3, ring)", "recursive-doubling", "lanes(2, circulant)", "lanes(3, ring)"}) {
    SCOPED_TRACE(text);
    Call call(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 4}), 120);
    const RankMemory expected = call.expected();
    Network network(7);
    std::deque<NetworkTransport> transports;
    for (std::size_t rank = 0; rank < executors.size(); ++rank) {
      transports.emplace_back(network, 0, static_cast<Rank>(rank));
      executors[rank].begin(call.plans[rank],
                            {call.send[rank].data(), call.receive[rank].data(), call.scratch[rank].data()},
                            call.reduction(), transports.back());
    }
    std::size_t ended = 0;
    for (int turns = 0; ended < executors.size(); ++turns) {
      ASSERT_LT(turns, 10'000) << "no end: " << executors.front().where();
      network.deliver_one();
      ended = 0;
      for (Executor& executor : executors) {
        ended += executor.advance() ? 1 : 0;
      }
    }
    EXPECT_EQ(call.receive, expected);
  }
}

/// All ranks of an allreduce, begun in one network.
class Begun {
 public:
  explicit Begun(const char* text)
      : call_(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = 4}), 960) {
    for (std::size_t rank = 0; rank < call_.plans.size(); ++rank) {
      steps_.push_back(
          std::unique_ptr<Step>(new Step{&call_, rank, {network_, 0, static_cast<Rank>(rank)}, Executor{}}));
      steps_.back()->executor.begin(call_.plans[rank],
                                    {call_.send[rank].data(), call_.receive[rank].data(), call_.scratch[rank].data()},
                                    call_.reduction(), steps_.back()->transport);
    }
  }

  /// Every message that is on its way arrives; then all ranks go on.
  void one_round() {
    for (int i = 0; i < 100; ++i) {
      network_.deliver_one();
    }
    for (const auto& step : steps_) {
      EXPECT_FALSE(step->executor.advance());
    }
  }

  [[nodiscard]] const Executor& of_rank(std::size_t rank) const { return steps_[rank]->executor; }

 private:
  Call call_;
  Network network_{1};
  std::vector<std::unique_ptr<Step>> steps_;
};

TEST(Stepwise, tells_where_it_waits) {
  Begun plain("ring");
  EXPECT_EQ(plain.of_rank(2).where(), "rank 2, round 0");
  const std::uint64_t before = plain.of_rank(2).arrivals();
  plain.one_round();
  EXPECT_EQ(plain.of_rank(2).where(), "rank 2, round 1");
  EXPECT_EQ(plain.of_rank(2).arrivals(), before + 2);  // what it sent and what it got

  Begun lanes("lanes(3, ring)");
  EXPECT_EQ(lanes.of_rank(1).where(), "rank 1, lane 0, round 0; lane 1, round 0; lane 2, round 0");
  lanes.one_round();
  EXPECT_EQ(lanes.of_rank(1).where(), "rank 1, lane 0, round 1; lane 1, round 1; lane 2, round 1");

  const Begun many("lanes(6, ring)");
  EXPECT_EQ(many.of_rank(3).where(), "rank 3, lane 0, round 0; lane 1, round 0; lane 2, round 0; lane 3, round 0; ...");
  const Begun four("lanes(4, ring)");
  EXPECT_EQ(four.of_rank(3).where(), "rank 3, lane 0, round 0; lane 1, round 0; lane 2, round 0; lane 3, round 0");
}

}  // namespace

}  // namespace ringwood
