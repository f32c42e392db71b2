#include "ringwood/schedule.hpp"

#include <bit>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "none" : text;
}

void check_parameter(const Algorithm& algorithm, const std::string& name, const std::vector<std::int64_t>& values) {
  std::vector<std::string> known;
  for (const ParameterInfo& info : algorithm.parameters) {
    known.emplace_back(info.name);
    if (info.name != name) {
      continue;
    }
    if (values.empty() || (values.size() > 1 && !info.is_list)) {
      throw Error(ErrorKind::kUsage, "parameter '" + name + "' of " + std::string(algorithm.name) + " takes " +
                                         (info.is_list ? "integers joined by 'x'" : "one integer"));
    }
    for (const std::int64_t value : values) {
      if (value < info.minimum || value > info.maximum) {
        throw Error(ErrorKind::kUsage, "parameter '" + name + "' of " + std::string(algorithm.name) + " is " +
                                           std::to_string(value) + "; accepted: " + std::to_string(info.minimum) +
                                           " to " + std::to_string(info.maximum));
      }
    }
    return;
  }
  throw Error(ErrorKind::kUsage,
              std::string(algorithm.name) + " has no parameter '" + name + "'; its parameters: " + joined(known));
}

[[nodiscard]] bool has_parameter(const Algorithm& algorithm, std::string_view name) {
  for (const ParameterInfo& info : algorithm.parameters) {
    if (info.name == name) {
      return true;
    }
  }
  return false;
}

/// A name may stand for algorithms of several collectives; its parameters must suit one that is used.
void check_parameters(const Part& part, const Algorithm* used) {
  for (const auto& [name, values] : part.parameters.all()) {
    const Algorithm* checked = used;
    for (const Algorithm* algorithm : part.algorithms) {
      if (used == nullptr && algorithm != nullptr && (checked == nullptr || has_parameter(*algorithm, name))) {
        checked = algorithm;
      }
    }
    check_parameter(*checked, name, values);
  }
  for (const Part& inner : part.parts) {
    check_parameters(inner, nullptr);
  }
}

}  // namespace

const Algorithm& find_algorithm(Catalogue catalogue, Collective collective, std::string_view name) {
  std::vector<std::string> names;
  for (const Algorithm* algorithm : catalogue) {
    if (algorithm->collective == collective) {
      if (algorithm->name == name) {
        return *algorithm;
      }
      names.emplace_back(algorithm->name);
    }
  }
  throw Error(ErrorKind::kUsage, std::string(name_of(collective)) + " has no algorithm '" + std::string(name) + "'" +
                                     did_you_mean(name, names) + "; it has " + joined(names));
}

std::string objection_to(const Algorithm& algorithm, const Problem& problem) {
  const std::string ranks = std::to_string(problem.ranks);
  if (algorithm.needs.commutative && !problem.commutative) {
    return "it needs a commutative operation";
  }
  if (algorithm.needs.placement && problem.placement == nullptr) {
    return "it needs to know which ranks share a node, and nothing says so";
  }
  switch (algorithm.needs.ranks) {
    case RankRule::kAny:
      break;
    case RankRule::kEven:
      if (problem.ranks % 2 != 0 && problem.ranks != 1) {
        return "it needs an even number of ranks, not " + ranks;
      }
      break;
    case RankRule::kPowerOfTwo:
      if (!std::has_single_bit(static_cast<unsigned>(problem.ranks))) {
        return "it needs a power of two of ranks, not " + ranks;
      }
      break;
  }
  return algorithm.objection == nullptr ? "" : algorithm.objection(problem);
}

Problem Schedule::problem() const {
  Problem problem;
  problem.collective = algorithm_->collective;
  problem.algorithm = algorithm_;
  problem.ranks = request_.ranks;
  problem.root = request_.root;
  problem.commutative = request_.commutative;
  problem.chunks = chunks_;
  problem.placement = request_.placement;
  problem.recorded = request_.recorded;
  problem.parameters = &whole_->parameters;
  problem.parts = whole_->parts;
  return problem;
}

Schedule::Schedule(const Algorithm& algorithm, const Request& request, Parameters parameters)
    : request_(request), algorithm_(&algorithm) {
  auto whole = std::make_shared<Part>();
  whole->algorithms[static_cast<std::size_t>(algorithm.collective)] = &algorithm;
  whole->source = {.name = std::string(algorithm.name), .parameters = parameters, .numbers = {}, .arguments = {}};
  whole->parameters = std::move(parameters);
  whole_ = std::move(whole);
  check_and_count();
}

Schedule::Schedule(const Library& library, Collective collective, const Expression& expression, const Request& request)
    : request_(request),
      whole_(std::make_shared<const Part>(resolve(library, collective, expression))),
      algorithm_(&whole_->algorithm(collective)) {
  check_and_count();
}

void Schedule::check_and_count() {
  const std::string what = std::string(name_of(algorithm_->collective)) + " by " + name() + " cannot do this: ";
  if (request_.ranks < 1) {
    throw Error(ErrorKind::kUsage, what + "there are " + std::to_string(request_.ranks) + " ranks, and it needs one");
  }
  if (request_.root < 0 || request_.root >= request_.ranks) {
    throw Error(ErrorKind::kUsage, what + "root " + std::to_string(request_.root) + " is not one of the " +
                                       std::to_string(request_.ranks) + " ranks");
  }
  check_parameters(*whole_, algorithm_);
  if (const std::string reason = objection_to(*algorithm_, problem()); !reason.empty()) {
    throw Error(ErrorKind::kUsage, what + reason);
  }
  chunks_ = algorithm_->pieces(problem());
}

Schedule Schedule::placed(const Placement* placement) const {
  Schedule other = *this;
  other.request_.placement = placement;
  other.check_and_count();
  return other;
}

std::string Schedule::name() const {
  return to_string(whole_->source);
}

std::string why_not(const Algorithm& algorithm, const Schedule::Request& request) {
  if (request.ranks < 1 || request.root < 0 || request.root >= request.ranks) {
    return "root " + std::to_string(request.root) + " is not one of the " + std::to_string(request.ranks) + " ranks";
  }
  Problem problem;
  problem.collective = algorithm.collective;
  problem.algorithm = &algorithm;
  problem.ranks = request.ranks;
  problem.root = request.root;
  problem.commutative = request.commutative;
  problem.placement = request.placement;
  problem.recorded = request.recorded;
  return objection_to(algorithm, problem);
}

ScheduleInstance::ScheduleInstance(const Schedule& schedule)
    : problem_(schedule.problem()), program_(schedule.algorithm_->program) {
  problem_.arena = &arena_;
}

}  // namespace ringwood
