#include "sim/symmetry.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "sim/chunk_bytes.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

namespace {

// Up to so many ranks a claim is checked on all of them.
constexpr Rank kCheckedInFull = 64;

// Of a sample's program so many operations are compared.
constexpr std::int64_t kSampled = 20'000;

// A look at a pair of ranks may cost as much as evaluating some messages: orbits must save that.
constexpr std::int64_t kMessagesPerLook = 8;

/// Compares a program with its renumbered representative's.
class Comparison {
 public:
  Comparison(const Orbits& orbits, Rank rank, std::int64_t most_operations)
      : orbits_(orbits), rank_(rank), shift_(rank - orbits.representative(rank)), left_(most_operations) {}

  /// Whether they do alike, as far as it was looked.
  [[nodiscard]] bool alike(Program& representative, Program& program) {
    while (left_ > 0) {
      const Step step = program.advance();
      if (representative.advance() != step) {
        return false;
      }
      switch (step) {
        case Step::kRound:
          if (!alike(representative.round(), program.round())) {
            return false;
          }
          break;
        case Step::kFork:
          if (!alike(representative.lanes(), program.lanes())) {
            return false;
          }
          break;
        case Step::kEnd:
          return true;
      }
      ++round_;
    }
    return true;
  }

  [[nodiscard]] std::string text() const {
    return "rank " + std::to_string(rank_) + " differs from rank " + std::to_string(orbits_.representative(rank_)) +
           " in round " + std::to_string(round_);
  }

 private:
  [[nodiscard]] bool alike(std::span<Program> ours, std::span<Program> theirs) {
    if (ours.size() != theirs.size()) {
      return false;
    }
    for (std::size_t i = 0; i < ours.size() && left_ > 0; ++i) {
      if (!alike(ours[i], theirs[i])) {
        return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool alike(std::span<const Operation> ours, std::span<const Operation> theirs) {
    left_ -= static_cast<std::int64_t>(ours.size()) + 1;
    return std::equal(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      [this](const Operation& mine, const Operation& other) {
                        return mine.kind == other.kind && mine.chunks.size() == other.chunks.size() &&
                               (mine.peer < 0 ? other.peer < 0 : mine.peer == orbits_.renumbered(other.peer, shift_));
                      });
  }

  const Orbits& orbits_;
  Rank rank_;
  Rank shift_;
  std::int64_t left_;
  std::int64_t round_ = 0;
};

/// The first difference found among the ranks that are looked at.
[[nodiscard]] std::string first_difference(const Schedule& schedule, const Orbits& orbits) {
  const Rank p = schedule.ranks();
  const Rank period = orbits.representatives();
  std::set<Rank> looked_at;
  for (Rank rank = period; rank < p && p <= kCheckedInFull; ++rank) {
    looked_at.insert(rank);
  }
  for (const Rank shift : {period, p / period / 2 * period, p - period}) {
    for (const Rank member : {Rank{0}, period / 2, period - 1}) {
      looked_at.insert(shift + member);
    }
  }
  for (const Rank rank : looked_at) {
    std::string difference = difference_from_representative(schedule, orbits, rank, kSampled);
    if (!difference.empty()) {
      return difference;
    }
  }
  return "";
}

[[nodiscard]] Symmetry claim_of(const Schedule& schedule) {
  const ScheduleInstance instance(schedule);
  const Algorithm& algorithm = schedule.algorithm();
  return algorithm.symmetry == nullptr ? Symmetry::kNone : algorithm.symmetry(instance.problem());
}

/// The same algorithm for few ranks, all of which can be looked at.
[[nodiscard]] std::string difference_for_few_ranks(const Schedule& schedule, Symmetry claim) {
  const Rank few = claim == Symmetry::kExclusiveOr ? 16 : schedule.ranks() % 2 == 0 ? 12 : 13;
  if (schedule.ranks() <= kCheckedInFull || schedule.placement() != nullptr || schedule.recorded() != nullptr) {
    return "";
  }
  const Schedule::Request request{.ranks = few, .root = 0, .commutative = schedule.commutative()};
  const bool combined = !ScheduleInstance(schedule).problem().parts.empty();
  if (combined || !why_not(schedule.algorithm(), request).empty()) {
    return "";
  }
  const Schedule small(schedule.algorithm(), request, schedule.parameters());
  if (claim_of(small) != claim) {
    return "";
  }
  const std::string difference = first_difference(small, Orbits(claim, few, 1));
  return difference.empty() ? "" : "with " + std::to_string(few) + " ranks, " + difference;
}

/// Ranks at the beginning of the mapping that are in one group, where `group_of` numbers groups.
template <typename GroupOf>
[[nodiscard]] Rank first_run(const Mapping& mapping, GroupOf group_of) {
  std::size_t length = 1;
  while (length < mapping.size() && group_of(mapping[length]) == group_of(mapping.front())) {
    ++length;
  }
  return static_cast<Rank>(length);
}

/// Periods that machine and mapping may have, in ascending order.
[[nodiscard]] std::set<Rank> candidate_periods(const SimulationInput& input, Symmetry claim) {
  const Topology& network = *input.machine.network;
  const Rank p = input.schedule.ranks();
  const Rank on_host = first_run(input.mapping, [](Host host) { return host; });
  std::set<Rank> periods{1, on_host};
  for (std::size_t level = 0; level < network.group_levels().size(); ++level) {
    periods.insert(first_run(input.mapping, [&](Host host) { return network.group_of(level, host); }));
  }
  std::int64_t plane = on_host;
  for (const std::int64_t side : network.shape().grid) {
    plane *= side;
    periods.insert(static_cast<Rank>(std::min<std::int64_t>(plane, p)));
  }
  std::erase_if(periods, [&](Rank period) {
    const bool power = (period & (period - 1)) == 0;
    return period >= p || p % period != 0 || (claim == Symmetry::kExclusiveOr && !power);
  });
  return periods;
}

/// The pairs (representative, peer) that exchange messages, sent by the representative; nothing if a program forks or
/// there are more than `most_operations` to look at.
using Edges = std::set<std::pair<Rank, Rank>>;

[[nodiscard]] std::optional<Edges> edges_of(const Schedule& schedule, Rank representatives,
                                            std::int64_t most_operations) {
  const ScheduleInstance instance(schedule);
  Edges edges;
  for (Rank me = 0; me < representatives; ++me) {
    Program program = instance.program(me);
    Rank last = -1;
    for (Step step = program.advance(); step != Step::kEnd; step = program.advance()) {
      if (step == Step::kFork || most_operations-- <= 0) {
        return std::nullopt;
      }
      for (const Operation& operation : program.round()) {
        if (operation.kind == OperationKind::kSend && operation.peer != last) {
          last = operation.peer;
          edges.insert({me, last});
        }
      }
    }
  }
  return edges;
}

/// Messages of one rank, at the most `enough`.
[[nodiscard]] std::int64_t sends_of_first_rank(const Schedule& schedule, std::int64_t enough) {
  const ScheduleInstance instance(schedule);
  Program program = instance.program(0);
  std::int64_t sends = 0;
  while (sends < enough && program.advance() == Step::kRound) {
    for (const Operation& operation : program.round()) {
      sends += operation.kind == OperationKind::kSend ? 1 : 0;
    }
  }
  return sends;
}

/// Whether it takes at most a few looks to tell all costs: different hosts of a network without distances.
[[nodiscard]] bool all_pairs_alike(const SimulationInput& input) {
  if (!input.machine.network->is_uniform()) {
    return false;
  }
  std::vector<bool> used(static_cast<std::size_t>(input.machine.network->hosts()));
  for (const Host host : input.mapping) {
    if (used[static_cast<std::size_t>(host)]) {
      return false;
    }
    used[static_cast<std::size_t>(host)] = true;
  }
  return true;
}

/// Whether a message from a representative costs what the same message from any rank like it does.
[[nodiscard]] bool costs_alike(PairCosts& costs, const Orbits& orbits, Rank ranks, const Edges& edges) {
  for (const auto& [from, to] : edges) {
    const CostClass expected = costs.class_of(from, to);
    for (Rank shift = orbits.representatives(); shift < ranks; shift += orbits.representatives()) {
      // The renumbering that takes `shift` to 0 takes the pair's image to the pair: its inverse is wanted here.
      const Rank back = orbits.kind() == Symmetry::kRotation ? ranks - shift : shift;
      if (costs.class_of(orbits.renumbered(from, back), orbits.renumbered(to, back)) != expected) {
        return false;
      }
    }
  }
  return true;
}

[[nodiscard]] std::optional<Orbits> orbits_of_machine(const SimulationInput& input, Symmetry claim) {
  const Schedule& schedule = input.schedule;
  const Rank p = schedule.ranks();
  if (all_pairs_alike(input)) {
    return Orbits(claim, p, 1);
  }
  const std::int64_t sends = sends_of_first_rank(schedule, std::int64_t{1} << 40U);
  PairCosts costs(input.machine, input.mapping, input.layout.total_bytes());
  for (const Rank period : candidate_periods(input, claim)) {
    if (period > p / kMessagesPerLook) {
      break;
    }
    const std::optional<Edges> edges = edges_of(schedule, period, sends * p / kMessagesPerLook);
    const auto looks = static_cast<std::int64_t>(edges ? edges->size() : 0) * (p / period);
    if (!edges || looks > sends * p / kMessagesPerLook) {
      continue;
    }
    const Orbits orbits(claim, p, period);
    if (costs_alike(costs, orbits, p, *edges)) {
      return orbits;
    }
  }
  return std::nullopt;
}

}  // namespace

std::string difference_from_representative(const Schedule& schedule, const Orbits& orbits, Rank rank,
                                           std::int64_t most_operations) {
  const ScheduleInstance instance(schedule);
  Program representative = instance.program(orbits.representative(rank));
  Program program = instance.program(rank);
  Comparison comparison(orbits, rank, most_operations);
  return comparison.alike(representative, program) ? "" : comparison.text();
}

FoundSymmetry find_symmetry(const SimulationInput& input) {
  const Schedule& schedule = input.schedule;
  const Symmetry claim = claim_of(schedule);
  if (claim == Symmetry::kNone || schedule.ranks() < 2 || !ChunkBytes(input.layout).all_alike()) {
    return {};
  }
  std::string refused = first_difference(schedule, Orbits(claim, schedule.ranks(), 1));
  if (refused.empty()) {
    refused = difference_for_few_ranks(schedule, claim);
  }
  if (!refused.empty()) {
    return {.orbits = std::nullopt, .refused = refused};
  }
  return {.orbits = orbits_of_machine(input, claim), .refused = ""};
}

}  // namespace ringwood
