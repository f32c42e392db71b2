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

std::string why_not(const Algorithm& algorithm, const Schedule::Request& request) {
  if (request.ranks < 1) {
    return "it needs at least one rank, and there are " + std::to_string(request.ranks);
  }
  if (request.root < 0 || request.root >= request.ranks) {
    return "root " + std::to_string(request.root) + " is not one of the " + std::to_string(request.ranks) + " ranks";
  }
  if (algorithm.needs.commutative && !request.commutative) {
    return "it needs a commutative operation";
  }
  if (algorithm.needs.placement && request.placement == nullptr) {
    return "it needs to know which ranks share a node, and nothing says so";
  }
  switch (algorithm.needs.ranks) {
    case RankRule::kAny:
      return "";
    case RankRule::kEven:
      return request.ranks % 2 == 0 || request.ranks == 1
                 ? ""
                 : "it needs an even number of ranks, not " + std::to_string(request.ranks);
    case RankRule::kPowerOfTwo:
      return std::has_single_bit(static_cast<unsigned>(request.ranks))
                 ? ""
                 : "it needs a power of two of ranks, not " + std::to_string(request.ranks);
  }
  return "";
}

Schedule::Schedule(const Algorithm& algorithm, const Request& request, Parameters parameters)
    : algorithm_(&algorithm), request_(request), parameters_(std::move(parameters)), chunks_(1) {
  if (const std::string reason = why_not(algorithm, request); !reason.empty()) {
    throw Error(ErrorKind::kUsage, std::string(name_of(algorithm.collective)) + " by " + std::string(algorithm.name) +
                                       " cannot do this: " + reason);
  }
  for (const auto& [name, values] : parameters_.all()) {
    check_parameter(algorithm, name, values);
  }
  Arena arena;
  Problem problem;
  problem.collective = algorithm.collective;
  problem.ranks = request.ranks;
  problem.root = request.root;
  problem.placement = request.placement;
  problem.parameters = &parameters_;
  chunks_ = algorithm.pieces(problem);
}

std::string Schedule::name() const {
  const std::string given = parameters_.to_string();
  return std::string(algorithm_->name) + (given.empty() ? "" : ":" + given);
}

ScheduleInstance::ScheduleInstance(const Schedule& schedule) : program_(schedule.algorithm_->program) {
  problem_.collective = schedule.collective();
  problem_.ranks = schedule.ranks();
  problem_.root = schedule.root();
  problem_.chunks = schedule.chunks();
  problem_.parameters = &schedule.parameters_;
  problem_.placement = schedule.placement();
  problem_.arena = &arena_;
}

}  // namespace ringwood
