#include "formats/msccl_cells.hpp"

#include <algorithm>
#include <limits>

#include "schedule/contract.hpp"

namespace ringwood::msccl {

Cells::Cells(const Program& program, Rank me) : program_(program), me_(me) {
  const auto ranks = static_cast<Chunk>(program.gpus.size());
  share_ = program.chunks / ranks;
  inputs_ = program.collective == Collective::kAllgather ? share_ : program.chunks;
  outputs_ = program.collective == Collective::kReduceScatter ? share_ : program.chunks;
  const Chunk vectors = program.in_place ? program.chunks : inputs_ + outputs_;
  cells_.resize(static_cast<std::size_t>(vectors + program.gpus[static_cast<std::size_t>(me)].scratch));
  const bool has_input = contract_of(program.collective).before != Holding::kRootWhole || me == program.root;
  for (Chunk offset = 0; has_input && offset < inputs_; ++offset) {
    const Chunk chunk = input_chunk(offset);
    cells_[input_cell(offset)].location = {chunk, 0};
    planes(chunk).push_back(true);
  }
}

std::size_t Cells::input_cell(Chunk offset) const {
  const bool own_block = program_.in_place && program_.collective == Collective::kAllgather;
  return static_cast<std::size_t>(offset + (own_block ? me_ * share_ : 0));
}

std::size_t Cells::output_cell(Chunk offset) const {
  if (!program_.in_place) {
    return static_cast<std::size_t>(inputs_ + offset);
  }
  return static_cast<std::size_t>(offset + (program_.collective == Collective::kReduceScatter ? me_ * share_ : 0));
}

Chunk Cells::input_chunk(Chunk offset) const {
  const auto ranks = static_cast<Chunk>(program_.gpus.size());
  switch (program_.collective) {
    case Collective::kAllgather:
      return me_ * share_ + offset;
    case Collective::kAlltoall:  // block (me, other) of ranks x ranks
      return (me_ * ranks + offset / share_) * share_ + offset % share_;
    case Collective::kAllreduce:
    case Collective::kReduceScatter:
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kBarrier:
      return offset;
  }
  return offset;
}

Chunk Cells::output_chunk(Chunk offset) const {
  const auto ranks = static_cast<Chunk>(program_.gpus.size());
  switch (program_.collective) {
    case Collective::kReduceScatter:
      return me_ * share_ + offset;
    case Collective::kAlltoall:  // block (other, me)
      return (offset / share_ * ranks + me_) * share_ + offset % share_;
    case Collective::kAllreduce:
    case Collective::kAllgather:
    case Collective::kBroadcast:
    case Collective::kReduce:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kBarrier:
      return offset;
  }
  return offset;
}

std::vector<Cells::Wanted> Cells::wanted() const {
  std::vector<Wanted> wanted;
  if (program_.collective == Collective::kReduce && me_ != program_.root) {
    return wanted;
  }
  for (Chunk offset = 0; offset < outputs_; ++offset) {
    wanted.push_back({output_cell(offset), output_chunk(offset)});
  }
  return wanted;
}

std::optional<std::size_t> Cells::find(Buffer buffer, std::int64_t offset) const {
  const Chunk scratch = program_.gpus[static_cast<std::size_t>(me_)].scratch;
  const Chunk size = buffer == Buffer::kInput ? inputs_ : buffer == Buffer::kOutput ? outputs_ : scratch;
  if (offset < 0 || offset >= size) {
    return std::nullopt;
  }
  switch (buffer) {
    case Buffer::kInput:
      return input_cell(offset);
    case Buffer::kOutput:
      return output_cell(offset);
    case Buffer::kScratch:
      return cells_.size() - static_cast<std::size_t>(scratch - offset);
  }
  return std::nullopt;
}

std::vector<bool>& Cells::planes(Chunk chunk) {
  return used_[chunk];
}

std::optional<Location> Cells::take(Chunk chunk) {
  std::vector<bool>& used = planes(chunk);
  const auto plane = static_cast<std::size_t>(std::find(used.begin(), used.end(), false) - used.begin());
  if (plane > std::numeric_limits<Plane>::max()) {
    return std::nullopt;
  }
  used.resize(std::max(used.size(), plane + 1));
  used[plane] = true;
  return Location{chunk, static_cast<Plane>(plane)};
}

std::optional<Location> Cells::bind(std::size_t cell, Chunk chunk) {
  Location& location = cells_[cell].location;
  if (location.chunk == chunk) {
    return location;
  }
  if (location.chunk >= 0) {
    give_back(location);
    location = {};
  }
  const std::optional<Location> found = take(chunk);
  if (found) {
    location = *found;
  }
  return found;
}

void Cells::end_round() {
  for (const Location& location : given_back_) {
    planes(location.chunk)[location.plane] = false;
  }
  given_back_.clear();
}

}  // namespace ringwood::msccl
