#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "ringwood/decision.hpp"

namespace ringwood {

namespace {

/// The first whole number that is nearer to `above` than to `below`, by their ratio.
[[nodiscard]] std::int64_t border(std::int64_t below, std::int64_t above) {
  const double middle = std::sqrt(static_cast<double>(std::max<std::int64_t>(below, 1)) * static_cast<double>(above));
  return std::clamp(static_cast<std::int64_t>(std::ceil(middle)), below + 1, above);
}

/// Splits all numbers from `first` on among ascending `values`.
[[nodiscard]] std::map<std::int64_t, CountRange> shares(const std::set<std::int64_t>& values, std::int64_t first) {
  std::map<std::int64_t, CountRange> ranges;
  CountRange* previous = nullptr;
  std::int64_t before = 0;
  for (const std::int64_t value : values) {
    CountRange range{first, CountRange::kUnlimited};
    if (previous != nullptr) {
      range.least = border(before, value);
      previous->most = range.least - 1;
    }
    previous = &(ranges[value] = range);
    before = value;
  }
  return ranges;
}

struct Pick {
  std::string algorithm;
  std::vector<std::string> ties;
};

/// What rules are made of: not what the MPI library was told to take.
[[nodiscard]] DecisionSample without_forced(const DecisionSample& sample) {
  DecisionSample result = sample;
  std::erase_if(result.times, [](const DecisionTiming& timing) { return is_forced_native(timing.algorithm); });
  return result;
}

[[nodiscard]] std::vector<DecisionSample> without_forced(const std::vector<DecisionSample>& samples) {
  std::vector<DecisionSample> result;
  for (const DecisionSample& sample : samples) {
    result.push_back(without_forced(sample));
  }
  return result;
}

[[nodiscard]] bool has_forced(const DecisionSample& sample) {
  return std::any_of(sample.times.begin(), sample.times.end(),
                     [](const DecisionTiming& timing) { return is_forced_native(timing.algorithm); });
}

// However wide intervals of few samples are: whoever is so far behind the fastest is no tie.
constexpr double kFarthestTie = 1.05;

[[nodiscard]] Pick pick_of(const DecisionSample& sample, const Safety& safety, double tolerance,
                           const std::string& neighbour) {
  const auto fastest =
      std::min_element(sample.times.begin(), sample.times.end(),
                       [](const DecisionTiming& a, const DecisionTiming& b) { return a.seconds < b.seconds; });
  const double limit = fastest->high * (1 + tolerance);
  std::vector<const DecisionTiming*> tied;
  for (const DecisionTiming& timing : sample.times) {
    if (timing.low <= limit && timing.seconds <= fastest->seconds * std::max(kFarthestTie, 1 + tolerance)) {
      tied.push_back(&timing);
    }
  }
  std::stable_sort(tied.begin(), tied.end(), [&](const DecisionTiming* a, const DecisionTiming* b) {
    const int safety_a = safety ? safety(a->algorithm) : 0;
    const int safety_b = safety ? safety(b->algorithm) : 0;
    if (safety_a != safety_b) {
      return safety_a > safety_b;
    }
    if ((a->algorithm == neighbour) != (b->algorithm == neighbour)) {
      return a->algorithm == neighbour;
    }
    return a->seconds < b->seconds;
  });
  Pick pick{.algorithm = tied.front()->algorithm, .ties = {}};
  for (std::size_t i = 1; i < tied.size(); ++i) {
    pick.ties.push_back(tied[i]->algorithm);
  }
  return pick;
}

/// Keeps of two neighbours' ties what both have.
void join_ties(std::vector<std::string>& ties, const std::vector<std::string>& others) {
  std::erase_if(ties,
                [&](const std::string& tie) { return std::find(others.begin(), others.end(), tie) == others.end(); });
}

using SamplesBySize = std::map<Bytes, const DecisionSample*>;

void append_rules(const SamplesBySize& samples, DecisionRule region, const Safety& safety, double tolerance,
                  std::vector<DecisionRule>& rules) {
  Bytes before = 0;
  const std::size_t first = rules.size();
  for (const auto& [bytes, sample] : samples) {
    const bool is_first = rules.size() == first;
    const Pick pick = pick_of(*sample, safety, tolerance, is_first ? "" : rules.back().algorithm);
    if (!is_first && rules.back().algorithm == pick.algorithm) {
      join_ties(rules.back().ties, pick.ties);
    } else {
      region.bytes = {is_first ? 0 : border(before, bytes), CountRange::kUnlimited};
      if (!is_first) {
        rules.back().bytes.most = region.bytes.least - 1;
      }
      region.algorithm = pick.algorithm;
      region.ties = pick.ties;
      rules.push_back(region);
    }
    before = bytes;
  }
}

/// The samples by number of ranks, of nodes, and size; points without times are left out.
[[nodiscard]] std::map<Rank, std::map<Rank, SamplesBySize>> sorted(const std::vector<DecisionSample>& samples) {
  std::map<Rank, std::map<Rank, SamplesBySize>> by_ranks;
  for (const DecisionSample& sample : samples) {
    if (!sample.times.empty()) {
      by_ranks[sample.ranks][sample.nodes][sample.bytes] = &sample;
    }
  }
  return by_ranks;
}

[[nodiscard]] const DecisionTiming& fastest_of(const DecisionSample& sample) {
  return *std::min_element(sample.times.begin(), sample.times.end(),
                           [](const DecisionTiming& a, const DecisionTiming& b) { return a.seconds < b.seconds; });
}

/// The sample with the other system's names; of several of ours that it calls the same, the fastest. Where its own
/// algorithms were measured, those.
[[nodiscard]] DecisionSample in_words(const DecisionSample& sample, const Translation& translation) {
  const bool own = has_forced(sample);
  DecisionSample result{.ranks = sample.ranks, .nodes = sample.nodes, .bytes = sample.bytes, .times = {}};
  for (const DecisionTiming& timing : sample.times) {
    if (own && timing.algorithm != "native" && !is_forced_native(timing.algorithm)) {
      continue;
    }
    const std::optional<std::string> name = translation(timing.algorithm, sample.ranks, sample.bytes);
    if (!name) {
      continue;
    }
    const auto known = std::find_if(result.times.begin(), result.times.end(),
                                    [&](const DecisionTiming& other) { return other.algorithm == *name; });
    if (known == result.times.end()) {
      result.times.push_back({*name, timing.seconds, timing.low, timing.high});
    } else if (timing.seconds < known->seconds) {
      *known = {*name, timing.seconds, timing.low, timing.high};
    }
  }
  return result;
}

// Losses below this are not worth a warning.
constexpr double kWorthTelling = 1.01;

/// Adds what is lost at a point, to the last loss if it is the same in the next size.
void add_loss(const DecisionSample& sample, const DecisionSample& words, std::vector<DecisionLoss>& losses) {
  const DecisionTiming& wanted = fastest_of(sample);
  DecisionLoss loss{.ranks = {sample.ranks, sample.ranks},
                    .bytes = {sample.bytes, sample.bytes},
                    .wanted = wanted.algorithm,
                    .instead = {},
                    .factor = 0};
  if (!words.times.empty()) {
    const DecisionTiming& instead = fastest_of(words);
    loss.instead = instead.algorithm;
    loss.factor = wanted.seconds > 0 ? instead.seconds / wanted.seconds : 1;
    if (loss.factor < kWorthTelling) {
      return;
    }
  }
  if (!losses.empty()) {
    DecisionLoss& last = losses.back();
    if (last.ranks == loss.ranks && last.wanted == loss.wanted && last.instead == loss.instead) {
      last.bytes.most = loss.bytes.most;
      last.factor = std::max(last.factor, loss.factor);
      return;
    }
  }
  losses.push_back(loss);
}

[[nodiscard]] std::int64_t middle_of(const CountRange& range) {
  if (range.most == CountRange::kUnlimited) {
    return std::max<std::int64_t>(range.least, 1);
  }
  return static_cast<std::int64_t>(
      std::sqrt(static_cast<double>(std::max<std::int64_t>(range.least, 1)) * static_cast<double>(range.most)));
}

[[nodiscard]] TranslatedDecisions translated_rules(const std::vector<DecisionRule>& rules,
                                                   const Translation& translation) {
  TranslatedDecisions result;
  for (const DecisionRule& rule : rules) {
    const auto ranks =
        rule.at_ranks > 0
            ? rule.at_ranks
            : static_cast<Rank>(std::min<std::int64_t>(middle_of(rule.ranks), std::numeric_limits<Rank>::max()));
    DecisionRule words = rule;
    words.ties.clear();
    std::optional<std::string> name = translation(rule.algorithm, ranks, middle_of(rule.bytes));
    for (std::size_t i = 0; !name && i < rule.ties.size(); ++i) {
      name = translation(rule.ties[i], ranks, middle_of(rule.bytes));
    }
    if (name) {
      words.algorithm = *name;
      result.rules.push_back(words);
    } else {
      result.losses.push_back({rule.ranks, rule.bytes, rule.algorithm, {}, 0});
    }
  }
  return result;
}

}  // namespace

const CollectiveDecisions* DecisionTable::find(Collective collective) const {
  const auto found = std::find_if(collectives.begin(), collectives.end(),
                                  [&](const CollectiveDecisions& one) { return one.collective == collective; });
  return found == collectives.end() ? nullptr : &*found;
}

const DecisionRule* find_rule(const CollectiveDecisions& decisions, const DecisionQuery& query) {
  const auto found = std::find_if(decisions.rules.begin(), decisions.rules.end(), [&](const DecisionRule& rule) {
    return rule.ranks.contains(query.ranks) && rule.nodes.contains(query.nodes) && rule.bytes.contains(query.bytes);
  });
  return found == decisions.rules.end() ? nullptr : &*found;
}

std::vector<DecisionRule> rules_of(const std::vector<DecisionSample>& all, const Safety& safety, double tolerance) {
  const std::vector<DecisionSample> samples = without_forced(all);
  const auto by_ranks = sorted(samples);
  std::set<std::int64_t> ranks;
  for (const auto& entry : by_ranks) {
    ranks.insert(entry.first);
  }
  const auto rank_ranges = shares(ranks, 1);
  std::vector<DecisionRule> rules;
  for (const auto& [count, by_nodes] : by_ranks) {
    std::set<std::int64_t> nodes;
    for (const auto& entry : by_nodes) {
      nodes.insert(entry.first);
    }
    const auto node_ranges = shares(nodes, 1);
    for (const auto& [node_count, by_size] : by_nodes) {
      DecisionRule region;
      region.ranks = rank_ranges.at(count);
      region.nodes = node_ranges.at(node_count);
      region.at_ranks = count;
      append_rules(by_size, region, safety, tolerance, rules);
    }
  }
  return rules;
}

TranslatedDecisions translated(const CollectiveDecisions& decisions, const Translation& translation, bool ignore_nodes,
                               NativeTimings native) {
  if (decisions.samples.empty()) {
    return translated_rules(decisions.rules, translation);
  }
  TranslatedDecisions result;
  const std::vector<DecisionSample> known =
      native == NativeTimings::kOwn ? decisions.samples : without_forced(decisions.samples);
  std::vector<DecisionSample> samples;
  for (const auto& [ranks, by_nodes] : sorted(known)) {
    for (const auto& [nodes, by_size] : by_nodes) {
      if (ignore_nodes && nodes != by_nodes.rbegin()->first) {
        continue;
      }
      for (const auto& [bytes, sample] : by_size) {
        samples.push_back(in_words(*sample, translation));
        add_loss(*sample, samples.back(), result.losses);
      }
    }
  }
  result.rules = rules_of(samples, nullptr, 0);
  return result;
}

}  // namespace ringwood
