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

[[nodiscard]] Rank next_window(Rank window, Rank ranks, Rank ports, BruckWay way) {
  return way == BruckWay::kReduceScatter
             ? window / (ports + 1)
             : static_cast<Rank>(std::min<std::int64_t>(ranks, std::int64_t{window} * (ports + 1)));
}

/// With one port, rounds after that of `window` of which each has twice or half as many blocks as the one before.
[[nodiscard]] Rank whole_windows_behind(Rank window, Rank ranks, BruckWay way) {
  Rank count = 0;
  if (way == BruckWay::kReduceScatter) {
    for (; 2 * std::int64_t{window} < ranks && window > 1; window /= 2) {
      ++count;
    }
  } else {
    for (; 4 * std::int64_t{window} <= ranks; window *= 2) {
      ++count;
    }
  }
  return count;
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
        break;
      case BruckWay::kReduceScatter:
        turn_round(round);
        break;
    }
    const Course course =
        way == BruckWay::kAllgather ? Course{.peers = 1, .chunks = 1} : Course{.peers = -1, .chunks = -1};
    const Rank left = ports == 1 ? whole_windows_behind(window, p, way) : 0;
    const Rank skipped = co_yield SeriesList{round, series(left, course)};
    for (Rank behind = 0; behind <= skipped; ++behind) {
      window = next_window(window, p, ports, way);
    }
  }
}

}  // namespace ringwood
