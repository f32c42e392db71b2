#include "algorithms/common/halving.hpp"

namespace ringwood {

Program halving(const Problem& problem, const Rank me, const HalvingPart part) {
  const Rank p = problem.ranks;
  const Rank mine = halving_piece(me, p);
  if (part != HalvingPart::kAllgather) {
    for (Rank mask = 1, size = p / 2; mask < p; mask *= 2, size /= 2) {
      const Rank partner = me ^ mask;
      const Rank kept = mine & -size;  // the first of the `size` pieces that this rank goes on with
      const Side side = partner < me ? Side::kLeft : Side::kRight;
      const Round round{send(partner, problem.part(kept ^ size, p, size)),
                        receive_reduce(partner, problem.part(kept, p, size), side)};
      co_yield round;
    }
  }
  if (part != HalvingPart::kReduceScatter) {
    for (Rank mask = p / 2, size = 1; mask > 0; mask /= 2, size *= 2) {
      const Rank partner = me ^ mask;
      const Rank kept = mine & -size;
      const Round round{send(partner, problem.part(kept, p, size)),
                        receive(partner, problem.part(kept ^ size, p, size))};
      co_yield round;
    }
  }
}

}  // namespace ringwood
