#include "api/c_gather.hpp"

#include <numeric>
#include <vector>

#include "api/c_block.hpp"
#include "api/c_reduction.hpp"

namespace ringwood {

namespace {

class Gather {
 public:
  Gather(Context& context, MPI_Comm comm, const GatherInput& input, const GatheredBlocks& blocks)
      : context_(context), comm_(comm), input_(input), blocks_(blocks) {
    MPI_Aint lower = 0;
    MPI_Type_get_extent(blocks.type, &lower, &extent_);
    for (Rank rank = 0; rank < context.ranks(); ++rank) {
      byte_counts_.push_back(block(rank).bytes());
    }
  }

  void run() {
    const std::size_t total = std::accumulate(byte_counts_.begin(), byte_counts_.end(), std::size_t{0});
    CollectiveCall call{.collective = Collective::kAllgather,
                        .receive = blocks_.memory,
                        .in_place = input_.memory == MPI_IN_PLACE,
                        .elements = total};
    if (!blocks_.counts.empty()) {
      call.counts = byte_counts_;
    }
    std::vector<std::byte> sent;
    if (!call.in_place) {
      const DataBlock own(input_.memory, static_cast<std::size_t>(input_.count), input_.type);
      call.send = input_.memory;
      if (own.is_packed()) {
        sent.resize(own.bytes());
        own.pack(sent.data(), comm_);
        call.send = sent.data();
      }
    }
    is_direct() ? context_.run(call) : run_staged(call);
  }

 private:
  static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  std::size_t count(Rank rank) const {
    return index(blocks_.counts.empty() ? blocks_.equal_count : blocks_.counts[index(rank)]);
  }

  /// In elements of the datatype from the buffer's beginning.
  MPI_Aint start(Rank rank) const {
    return blocks_.displacements.empty() ? MPI_Aint{blocks_.equal_count} * rank
                                         : MPI_Aint{blocks_.displacements[index(rank)]};
  }

  DataBlock block(Rank rank) const {
    return {static_cast<std::byte*>(blocks_.memory) + start(rank) * extent_, count(rank), blocks_.type};
  }

  /// Whether the receive buffer is what the library makes of it: blocks one after the other, without gaps.
  bool is_direct() const {
    MPI_Aint next = 0;
    for (Rank rank = 0; rank < context_.ranks(); ++rank) {
      if (count(rank) > 0 && start(rank) != next) {
        return false;
      }
      next += static_cast<MPI_Aint>(count(rank));
    }
    return !block(0).is_packed() && (next == 0 || contiguous_size(blocks_.type));
  }

  void run_staged(CollectiveCall call) {
    std::vector<std::byte> staged(call.elements);
    if (call.in_place) {
      block(context_.rank()).pack(staged.data() + offset(context_.rank()), comm_);
    }
    call.receive = staged.data();
    context_.run(call);
    for (Rank rank = 0; rank < context_.ranks(); ++rank) {
      block(rank).unpack(staged.data() + offset(rank), comm_);
    }
  }

  std::size_t offset(Rank rank) const {
    return std::accumulate(byte_counts_.begin(), byte_counts_.begin() + rank, std::size_t{0});
  }

  Context& context_;
  MPI_Comm comm_;
  const GatherInput& input_;
  const GatheredBlocks& blocks_;
  MPI_Aint extent_ = 0;
  std::vector<std::size_t> byte_counts_;
};

}  // namespace

std::size_t bytes_of(const GatheredBlocks& blocks, Rank ranks) {
  std::size_t elements = static_cast<std::size_t>(blocks.equal_count) * static_cast<std::size_t>(ranks);
  for (const int count : blocks.counts) {
    elements += static_cast<std::size_t>(count);
  }
  return DataBlock(blocks.memory, elements, blocks.type).bytes();
}

void gather_to_all(Context& context, MPI_Comm comm, const GatherInput& input, const GatheredBlocks& blocks) {
  Gather(context, comm, input, blocks).run();
}

}  // namespace ringwood
