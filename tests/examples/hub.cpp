// A plug-in: an allreduce that is not in Ringwood's catalogue. Everybody sends the vector to rank 0, which adds up and
// sends the sum to everybody. Two rounds, as few as there can be; but rank 0 receives and sends p - 1 vectors.
//
//     c++ -std=c++20 -shared -fPIC hub.cpp $(pkg-config --cflags --libs ringwood-core) -o hub.so
//     ringwood verify allreduce hub --ranks 1..64+1 --plugin $PWD/hub.so

#include <ringwood/plugin.hpp>
#include <vector>

namespace {

using namespace ringwood;

Program program(const Problem& problem, Rank me) {
  const ChunkSet vector = problem.whole();
  if (problem.ranks == 1) {
    co_return;
  }
  if (me != 0) {
    const Round up{send(0, vector)};
    co_yield up;
    const Round down{receive(0, vector)};
    co_yield down;
    co_return;
  }
  std::vector<Operation> up;
  std::vector<Operation> down;
  for (Rank other = 1; other < problem.ranks; ++other) {
    up.push_back(receive_reduce(other, vector, Side::kRight));  // own (+) incoming: the order of ranks is kept
    down.push_back(send(other, vector));
  }
  co_yield std::span<const Operation>(up);
  co_yield std::span<const Operation>(down);
}

constinit const Algorithm allreduce_hub{
    .name = "hub",
    .collective = Collective::kAllreduce,
    .cost = "2a + 2(p-1) nb + (p-1) nc",
    .reference = "an example of Ringwood",
    .needs = {.commutative = false},
    .program = program,
    .pieces = one_piece,
};

}  // namespace

RINGWOOD_PLUGIN("hub", "1.0", &allreduce_hub)
