#include "select/closed_form.hpp"

#include <algorithm>
#include <bit>
#include <limits>
#include <numeric>

#include "ringwood/layouts.hpp"

namespace ringwood {

namespace {

// What messages take of CPUs, and until they are there, was up to three quarters more in measurements than in the model
// (eight hosts over TCP that share two cores, 4 KiB to 64 KiB), what links take hardly more: some percent, also of what
// should pass at once.
constexpr double kDoubtOfMessages = 0.5;
constexpr double kDoubtOfLinks = 0.05;

}  // namespace

/// Programs of a schedule, taken a round at a time.
class SideBySide {
 public:
  SideBySide(const Schedule& schedule, const Layout& layout, const CostView& costs, std::span<const Rank> ranks)
      : layout_(layout),
        costs_(costs),
        instance_(schedule),
        all_ranks_(schedule.ranks()),
        total_(std::max(1.0, static_cast<double>(layout.total_bytes()))),
        ranks_(ranks.begin(), ranks.end()),
        doing_(ranks.size()),
        sent_(ranks.size()),
        operations_(static_cast<std::int64_t>(ranks.size()) * kPerProgram) {
    programs_.reserve(ranks_.size());
    for (const Rank rank : ranks_) {
      programs_.push_back(instance_.program(rank));
    }
    for (std::size_t i = 0; i < ranks_.size(); ++i) {
      strands_.push_back({&programs_[i], i, kNoStrand, 0});
      next_.push_back(i);
    }
  }

  /// False: there was more to walk than that.
  [[nodiscard]] bool walk(std::int64_t most) {
    while (!next_.empty() && operations_ <= most) {
      active_.swap(next_);
      next_.clear();
      for (std::size_t i = 0; i < active_.size(); ++i) {
        advance(active_[i]);
      }
      end_round(1 + skip_alike());
    }
    return next_.empty();
  }

  [[nodiscard]] std::int64_t operations() const { return operations_; }

  [[nodiscard]] ClosedForm form() const {
    ClosedForm form = form_;
    form.messages_.assign(messages_.begin(), messages_.end());
    if (costs_.route && costs_.burst > 0) {
      form.buckets_.finish(link_speeds_, pause());
    }
    form.messages_of_a_rank_ = *std::ranges::max_element(sent_);
    const bool all = ranks_.size() == static_cast<std::size_t>(all_ranks_);
    form.all_messages_ =
        all ? std::accumulate(sent_.begin(), sent_.end(), std::int64_t{0}) : form.messages_of_a_rank_ * all_ranks_;
    return form;
  }

 private:
  static constexpr std::size_t kNoStrand = ~std::size_t{0};

  // What it costs to begin a program, in operations.
  static constexpr std::int64_t kPerProgram = 8;

  struct Strand {
    Program* program;
    std::size_t rank;  // place in the list
    std::size_t parent;
    std::size_t running;  // lanes of it
  };

  /// What a rank does in one round of all its strands.
  struct Doing {
    double sending = 0;
    double receiving = 0;
    double waiting = 0;
    double reducing = 0;  // a byte of the vector, as what follows
    double out = 0;
    double in = 0;
    int sends = 0;
    int strands = 0;
  };

  void advance(std::size_t index) {
    for (;;) {
      Program& program = *strands_[index].program;
      switch (program.advance()) {
        case Step::kRound:
          add(strands_[index].rank, program.round());
          next_.push_back(index);
          return;
        case Step::kFork:
          strands_[index].running = program.lanes().size();
          operations_ += static_cast<std::int64_t>(program.lanes().size()) * kPerProgram;
          for (Program& lane : program.lanes()) {
            active_.push_back(strands_.size());
            strands_.push_back({&lane, strands_[index].rank, index, 0});
          }
          if (strands_[index].running > 0) {
            return;
          }
          continue;
        case Step::kEnd:
          index = strands_[index].parent;
          if (index == kNoStrand || --strands_[index].running > 0) {
            return;
          }
          continue;
      }
    }
  }

  void add(std::size_t index, std::span<const Operation> round) {
    operations_ += static_cast<std::int64_t>(round.size()) + 1;
    Doing& doing = doing_[index];
    bool any = false;
    for (const Operation& operation : round) {
      const Bytes bytes = layout_.bytes(operation.chunks);
      if (bytes == 0) {
        continue;
      }
      any = true;
      const double part = static_cast<double>(bytes) / total_;
      switch (operation.kind) {
        case OperationKind::kSend:
          send(index, operation.peer, part);
          break;
        case OperationKind::kReceiveReduce:
          doing.reducing += part * costs_.reduce_per_byte;
          [[fallthrough]];
        case OperationKind::kReceive: {
          const MessageCost cost = costs_.between(ranks_[index], operation.peer);  // both ways cost the same
          doing.receiving += std::max(cost.gap, cost.overhead);
          doing.in += part * cost.per_byte;
          break;
        }
        case OperationKind::kReduce:
          doing.reducing += part * costs_.reduce_per_byte;
          break;
        case OperationKind::kCopy:
          break;
      }
    }
    doing.strands += any ? 1 : 0;
  }

  void send(std::size_t index, Rank peer, double part) {
    const MessageCost cost = costs_.between(ranks_[index], peer);
    Doing& doing = doing_[index];
    const double start = std::max(cost.gap, cost.overhead);
    doing.sending += start;
    ++doing.sends;
    doing.waiting = std::max(doing.waiting, cost.latency + 2 * cost.overhead - start);
    doing.out += part * cost.per_byte;
    longest_on_wire_ = std::max(longest_on_wire_, part * cost.per_byte);
    if (!costs_.route) {
      longest_message_ = std::max(longest_message_, part);
      return;
    }
    const std::span<const SharedLink> route = costs_.route(ranks_[index], peer);
    double on_links = 0;
    longest_message_ = route.empty() ? longest_message_ : std::max(longest_message_, part);
    for (const SharedLink& link : route) {
      if (link.number >= loads_.size()) {
        loads_.resize(link.number + 1, 0);
        link_speeds_.resize(link.number + 1, 0);
        in_all_.resize(link.number + 1, 0);
      }
      if (loads_[link.number] == 0) {
        loaded_.push_back(link.number);
      }
      loads_[link.number] += part * link.per_byte;
      link_speeds_[link.number] = link.per_byte;
      on_links = std::max(on_links, link.per_byte);
    }
    steady_ = std::max(steady_, part * (cost.per_byte - on_links));
  }

  /// Until everybody knows that all have called: a barrier of few rounds.
  [[nodiscard]] double pause() const {
    const MessageCost cost = costs_.between(0, all_ranks_ - 1);
    return std::bit_width(static_cast<std::uint32_t>(all_ranks_) - 1) * (cost.latency + 2 * cost.overhead);
  }

  /// Leaves out the rounds that are like this one for all; returns how many.
  std::uint32_t skip_alike() {
    std::uint32_t alike = next_.empty() ? 0 : std::numeric_limits<std::uint32_t>::max();
    for (const std::size_t index : next_) {
      alike = std::min(alike, strands_[index].program->alike());
    }
    for (std::size_t i = 0; alike > 0 && i < next_.size(); ++i) {
      strands_[next_[i]].program->skip(alike);
    }
    return alike;
  }

  void end_round(double times) {
    double busy = 0;
    double reduced = 0;
    double carried = longest_on_wire_;
    int lanes = 0;
    for (std::size_t i = 0; i < doing_.size(); ++i) {
      Doing& doing = doing_[i];
      sent_[i] += static_cast<std::int64_t>(times) * doing.sends;
      const double starts = std::max(doing.sending, doing.receiving);
      // Where links are known, a host's own are among them.
      carried = costs_.route ? carried : std::max(carried, std::max(doing.out, doing.in) / costs_.ports);
      busy = std::max(busy, starts);
      reduced = std::max(reduced, doing.reducing);
      waiting_ = std::max(waiting_, doing.waiting);
      lanes = std::max(lanes, doing.strands);
      doing = {};
    }
    if (costs_.route && costs_.burst > 0) {
      add_bucket_round({.times = times,
                        .lanes = static_cast<double>(lanes),
                        .waiting_s = waiting_,
                        .busy_s = busy,
                        .reduced_per_byte = reduced,
                        .steady_per_byte = steady_,
                        .longest = longest_message_});
    }
    for (const std::size_t link : loaded_) {
      carried = std::max(carried, loads_[link]);
      in_all_[link] += times * loads_[link];
      form_.load_s_ = std::max(form_.load_s_, in_all_[link]);
      loads_[link] = 0;
    }
    loaded_.clear();
    if (longest_message_ > 0) {
      messages_[longest_message_] += times;
    }
    form_.lanes_ = std::max(form_.lanes_, static_cast<double>(lanes));
    form_.busy_s_ += times * busy;
    form_.waiting_s_ += times * waiting_;
    form_.carried_s_ += times * carried;
    form_.reduced_s_ += times * reduced;
    waiting_ = 0;
    longest_on_wire_ = 0;
    longest_message_ = 0;
    steady_ = 0;
  }

  void add_bucket_round(const BucketRounds::Round& round) {
    bucket_loads_.clear();
    for (const std::size_t link : loaded_) {
      bucket_loads_.push_back({link, loads_[link]});
    }
    operations_ += static_cast<std::int64_t>(bucket_loads_.size());
    form_.buckets_.add(round, bucket_loads_);
  }

  const Layout& layout_;
  const CostView& costs_;
  ScheduleInstance instance_;
  Rank all_ranks_;
  double total_;
  std::vector<Rank> ranks_;
  std::vector<Doing> doing_;        // of each of them
  std::vector<std::int64_t> sent_;  // messages of each of them
  std::int64_t operations_;
  std::vector<Program> programs_;
  std::vector<Strand> strands_;
  std::vector<std::size_t> active_;  // strands of this round, and of the next one
  std::vector<std::size_t> next_;
  std::vector<double> loads_;  // of links in this round: seconds, a byte of the vector
  std::vector<std::size_t> loaded_;
  std::vector<double> link_speeds_;  // seconds a byte
  std::vector<double> in_all_;       // what links carry in all rounds: seconds, a byte of the vector
  std::vector<BucketRounds::Load> bucket_loads_;
  std::map<double, double> messages_;
  double waiting_ = 0;
  double longest_on_wire_ = 0;
  double longest_message_ = 0;
  double steady_ = 0;
  ClosedForm form_;
};

std::optional<ClosedForm> ClosedForm::of(const Schedule& schedule, const CostView& costs, std::int64_t& budget) {
  // An element a chunk: what a message is of the vector comes out exactly.
  const Layout layout = equal_layout(schedule, schedule.chunks(), 1);
  std::vector<Rank> ranks{0};
  if (costs.route) {
    ranks.resize(static_cast<std::size_t>(schedule.ranks()));
    std::iota(ranks.begin(), ranks.end(), 0);
  } else if (schedule.ranks() > 1) {
    // A rank in the middle, and one that a fold to a power of two leaves alone.
    ranks.push_back(schedule.ranks() - 1);
    ranks.push_back(schedule.ranks() / 3);
  }
  SideBySide programs(schedule, layout, costs, ranks);
  const bool all = programs.walk(budget);
  budget -= programs.operations();
  return all ? std::optional(programs.form()) : std::nullopt;
}

double ClosedForm::seconds(double bytes, const CostView& costs) const {
  double carried = buckets_.empty() ? carried_s_ * bytes : buckets_.carried(bytes, costs);
  if (costs.correction && buckets_.empty()) {
    for (const auto& [part, rounds] : messages_) {
      carried += rounds * costs.correction(part * bytes);
    }
  }
  carried = std::max(0.0, carried);
  const double computed = busy_s_ + reduced_s_ * bytes;
  if (lanes_ == 1) {
    return carried + computed + waiting_s_;
  }
  return std::max({carried, computed, waiting_s_ + (carried + computed) / lanes_});
}

double ClosedForm::doubtful_seconds(double predicted_s, double bytes) const {
  return predicted_s + kDoubtOfMessages * (busy_s_ + waiting_s_) + kDoubtOfLinks * load_per_byte() * bytes;
}

const ClosedForms::Known* ClosedForms::find(const std::string& expression) const {
  const auto known = known_.find(expression);
  return known == known_.end() ? nullptr : &known->second;
}

const ClosedForms::Known& ClosedForms::add(const std::string& expression, const Schedule& schedule,
                                           const CostView& costs) {
  Known known;
  if (budget_ > 0) {
    std::int64_t left = std::min(most_, budget_);
    budget_ -= left;
    known.form = ClosedForm::of(schedule, costs, left);
    budget_ += left;
  }
  return known_.insert_or_assign(expression, std::move(known)).first->second;
}

const ClosedForms::Known& ClosedForms::refuse(const std::string& expression, std::string why_not) {
  return known_.insert_or_assign(expression, Known{.why_not = std::move(why_not), .form = {}}).first->second;
}

bool ClosedForms::may_predict(const std::string& expression) {
  if (messages_ == kUnlimited) {
    return true;
  }
  const Known* known = find(expression);
  const std::int64_t left =
      known == nullptr || !known->form ? -1 : messages_ - kMessagesPerPrediction - known->form->messages();
  messages_ = left < 0 ? messages_ : left;
  return left >= 0;
}

}  // namespace ringwood
