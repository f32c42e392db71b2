#pragma once

#include "ringwood/program.hpp"

namespace ringwood {

/// The x in 0 .. modulus - 1 with factor * x = value modulo `modulus`, which the factor has no divisor in common with.
[[nodiscard]] Rank divided(Rank value, Rank factor, Rank modulus);

/// A rank's place on a ring through all ranks.
struct RingPlace {
  Rank position;  ///< 0 .. p-1
  Rank next;
  Rank previous;

  /// On the same ring the other way round.
  [[nodiscard]] RingPlace turned(Rank ranks) const { return {ranks - 1 - position, previous, next}; }
};

/// The ring 0, step, 2 step, ..., modulo `ranks`; no common divisor.
[[nodiscard]] RingPlace stepped_ring(Rank ranks, Rank me, Rank step);

/// The `index`-th number that has no common divisor with the ranks, of those below half of them; begins anew at their
/// end.
[[nodiscard]] Rank coprime_step(Rank ranks, Rank index);

/// Two rings through a torus of `rows` x `columns` ranks (the column runs fastest) that go along its edges, each edge
/// in one of them: `cycle` 0 or 1. The first goes along a row and then one step down; the second goes one column less
/// than there are down, then one step along. Bae, Bose: Edge disjoint Hamiltonian cycles in k-ary n-cubes and
/// hypercubes, IEEE TC 2003. Only where `torus_has_rings`.
[[nodiscard]] RingPlace torus_ring(Rank rows, Rank columns, Rank me, int cycle);

/// Whether the columns divide the rows, and columns - 1 and the rows have no common divisor.
[[nodiscard]] bool torus_has_rings(Rank rows, Rank columns);

}  // namespace ringwood
