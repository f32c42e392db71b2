#pragma once

// Random problems for RapidCheck: what is asked, of how many ranks, in which type, by which algorithm; each is one line
// of text, so that a failure is repeated by one command.

#include <rapidcheck.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "ringwood/error.hpp"
#include "ringwood/expression.hpp"
#include "ringwood/schedule.hpp"
#include "tests/built_in_kind.hpp"

namespace ringwood {

struct RandomProblem {
  Collective collective = Collective::kAllreduce;
  Rank ranks = 1;
  std::size_t elements = 0;
  ElementType type = ElementType::kInt32;
  int op = 0;  ///< a ReduceOperator, or kMatrixProduct
  Rank root = 0;
  bool in_place = false;
  std::uint64_t seed = 0;  ///< of placement, lanes and disorder
  std::string algorithm = "ring";

  static constexpr int kMatrixProduct = 9;

  [[nodiscard]] bool matrices() const { return op == kMatrixProduct && contract_of(collective).reduces; }

  [[nodiscard]] ValueKind kind() const {
    return matrices() ? matrix_kind() : built_in_kind(type, static_cast<ReduceOperator>(op % kMatrixProduct));
  }

  [[nodiscard]] Asked asked() const {
    return {.collective = collective, .elements = elements, .root = root, .in_place = in_place};
  }

  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << static_cast<int>(collective) << ' ' << ranks << ' ' << elements << ' ' << static_cast<int>(type) << ' ' << op
        << ' ' << root << ' ' << in_place << ' ' << seed << ' ' << algorithm;
    return out.str();
  }

  [[nodiscard]] static RandomProblem parse(const std::string& text) {
    std::istringstream in(text);
    RandomProblem problem;
    int collective = 0;
    int type = 0;
    in >> collective >> problem.ranks >> problem.elements >> type >> problem.op >> problem.root >> problem.in_place >>
        problem.seed >> std::ws;
    problem.collective = static_cast<Collective>(collective);
    problem.type = static_cast<ElementType>(type);
    std::getline(in, problem.algorithm);
    return problem;
  }

  /// Nodes of one to four ranks, scattered.
  [[nodiscard]] Placement placement() const {
    Placement::Level node{.name = "node", .group_of = std::vector<Rank>(static_cast<std::size_t>(ranks))};
    const auto nodes = static_cast<std::uint64_t>(1 + ranks / 3);
    for (std::size_t rank = 0; rank < node.group_of.size(); ++rank) {
      node.group_of[rank] = static_cast<Rank>(((rank + 1) * (2 * seed + 1) * 2654435761U >> 7U) % nodes);
    }
    return Placement({std::move(node)});
  }
};

/// Any algorithm, alone or inside of a combinator or two.
inline std::string random_algorithm(Collective collective) {
  std::vector<std::string> names;
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (algorithm->collective == collective) {
      names.emplace_back(algorithm->name);
    }
  }
  const auto name = [&](const std::vector<std::string>& of) {
    return of[*rc::gen::inRange<std::size_t>(0, of.size())];
  };
  const std::string plain = name(names);
  switch (*rc::gen::weightedElement<int>({{6, 0}, {2, 1}, {1, 2}, {1, 3}, {1, 4}})) {
    case 1:
      return "lanes(" + std::to_string(*rc::gen::inRange(1, 5)) + ", " + plain + ")";
    case 2:
      return "permute(" + std::to_string(*rc::gen::inRange(0, 6)) + ", " + plain + ")";
    case 3:
      return collective == Collective::kAllreduce ? "hier(node=" + plain + ", network=" + name(names) + ")" : plain;
    case 4:
      return collective == Collective::kAllreduce ? "then(reverse(bruck), lanes(2, ring))" : "lanes(2, " + plain + ")";
    default:
      return plain;
  }
}

/// `ranks`: of so many, or of 1 to 17 if 0.
inline RandomProblem random_problem(Rank ranks) {
  RandomProblem problem;
  // Every third is an allreduce: it has most algorithms.
  std::vector<Collective> collectives(kAllCollectives.begin(), kAllCollectives.end());
  collectives.insert(collectives.end(), 4, Collective::kAllreduce);
  problem.collective = *rc::gen::elementOf(collectives);
  problem.ranks = ranks > 0 ? ranks : *rc::gen::inRange<Rank>(1, 18);
  // Mostly small; some above the eager limits and of several pieces of a pipeline.
  problem.elements = *rc::gen::weightedOneOf<std::size_t>({{3, rc::gen::inRange<std::size_t>(0, 40)},
                                                           {3, rc::gen::inRange<std::size_t>(0, 5000)},
                                                           {1, rc::gen::inRange<std::size_t>(5000, 60'000)}});
  if (problem.collective == Collective::kBarrier) {
    problem.elements = 0;
  }
  problem.type = static_cast<ElementType>(*rc::gen::inRange(0, 10));
  problem.op = *rc::gen::inRange(0, RandomProblem::kMatrixProduct + 1);
  problem.root = *rc::gen::inRange<Rank>(0, problem.ranks);
  problem.in_place = *rc::gen::arbitrary<bool>();
  problem.seed = *rc::gen::inRange<std::uint64_t>(0, 1'000'000);
  problem.algorithm = random_algorithm(problem.collective);
  return problem;
}

/// The problem's schedule, or why there is none: an algorithm that refuses a problem is as right as one that does it.
struct MaybeSchedule {
  std::optional<Schedule> schedule;
  std::string why_not;
};

inline MaybeSchedule schedule_of(const RandomProblem& problem, const Placement& placement) {
  const Schedule::Request request{
      .ranks = problem.ranks, .root = problem.root, .commutative = !problem.matrices(), .placement = &placement};
  try {
    return {Schedule(built_in_library(), problem.collective, parse_expression(problem.algorithm), request), ""};
  } catch (const Error& error) {
    return {std::nullopt, error.what()};
  }
}

/// Checks `wrong(problem)`, which says what is wrong with a problem, for one problem if RINGWOOD_CASE names it, else
/// for random ones: as many as RC_PARAMS says, 100 if nothing. What fails is made smaller, and told as a command.
template <typename Wrong>
bool check_random_problems(const char* name, Rank ranks, const std::string& program, Wrong wrong) {
  if (const char* const given = std::getenv("RINGWOOD_CASE")) {
    const std::string found = wrong(RandomProblem::parse(given));
    std::fprintf(stderr, "%s\n", found.empty() ? "right" : found.c_str());
    return found.empty();
  }
  return rc::check(name, [&] {
    const RandomProblem problem = random_problem(ranks);
    const std::string found = wrong(problem);
    RC_LOG() << "to repeat: RINGWOOD_CASE='" << problem.text() << "' " << program << "\n" << found << "\n";
    RC_TAG(std::string(name_of(problem.collective)));
    RC_ASSERT(found.empty());
  });
}

}  // namespace ringwood
