#pragma once

#include <string>
#include <vector>

#include "interpret/verify/place.hpp"
#include "schedule/symbolic.hpp"

namespace ringwood {

/// All that happens to one chunk of the vector, on all ranks: what tells why it ends as it does. Kept only once a
/// schedule is known to be wrong, for which it is run again.
class History {
 public:
  /// Refers to the state of the run that it watches.
  History(const Schedule& schedule, const SymbolicState& state, Chunk chunk)
      : schedule_(schedule), state_(state), chunk_(chunk) {}

  [[nodiscard]] Chunk chunk() const { return chunk_; }

  /// The chunk was written, and held `before` until then.
  void add(const Place& place, Plane plane, SymbolicValue before) {
    events_.push_back({place, plane, before, state_.at(place.rank, plane, chunk_)});
  }

  /// Why the chunk ends on `rank` without the contribution of rank `absent`: where that was overwritten, or how far it
  /// got, and what was written on `rank` last.
  [[nodiscard]] std::string fate_of(Rank absent, Rank rank) const;

  /// Where ranks were first combined out of order.
  [[nodiscard]] std::string first_disorder() const;

  /// What was written on `rank` last.
  [[nodiscard]] std::string last_write(Rank rank) const;

 private:
  struct Event {
    Place place;
    Plane plane;
    SymbolicValue before;
    SymbolicValue after;
  };

  struct Holders;

  [[nodiscard]] Holders holders_of(Rank contribution) const;

  [[nodiscard]] std::string text(const Event& event) const { return text_of(event.place, schedule_.recorded()); }

  const Schedule& schedule_;
  const SymbolicState& state_;
  Chunk chunk_;
  std::vector<Event> events_;
};

}  // namespace ringwood
