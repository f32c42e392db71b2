#include "select/closed_form.hpp"

#include <gtest/gtest.h>

#include <array>

#include "ringwood/catalogue.hpp"

namespace ringwood {
namespace {

constexpr double kLatency = 1e-6;
constexpr double kOverhead = 2e-7;
constexpr double kPerByte = 1e-9;
constexpr Rank kRanks = 8;

/// A cable out of each rank and one into it; with `racks` also one out of each half and one into it.
class Network {
 public:
  explicit Network(bool racks) : racks_(racks) {}

  [[nodiscard]] CostView costs() {
    CostView view;
    view.between = [](Rank, Rank) {
      return MessageCost{.latency = kLatency, .overhead = kOverhead, .gap = 0, .per_byte = kPerByte};
    };
    view.route = [this](Rank from, Rank to) { return route(from, to); };
    return view;
  }

 private:
  std::span<const SharedLink> route(Rank from, Rank to) {
    const auto source = static_cast<std::size_t>(from);
    const auto destination = static_cast<std::size_t>(to);
    links_ = {SharedLink{source, kPerByte}, SharedLink{kRanks + destination, kPerByte}};
    const std::size_t half = kRanks / 2;
    if (racks_ && source / half != destination / half) {
      links_.push_back({2 * kRanks + source / half, kPerByte});
      links_.push_back({2 * kRanks + 2 + destination / half, kPerByte});
    }
    return links_;
  }

  bool racks_;
  std::vector<SharedLink> links_;
};

[[nodiscard]] Schedule schedule_of(const std::string& text, Rank ranks = kRanks) {
  return {built_in_library(), Collective::kAllreduce, parse_expression(text), {.ranks = ranks}};
}

[[nodiscard]] double seconds(const std::string& text, double bytes, const CostView& costs) {
  std::int64_t budget = 1'000'000;
  const std::optional<ClosedForm> form = ClosedForm::of(schedule_of(text), costs, budget);
  EXPECT_TRUE(form.has_value());
  return form->seconds(bytes, costs);
}

TEST(ClosedForm, IsTheTextbooksWhereNothingIsShared) {
  Network network(false);
  constexpr double kBytes = 1 << 20;
  constexpr double kRound = kLatency + 2 * kOverhead;
  EXPECT_NEAR(seconds("ring", kBytes, network.costs()), 14 * kRound + 14.0 / 8 * kBytes * kPerByte, 1e-12);
  EXPECT_NEAR(seconds("recursive-doubling", kBytes, network.costs()), 3 * kRound + 3 * kBytes * kPerByte, 1e-12);
}

TEST(ClosedForm, CountsWhatSharesALink) {
  Network network(true);
  constexpr double kBytes = 1 << 20;
  constexpr double kRound = kLatency + 2 * kOverhead;
  // A ring crosses between the racks once in each direction; in one round of recursive doubling four messages do.
  EXPECT_NEAR(seconds("ring", kBytes, network.costs()), 14 * kRound + 14.0 / 8 * kBytes * kPerByte, 1e-12);
  EXPECT_NEAR(seconds("recursive-doubling", kBytes, network.costs()), 3 * kRound + 6 * kBytes * kPerByte, 1e-12);
}

TEST(ClosedForm, CorrectsByTheLongestMessageOfARound) {
  Network network(false);
  CostView costs = network.costs();
  const double without = seconds("ring", 800, costs);
  costs.correction = [](double bytes) { return bytes == 100 ? 1e-6 : 0; };
  EXPECT_NEAR(seconds("ring", 800, costs), without + 14e-6, 1e-12);
}

TEST(ClosedForm, LetsWhatIsShorterThanABurstPassAtOnce) {
  Network network(true);
  CostView costs = network.costs();
  costs.burst = 1000;
  constexpr double kRound = kLatency + 2 * kOverhead;
  // In a round's latency a link pays off 1400 bytes.
  EXPECT_NEAR(seconds("ring", 8 * 1000, costs), 14 * kRound, 1e-12);
  // Four messages go over one link between the racks in the last round.
  EXPECT_NEAR(seconds("recursive-doubling", 1000, costs), 3 * kRound + (4 * 1000 - 1000) * kPerByte, 1e-12);
}

TEST(ClosedForm, FindsBucketsAsTheRoundsBeforeLeftThem) {
  Network network(false);
  CostView costs = network.costs();
  costs.burst = 5000;
  constexpr double kRound = kLatency + 2 * kOverhead;
  // The first round finds full buckets, as there was a barrier before, and leaves them empty: to the others there is
  // what came in during a latency.
  EXPECT_NEAR(seconds("ring", 8 * 10'000, costs), 14 * kRound + (5000 + 13 * (10'000 - 1400)) * kPerByte, 1e-12);
  // What the links are not to blame for is no matter of bursts.
  costs.between = [](Rank, Rank) {
    return MessageCost{.latency = kLatency, .overhead = kOverhead, .gap = 0, .per_byte = 3 * kPerByte};
  };
  EXPECT_NEAR(seconds("ring", 8 * 500, costs), 14 * (kRound + 500 * 2 * kPerByte), 1e-12);
}

TEST(ClosedForm, LanesUseLinksWhileOthersWait) {
  Network network(false);
  CostView costs = network.costs();
  const double without = seconds("multi-ring:rings=2", 8 * 100'000, costs);
  costs.burst = 1000;  // little to so long messages: links that are always in use pay nothing off
  const double with = seconds("multi-ring:rings=2", 8 * 100'000, costs);
  EXPECT_LT(with, without);
  EXPECT_GT(with, 0.97 * without);
}

TEST(ClosedForm, WithoutRoutesIsThatOfAFewRanks) {
  CostView costs = Network(false).costs();
  costs.route = nullptr;
  constexpr double kBytes = 1 << 20;
  EXPECT_NEAR(seconds("ring", kBytes, costs), 14 * (kLatency + 2 * kOverhead) + 14.0 / 8 * kBytes * kPerByte, 1e-12);
}

[[nodiscard]] ClosedForm form_of(const std::string& text, const CostView& costs, Rank ranks = kRanks) {
  std::int64_t budget = 1'000'000;
  std::optional<ClosedForm> form = ClosedForm::of(schedule_of(text, ranks), costs, budget);
  EXPECT_TRUE(form.has_value());
  return *std::move(form);
}

TEST(ClosedForm, CountsMessages) {
  Network network(false);
  const CostView costs = network.costs();
  // Rounds that are alike are left out of the walk, and count all the same.
  EXPECT_EQ(form_of("ring", costs).messages_of_a_rank(), 14);
  EXPECT_EQ(form_of("ring", costs).messages(), 8 * 14);
  EXPECT_EQ(form_of("binomial", costs).messages_of_a_rank(), 3);  // the root, and a leaf one
  EXPECT_EQ(form_of("binomial", costs).messages(), 2 * 7);
  CostView without = network.costs();
  without.route = nullptr;  // a few ranks stand for all
  EXPECT_EQ(form_of("recursive-doubling", without).messages(), 8 * 3);
}

TEST(ClosedForms, LetPredictionsHaveSoManyMessages) {
  Network network(false);
  const CostView costs = network.costs();
  ClosedForms forms(1'000'000);
  forms.add("ring", schedule_of("ring"), costs);
  forms.add("binomial", schedule_of("binomial"), costs);
  EXPECT_TRUE(forms.may_predict("swing"));  // nothing was said
  forms.allow_messages(200);
  EXPECT_FALSE(forms.may_predict("swing"));     // nothing is known of it
  EXPECT_TRUE(forms.may_predict("ring"));       // 112, and what every prediction costs
  EXPECT_FALSE(forms.may_predict("ring"));      // takes nothing
  EXPECT_FALSE(forms.may_predict("binomial"));  // 14, and the same
  forms.allow_messages(100);
  EXPECT_TRUE(forms.may_predict("binomial"));
}

TEST(ClosedForms, WalkNoFurtherThanTheyMay) {
  Network network(false);
  const CostView costs = network.costs();
  std::int64_t few = 10;
  EXPECT_FALSE(ClosedForm::of(schedule_of("ring"), costs, few).has_value());
  ClosedForms forms(20'000);
  EXPECT_EQ(forms.find("ring"), nullptr);
  EXPECT_LT(forms.add("ring", schedule_of("ring"), costs).seconds(1, costs), 1);
  EXPECT_NE(forms.find("ring"), nullptr);
  // One that is too long does not spend what is left for others.
  const std::string longest = "segmented-ring:segments=128";
  EXPECT_EQ(forms.add(longest, schedule_of(longest), costs).seconds(1, costs), std::numeric_limits<double>::infinity());
  EXPECT_LT(forms.add("recursive-doubling", schedule_of("recursive-doubling"), costs).seconds(1, costs), 1);
  EXPECT_EQ(forms.refuse("swing", "out of order").why_not, "out of order");
}

}  // namespace
}  // namespace ringwood
