#include "algorithms/common/reverse.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace ringwood {

namespace {

// All rounds of a program, with memory of their own.
class Recording {
 public:
  void add(std::span<const Operation> round) {
    for (Operation operation : round) {
      if (operation.plane != 0 || operation.peer < 0) {
        throw std::logic_error("only messages between the vectors themselves can be reversed");
      }
      if (operation.chunks.is_list()) {
        std::vector<ChunkInterval>& copy = lists_.emplace_back();
        operation.chunks.for_each_interval([&](ChunkInterval piece) { copy.push_back(piece); });
        operation.chunks = ChunkSet::list(copy);  // stays where it is when `lists_` grows
      }
      operations_.push_back(operation);
    }
    ends_.push_back(operations_.size());
  }

  [[nodiscard]] std::size_t rounds() const { return ends_.size(); }

  [[nodiscard]] std::span<Operation> round(std::size_t index) {
    const std::size_t begin = index == 0 ? 0 : ends_[index - 1];
    return std::span(operations_).subspan(begin, ends_[index] - begin);
  }

 private:
  std::vector<Operation> operations_;
  std::vector<std::size_t> ends_;
  std::vector<std::vector<ChunkInterval>> lists_;
};

Operation flipped(const Operation& operation, Reversal reversal) {
  if (operation.kind != OperationKind::kSend) {
    return send(operation.peer, operation.chunks);
  }
  return reversal == Reversal::kIntoReduction ? receive_reduce(operation.peer, operation.chunks)
                                              : receive(operation.peer, operation.chunks);
}

}  // namespace

Program reversed([[maybe_unused]] const Problem& problem, Program forward, Reversal reversal) {
  Recording recording;
  for (Step step = forward.advance(); step != Step::kEnd; step = forward.advance()) {
    if (step == Step::kFork) {
      throw std::logic_error("a program with lanes cannot be reversed");
    }
    recording.add(forward.round());
  }
  for (std::size_t index = recording.rounds(); index-- > 0;) {
    const std::span<Operation> round = recording.round(index);
    // Two messages between the same ranks in one round must change places too.
    std::reverse(round.begin(), round.end());
    for (Operation& operation : round) {
      operation = flipped(operation, reversal);
    }
    co_yield std::span<const Operation>(round);
  }
}

}  // namespace ringwood
