// hier(A, B, ..., Z): an allreduce over the levels of the machine, innermost first. Reduce-scatters by A inside the
// nodes, then by B across the nodes of a group, ..., an allreduce by Z across the outermost groups, and the allgathers
// back.
//
//   2 nodes of 2:    0 1 | 2 3      each rank of a node owns half of the node's sum,
//                    v-v   v-v      allreduces that half with its like on the other node,
//                    ^=====^        and the halves are gathered in the node again.
//
// What crosses a border is then 2(G-1)n over all G groups, which is the partition bound, and all lanes of a node are
// used. Groups of unequal sizes: the largest regular box of ranks does the work, each other rank hands its vector
// to one of the box first and gets the result back.
//
// Cho et al.: BlueConnect, MLSys 2019; Träff, Hunold, CLUSTER 2020; Sack, Gropp, ACM TOPC 2015.

#include <algorithm>
#include <numeric>

#include "algorithms/catalogue.hpp"

namespace ringwood {

namespace {

/// One dimension of the box that a part works in: as many members, `stride` apart in the numbers of the box.
struct Dimension {
  Rank extent = 1;
  Rank stride = 1;
};

/// The level that part `index` ends with: of its label, or the next; the last part takes all that is left.
[[nodiscard]] std::size_t last_level_of(const Problem& problem, std::size_t index, std::size_t first) {
  const auto& levels = problem.placement->levels();
  if (index + 1 == problem.parts.size()) {
    return levels.size();
  }
  const std::string& label = problem.parts[index].label;
  for (std::size_t level = first; level < levels.size(); ++level) {
    if (label.empty() || levels[level].name == label) {
      return level;
    }
  }
  return levels.size() + 1;
}

/// The dimension of each part; empty if the parts do not suit the levels.
[[nodiscard]] std::vector<Dimension> dimensions_of(const Problem& problem) {
  const std::span<const Rank> extents = problem.placement->extents();
  std::vector<Dimension> dimensions;
  std::size_t level = 0;
  Rank stride = 1;
  for (std::size_t i = 0; i < problem.parts.size(); ++i) {
    const std::size_t last = last_level_of(problem, i, level);
    if (last >= extents.size()) {
      return {};
    }
    Dimension dimension{.extent = 1, .stride = stride};
    for (; level <= last; ++level) {
      dimension.extent *= extents[level];
    }
    stride *= dimension.extent;
    dimensions.push_back(dimension);
  }
  return dimensions;
}

/// What a part does on the way in (reduce-scatter, at last allreduce) or out (allgather), on `chunks` chunks.
[[nodiscard]] Problem task_of(const Problem& problem, std::size_t part, Collective collective, Rank ranks,
                              Chunk chunks) {
  Problem task = problem.inside(problem.parts[part], collective, ranks, chunks);
  task.placement = nullptr;
  return task;
}

/// The work of a rank of the box.
Program box_program(const Problem& problem, const Rank number, const std::vector<Dimension>& dimensions) {
  const std::span<const Rank> box = problem.placement->box();
  const std::size_t top = dimensions.size() - 1;
  ChunkMap mine;
  Chunk size = problem.chunks;
  for (std::size_t step = 0; step < 2 * top + 1; ++step) {
    const bool outward = step > top;
    const std::size_t part = outward ? 2 * top - step : step;
    const auto [extent, stride] = dimensions[part];
    const Rank member = number / stride % extent;
    if (outward) {
      size *= extent;
      mine.offset -= member * (size / extent);
    }
    if (extent > 1) {
      const Collective collective = part == top ? Collective::kAllreduce
                                    : outward   ? Collective::kAllgather
                                                : Collective::kReduceScatter;
      const Problem task = task_of(problem, part, collective, extent, size);
      co_yield on(RankMap::table(box, number - member * stride, stride), mine, task.algorithm->program(task, member));
    }
    if (!outward && part != top) {
      size /= extent;
      mine.offset += member * size;
    }
  }
}

Program program(const Problem& problem, Rank me) {
  const Placement& placement = *problem.placement;
  const Rank number = placement.box_number(me);
  if (!placement.in_box(me)) {
    const Rank stands_in = placement.box()[static_cast<std::size_t>(number)];
    const Round before{send(stands_in, problem.whole())};
    co_yield before;
    const Round after{receive(stands_in, problem.whole())};
    co_yield after;
    co_return;
  }
  const std::span<const Rank> surplus = placement.surplus(number);
  std::vector<Operation> operations;
  for (const Rank rank : surplus) {
    operations.push_back(receive_reduce(rank, problem.whole()));
  }
  co_yield std::span<const Operation>(operations);
  const std::vector<Dimension> dimensions = dimensions_of(problem);
  co_yield box_program(problem, number, dimensions);
  operations.clear();
  for (const Rank rank : surplus) {
    operations.push_back(send(rank, problem.whole()));
  }
  co_yield std::span<const Operation>(operations);
}

Chunk pieces(const Problem& problem) {
  const std::vector<Dimension> dimensions = dimensions_of(problem);
  const std::size_t top = dimensions.size() - 1;
  const Problem last = task_of(problem, top, Collective::kAllreduce, dimensions[top].extent, 1);
  Chunk chunks = last.algorithm->pieces(last);
  for (std::size_t part = top; part-- > 0;) {
    const Rank extent = dimensions[part].extent;
    chunks *= extent;
    for (const Collective collective : {Collective::kReduceScatter, Collective::kAllgather}) {
      const Problem task = task_of(problem, part, collective, extent, 1);
      chunks = std::lcm(chunks, task.algorithm->pieces(task));
    }
  }
  return chunks;
}

std::string objection(const Problem& problem) {
  if (problem.placement == nullptr || problem.placement->levels().empty()) {
    return "it needs to know which ranks share a node, and nothing says so";
  }
  if (!problem.commutative) {
    return "it needs a commutative operation: groups of several levels are not in rank order";
  }
  const std::vector<Dimension> dimensions = dimensions_of(problem);
  if (dimensions.empty()) {
    std::string names;
    for (const Placement::Level& level : problem.placement->levels()) {
      names += (names.empty() ? "" : ", ") + level.name;
    }
    return "its parts must name levels of the machine, innermost first, and one for the rest; the levels are: " + names;
  }
  for (std::size_t part = 0; part < dimensions.size(); ++part) {
    const bool top = part + 1 == dimensions.size();
    for (const Collective collective : {Collective::kReduceScatter, Collective::kAllgather, Collective::kAllreduce}) {
      if (top != (collective == Collective::kAllreduce) || dimensions[part].extent == 1) {
        continue;
      }
      const Problem task = task_of(problem, part, collective, dimensions[part].extent, 1);
      if (std::string reason = objection_to(*task.algorithm, task); !reason.empty()) {
        return reason;
      }
    }
  }
  return "";
}

constexpr Collective kCollectives[] = {Collective::kAllreduce};
constexpr std::size_t kMostLevels = 8;

}  // namespace

constinit const Combinator combinator_hier{
    .name = "hier",
    .syntax = "hier(node=A, ..., network=Z)",
    .meaning = "reduce-scatter inside nodes, allreduce across them, allgather inside",
    .reference = "Cho et al. 2019; Träff, Hunold 2020",
    .collectives = kCollectives,
    .parameters = {},
    .least_parts = 2,
    .most_parts = kMostLevels,
    .program = program,
    .pieces = pieces,
    .objection = objection,
};

}  // namespace ringwood
