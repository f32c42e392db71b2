#include "schedule/traced_transport.hpp"

namespace ringwood {

TracedTransport::TracedTransport(Transport& inner, const Plan& plan, EventLog& log) : inner_(inner), log_(log) {
  for (const PlanStrand& strand : plan.strands()) {
    lanes_.try_emplace(strand.lane, Progress{.rounds = plan.rounds(strand)});
  }
}

std::uint32_t TracedTransport::round_of_next(Lane lane) {
  Progress& at = lanes_[lane];
  const auto transfers = [&] {
    const PlanRound& round = at.rounds[at.round];
    return round.receives.end - round.receives.begin + round.sends.end - round.sends.begin;
  };
  while (at.round < at.rounds.size() && at.begun >= transfers()) {
    ++at.round;
    at.begun = 0;
  }
  ++at.begun;
  return static_cast<std::uint32_t>(at.round);
}

Transport::Ticket TracedTransport::note(Ticket ticket, const Event& event) {
  event_of_.resize(ticket + std::size_t{1});
  event_of_[ticket] = log_.size();
  log_.push_back(event);
  return ticket;
}

Transport::Ticket TracedTransport::start_send(Rank peer, Lane lane, std::span<const std::byte> data) {
  const Event event{.kind = Event::Kind::kSend,
                    .lane = lane,
                    .peer = peer,
                    .round = round_of_next(lane),
                    .bytes = static_cast<Bytes>(data.size()),
                    .start_ns = nanoseconds_now()};
  return note(inner_.start_send(peer, lane, data), event);
}

Transport::Ticket TracedTransport::start_receive(Rank peer, Lane lane, std::span<std::byte> data) {
  const Event event{.kind = Event::Kind::kReceive,
                    .lane = lane,
                    .peer = peer,
                    .round = round_of_next(lane),
                    .bytes = static_cast<Bytes>(data.size()),
                    .start_ns = nanoseconds_now()};
  return note(inner_.start_receive(peer, lane, data), event);
}

Transport::Ticket TracedTransport::wait_any() {
  const Ticket ticket = inner_.wait_any();
  log_[event_of_[ticket]].end_ns = nanoseconds_now();
  return ticket;
}

std::optional<Transport::Ticket> TracedTransport::test_any() {
  const std::optional<Ticket> ticket = inner_.test_any();
  if (ticket) {
    log_[event_of_[*ticket]].end_ns = nanoseconds_now();
  }
  return ticket;
}

}  // namespace ringwood
