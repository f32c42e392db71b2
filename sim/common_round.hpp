#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "ringwood/program.hpp"
#include "sim/chunk_bytes.hpp"

namespace ringwood {

/// A round in which all ranks do alike: the same operations on as many bytes each, with peers at the same distance, by
/// rotation or by exclusive or. Or so by classes: ranks that differ in a digit of their number, (rank / stride) modulo
/// the number of classes, as the members of groups do. All messages of the round are taken in it.
///
/// It is told what ranks do one after the other, from rank 0 on, and finds out what they have in common: begin() for
/// rank 0, look_at() for each of the others, complete(). Where one of these says false they have nothing in common.
class CommonRound {
 public:
  /// What takes time.
  struct Action {
    Bytes bytes = 0;
    Rank distance = 0;       ///< of the peer, by rotation: - ranks / 2 .. ranks / 2
    Rank bits = 0;           ///< of the peer, by exclusive or
    std::uint32_t slot = 0;  ///< of a receive: which of the sends of its peer it takes
    OperationKind kind = OperationKind::kSend;
  };

  /// What the ranks of one class do.
  struct Part {
    std::vector<Action> sends;
    std::vector<Action> rest;    ///< in their order
    std::vector<Action> listed;  ///< all, in the order in which the round lists them
  };

  /// Where a rank is, among ranks that are visited in order.
  struct Cursor {
    std::size_t part = 0;
    Rank in_part = 0;
  };

  static constexpr std::size_t kMostActions = 64;  ///< of a rank; who has more is left to others
  static constexpr std::size_t kMostParts = 64;

  explicit CommonRound(Rank ranks) : ranks_(ranks) {}

  /// `promised`: rounds that follow on this one, which others than rank 0 have to promise too.
  [[nodiscard]] bool begin(std::span<const Operation> round, const ChunkBytes& bytes, Series promised);

  [[nodiscard]] bool look_at(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes);

  [[nodiscard]] bool complete();

  /// What is left of the rounds promised, as far as it can be: with peers that there are, and whole chunks.
  [[nodiscard]] Series series() const { return series_; }

  /// The next of the rounds promised.
  void follow();

  [[nodiscard]] std::span<const Part> parts() const { return parts_; }

  [[nodiscard]] std::size_t sends() const { return parts_.front().sends.size(); }

  /// That each rank sends.
  [[nodiscard]] Bytes bytes_sent() const { return bytes_sent_; }

  /// Whether ranks of different classes can be served together: they differ in their peers only.
  [[nodiscard]] bool together() const { return together_; }

  /// How many ranks from `rank` on, at most `most`, are of its class.
  [[nodiscard]] Rank run(Rank rank, Rank most) const {
    return parts_.size() == 1 ? most : std::min(most, stride_ - rank % stride_);
  }

  [[nodiscard]] Cursor at(Rank rank) const {
    return parts_.size() == 1 ? Cursor{}
                              : Cursor{static_cast<std::size_t>(rank / stride_) % parts_.size(), rank % stride_};
  }

  void next(Cursor& cursor) const {
    if (parts_.size() > 1 && ++cursor.in_part == stride_) {
      cursor.in_part = 0;
      cursor.part = cursor.part + 1 == parts_.size() ? 0 : cursor.part + 1;
    }
  }

  [[nodiscard]] Rank peer(const Action& action, Rank rank) const {
    return exclusive_or_ ? rank ^ action.bits : rotated(rank, action.distance);
  }

  /// Whether the peers of `count` ranks from a multiple of `count` on are neighbours too, and of one class.
  [[nodiscard]] bool keeps_neighbours(const Action& action, Rank first, Rank count) const {
    return exclusive_or_ ? (action.bits & (count - 1)) == 0 && (count & (count - 1)) == 0
                         : rotated(first, action.distance) <= ranks_ - count;
  }

 private:
  [[nodiscard]] bool learn(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes);
  template <unsigned kLookedFor>
  [[nodiscard]] unsigned compare(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes,
                                 const Part& part) const;
  [[nodiscard]] bool begin_part(Rank rank, std::span<const Operation> round, const ChunkBytes& bytes);

  [[nodiscard]] bool divides_ranks() const {
    return ranks_ % (stride_ * static_cast<std::int64_t>(parts_.size())) == 0;
  }

  [[nodiscard]] bool can_be(Series promised, Bytes total) const;
  [[nodiscard]] bool all_taken();
  [[nodiscard]] bool find_send(Part& part, std::size_t receive, std::size_t sender);

  [[nodiscard]] Rank rotated(Rank rank, Rank by) const {
    const std::int64_t to = std::int64_t{rank} + by;
    return static_cast<Rank>(to < 0 ? to + ranks_ : to >= ranks_ ? to - ranks_ : to);
  }

  Rank ranks_;
  bool exclusive_or_ = true;
  bool rotation_ = true;  // without classes
  bool open_ = false;     // there may be more classes
  bool together_ = true;
  Rank stride_ = 1;
  Cursor last_;
  std::vector<Part> parts_;
  Series series_;
  Bytes bytes_sent_ = 0;
};

}  // namespace ringwood
