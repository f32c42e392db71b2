#include "interpret/verify/reproducibility.hpp"

#include <algorithm>

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

/// A hash of all that a schedule's programs say: FNV-1a over words.
class Fingerprint {
 public:
  [[nodiscard]] static std::uint64_t of(const Schedule& schedule) {
    Fingerprint print;
    print.add(schedule.chunks());
    ScheduleInstance instance(schedule);
    for (Rank rank = 0; rank < schedule.ranks(); ++rank) {
      Program program = instance.program(rank);
      print.add_program(program);
    }
    return print.hash_;
  }

 private:
  void add_program(Program& program) {
    while (true) {
      const Step step = program.advance();
      add(static_cast<std::int64_t>(step));
      switch (step) {
        case Step::kRound:
          std::for_each(program.round().begin(), program.round().end(),
                        [this](const Operation& operation) { add_operation(operation); });
          break;
        case Step::kFork:
          for (Program& lane : program.lanes()) {
            add_program(lane);
          }
          break;
        case Step::kEnd:
          return;
      }
    }
  }

  void add_operation(const Operation& operation) {
    add(operation.peer);
    add(static_cast<std::int64_t>(operation.kind));
    add(static_cast<std::int64_t>(operation.side));
    add(operation.plane);
    add(operation.target_plane);
    operation.chunks.for_each_interval([this](ChunkInterval piece) {
      add(piece.first);
      add(piece.count);
    });
  }

  void add(std::int64_t word) { hash_ = (hash_ ^ static_cast<std::uint64_t>(word)) * 0x100000001b3U; }

  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

[[nodiscard]] Placement nodes_of(Rank ranks, Rank nodes) {
  Placement::Level node{.name = "node", .group_of = {}};
  for (Rank rank = 0; rank < ranks; ++rank) {
    node.group_of.push_back(rank % nodes);
  }
  return Placement({node});
}

[[nodiscard]] bool is_all(const std::vector<std::uint64_t>& trees, std::uint64_t tree) {
  return std::all_of(trees.begin(), trees.end(), [tree](std::uint64_t other) { return other == tree; });
}

}  // namespace

bool ignores_placement(const Schedule& schedule) {
  const Placement one_node = nodes_of(schedule.ranks(), 1);
  const Placement two_nodes = nodes_of(schedule.ranks(), 2);
  const std::uint64_t print = Fingerprint::of(schedule);
  for (const Placement* placement : {static_cast<const Placement*>(nullptr), &one_node, &two_nodes}) {
    try {
      if (Fingerprint::of(schedule.placed(placement)) != print) {
        return false;
      }
    } catch (const Error&) {
      return false;  // it cannot do without, or not with this one: it looks at it
    }
  }
  return true;
}

int reproducibility_of(const Schedule& schedule, const SymbolicState& state, const std::vector<std::uint64_t>& trees,
                       bool same_bits) {
  if (!state.contract().reduces || state.contract().counts_twice) {
    return 5;
  }
  if (!same_bits) {
    return 0;
  }
  if (!is_all(trees, trees.front())) {
    return 2;
  }
  if (!ignores_placement(schedule)) {
    return 3;
  }
  return trees.front() == state.values().aligned_tree() ? 5 : 4;
}

}  // namespace ringwood
