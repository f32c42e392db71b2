#pragma once

#include <vector>

#include "sim/affine_time.hpp"
#include "sim/charge_table.hpp"

namespace ringwood {

/// Members begin .. end - 1 of an orbit, whose times are affine functions of their numbers.
struct Piece {
  Rank begin = 0;
  Rank end = 0;
  ChargeTable* charges = nullptr;
  AffineClocks clocks;
  AffineTime round_start;
  AffineTime head;  ///< of the message that they send or receive

  [[nodiscard]] Rank size() const { return end - begin; }
};

template <typename Visit>
void for_each_time(const Visit& visit) {
  const auto clock = [&](AffineTime AffineClocks::*time) {
    visit([time](auto& piece) -> auto& { return piece.clocks.*time; });
  };
  clock(&AffineClocks::cpu);
  clock(&AffineClocks::nic_out);
  clock(&AffineClocks::nic_in);
  clock(&AffineClocks::cpu_busy_since);
  clock(&AffineClocks::latest_head);
  visit([](auto& piece) -> auto& { return piece.round_start; });
  visit([](auto& piece) -> auto& { return piece.head; });
}

[[nodiscard]] inline Picoseconds value_at(AffineTime time, Rank size, Rank index) {
  return size == 1 || time.first == time.last ? time.first : time.first + (time.last - time.first) / (size - 1) * index;
}

/// Of an interval of `size` numbers: the part from `first` to `last`.
[[nodiscard]] inline AffineTime part_of(AffineTime time, Rank size, Rank first, Rank last) {
  return {value_at(time, size, first), value_at(time, size, last)};
}

/// Members begin .. end - 1 of a piece.
[[nodiscard]] inline Piece part_of(const Piece& piece, Rank begin, Rank end) {
  Piece part = piece;
  if (begin != piece.begin || end != piece.end) {
    part.begin = begin;
    part.end = end;
    for_each_time([&](auto time) {
      time(part) = part_of(time(piece), piece.size(), begin - piece.begin, end - 1 - piece.begin);
    });
  }
  return part;
}

/// Whether two affine functions side by side are one.
[[nodiscard]] inline bool continues(AffineTime left, Rank left_size, AffineTime right, Rank right_size) {
  __extension__ using Wide = __int128;
  const Wide step = Wide{right.first} - left.last;
  return Wide{left.last} - left.first == step * (left_size - 1) &&
         Wide{right.last} - right.first == step * (right_size - 1);
}

/// Adds to the last piece if that goes on in this one.
inline void append(std::vector<Piece>& pieces, const Piece& piece) {
  bool one = !pieces.empty() && pieces.back().charges == piece.charges;
  if (one) {
    const Piece& last = pieces.back();
    for_each_time([&](auto time) { one = one && continues(time(last), last.size(), time(piece), piece.size()); });
  }
  if (!one) {
    pieces.push_back(piece);
    return;
  }
  for_each_time([&](auto time) { time(pieces.back()).last = time(piece).last; });
  pieces.back().end = piece.end;
}

}  // namespace ringwood
