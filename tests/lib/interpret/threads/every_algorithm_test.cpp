// Every algorithm of the catalogue moves real bytes, and the result is what the contract of its collective says. New
// algorithms and collectives are tested without any new line here.

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "algorithms/catalogue.hpp"
#include "tests/lib/interpret/threads/collective_case.hpp"

namespace ringwood {

namespace {

class EveryAlgorithm : public testing::TestWithParam<const Algorithm*> {};

/// What is gone through: the first test takes all of it, the others what tells them apart from it.
struct Sweep {
  std::vector<Rank> ranks = {1, 2, 3, 4, 5, 7, 8, 13};
  bool all_sizes = true;
  std::vector<bool> in_place = {false, true};
};

std::set<Rank> roots(const Algorithm& algorithm, Rank ranks) {
  const Contract& contract = contract_of(algorithm.collective);
  const bool rooted = contract.before == Holding::kRootWhole || contract.after == Holding::kRootWhole;
  return rooted ? std::set<Rank>{0, ranks / 2, ranks - 1} : std::set<Rank>{0};
}

template <typename Kind>
void run_all(const Algorithm& algorithm, const Sweep& sweep, const ThreadsOptions& options) {
  for (const Rank ranks : sweep.ranks) {
    for (const Rank root : roots(algorithm, ranks)) {
      const Schedule::Request request{.ranks = ranks, .root = root, .commutative = Kind::kCommutes};
      if (!why_not(algorithm, request).empty()) {
        continue;
      }
      const Schedule schedule(algorithm, request);
      for (const Bytes elements :
           sweep.all_sizes ? std::set<Bytes>{0, 1, ranks - 1, ranks + 1, 1000} : std::set<Bytes>{ranks - 1, 1000}) {
        for (const bool in_place : sweep.in_place) {
          SCOPED_TRACE("ranks " + std::to_string(ranks) + ", root " + std::to_string(root) + ", elements " +
                       std::to_string(elements) + (in_place ? ", in place" : ""));
          Case<Kind>(schedule, elements, in_place).run(options);
          if (testing::Test::HasFatalFailure()) {
            return;
          }
        }
      }
    }
  }
}

TEST_P(EveryAlgorithm, integers) {
  run_all<Int32Sum>(*GetParam(), {}, {});
}

TEST_P(EveryAlgorithm, floating_point) {
  const Sweep sweep{.ranks = {2, 5, 8}, .all_sizes = false, .in_place = {false}};
  run_all<DoubleSum>(*GetParam(), sweep, {.eager_limit = 64});
}

TEST_P(EveryAlgorithm, sends_that_wait_for_their_receives) {
  run_all<Int32Sum>(*GetParam(), {.ranks = {2, 3, 4, 7, 8}, .all_sizes = false}, {.synchronous = true});
}

TEST_P(EveryAlgorithm, keeps_rank_order_if_it_promises) {
  if (!contract_of(GetParam()->collective).reduces || GetParam()->needs.commutative) {
    GTEST_SKIP() << "promises nothing";
  }
  run_all<MatrixProduct>(*GetParam(), {.all_sizes = false, .in_place = {false}}, {});
}

std::string parameter_name(const testing::TestParamInfo<const Algorithm*>& info) {
  std::string name = std::string(name_of(info.param->collective)) + "_" + std::string(info.param->name);
  for (char& letter : name) {
    letter = std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Catalogue, EveryAlgorithm,
                         testing::ValuesIn(built_in_catalogue().begin(), built_in_catalogue().end()), parameter_name);

}  // namespace

}  // namespace ringwood
