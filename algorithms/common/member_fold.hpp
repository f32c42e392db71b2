#pragma once

#include <vector>

#include "ringwood/program.hpp"

namespace ringwood {

/// A group of ranks first, first + stride, ..., of which a rank is member `digit`.
struct Members {
  Rank count;
  Rank digit;
  Rank first;
  Rank stride;

  [[nodiscard]] Rank rank(Rank member) const { return first + member * stride; }

  /// The others are number 0 to count - 2, in their order.
  [[nodiscard]] Rank other(Rank number) const { return number + (number >= digit ? 1 : 0); }

  /// The same, those before this one first, nearest first: the order in which neighbours are added.
  [[nodiscard]] Rank nearest(Rank number) const { return number < digit ? digit - 1 - number : number + 1; }
};

/// Appends what adds up all members' `chunks` in member order, ((0 + 1) + 2) + ..., on whichever member: all that do so
/// get the same bits. Uses planes 1 and 2 where two or more come before this one.
inline void append_member_fold(std::vector<Operation>& round, const Members& members, ChunkSet chunks) {
  constexpr Plane kFirst = 1;
  constexpr Plane kBefore = 2;
  if (members.digit == 1) {
    round.push_back(receive_reduce(members.rank(0), chunks, Side::kLeft));
  } else if (members.digit > 1) {
    round.push_back(receive(members.rank(0), chunks, kFirst));
    round.push_back(copy(chunks, kFirst, kBefore));  // a round's messages go into a plane or are added there, not both
    for (Rank other = 1; other < members.digit; ++other) {
      round.push_back(receive_reduce(members.rank(other), chunks, Side::kRight, kBefore));
    }
    round.push_back(reduce(chunks, kBefore, 0, Side::kLeft));
  }
  for (Rank other = members.digit + 1; other < members.count; ++other) {
    round.push_back(receive_reduce(members.rank(other), chunks, Side::kRight));
  }
}

}  // namespace ringwood
