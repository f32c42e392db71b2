#include <algorithm>

#include "ringwood/error.hpp"
#include "ringwood/layouts.hpp"
#include "ringwood/select.hpp"

namespace ringwood {

namespace {

// Estimates are right within a factor of two where ranks wait for each other; what lies further behind is not
// predicted.
constexpr double kShortListFactor = 2.0;
constexpr std::size_t kShortListLength = 5;

}  // namespace

Selector::Selector(Catalogue catalogue, CostView costs, Predictor predictor)
    : catalogue_(catalogue), costs_(std::move(costs)), predictor_(std::move(predictor)) {}

Selection Selector::select(const SelectionQuestion& question) const {
  Selection selection;
  double best = std::numeric_limits<double>::infinity();
  for (const Algorithm* algorithm : catalogue_) {
    if (algorithm->collective != question.collective) {
      continue;
    }
    Candidate candidate{.algorithm = algorithm, .why_not = why_not(*algorithm, question.request)};
    if (candidate.why_not.empty()) {
      const Schedule schedule(*algorithm, question.request);
      const Layout layout = equal_layout(schedule, question.elements, question.element_size);
      candidate.estimated_s = estimate(schedule, layout, costs_, best * kShortListFactor);
      best = std::min(best, candidate.estimated_s);
    }
    selection.candidates.push_back(std::move(candidate));
  }
  auto& candidates = selection.candidates;
  const auto able = std::stable_partition(candidates.begin(), candidates.end(),
                                          [](const Candidate& candidate) { return candidate.why_not.empty(); });
  if (able == candidates.begin()) {
    throw Error(ErrorKind::kUsage, "no algorithm for " + std::string(name_of(question.collective)) + " can do this" +
                                       (candidates.empty() ? "" : ": " + candidates.front().why_not));
  }
  const auto by_time = [](const Candidate& a, const Candidate& b) { return a.seconds() < b.seconds(); };
  std::stable_sort(candidates.begin(), able, by_time);
  if (predictor_) {
    const double limit = candidates.front().estimated_s * kShortListFactor;
    const auto end = candidates.begin() + std::min<std::ptrdiff_t>(kShortListLength, able - candidates.begin());
    const auto short_list_end = std::find_if(candidates.begin(), end,
                                             [&](const Candidate& candidate) { return candidate.estimated_s > limit; });
    for (auto candidate = candidates.begin(); candidate != short_list_end; ++candidate) {
      const Schedule schedule(*candidate->algorithm, question.request);
      candidate->predicted_s = predictor_(schedule, equal_layout(schedule, question.elements, question.element_size));
    }
    std::stable_sort(candidates.begin(), short_list_end, by_time);
  }
  selection.algorithm = candidates.front().algorithm;
  selection.seconds = candidates.front().seconds();
  return selection;
}

}  // namespace ringwood
