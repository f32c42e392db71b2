// Bruck's allgather: everybody's window of blocks doubles, with k ports grows k + 1 times, by what the windows behind
// it hold.
//
//   p = 5    rank 0 has b0;  gets b1 from 1;  gets b2 b3 from 2;  gets b4 from 4
//
// Bruck, Ho, Kipnis, Upfal, Weathersby: Efficient algorithms for all-to-all communications in multiport message-passing
// systems, IEEE TPDS 1997.
// Any p; ceil(log_{k+1} p) rounds, (p-1)/p of the vector: both optimal. Blocks are received where they belong, so
// nothing is rotated in the end. Far ranks and large messages last.

#include <algorithm>
#include <vector>

#include "algorithms/catalogue.hpp"
#include "algorithms/common/parameters.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kParameters[] = {kPorts};

Program program(const Problem& problem, Rank me) {
  const Rank p = problem.ranks;
  const auto ports = static_cast<Rank>(problem.parameter(kPorts));
  std::vector<Operation> round;
  round.reserve(2 * static_cast<std::size_t>(ports));
  for (Rank window = 1; window < p; window = std::min(p, window * (ports + 1))) {
    round.clear();
    for (Rank j = 1; j <= ports && j * window < p; ++j) {
      const Rank far = j * window;
      const Rank count = std::min(window, p - far);
      round.push_back(send(modulo(me - far, p), problem.blocks(me, count)));
      round.push_back(receive(modulo(me + far, p), problem.blocks(me + far, count)));
    }
    co_yield std::span<const Operation>(round);
  }
}

}  // namespace

constinit const Algorithm allgather_bruck{
    .name = "bruck",
    .collective = Collective::kAllgather,
    .cost = "ceil(log_{ports+1} p)a + (p-1)/p nb",
    .reference = "Bruck, Ho, Kipnis, Upfal, Weathersby 1997",
    .needs = {},
    .program = program,
    .parameters = kParameters,
    .symmetry = same_by_rotation,
};

}  // namespace ringwood
