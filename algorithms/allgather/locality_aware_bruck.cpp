// Locality-aware Bruck: windows of whole regions grow L-fold by one message a rank across regions, and what the ranks
// of a region fetched they share among themselves.
//
//   16 ranks, regions of 4      first each region gathers its own blocks; then rank j of region g fetches region g + j
//                               from rank j there, j = 1 2 3; and the regions pass on what their ranks fetched.
//
// Bienz, Gautam, Kharel: A locality-aware Bruck allgather, EuroMPI/USA 2022.
// p = N regions of L consecutive ranks; (L-1)(1 + R) + R rounds with R = ceil(log_L N), as rings share inside of
// regions; R messages a rank across regions, (N-1) vectors in all, the least there is; more traffic inside. `region`
// gives L; else it is that of the machine's nodes, if it divides p, or the divisor of p next above its root.

#include <algorithm>
#include <vector>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

constexpr ParameterInfo kRegion{"region", "ranks of a region, which divide p; 0 finds out", 0, 0, 1 << 30};
constexpr ParameterInfo kParameters[] = {kRegion};

Rank region_of(const Problem& problem) {
  if (const std::int64_t given = problem.parameter(kRegion); given > 0) {
    return static_cast<Rank>(given);
  }
  if (problem.placement != nullptr) {
    const Rank node = problem.placement->extents().front();
    if (node > 1 && problem.ranks % node == 0) {
      return node;
    }
  }
  Rank region = problem.ranks;
  for (Rank count = 1; Chunk{count} * count <= problem.ranks; ++count) {
    if (problem.ranks % count == 0) {
      region = problem.ranks / count;
    }
  }
  return region;
}

// The regions that local rank `member` has fetched when windows were `window` long: none for member 0, which has its
// own. Counted from the region that fetches.
struct Window {
  Rank first;
  Rank count;
};

Window window_of(Rank member, Rank window, Rank regions) {
  const Chunk first = Chunk{member} * window;
  return first < regions ? Window{static_cast<Rank>(first), std::min(window, static_cast<Rank>(regions - first))}
                         : Window{0, 0};
}

// A ring inside a region: member m has `share(m)` to pass on, which may be nothing.
template <typename Share>
Program share_in_region(const Problem&, const Rank me, const Rank region, const Share share) {
  const Rank member = me % region;
  const Rank first = me - member;
  for (Rank step = 0; step < region - 1; ++step) {
    const ChunkSet out = share(modulo(member - step, region));
    const ChunkSet in = share(modulo(member - step - 1, region));
    std::vector<Operation> round;
    if (!out.empty()) {
      round.push_back(send(first + modulo(member + 1, region), out));
    }
    if (!in.empty()) {
      round.push_back(receive(first + modulo(member - 1, region), in));
    }
    co_yield std::span<const Operation>(round);
  }
}

// What rank `me` gets from its like in the region where its window begins, and gives to the one that begins here.
std::vector<Operation> fetch(const Problem& problem, Rank me, Rank region, const Window& mine) {
  if (mine.count == 0 || mine.first == 0) {
    return {};
  }
  const Rank p = problem.ranks;
  const Rank here = me - me % region;
  const Rank distance = mine.first * region;
  return {send(modulo(me - distance, p), problem.blocks(here, mine.count * region)),
          receive(modulo(me + distance, p), problem.blocks(here + distance, mine.count * region))};
}

Program program(const Problem& problem, Rank me) {
  const Rank region = region_of(problem);
  const Rank regions = problem.ranks / region;
  const Rank here = me - me % region;
  co_yield share_in_region(problem, me, region, [&](Rank member) { return problem.block(here + member); });
  for (Chunk grown = 1; grown < regions; grown *= region) {
    const auto window = static_cast<Rank>(grown);
    const std::vector<Operation> round = fetch(problem, me, region, window_of(me % region, window, regions));
    co_yield std::span<const Operation>(round);
    co_yield share_in_region(problem, me, region, [&problem, here, region, regions, window](Rank member) {
      const Window fetched = window_of(member, window, regions);
      return member == 0 ? ChunkSet() : problem.blocks(here + fetched.first * region, fetched.count * region);
    });
  }
}

std::string objection(const Problem& problem) {
  const Rank region = region_of(problem);
  if (problem.ranks % region != 0) {
    return "its region " + std::to_string(region) + " does not divide " + std::to_string(problem.ranks) + " ranks";
  }
  return region == 1 && problem.ranks > 1 ? "its region must be of two ranks at least" : "";
}

}  // namespace

constinit const Algorithm allgather_locality_aware_bruck{
    .name = "locality-aware-bruck",
    .collective = Collective::kAllgather,
    .cost = "((L-1)(1+R) + R)a for regions of L, R = ceil(log_L(p/L)); R messages and 1/L nb or less between regions",
    .reference = "Bienz, Gautam, Kharel 2022",
    .needs = {},
    .program = program,
    .parameters = kParameters,
    .objection = objection,
};

}  // namespace ringwood
