#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ringwood/select.hpp"
#include "select/bucket_rounds.hpp"

namespace ringwood {

/// The time of a schedule as a function of the size of its vector, found by one walk through its programs, round by
/// round side by side: a round is as long as its most loaded link and its busiest rank. Exact where ranks go in step;
/// nothing waits for anything else, and lanes overlap as far as links and CPUs allow. If the costs tell no routes, the
/// programs are those of a few ranks, and messages share nothing but their own links. Links that let something pass at
/// once do so here too, if their routes are known. Where a vector has fewer elements than the schedule has chunks, some
/// messages are not sent, and it is too long.
class ClosedForm {
 public:
  /// Up to so many ranks it pays that all programs are walked, with routes.
  static constexpr Rank kMostWithRoutes = 64;

  /// Nothing if the walk is longer than `budget` operations, from which it is taken.
  [[nodiscard]] static std::optional<ClosedForm> of(const Schedule& schedule, const CostView& costs,
                                                    std::int64_t& budget);

  [[nodiscard]] double seconds(double bytes, const CostView& costs) const;

  /// The most that one of the ranks whose programs were walked through sends.
  [[nodiscard]] std::int64_t messages_of_a_rank() const { return messages_of_a_rank_; }

  /// What all ranks send together; if only a few were walked through, as if each sent as many as the busiest of them.
  [[nodiscard]] std::int64_t messages() const { return all_messages_; }

  /// What is predicted to take so many seconds may take as many as this if messages and links cost more than they
  /// should. By that those are compared that the model finds equal.
  [[nodiscard]] double doubtful_seconds(double predicted_s, double bytes) const;

  /// Seconds in which the most loaded link carries in all rounds, a byte of the vector, if nothing passes at once; of
  /// the most loaded links of each round where no routes are known.
  [[nodiscard]] double load_per_byte() const { return load_s_ > 0 ? load_s_ : carried_s_; }

 private:
  friend class SideBySide;

  double busy_s_ = 0;                                ///< CPUs, for messages
  double waiting_s_ = 0;                             ///< until the first byte of a round is there
  double carried_s_ = 0;                             ///< links, a byte of the vector
  double load_s_ = 0;                                ///< the most loaded link, a byte of the vector
  double reduced_s_ = 0;                             ///< CPUs, a byte of the vector
  double lanes_ = 1;                                 ///< the most that one rank has side by side
  std::vector<std::pair<double, double>> messages_;  ///< part of the vector that is a round's longest message; rounds
  BucketRounds buckets_;                             ///< where links let something pass at once
  std::int64_t messages_of_a_rank_ = 0;
  std::int64_t all_messages_ = 0;
};

/// Those of one question at all sizes, by expression: found once.
class ClosedForms {
 public:
  struct Known {
    std::string why_not;  ///< not empty: the schedule may not be taken
    std::optional<ClosedForm> form;

    /// Infinite if the schedule was not walked through, since that was too long.
    [[nodiscard]] double seconds(double bytes, const CostView& costs) const {
      return form ? form->seconds(bytes, costs) : std::numeric_limits<double>::infinity();
    }
  };

  /// All of them together may walk so many operations, and each a part of that.
  explicit ClosedForms(std::int64_t budget) : most_(budget / kLeastForms), budget_(budget) {}

  /// nullptr: not known yet.
  [[nodiscard]] const Known* find(const std::string& expression) const;

  const Known& add(const std::string& expression, const Schedule& schedule, const CostView& costs);

  const Known& refuse(const std::string& expression, std::string why_not);

  /// Predictions until the next call may simulate so many messages; as many as they like before the first one.
  void allow_messages(std::int64_t most) { messages_ = most; }

  /// Whether there are messages left for one prediction, from which they are taken; there are none where there is no
  /// form.
  [[nodiscard]] bool may_predict(const std::string& expression);

 private:
  // There is to be something to choose from.
  static constexpr std::int64_t kLeastForms = 8;

  // A prediction costs so much more than its messages, counted in messages.
  static constexpr std::int64_t kMessagesPerPrediction = 40;

  static constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

  std::int64_t most_;
  std::int64_t budget_;
  std::int64_t messages_ = kUnlimited;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace ringwood
