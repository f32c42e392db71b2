#include "sim/common_round.hpp"

#include <algorithm>
#include <cstdlib>

namespace ringwood {

namespace {

// What compare() found.
constexpr unsigned kByBits = 1;
constexpr unsigned kByRotation = 2;

[[nodiscard]] std::int64_t scaled(std::int64_t value, int by) {
  return by > 0 ? value * 2 : by < 0 ? value / 2 : value;
}

/// Whether a value that is doubled or halved `times` times neither gets more than `most` nor loses a half.
[[nodiscard]] bool stays(std::int64_t value, int by, std::uint32_t times, std::int64_t most) {
  return by == 0 || (times < 63 && (by > 0 ? value <= most >> times : value >> times << times == value));
}

[[nodiscard]] bool takes_time(const Operation& operation, Bytes bytes) {
  return bytes > 0 && operation.kind != OperationKind::kCopy;
}

[[nodiscard]] bool same_costs(const std::vector<CommonRound::Action>& a, const std::vector<CommonRound::Action>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const auto& x, const auto& y) { return x.bytes == y.bytes && x.kind == y.kind; });
}

}  // namespace

bool CommonRound::begin(std::span<const Operation> round, const ChunkBytes& bytes, Series promised) {
  if (!learn(0, round, bytes)) {
    return false;
  }
  series_ = can_be(promised, bytes.total()) ? promised : Series{};
  return true;
}

bool CommonRound::learn(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes) {
  Part part;
  for (const Operation& operation : round) {
    const Bytes size = bytes.of(operation.chunks);
    if (!takes_time(operation, size)) {
      continue;
    }
    Action action{.bytes = size, .kind = operation.kind};
    if (operation.kind != OperationKind::kReduce) {
      if (operation.peer < 0 || operation.peer >= ranks_ || operation.peer == rank) {
        return false;
      }
      const std::int64_t ahead = modulo(operation.peer - rank, ranks_);
      action.distance = static_cast<Rank>(2 * ahead > ranks_ ? ahead - ranks_ : ahead);
      action.bits = operation.peer ^ rank;
    }
    std::vector<Action>& list = operation.kind == OperationKind::kSend ? part.sends : part.rest;
    if (list.size() == kMostActions) {
      return false;
    }
    list.push_back(action);
    part.listed.push_back(action);
  }
  parts_.push_back(std::move(part));
  return true;
}

/// How a rank's peers are those of the ranks of `part`, of what is in `looked_for`; 0: not at all, or it does something
/// else.
template <unsigned kLookedFor>
unsigned CommonRound::compare(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes,
                              const Part& part) const {
  const Action* expected = part.listed.data();
  const Action* const end = expected + part.listed.size();
  Rank by_bits = (kLookedFor & kByBits) != 0 ? 0 : 1;
  Rank by_rotation = (kLookedFor & kByRotation) != 0 ? 0 : 1;
  for (const Operation& operation : round) {
    const Bytes size = bytes.of(operation.chunks);
    if (!takes_time(operation, size)) [[unlikely]] {
      continue;
    }
    if (expected == end || expected->bytes != size || expected->kind != operation.kind) [[unlikely]] {
      return 0;
    }
    if (operation.kind != OperationKind::kReduce) {
      if constexpr ((kLookedFor & kByBits) != 0) {
        by_bits |= rank ^ expected->bits ^ operation.peer;
      }
      if constexpr ((kLookedFor & kByRotation) != 0) {
        by_rotation |= rotated(rank, expected->distance) ^ operation.peer;
      }
    }
    ++expected;
  }
  return expected != end ? 0 : (by_bits == 0 ? kByBits : 0U) | (by_rotation == 0 ? kByRotation : 0U);
}

bool CommonRound::look_at(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes) {
  if (exclusive_or_ || rotation_) {
    const Part& part = parts_.front();
    const unsigned found = !rotation_       ? compare<kByBits>(rank, round, bytes, part)
                           : !exclusive_or_ ? compare<kByRotation>(rank, round, bytes, part)
                                            : compare<kByBits | kByRotation>(rank, round, bytes, part);
    const bool bits = exclusive_or_ && (found & kByBits) != 0;
    const bool turn = rotation_ && (found & kByRotation) != 0;
    if (bits || turn) [[likely]] {
      exclusive_or_ = bits;
      rotation_ = turn;
      return true;
    }
    if (!rotation_ || series_.course != Course{}) {
      return false;
    }
    // All before it are of one class: here is the first of another.
    exclusive_or_ = false;
    rotation_ = false;
    open_ = true;
    stride_ = rank;
    last_ = {0, stride_ - 1};
  }
  if (++last_.in_part == stride_) {
    last_.in_part = 0;
    return begin_part(rank, round, bytes);
  }
  return compare<kByRotation>(rank, round, bytes, parts_[last_.part]) != 0;
}

bool CommonRound::begin_part(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes) {
  const bool was_last = last_.part + 1 == parts_.size();
  last_.part = was_last ? 0 : last_.part + 1;
  if (!open_ || !was_last) {
    return compare<kByRotation>(rank, round, bytes, parts_[last_.part]) != 0;
  }
  // With distances that go round, the last member of a group can look like the first one.
  if (divides_ranks() && compare<kByRotation>(rank, round, bytes, parts_.front()) != 0) {
    open_ = false;
    return true;
  }
  last_.part = parts_.size();
  return parts_.size() < kMostParts && learn(rank, round, bytes);
}

bool CommonRound::complete() {
  const Part& first = parts_.front();
  for (const Action& action : first.sends) {
    bytes_sent_ += action.bytes;
  }
  for (const Part& part : parts_) {
    Bytes sent = 0;
    for (const Action& action : part.sends) {
      sent += action.bytes;
    }
    if (part.sends.size() != first.sends.size() || sent != bytes_sent_) {
      return false;
    }
    together_ = together_ && same_costs(part.sends, first.sends) && same_costs(part.rest, first.rest);
  }
  if (series_.left > 0 && series_.course != Course{}) {
    if (series_.course.exclusive_or ? !exclusive_or_ : !rotation_) {
      return false;
    }
    exclusive_or_ = series_.course.exclusive_or;  // with half of the ranks as distance it is either
  }
  return all_taken();
}

/// Whether everybody takes what was sent to them: as many as were sent, and each finds the send that it takes.
bool CommonRound::all_taken() {
  const auto parts = static_cast<std::int64_t>(parts_.size());
  if (parts > 1 && !divides_ranks()) {
    return false;
  }
  std::size_t taken = 0;
  for (std::int64_t number = 0; number < parts; ++number) {
    Part& part = parts_[static_cast<std::size_t>(number)];
    for (std::size_t i = 0; i < part.rest.size(); ++i) {
      const Action& action = part.rest[i];
      if (action.kind == OperationKind::kReduce) {
        continue;
      }
      const bool between_parts = parts == 1 || action.distance % stride_ == 0;
      const std::int64_t steps = parts == 1 ? 0 : action.distance / stride_ % parts;
      if (!between_parts || !find_send(part, i, static_cast<std::size_t>((number + steps + parts) % parts))) {
        return false;
      }
      ++taken;
    }
  }
  return taken == parts_.size() * sends();
}

/// Of the messages between two ranks the n-th that is taken is the n-th that was sent.
bool CommonRound::find_send(Part& part, std::size_t receive, std::size_t sender) {
  Action& taken = part.rest[receive];
  std::size_t before = 0;
  const auto same_peer = [&](const Action& other) {
    return exclusive_or_ ? other.bits == taken.bits : other.distance == taken.distance;
  };
  for (std::size_t i = 0; i < receive; ++i) {
    before += part.rest[i].kind != OperationKind::kReduce && same_peer(part.rest[i]) ? 1 : 0;
  }
  const std::vector<Action>& sends = parts_[sender].sends;
  for (std::size_t i = 0; i < sends.size(); ++i) {
    const bool back =
        exclusive_or_ ? sends[i].bits == taken.bits : (std::int64_t{sends[i].distance} + taken.distance) % ranks_ == 0;
    if (back && before-- == 0) {
      taken.slot = static_cast<std::uint32_t>(i);
      return true;
    }
  }
  return false;
}

bool CommonRound::can_be(Series promised, Bytes total) const {
  const Course course = promised.course;
  if (promised.left == 0 || course == Course{}) {
    return true;
  }
  if (course.exclusive_or && (ranks_ & (ranks_ - 1)) != 0) {
    return false;
  }
  const Rank most = course.exclusive_or ? ranks_ - 1 : ranks_ / 2;
  const auto can = [&](const Action& action) {
    const Rank from_zero = course.exclusive_or ? action.bits : std::abs(action.distance);
    return stays(from_zero, course.peers, promised.left, most) &&
           stays(action.bytes, course.chunks, promised.left, total);
  };
  const Part& part = parts_.front();
  return std::all_of(part.sends.begin(), part.sends.end(), can) && std::all_of(part.rest.begin(), part.rest.end(), can);
}

void CommonRound::follow() {
  const Course course = series_.course;
  --series_.left;
  if (course == Course{}) {
    return;
  }
  bytes_sent_ = scaled(bytes_sent_, course.chunks);
  for (std::vector<Action>* list : {&parts_.front().sends, &parts_.front().rest}) {
    for (Action& action : *list) {
      action.bytes = scaled(action.bytes, course.chunks);
      action.bits = static_cast<Rank>(scaled(action.bits, course.peers));
      action.distance = static_cast<Rank>(scaled(action.distance, course.peers));
    }
  }
}

}  // namespace ringwood
