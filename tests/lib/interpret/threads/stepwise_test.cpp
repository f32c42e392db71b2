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
  Call(const Schedule& what, Bytes elements)
      : schedule(what), layout(equal_layout(what, elements, 4)), reduces(contract_of(what.collective()).reduces) {
    for (Rank rank = 0; rank < what.ranks(); ++rank) {
      plans.push_back(compile(what, layout, rank));
      std::vector<std::byte> data(static_cast<std::size_t>(plans.back().send_bytes()));
      for (std::size_t i = 0; i < data.size(); ++i) {
        data[i] = static_cast<std::byte>(i * 7 + static_cast<std::size_t>(rank) * 13);
      }
      send.push_back(data);
      receive.emplace_back(static_cast<std::size_t>(plans.back().receive_bytes()), std::byte{0x5A});
      scratch.emplace_back(static_cast<std::size_t>(plans.back().scratch_bytes()));
    }
  }

  [[nodiscard]] const Reduction* reduction() const { return reduces ? &sum : nullptr; }

  /// What threads make of it.
  [[nodiscard]] RankMemory expected() const {
    RankMemory result = receive;
    std::vector<RankBuffers> buffers;
    for (std::size_t rank = 0; rank < send.size(); ++rank) {
      buffers.push_back({send[rank], result[rank]});
    }
    const ThreadsReport report = run_on_threads(schedule, layout, reduction(), buffers);
    EXPECT_TRUE(report.ok) << report.error;
    return result;
  }

  Schedule schedule;
  Layout layout;
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

}  // namespace

}  // namespace ringwood
