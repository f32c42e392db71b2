#pragma once

// All ranks of a plan in one thread, in turns: a transport that looks at every address before it touches memory. For
// tests that try very many schedules, or sizes that no machine has.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "ringwood/error.hpp"
#include "schedule/executor.hpp"

namespace ringwood {

/// What moves between the ranks. A message meets its receive, and is copied then, or only looked at.
class FakeNetwork {
 public:
  enum class Bytes { kCopied, kLeftAlone };

  FakeNetwork(Rank ranks, Bytes bytes) : ended_(static_cast<std::size_t>(ranks)), bytes_(bytes) {}

  struct Waiting {
    std::span<const std::byte> from;
    std::span<std::byte> to;
    Transport::Ticket ticket = 0;
  };

  /// Messages of one source, destination and lane; of these two, one is empty.
  struct Channel {
    std::deque<Waiting> sends;
    std::deque<Waiting> receives;
  };

  [[nodiscard]] Channel& channel(Rank from, Rank to, Lane lane) { return channels_[{from, to, lane}]; }

  void meet(Rank from, Rank to, Channel& channel) {
    while (!channel.sends.empty() && !channel.receives.empty()) {
      const Waiting& send = channel.sends.front();
      const Waiting& receive = channel.receives.front();
      if (send.from.size() != receive.to.size()) {
        throw Error(ErrorKind::kSystem, "a message of " + std::to_string(send.from.size()) +
                                            " bytes met a receive of " + std::to_string(receive.to.size()));
      }
      if (bytes_ == Bytes::kCopied) {
        std::copy(send.from.begin(), send.from.end(), receive.to.begin());
      }
      ended_[static_cast<std::size_t>(from)].push_back(send.ticket);
      ended_[static_cast<std::size_t>(to)].push_back(receive.ticket);
      channel.sends.pop_front();
      channel.receives.pop_front();
      ++messages_;
    }
  }

  [[nodiscard]] std::deque<Transport::Ticket>& ended(Rank rank) { return ended_[static_cast<std::size_t>(rank)]; }

  [[nodiscard]] std::int64_t messages() const { return messages_; }

 private:
  std::map<std::tuple<Rank, Rank, Lane>, Channel> channels_;
  std::vector<std::deque<Transport::Ticket>> ended_;
  Bytes bytes_;
  std::int64_t messages_ = 0;
};

/// One rank's way into it. A send ends when its receive has taken it.
class FakeTransport final : public Transport {
 public:
  FakeTransport(FakeNetwork& network, Rank me) : network_(network), me_(me) {}

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override {
    FakeNetwork::Channel& channel = network_.channel(me_, peer, lane);
    channel.sends.push_back({.from = data, .to = {}, .ticket = next_});
    network_.meet(me_, peer, channel);
    return next_++;
  }

  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override {
    FakeNetwork::Channel& channel = network_.channel(peer, me_, lane);
    channel.receives.push_back({.from = {}, .to = data, .ticket = next_});
    network_.meet(peer, me_, channel);
    return next_++;
  }

  Ticket wait_any() override { throw Error(ErrorKind::kUsage, "a rank among others in one thread cannot wait"); }

  std::optional<Ticket> test_any() override {
    std::deque<Ticket>& ended = network_.ended(me_);
    if (ended.empty()) {
      return std::nullopt;
    }
    const Ticket ticket = ended.front();
    ended.pop_front();
    return ticket;
  }

 private:
  FakeNetwork& network_;
  Rank me_;
  Ticket next_ = 0;
};

/// Why a plan would touch what is not its own, by its tables alone; empty: it would not.
inline std::string out_of_bounds(const Plan& plan) {
  const auto outside = [&](Address address, Bytes bytes, bool written) {
    const Bytes sizes[] = {plan.send_bytes(), plan.receive_bytes(), plan.scratch_bytes()};
    const Bytes size = sizes[static_cast<std::size_t>(address.memory)];
    return bytes <= 0 || address.offset < 0 || address.offset > size - bytes ||
           (written && address.memory == Memory::kSend);
  };
  const auto bad_effect = [&](const Effect& effect) {
    return outside(effect.left, effect.bytes, false) || outside(effect.result, effect.bytes, true) ||
           (effect.kind == Effect::Kind::kReduce && outside(effect.right, effect.bytes, false));
  };
  for (const std::span<const Effect> effects : {plan.start(), plan.finish()}) {
    if (std::any_of(effects.begin(), effects.end(), bad_effect)) {
      return "before the first round or after the last";
    }
  }
  for (const PlanStrand& strand : plan.strands()) {
    for (const PlanRound& round : plan.rounds(strand)) {
      for (const Transfer& one : plan.transfers(round.sends)) {
        if (outside(one.address, one.bytes, false)) {
          return "a send to rank " + std::to_string(one.peer);
        }
      }
      for (const Transfer& one : plan.transfers(round.receives)) {
        if (outside(one.address, one.bytes, true)) {
          return "a receive from rank " + std::to_string(one.peer);
        }
      }
      for (const PlanRange range : {round.packs, round.effects}) {
        if (std::any_of(plan.effects(range).begin(), plan.effects(range).end(), bad_effect)) {
          return "an effect of a round";
        }
      }
    }
  }
  return "";
}

/// Carries the plans out, a rank each, in turns. Why that did not come to an end; empty: it did. Memory of kLeftAlone
/// networks is only touched by copies inside of a rank and by the reduction.
inline std::string run_in_turns(std::span<const Plan> plans, std::span<const Buffers> buffers,
                                const Reduction* reduction, FakeNetwork& network) {
  std::deque<FakeTransport> transports;
  std::vector<Executor> executors(plans.size());
  std::vector<bool> ended(plans.size());
  for (std::size_t rank = 0; rank < plans.size(); ++rank) {
    transports.emplace_back(network, static_cast<Rank>(rank));
    executors[rank].begin(plans[rank], buffers[rank], reduction, transports.back());
  }
  for (std::size_t left = plans.size(); left > 0;) {
    const std::int64_t messages = network.messages();
    const std::size_t before = left;
    for (std::size_t rank = 0; rank < plans.size(); ++rank) {
      if (!ended[rank] && executors[rank].advance()) {
        ended[rank] = true;
        --left;
      }
    }
    if (left == before && messages == network.messages()) {
      return "nobody gets on";
    }
  }
  return "";
}

}  // namespace ringwood
