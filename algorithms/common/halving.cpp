#include "algorithms/common/halving.hpp"

namespace ringwood {

Program halve_and_double(const Problem& problem, const Fold&, Rank me) {
  const Rank p = problem.ranks;
  Rank kept = 0;  // the first of the `size` pieces that this rank goes on with
  for (Rank mask = 1, size = p / 2; mask < p; mask *= 2, size /= 2) {
    const Rank partner = me ^ mask;
    kept += (me & mask) != 0 ? size : 0;
    const Side side = partner < me ? Side::kLeft : Side::kRight;
    const Round round{send(partner, problem.part(kept ^ size, p, size)),
                      receive_reduce(partner, problem.part(kept, p, size), side)};
    co_yield round;
  }
  for (Rank mask = p / 2, size = 1; mask > 0; mask /= 2, size *= 2) {
    const Rank partner = me ^ mask;
    const Round round{send(partner, problem.part(kept, p, size)), receive(partner, problem.part(kept ^ size, p, size))};
    co_yield round;
    kept &= ~size;
  }
}

}  // namespace ringwood
