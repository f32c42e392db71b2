#include "ringwood/program.hpp"

namespace ringwood {

std::suspend_always Program::promise_type::yield_value(Lanes&& fork_of_this) {
  fork = &fork_of_this;
  root->fork = fork;
  root->step = Step::kFork;
  const auto width = static_cast<Lane>(fork->programs.size());
  for (Lane i = 0; i < width; ++i) {
    promise_type& lane_root = fork->programs[static_cast<std::size_t>(i)].handle_.promise();
    lane_root.enclosing = this;
    lane_root.renumbered = lane_root.renumbering != nullptr || renumbered;
    // Lane 0 goes on with this lane's number: this one is silent until the fork has ended.
    lane_root.lane = root->lane + i * root->lane_stride;
    lane_root.lane_stride = root->lane_stride * width;
  }
  return {};
}

std::span<const Operation> Program::renumbered_round() const {
  promise_type& root = handle_.promise();
  std::span<const Operation> operations(root.operations, root.count);
  if (root.translated == nullptr) {
    root.translated = new TranslatedRound[2];
  }
  bool other = false;
  for (const promise_type* at = root.leaf; at != nullptr; at = at->enclosing) {
    if (at->renumbering != nullptr) {
      at->renumbering->translate(operations, root.translated[other ? 1 : 0]);
      operations = root.translated[other ? 1 : 0].operations;
      other = !other;
    }
  }
  return operations;
}

std::span<Program> Program::lanes() const {
  return handle_.promise().fork->programs;
}

Program on(RankMap ranks, ChunkMap chunks, Program program) {
  if (ranks.is_identity() && chunks.is_identity()) {
    return program;
  }
  Program::promise_type& promise = program.handle_.promise();
  if (promise.renumbering != nullptr) {
    throw std::logic_error("a program can be renumbered once; nest it to renumber again");
  }
  promise.renumbering = new Renumbering(ranks, chunks);
  promise.renumbered = true;
  return program;
}

}  // namespace ringwood
