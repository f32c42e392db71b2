// Algorithms made out of algorithms move real bytes: several lanes at once, renumbered ranks, levels.

#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "tests/lib/interpret/threads/collective_case.hpp"

namespace ringwood {

namespace {

template <typename Kind>
void expect_results(Collective collective, const std::string& text, const Schedule::Request& request) {
  const Schedule schedule(built_in_library(), collective, parse_expression(text), request);
  for (const Bytes elements : {3, 500}) {
    for (const bool in_place : {false, true}) {
      SCOPED_TRACE(std::string(name_of(collective)) + " " + text + ", ranks " + std::to_string(request.ranks) +
                   ", root " + std::to_string(request.root) + ", elements " + std::to_string(elements) +
                   (in_place ? ", in place" : ""));
      Case<Kind>(schedule, elements, in_place).run({.eager_limit = 64});
      ASSERT_FALSE(testing::Test::HasFatalFailure());
    }
  }
}

TEST(Composed, lanes) {
  for (const Rank p : {1, 2, 5, 8}) {
    expect_results<Int32Sum>(Collective::kAllreduce, "lanes(3, ring)", {.ranks = p});
    expect_results<Int32Sum>(Collective::kAllreduce, "lanes(2, lanes(2, recursive-halving))", {.ranks = p});
    expect_results<Int32Sum>(Collective::kReduceScatter, "lanes(3, ring)", {.ranks = p});
    expect_results<Int32Sum>(Collective::kAllgather, "lanes(3, bruck)", {.ranks = p});
    expect_results<MatrixProduct>(Collective::kAllreduce, "lanes(2, recursive-doubling)",
                                  {.ranks = p, .commutative = false});
    for (const Rank root : {0, p - 1}) {
      expect_results<Int32Sum>(Collective::kBroadcast, "lanes(4, binomial)", {.ranks = p, .root = root});
      expect_results<Int32Sum>(Collective::kReduce, "lanes(2, binomial)", {.ranks = p, .root = root});
    }
  }
}

TEST(Composed, one_after_the_other) {
  for (const Rank p : {1, 3, 8}) {
    expect_results<DoubleSum>(Collective::kAllreduce, "then(recursive-halving, ring)", {.ranks = p});
    expect_results<DoubleSum>(Collective::kAllreduce, "then(reverse(bruck), lanes(2, ring))", {.ranks = p});
  }
}

TEST(Composed, other_orders_of_ranks) {
  for (const Rank p : {2, 7, 8}) {
    expect_results<Int32Sum>(Collective::kAllreduce, "permute(3, ring)", {.ranks = p});
    expect_results<Int32Sum>(Collective::kReduceScatter, "permute(5, lanes(2, recursive-halving))", {.ranks = p});
    expect_results<Int32Sum>(Collective::kAllgather, "permute(3, ring)", {.ranks = p});
  }
}

TEST(Composed, levels) {
  const Placement placement({{.name = "node", .group_of = {0, 1, 0, 2, 2, 1, 0}}});  // of 3, 2 and 2 ranks
  const Schedule::Request request{.ranks = 7, .placement = &placement};
  expect_results<Int32Sum>(Collective::kAllreduce, "hier(node=ring, network=recursive-doubling)", request);
  expect_results<Int32Sum>(Collective::kAllreduce, "hier(node=ring, network=lanes(2, ring))", request);
  expect_results<Int32Sum>(Collective::kReduceScatter, "permute(0, ring)", request);
}

}  // namespace

}  // namespace ringwood
