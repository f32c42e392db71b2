#include "algorithms/common/bruck.hpp"

#include <algorithm>
#include <vector>

namespace ringwood {

namespace {

/// What is done with the windows behind one of so many blocks.
void append_round(const Problem& problem, Rank me, Rank window, Rank ports, std::vector<Operation>& round) {
  const Rank p = problem.ranks;
  for (Rank j = 1; j <= ports && j * window < p; ++j) {
    const Rank far = j * window;
    const Rank count = std::min(window, p - far);
    round.push_back(send(modulo(me - far, p), problem.blocks(me, count)));
    round.push_back(receive(modulo(me + far, p), problem.blocks(me + far, count)));
  }
}

/// The same with every arrow flipped; two messages between the same ranks change places too.
void turn_round(std::vector<Operation>& round) {
  std::reverse(round.begin(), round.end());
  for (Operation& operation : round) {
    operation = operation.kind == OperationKind::kSend ? receive_reduce(operation.peer, operation.chunks)
                                                       : send(operation.peer, operation.chunks);
  }
}

}  // namespace

Program bruck(const Problem& problem, Rank me, Rank ports, BruckWay way) {
  const Rank p = problem.ranks;
  Rank window = 1;
  if (way == BruckWay::kReduceScatter) {
    while (std::int64_t{window} * (ports + 1) < p) {
      window *= ports + 1;
    }
  }
  std::vector<Operation> round;
  round.reserve(2 * static_cast<std::size_t>(ports));
  while (window > 0 && window < p) {
    round.clear();
    append_round(problem, me, window, ports, round);
    switch (way) {
      case BruckWay::kAllgather:
        window = static_cast<Rank>(std::min<std::int64_t>(p, std::int64_t{window} * (ports + 1)));
        break;
      case BruckWay::kReduceScatter:
        turn_round(round);
        window /= ports + 1;
        break;
    }
    co_yield std::span<const Operation>(round);
  }
}

}  // namespace ringwood
