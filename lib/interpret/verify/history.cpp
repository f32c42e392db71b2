#include "interpret/verify/history.hpp"

#include <algorithm>
#include <map>

namespace ringwood {

/// Who has a contribution when all is over.
struct History::Holders {
  std::map<std::pair<Rank, Plane>, std::size_t> since;  ///< 1 + the event that brought it; 0: from the start
  const Event* vanished = nullptr;                      ///< what overwrote the last copy
};

History::Holders History::holders_of(Rank contribution) const {
  Holders holders;
  if (holds(state_.contract().before, contribution, chunk_, schedule_.chunks(), schedule_.ranks(), schedule_.root())) {
    holders.since[{contribution, Plane{0}}] = 0;
  }
  for (std::size_t i = 0; i < events_.size(); ++i) {
    const Event& event = events_[i];
    const bool had = state_.values().contains(event.before, contribution);
    const bool has = state_.values().contains(event.after, contribution);
    if (has && !had) {
      holders.since[{event.place.rank, event.plane}] = i + 1;
      holders.vanished = nullptr;  // it was in a message meanwhile
    } else if (had && !has) {
      holders.since.erase({event.place.rank, event.plane});
      holders.vanished = holders.since.empty() ? &event : holders.vanished;
    }
  }
  return holders;
}

std::string History::last_write(Rank rank) const {
  const auto last = std::find_if(events_.rbegin(), events_.rend(),
                                 [&](const Event& event) { return event.place.rank == rank && event.plane == 0; });
  return last == events_.rend() ? "nothing is written there" : "it was last written in " + text(*last);
}

std::string History::fate_of(Rank absent, Rank rank) const {
  const Holders holders = holders_of(absent);
  if (holders.vanished != nullptr) {
    return "it is lost in " + text(*holders.vanished);
  }
  const auto overwritten = std::find_if(events_.rbegin(), events_.rend(), [&](const Event& event) {
    return event.place.rank == rank && event.plane == 0 && state_.values().contains(event.before, absent) &&
           !state_.values().contains(event.after, absent);
  });
  if (overwritten != events_.rend()) {
    return "it is overwritten in " + text(*overwritten);
  }
  const auto farthest = std::max_element(holders.since.begin(), holders.since.end(),
                                         [](const auto& a, const auto& b) { return a.second < b.second; });
  if (farthest == holders.since.end()) {
    return last_write(rank);
  }
  const std::string held = farthest->second == 0 ? "it never leaves rank " + std::to_string(farthest->first.first)
                                                 : "it gets no farther than " + text(events_[farthest->second - 1]);
  return held + ", and " + last_write(rank);
}

std::string History::first_disorder() const {
  const auto first = std::find_if(events_.begin(), events_.end(),
                                  [&](const Event& event) { return !state_.values().ordered(event.after); });
  return first == events_.end() ? "" : "out of order since " + text(*first);
}

}  // namespace ringwood
