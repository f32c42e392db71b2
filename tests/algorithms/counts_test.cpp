// The tables of counts of the reference, reproduced by the verifier for every number of ranks from 1 to 33: rounds,
// ports, and in units of the vector the coefficients of bytes (beta) and reductions (gamma) and what the busiest rank
// sends; whether rank order is kept and all ranks get the same bits.
//
// Where the reference counts otherwise:
// - It lets all ranks begin their rounds together; here a round is as early as its messages allow. In rabenseifner-2-1
//   ranks without a partner in the fold swap quarters while pairs still hand halves over: where four neighbours are
//   free to (p = 12: ranks 8 to 11), their quarter is reduced in a round of its own, and gamma is 1/4 more.
// - double-tree, one-shot and two-shot keep rank order for every p (see there), recursive-multiplying with its fold.

#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <functional>
#include <numeric>
#include <optional>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/circulant.hpp"
#include "algorithms/common/radix.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {
namespace {

struct Fraction {
  std::int64_t numerator = 0;
  std::int64_t denominator = 1;

  friend Fraction operator+(Fraction a, Fraction b) {
    return {a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator};
  }

  friend Fraction operator*(std::int64_t a, Fraction b) { return {a * b.numerator, b.denominator}; }

  /// Of `chunks` chunks; exact, or the test is wrong.
  [[nodiscard]] double of(Chunk chunks) const {
    return static_cast<double>(numerator * chunks) / static_cast<double>(denominator);
  }
};

// What a row of a table says about p ranks. A "no" is checked from 5 ranks on: fewer may have both by chance.
struct Counts {
  std::int64_t rounds;
  std::int32_t ports;
  Fraction beta;
  Fraction gamma;
  bool order = false;
  bool same_bits = true;
};

using Row = std::function<std::optional<Counts>(Rank)>;

Rank floor_log(Rank p) {
  return static_cast<Rank>(std::bit_width(static_cast<unsigned>(p))) - 1;
}

Rank core(Rank p) {
  return Rank{1} << floor_log(p);
}

bool is_power(Rank p, Rank base) {
  return p == 1 || (p % base == 0 && is_power(p / base, base));
}

std::int32_t port(Rank p) {
  return p > 1 ? 1 : 0;
}

Fraction shared(Rank p) {
  return {p - 1, p};
}

Rank ceil_log(Rank p, Rank base) {
  Rank steps = 0;
  for (std::int64_t reached = 1; reached < p; reached *= base) {
    ++steps;
  }
  return steps;
}

// One-ported and of optimal volume, `rounds` rounds, a half of an allreduce or (halves = 2) the whole.
Counts optimal(Rank p, std::int64_t rounds, std::int64_t halves = 1) {
  return {rounds, port(p), halves * shared(p), shared(p)};
}

void expect_counts(const Schedule& schedule, const Counts& expected) {
  const VerifyReport report = verify(schedule);
  const Rank p = schedule.ranks();
  SCOPED_TRACE(std::string(name_of(schedule.collective())) + " " + schedule.name() + " on " + std::to_string(p));
  ASSERT_TRUE(report.ok) << report.error;
  const auto chunks = report.chunks;
  EXPECT_EQ(report.rounds, expected.rounds);
  EXPECT_EQ(report.ports, expected.ports);
  EXPECT_EQ(static_cast<double>(report.beta_chunks), expected.beta.of(chunks)) << "beta";
  const bool reduces = schedule.collective() != Collective::kAllgather;
  EXPECT_EQ(static_cast<double>(report.gamma_chunks), reduces ? expected.gamma.of(chunks) : 0.0) << "gamma";
  if (reduces && (expected.order || p >= 5)) {
    EXPECT_EQ(report.keeps_order, expected.order) << "order";
  }
  if (reduces && (expected.same_bits || p >= 5)) {
    EXPECT_EQ(report.same_bits, expected.same_bits) << "same bits";
  }
}

void expect_row(Collective collective, const std::string& text, const Row& row) {
  bool ever = false;
  for (Rank p = 1; p <= 33; ++p) {
    if (const std::optional<Counts> expected = row(p)) {
      ever = true;
      expect_counts(Schedule(built_in_library(), collective, parse_expression(text), {.ranks = p}), *expected);
    }
  }
  EXPECT_TRUE(ever) << text;
}

void expect_both_halves(const std::string& reduce_scatter, const std::string& allgather, const Row& row) {
  expect_row(Collective::kReduceScatter, reduce_scatter, row);
  expect_row(Collective::kAllgather, allgather, row);
}

TEST(Counts, HalvesOfOptimalVolume) {
  const Row linear = [](Rank p) { return optimal(p, p - 1); };
  const Row logarithmic = [](Rank p) { return optimal(p, doublings(p)); };
  expect_both_halves("ring", "ring", linear);
  expect_row(Collective::kReduceScatter, "pairwise", linear);
  expect_both_halves("circulant", "circulant", logarithmic);
  expect_both_halves("reversed-bruck", "bruck", logarithmic);
  expect_both_halves("reversed-sparbit", "sparbit", logarithmic);
  expect_both_halves("pat", "pat", logarithmic);
  expect_both_halves("direct", "direct", [](Rank p) { return Counts{port(p), p - 1, shared(p), shared(p), true}; });
  expect_both_halves("reversed-neighbor-exchange", "neighbor-exchange",
                     [](Rank p) { return p % 2 == 0 ? std::optional(optimal(p, p / 2)) : std::nullopt; });
  for (const Rank aggregation : {1, 2, 4, 8}) {
    const std::string pat = "pat:aggregation=" + std::to_string(aggregation);
    expect_both_halves(pat, pat, [aggregation](Rank p) -> std::optional<Counts> {
      const Rank power = Rank{1} << doublings(p);
      if (2 * aggregation > power) {
        return std::nullopt;
      }
      return optimal(p, aggregation == 1 ? p - 1 : floor_log(aggregation) + power / aggregation - 1);
    });
  }
  for (const Rank ports : {2, 3, 4}) {
    const std::string parameter = ":ports=" + std::to_string(ports);
    expect_both_halves("reversed-bruck" + parameter, "bruck" + parameter, [ports](Rank p) {
      return Counts{ceil_log(p, ports + 1), std::min(ports, p - 1), shared(p), shared(p)};
    });
  }
}

TEST(Counts, HalvesForSomeNumbersOfRanks) {
  expect_row(Collective::kAllgather, "recursive-doubling",
             [](Rank p) { return is_power(p, 2) ? std::optional(optimal(p, doublings(p))) : std::nullopt; });
  expect_row(Collective::kReduceScatter, "distance-doubling", [](Rank p) {
    return is_power(p, 2) ? std::optional(Counts{doublings(p), port(p), shared(p), shared(p), true}) : std::nullopt;
  });
  expect_row(Collective::kReduceScatter, "recursive-halving", [](Rank p) -> std::optional<Counts> {
    if (is_power(p, 2)) {
      return optimal(p, doublings(p));
    }
    std::int64_t sum = 0;
    for (Rank mask = 1; mask < core(p); mask *= 2) {
      sum += mask + std::min(p - core(p), mask);
    }
    return Counts{floor_log(p) + 2, 1, Fraction{1} + Fraction{1 + sum, p}, Fraction{1} + Fraction{sum, p}};
  });
  for (const std::string name : {"swing", "bine"}) {
    expect_both_halves(name, name,
                       [](Rank p) { return p % 2 == 0 ? std::optional(optimal(p, doublings(p))) : std::nullopt; });
    expect_both_halves(name, name, [](Rank p) -> std::optional<Counts> {
      if (p != 5 && p != 7) {
        return std::nullopt;
      }
      const Fraction most = p == 5 ? Fraction{1} : Fraction{8, 7};
      return Counts{doublings(p - 1), p / 2, most, most};
    });
  }
}

TEST(Counts, LocalityAwareBruck) {
  for (const Rank region : {2, 3, 4}) {
    for (Rank regions = 1; region * regions <= 33; ++regions) {
      Parameters parameters;
      parameters.set("region", {region});
      const VerifyReport report =
          verify(Schedule(allgather_locality_aware_bruck, {.ranks = region * regions}, parameters));
      EXPECT_TRUE(report.ok) << report.error;
      const Rank fetches = ceil_log(regions, region);
      EXPECT_EQ(report.rounds, (region - 1) * (1 + fetches) + fetches) << region << " x " << regions;
      EXPECT_EQ(report.ports, 1);
    }
  }
}

TEST(Counts, AllreducesOfOptimalVolume) {
  const auto expect = [](const std::string& text, const Row& row) { expect_row(Collective::kAllreduce, text, row); };
  expect("ring", [](Rank p) { return optimal(p, 2 * (p - 1), 2); });
  expect("bidirectional-ring", [](Rank p) { return Counts{2 * (p - 1), 2 * port(p), 2 * shared(p), shared(p)}; });
  expect("multi-ring:rings=3", [](Rank p) { return Counts{2 * (p - 1), 3 * port(p), 2 * shared(p), shared(p)}; });
  for (const std::string name : {"circulant", "bruck", "sparbit", "pat"}) {
    expect(name, [](Rank p) { return optimal(p, 2 * doublings(p), 2); });
  }
  expect("swing", [](Rank p) { return p % 2 == 0 ? std::optional(optimal(p, 2 * doublings(p), 2)) : std::nullopt; });
  expect("bine", [](Rank p) { return is_power(p, 2) ? std::optional(optimal(p, 2 * doublings(p), 2)) : std::nullopt; });
  expect("two-shot", [](Rank p) { return Counts{2 * port(p), p - 1, 2 * shared(p), shared(p), true}; });
  for (const Rank radix : {2, 3, 4, 5}) {
    expect("k-nomial:radix=" + std::to_string(radix), [radix](Rank p) -> std::optional<Counts> {
      const std::vector<Rank> factors = factors_up_to(radix, p);
      if (factors.empty()) {
        return std::nullopt;
      }
      return Counts{2 * std::ssize(factors), factors.front() - 1, 2 * shared(p), shared(p), true};
    });
  }
  for (const Rank side : {2, 3, 5}) {
    for (Rank other = 1; side * other <= 33; ++other) {
      const std::string dims = "bucket:dims=" + std::to_string(side) + "x" + std::to_string(other);
      const Rank p = side * other;
      expect_counts(Schedule(built_in_library(), Collective::kAllreduce, parse_expression(dims), {.ranks = p}),
                    optimal(p, 2 * (side + other - 2), 2));
    }
  }
}

TEST(Counts, AllreducesOfFewRounds) {
  const auto expect = [](const std::string& text, const Row& row) { expect_row(Collective::kAllreduce, text, row); };
  expect("recursive-doubling", [](Rank p) {
    const Rank fold = is_power(p, 2) ? 0 : 1;
    return Counts{floor_log(p) + 2 * fold, port(p), {floor_log(p) + 2 * fold}, {floor_log(p) + fold}, true};
  });
  expect("windows", [](Rank p) {
    return is_power(p, 2) ? std::optional(Counts{doublings(p), port(p), {doublings(p)}, {doublings(p)}, false, false})
                          : std::nullopt;
  });
  for (const std::string name : {"swing-latency", "bine-latency"}) {
    expect(name, [](Rank p) {
      return is_power(p, 2) ? std::optional(Counts{doublings(p), port(p), {doublings(p)}, {doublings(p)}, false, false})
                            : std::nullopt;
    });
  }
  expect("trivance", [](Rank p) {
    const Rank rounds = ceil_log(p, 3);
    return is_power(p, 3) ? std::optional(Counts{rounds, 2 * port(p), {2 * rounds}, {2 * rounds}, false, false})
                          : std::nullopt;
  });
  for (const Rank radix : {2, 3, 4, 5}) {
    expect("recursive-multiplying:radix=" + std::to_string(radix), [radix](Rank p) {
      const Rank rounds = ceil_log(p, radix);
      const Fraction vectors{rounds * (radix - 1)};
      return is_power(p, radix) ? std::optional(Counts{rounds, (radix - 1) * port(p), vectors, vectors, true})
                                : std::nullopt;
    });
  }
  expect("binomial", [](Rank p) {
    return Counts{2 * doublings(p), port(p), {2 * doublings(p)}, {doublings(p)}, true};
  });
  expect("one-shot", [](Rank p) { return Counts{port(p), p - 1, {p - 1}, {p - 1}, true}; });
}

TEST(Counts, Rabenseifner) {
  const auto expect = [](const std::string& text, const Row& row) { expect_row(Collective::kAllreduce, text, row); };
  const auto power_of_two = [](Rank p) { return Counts{2 * doublings(p), port(p), 2 * shared(p), shared(p), true}; };
  expect("rabenseifner", [=](Rank p) {
    const Rank c = core(p);
    return p == c ? power_of_two(p)
                  : Counts{2 * floor_log(p) + 2, 1, 2 * shared(c) + Fraction{2}, shared(c) + Fraction{1}, true};
  });
  expect("rabenseifner-2-1", [=](Rank p) {
    const Rank c = core(p);
    const bool four_run_ahead = p - c <= c - 4;
    return p == c ? power_of_two(p)
                  : Counts{2 * floor_log(p) + 3, 1, 2 * shared(c) + Fraction{2},
                           shared(c) + Fraction{1, 2} + Fraction{four_run_ahead ? 1 : 0, 4}, true};
  });
  expect("rabenseifner-3-2", [=](Rank p) {
    const Rank c = core(p);
    return p == c ? power_of_two(p)
                  : Counts{2 * doublings(p), 1, Fraction{3} + Fraction{-2, c}, Fraction{3, 2} + Fraction{-1, c}, true};
  });
}

TEST(Counts, BoundsOfTheRest) {
  for (Rank p = 2; p <= 33; ++p) {
    const VerifyReport windows = verify(Schedule(allreduce_windows, {.ranks = p}));
    EXPECT_EQ(windows.rounds, doublings(p));
    EXPECT_EQ(windows.beta_chunks, doublings(p));
    EXPECT_LE(windows.gamma_chunks, is_power(p, 2) ? doublings(p) : 2 * doublings(p) - 2) << p;
    const VerifyReport tree = verify(Schedule(allreduce_double_tree, {.ranks = p}));
    EXPECT_LE(tree.sent_max, 2 * tree.chunks) << p;
    EXPECT_TRUE(tree.keeps_order && tree.same_bits) << p;
    EXPECT_EQ(verify(Schedule(allreduce_aligned_tree, {.ranks = p})).reproducibility, 5) << p;
    for (const Algorithm* algorithm : {&broadcast_double_tree, &reduce_double_tree}) {
      const VerifyReport rooted = verify(Schedule(*algorithm, {.ranks = p, .root = p / 2}));
      EXPECT_LE(2 * rooted.sent_max, 3 * rooted.chunks) << p;
    }
  }
}

// Rounds / beta / gamma / bytes sent by the busiest rank, for p = 5, 6, 7, 8, 12.
struct SpotRow {
  std::vector<const Algorithm*> algorithms;
  const char* values[5];
};

Fraction fraction_of(std::string_view text) {
  Fraction value;
  const char* const end = text.data() + text.size();
  const auto rest = std::from_chars(text.data(), end, value.numerator).ptr;
  if (rest != end) {
    std::from_chars(rest + 1, end, value.denominator);
  }
  return value;
}

std::vector<Fraction> values_of(std::string_view text) {
  std::vector<Fraction> values;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(" / ", at), text.size());
    values.push_back(fraction_of(text.substr(at, end - at)));
    at = end + 3;
  }
  return values;
}

TEST(Counts, SpotValues) {
  const char* const optimal_row[5] = {"6 / 8/5 / 4/5 / 8/5", "6 / 5/3 / 5/6 / 5/3", "6 / 12/7 / 6/7 / 12/7",
                                      "6 / 7/4 / 7/8 / 7/4", "8 / 11/6 / 11/12 / 11/6"};
  const SpotRow rows[] = {
      {{&allreduce_ring},
       {"8 / 8/5 / 4/5 / 8/5", "10 / 5/3 / 5/6 / 5/3", "12 / 12/7 / 6/7 / 12/7", "14 / 7/4 / 7/8 / 7/4",
        "22 / 11/6 / 11/12 / 11/6"}},
      {{&allreduce_recursive_doubling},
       {"4 / 4 / 3 / 3", "4 / 4 / 3 / 3", "4 / 4 / 3 / 3", "3 / 3 / 3 / 3", "5 / 5 / 4 / 4"}},
      {{&allreduce_windows}, {"3 / 3 / 4 / 3", "3 / 3 / 3 / 3", "3 / 3 / 4 / 3", "3 / 3 / 3 / 3", "4 / 4 / 4 / 4"}},
      {{&allreduce_rabenseifner},
       {"6 / 7/2 / 7/4 / 5/2", "6 / 7/2 / 7/4 / 5/2", "6 / 7/2 / 7/4 / 5/2", "6 / 7/4 / 7/8 / 7/4",
        "8 / 15/4 / 15/8 / 11/4"}},
      {{&allreduce_rabenseifner_two_one},  // the page has gamma 11/8 for p = 12: see above
       {"7 / 7/2 / 5/4 / 3", "7 / 7/2 / 5/4 / 3", "7 / 7/2 / 5/4 / 3", "6 / 7/4 / 7/8 / 7/4",
        "9 / 15/4 / 13/8 / 13/4"}},
      {{&allreduce_rabenseifner_three_two},
       {"6 / 5/2 / 5/4 / 2", "6 / 5/2 / 5/4 / 2", "6 / 5/2 / 5/4 / 2", "6 / 7/4 / 7/8 / 7/4", "8 / 11/4 / 11/8 / 9/4"}},
      {{&allreduce_circulant, &allreduce_pat, &allreduce_bruck, &allreduce_sparbit},
       {optimal_row[0], optimal_row[1], optimal_row[2], optimal_row[3], optimal_row[4]}},
      {{&allreduce_swing},
       {"4 / 2 / 1 / 8/5", optimal_row[1], "6 / 16/7 / 8/7 / 12/7", optimal_row[3], optimal_row[4]}},
      {{&allreduce_binomial}, {"6 / 6 / 3 / 3", "6 / 6 / 3 / 3", "6 / 6 / 3 / 3", "6 / 6 / 3 / 3", "8 / 8 / 4 / 4"}},
      {{&allreduce_two_shot},
       {"2 / 8/5 / 4/5 / 8/5", "2 / 5/3 / 5/6 / 5/3", "2 / 12/7 / 6/7 / 12/7", "2 / 7/4 / 7/8 / 7/4",
        "2 / 11/6 / 11/12 / 11/6"}},
  };
  const Rank ranks[5] = {5, 6, 7, 8, 12};
  for (const SpotRow& row : rows) {
    for (const Algorithm* algorithm : row.algorithms) {
      for (std::size_t i = 0; i < 5; ++i) {
        SCOPED_TRACE(std::string(algorithm->name) + " on " + std::to_string(ranks[i]) + " ranks");
        const VerifyReport report = verify(Schedule(*algorithm, {.ranks = ranks[i]}));
        const std::vector<Fraction> values = values_of(row.values[i]);
        ASSERT_EQ(values.size(), 4U);
        EXPECT_EQ(report.rounds, values[0].numerator);
        EXPECT_EQ(static_cast<double>(report.beta_chunks), values[1].of(report.chunks));
        EXPECT_EQ(static_cast<double>(report.gamma_chunks), values[2].of(report.chunks));
        EXPECT_EQ(static_cast<double>(report.sent_max), values[3].of(report.chunks));
      }
    }
  }
}

}  // namespace
}  // namespace ringwood
