// The spot values of the reference's table of allreduce algorithms, reproduced by the verifier: rounds, and in units of
// the vector the coefficients of bytes and reductions and the bytes sent by the busiest rank.

#include <gtest/gtest.h>

#include "algorithms/catalogue.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

struct Spot {
  const Algorithm* algorithm;
  Rank ranks;
  std::int64_t rounds;
  Chunk beta;  // this and what follows in chunks of the schedule
  Chunk gamma;
  Chunk sent;
};

const Spot kSpots[] = {
    {&allreduce_ring, 5, 8, 8, 4, 8},
    {&allreduce_ring, 8, 14, 14, 7, 14},
    {&allreduce_ring, 12, 22, 22, 11, 22},
    {&allreduce_recursive_doubling, 5, 4, 4, 3, 3},
    {&allreduce_recursive_doubling, 8, 3, 3, 3, 3},
    {&allreduce_recursive_doubling, 12, 5, 5, 4, 4},
    {&allreduce_windows, 5, 3, 3, 4, 3},
    {&allreduce_windows, 6, 3, 3, 3, 3},
    {&allreduce_windows, 7, 3, 3, 4, 3},
    {&allreduce_windows, 12, 4, 4, 4, 4},
    {&allreduce_rabenseifner, 5, 6, 14, 7, 10},
    {&allreduce_rabenseifner, 12, 8, 30, 15, 22},
    {&allreduce_rabenseifner_two_one, 5, 7, 14, 5, 12},
    {&allreduce_rabenseifner_three_two, 5, 6, 10, 5, 8},
    {&allreduce_rabenseifner_three_two, 7, 6, 10, 5, 8},
    {&allreduce_rabenseifner_three_two, 12, 8, 22, 11, 18},
    {&allreduce_circulant, 7, 6, 12, 6, 12},
    {&allreduce_pat, 12, 8, 22, 11, 22},
    {&allreduce_bruck, 5, 6, 8, 4, 8},
    {&allreduce_sparbit, 6, 6, 10, 5, 10},
    {&allreduce_swing, 5, 4, 10, 5, 8},
    {&allreduce_swing, 7, 6, 16, 8, 12},
    {&allreduce_swing, 12, 8, 22, 11, 22},
    {&allreduce_binomial, 6, 6, 6, 3, 3},
    {&allreduce_two_shot, 7, 2, 12, 6, 12},
};

TEST(Counts, SpotValuesOfAllreduce) {
  for (const Spot& spot : kSpots) {
    const VerifyReport report = verify(Schedule(*spot.algorithm, {.ranks = spot.ranks}));
    SCOPED_TRACE(std::string(spot.algorithm->name) + " on " + std::to_string(spot.ranks) + " ranks");
    EXPECT_TRUE(report.ok) << report.error;
    EXPECT_EQ(report.rounds, spot.rounds);
    EXPECT_EQ(report.beta_chunks, spot.beta);
    EXPECT_EQ(report.gamma_chunks, spot.gamma);
    EXPECT_EQ(report.sent_max, spot.sent);
  }
}

TEST(Counts, OptimalAllgathersAndReduceScatters) {
  const Algorithm* const optimal[] = {&allgather_bruck,
                                      &allgather_circulant,
                                      &allgather_sparbit,
                                      &allgather_pat,
                                      &reduce_scatter_circulant,
                                      &reduce_scatter_pat,
                                      &reduce_scatter_reversed_bruck,
                                      &reduce_scatter_reversed_sparbit};
  for (const Algorithm* algorithm : optimal) {
    for (Rank p = 1; p <= 33; ++p) {
      const VerifyReport report = verify(Schedule(*algorithm, {.ranks = p}));
      SCOPED_TRACE(std::string(algorithm->name) + " on " + std::to_string(p) + " ranks");
      EXPECT_TRUE(report.ok) << report.error;
      EXPECT_EQ(report.rounds, report.rounds_bound);
      EXPECT_EQ(report.beta_chunks, p - 1);
      EXPECT_EQ(report.sent_max, p - 1);
      EXPECT_LE(report.ports, 1);
    }
  }
}

}  // namespace
}  // namespace ringwood
