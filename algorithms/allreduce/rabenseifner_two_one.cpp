// Rabenseifner's allreduce with 2-1 elimination: pairs that fold share the work, each adding up one half of the vector.
//
//   pair (0,1)    swap: 0 gets the upper half of 1, 1 the lower half of 0;   then 0 hands its sum over to 1, and waits
//
// Rabenseifner, Träff: More efficient reduction algorithms for non-power-of-two number of processors in message-passing
// parallel systems, EuroPVM/MPI 2004.
// p = 2^k: as rabenseifner; else three rounds and two vectors more than the power of two below, but only half a vector
// more to reduce. Rank order kept, all ranks get the same bits.

#include "algorithms/catalogue.hpp"
#include "algorithms/common/fold.hpp"
#include "algorithms/common/halving.hpp"

namespace ringwood {

namespace {

Program program(const Problem& problem, Rank me) {
  return folded_by_halves(problem, me, Fold(problem.ranks), halve_and_double);
}

Chunk pieces(const Problem& problem) {
  return Fold(problem.ranks).survivors();
}

}  // namespace

constinit const Algorithm allreduce_rabenseifner_two_one{
    .name = "rabenseifner-2-1",
    .collective = Collective::kAllreduce,
    .cost = "2log2(p)a + 2(p-1)/p nb + (p-1)/p nc; p not 2^k: (2floor(log2 p)+3)a + about 4nb + 3/2 nc",
    .reference = "Rabenseifner, Träff 2004",
    .needs = {},
    .program = program,
    .pieces = pieces,
    .symmetry = same_by_bits,
};

}  // namespace ringwood
