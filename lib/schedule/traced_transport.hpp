#pragma once

#include <map>
#include <optional>

#include "schedule/event_log.hpp"
#include "schedule/plan.hpp"
#include "schedule/transport.hpp"

namespace ringwood {

/// Another transport, and a log of when each of its transfers began and ended. For one execution of the plan.
class TracedTransport final : public Transport {
 public:
  TracedTransport(Transport& inner, const Plan& plan, EventLog& log);

  Ticket start_send(Rank peer, Lane lane, std::span<const std::byte> data) override;
  Ticket start_receive(Rank peer, Lane lane, std::span<std::byte> data) override;
  Ticket wait_any() override;
  [[nodiscard]] std::optional<Ticket> test_any() override;

 private:
  /// The transfers of a lane begin in the order of its rounds.
  struct Progress {
    std::span<const PlanRound> rounds;
    std::size_t round = 0;
    std::uint32_t begun = 0;  // of the round
  };

  Ticket note(Ticket ticket, const Event& event);
  [[nodiscard]] std::uint32_t round_of_next(Lane lane);

  Transport& inner_;
  EventLog& log_;
  std::map<Lane, Progress> lanes_;
  std::vector<std::size_t> event_of_;  // by ticket
};

}  // namespace ringwood
