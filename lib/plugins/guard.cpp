#include "plugins/guard.hpp"

#include <exception>
#include <new>
#include <type_traits>

#include "ringwood/error.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {

namespace {

// More cannot be stood for 512 ranks: nobody's vector has a block a pair of ranks, and then some.
constexpr Chunk kMostPieces = Chunk{1} << 20U;

/// What `ask` returns, or throws Error(kUsage): whatever a plug-in throws.
template <typename Ask>
auto asked(const Algorithm& algorithm, const char* what, const Ask& ask) {
  const std::string who = "plug-in algorithm " + std::string(algorithm.name) + ": its " + what + " throws";
  try {
    return ask();
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    throw Error(ErrorKind::kUsage, who + ": " + thrown.what());
  } catch (...) {
    throw Error(ErrorKind::kUsage, who + " what is no std::exception");
  }
}

[[nodiscard]] std::string key_of(const Problem& problem) {
  std::string key =
      std::to_string(problem.ranks) + ' ' + std::to_string(problem.root) + ' ' + (problem.commutative ? "1 " : "0 ");
  if (problem.parameters != nullptr) {
    key += problem.parameters->to_string();
  }
  if (problem.placement != nullptr) {
    for (const Placement::Level& level : problem.placement->levels()) {
      key += ' ' + level.name;
      for (const Rank group : level.group_of) {
        key += ',' + std::to_string(group);
      }
    }
  }
  return key;
}

}  // namespace

std::string wrong_with(const Algorithm& algorithm, const Schedule::Request& request, const Parameters& parameters) {
  try {
    return verify(Schedule(algorithm, request, parameters)).error;
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "it throws what is no std::exception";
  }
}

GuardedAlgorithm::GuardedAlgorithm(const Algorithm& theirs) : theirs_(theirs), ours_{theirs, this} {
  static_assert(std::is_standard_layout_v<Ours>, "the algorithm has the address of what it is the first part of");
  ours_.algorithm.objection = objection;
  ours_.algorithm.pieces = pieces;
}

std::string GuardedAlgorithm::objection(const Problem& problem) {
  return reinterpret_cast<const Ours*>(problem.algorithm)->guard->proof(problem);
}

Chunk GuardedAlgorithm::pieces(const Problem& problem) {
  const Algorithm& theirs = reinterpret_cast<const Ours*>(problem.algorithm)->guard->theirs_;
  const Chunk count = asked(theirs, "pieces", [&] { return theirs.pieces(problem); });
  if (count < 1 || count > std::max<Chunk>(kMostPieces, Chunk{problem.ranks} * problem.ranks)) {
    throw Error(ErrorKind::kUsage, "plug-in algorithm " + std::string(theirs.name) + " cuts the vector in " +
                                       std::to_string(count) + " pieces");
  }
  return count;
}

std::string GuardedAlgorithm::proof(const Problem& problem) {
  if (theirs_.objection != nullptr) {
    std::string theirs = asked(theirs_, "objection", [&] { return theirs_.objection(problem); });
    if (!theirs.empty()) {
      return theirs;
    }
  }
  if (problem.ranks > kMostRanksProved) {
    return "";
  }
  const std::lock_guard lock(mutex_);
  const auto [entry, is_new] = proofs_.try_emplace(key_of(problem));
  if (is_new) {
    const std::string wrong = wrong_with(theirs_,
                                         {.ranks = problem.ranks,
                                          .root = problem.root,
                                          .commutative = problem.commutative,
                                          .placement = problem.placement},
                                         problem.parameters == nullptr ? Parameters() : *problem.parameters);
    entry->second = wrong.empty() ? "" : "the plug-in's schedule is wrong: " + wrong;
  }
  return entry->second;
}

}  // namespace ringwood
