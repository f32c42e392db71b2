#include "interpret/verify/hazards.hpp"

#include <algorithm>
#include <tuple>

namespace ringwood {

namespace {

// Of the touches seen so far: the one that reaches furthest, and the furthest of another owner.
class Reach {
 public:
  void add(const Touch& touch) {
    if (touch.owner == best_.owner) {
      best_.end = std::max(best_.end, touch.end);
    } else if (touch.end > best_.end) {
      second_ = best_;
      best_ = touch;
    } else if (touch.end > second_.end) {
      second_ = touch;
    }
  }

  [[nodiscard]] const Touch& furthest_of_others(int owner) const { return best_.owner == owner ? second_ : best_; }

 private:
  Touch best_{.first = 0, .end = -1, .owner = -1};
  Touch second_{.first = 0, .end = -1, .owner = -1};
};

}  // namespace

void add_touches(std::vector<Touch>& touches, const ChunkSet& chunks, const Touch& like) {
  chunks.for_each_interval([&](ChunkInterval piece) {
    Touch touch = like;
    touch.first = piece.first;
    touch.end = piece.first + piece.count;
    touches.push_back(touch);
  });
}

std::optional<Conflict> find_conflict(std::vector<Touch>& touches) {
  std::sort(touches.begin(), touches.end(), [](const Touch& a, const Touch& b) {
    return std::tie(a.plane, a.first, a.owner, a.end) < std::tie(b.plane, b.first, b.owner, b.end);
  });
  Reach any;
  Reach exclusive;
  for (std::size_t i = 0; i < touches.size(); ++i) {
    const Touch& touch = touches[i];
    if (i > 0 && touches[i - 1].plane != touch.plane) {
      any = Reach();
      exclusive = Reach();
    }
    const Touch& other = (touch.exclusive ? any : exclusive).furthest_of_others(touch.owner);
    if (other.end > touch.first) {
      return Conflict{other.owner, touch.owner, touch.plane, touch.first};
    }
    any.add(touch);
    if (touch.exclusive) {
      exclusive.add(touch);
    }
  }
  return std::nullopt;
}

void merge_touches(std::vector<Touch>& touches) {
  const auto kind = [](const Touch& touch) { return std::tie(touch.owner, touch.plane, touch.exclusive); };
  std::sort(touches.begin(), touches.end(),
            [&](const Touch& a, const Touch& b) { return kind(a) != kind(b) ? kind(a) < kind(b) : a.first < b.first; });
  std::size_t kept = 0;
  for (const Touch& touch : touches) {
    if (kept > 0 && kind(touches[kept - 1]) == kind(touch) && touches[kept - 1].end >= touch.first) {
      touches[kept - 1].end = std::max(touches[kept - 1].end, touch.end);
    } else {
      touches[kept++] = touch;
    }
  }
  touches.resize(kept);
}

}  // namespace ringwood
