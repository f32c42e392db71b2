// A recorded schedule as MSCCL XML: one thread block for what a rank sends to a peer on a lane, one for what it
// receives from one, and one for its local work. What orders them are dependencies between the steps that touch the
// same chunk of the same buffer; lanes and joins need no more.

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <tuple>

#include "ringwood/error.hpp"
#include "ringwood/formats.hpp"

namespace ringwood {

namespace {

constexpr std::int64_t kMostCells = std::int64_t{1} << 26U;  // of a rank: 48 bytes each while it is written

/// The thread blocks of one rank.
class RankWriter {
 public:
  RankWriter(const RecordedSchedule& schedule, std::string_view buffer) : schedule_(schedule), buffer_(buffer) {}

  void write(Rank me, std::string& text) {
    add_strand(schedule_.programs[static_cast<std::size_t>(me)], {.first = 0, .stride = 1});
    const Chunk share = schedule_.chunks / schedule_.ranks;
    const bool scatters = schedule_.collective == Collective::kReduceScatter;
    const bool gathers = schedule_.collective == Collective::kAllgather;
    fmt::format_to(std::back_inserter(text), "  <gpu id=\"{}\" i_chunks=\"{}\" o_chunks=\"{}\" s_chunks=\"{}\">\n", me,
                   gathers ? share : schedule_.chunks, scatters ? share : schedule_.chunks,
                   (planes_ - 1) * schedule_.chunks);
    for (std::size_t i = 0; i < blocks_.size(); ++i) {
      write_block(i, text);
    }
    text += "  </gpu>\n";
  }

  [[nodiscard]] std::int64_t channels() const { return channels_; }

 private:
  struct StepId {
    std::size_t block = 0;
    std::size_t step = 0;

    friend auto operator<=>(const StepId&, const StepId&) = default;
  };

  struct Step {
    const char* type = "nop";
    Chunk source = 0;
    Chunk target = 0;
    Chunk count = 0;
    Plane source_plane = 0;
    Plane target_plane = 0;
    std::vector<StepId> awaited = {};  ///< of other blocks, the last of each
    bool is_awaited = false;
    std::size_t number = 0;  ///< in the file, where a step that waits for several has nops before it
  };

  struct Block {
    Rank send_peer = -1;
    Rank receive_peer = -1;
    std::int64_t channel = 0;
    std::vector<Step> steps = {};
  };

  /// Who touched a chunk of a plane last.
  struct Cell {
    std::vector<StepId> writer = {};  ///< one or none
    std::vector<StepId> readers = {};
  };

  /// How Program numbers lanes.
  struct Numbers {
    std::int64_t first;
    std::int64_t stride;
  };

  void add_strand(const RecordedStrand& strand, Numbers numbers) {
    channels_ = std::max(channels_, numbers.first + 1);
    for (const RecordedStep& step : strand.steps) {
      const auto lanes = static_cast<std::int64_t>(step.lanes.size());
      for (std::int64_t i = 0; i < lanes; ++i) {
        add_strand(step.lanes[static_cast<std::size_t>(i)],
                   {numbers.first + i * numbers.stride, numbers.stride * lanes});
      }
      // Sends read what was there when the round began: they come before all that it changes.
      for (const Operation& operation : step.operations) {
        if (operation.kind == OperationKind::kSend) {
          add_operation(operation, numbers.first);
        }
      }
      for (const Operation& operation : step.operations) {
        if (operation.kind != OperationKind::kSend) {
          add_operation(operation, numbers.first);
        }
      }
    }
  }

  void add_operation(const Operation& operation, std::int64_t lane) {
    const Plane plane = operation.plane;
    const std::size_t block = block_for(operation, lane);
    operation.chunks.for_each_interval([&](ChunkInterval piece) {
      Step step{.source = piece.first,
                .target = piece.first,
                .count = piece.count,
                .source_plane = plane,
                .target_plane = operation.target_plane};
      const StepId id{block, blocks_[block].steps.size()};
      switch (operation.kind) {
        case OperationKind::kSend:
          step.type = "s";
          touch(step, id, plane, false);
          break;
        case OperationKind::kReceive:
          step.type = "r";
          touch(step, id, plane, true);
          break;
        case OperationKind::kReceiveReduce:
          step.type = "rrc";
          touch(step, id, plane, true);
          break;
        case OperationKind::kReduce:
        case OperationKind::kCopy:
          step.type = operation.kind == OperationKind::kReduce ? "re" : "cpy";
          touch(step, id, plane, false);
          touch(step, id, operation.target_plane, true);
          break;
      }
      keep_needed(step, block);
      blocks_[block].steps.push_back(std::move(step));
    });
  }

  [[nodiscard]] std::size_t block_for(const Operation& operation, std::int64_t lane) {
    const bool sends = operation.kind == OperationKind::kSend;
    const bool local = operation.peer < 0;
    const auto key = std::tuple(operation.peer, sends, local ? 0 : lane);
    const auto [found, is_new] = block_of_.try_emplace(key, blocks_.size());
    if (is_new) {
      blocks_.push_back({.send_peer = sends ? operation.peer : -1,
                         .receive_peer = sends ? -1 : operation.peer,
                         .channel = local ? 0 : lane});
    }
    return found->second;
  }

  void touch(Step& step, StepId id, Plane plane, bool writes) {
    planes_ = std::max(planes_, std::int64_t{plane} + 1);
    if (planes_ * schedule_.chunks > kMostCells) {
      throw Error(ErrorKind::kUsage, "MSCCL XML is written for at most " + std::to_string(kMostCells) +
                                         " chunks and scratch chunks a rank");
    }
    cells_.resize(static_cast<std::size_t>(planes_ * schedule_.chunks));
    for (Chunk chunk = step.source; chunk < step.source + step.count; ++chunk) {
      Cell& cell = cells_[static_cast<std::size_t>(plane * schedule_.chunks + chunk)];
      step.awaited.insert(step.awaited.end(), cell.writer.begin(), cell.writer.end());
      if (!writes) {
        cell.readers.push_back(id);
        continue;
      }
      step.awaited.insert(step.awaited.end(), cell.readers.begin(), cell.readers.end());
      cell.writer.assign(1, id);
      cell.readers.clear();
    }
  }

  /// The last step of each other block is enough.
  void keep_needed(Step& step, std::size_t block) {
    std::sort(step.awaited.begin(), step.awaited.end());
    std::vector<StepId> needed;
    for (const StepId& id : step.awaited) {
      if (id.block == block) {
        continue;
      }
      if (!needed.empty() && needed.back().block == id.block) {
        needed.back() = id;
      } else {
        needed.push_back(id);
      }
    }
    for (const StepId& id : needed) {
      blocks_[id.block].steps[id.step].is_awaited = true;
    }
    step.awaited = std::move(needed);
  }

  void write_block(std::size_t index, std::string& text) {
    if (index == 0) {
      number_steps();
    }
    const Block& block = blocks_[index];
    fmt::format_to(std::back_inserter(text), "    <tb id=\"{}\" send=\"{}\" recv=\"{}\" chan=\"{}\">\n", index,
                   block.send_peer, block.receive_peer, block.channel);
    for (const Step& step : block.steps) {
      for (std::size_t i = 0; i + 1 < step.awaited.size(); ++i) {
        write_step({.awaited = {step.awaited[i]}, .number = step.number + i + 1 - step.awaited.size()}, text);
      }
      write_step(step, text);
    }
    text += "    </tb>\n";
  }

  void number_steps() {
    for (Block& block : blocks_) {
      std::size_t next = 0;
      for (Step& step : block.steps) {
        next += step.awaited.empty() ? 0 : step.awaited.size() - 1;
        step.number = next++;
      }
    }
  }

  void write_step(const Step& step, std::string& text) const {
    std::int64_t block = -1;
    std::int64_t awaited = -1;
    if (!step.awaited.empty()) {
      const StepId& last = step.awaited.back();
      block = static_cast<std::int64_t>(last.block);
      awaited = static_cast<std::int64_t>(blocks_[last.block].steps[last.step].number);
    }
    fmt::format_to(
        std::back_inserter(text),
        "      <step s=\"{}\" type=\"{}\" srcbuf=\"{}\" srcoff=\"{}\" dstbuf=\"{}\" dstoff=\"{}\" cnt=\"{}\" "
        "depid=\"{}\" deps=\"{}\" hasdep=\"{}\"/>\n",
        step.number, step.type, step.source_plane == 0 ? buffer_ : "s", offset(step.source, step.source_plane),
        step.target_plane == 0 ? buffer_ : "s", offset(step.target, step.target_plane), step.count, block, awaited,
        step.is_awaited ? 1 : 0);
  }

  [[nodiscard]] Chunk offset(Chunk chunk, Plane plane) const {
    return plane == 0 ? chunk : (plane - 1) * schedule_.chunks + chunk;
  }

  const RecordedSchedule& schedule_;
  std::string_view buffer_;  ///< that has the vector
  std::vector<Block> blocks_;
  std::map<std::tuple<Rank, bool, std::int64_t>, std::size_t> block_of_;
  std::vector<Cell> cells_;  // by plane and chunk
  std::int64_t planes_ = 1;
  std::int64_t channels_ = 1;
};

[[nodiscard]] std::string_view collective_name(Collective collective) {
  switch (collective) {
    case Collective::kAllreduce:
      return "allreduce";
    case Collective::kReduceScatter:
      return "reduce_scatter";
    case Collective::kAllgather:
      return "allgather";
    case Collective::kBroadcast:
      return "broadcast";
    case Collective::kReduce:
    case Collective::kGather:
    case Collective::kScatter:
    case Collective::kAlltoall:
    case Collective::kBarrier:
      break;
  }
  throw Error(ErrorKind::kUsage, "MSCCL XML is not written for " + std::string(name_of(collective)) +
                                     "; accepted: allreduce, reduce-scatter, allgather, broadcast");
}

[[nodiscard]] std::string escaped(std::string_view text) {
  std::string safe;
  for (const char letter : text) {
    safe += letter == '"' || letter == '&' || letter == '<' || letter == '>' ? '-' : letter;
  }
  return safe;
}

}  // namespace

std::string write_msccl_xml(const RecordedSchedule& schedule) {
  const std::string_view collective = collective_name(schedule.collective);
  std::string gpus;
  std::int64_t channels = 1;
  for (Rank rank = 0; rank < schedule.ranks; ++rank) {
    RankWriter writer(schedule, schedule.collective == Collective::kAllgather ? "o" : "i");
    writer.write(rank, gpus);
    channels = std::max(channels, writer.channels());
  }
  const std::string root =
      schedule.collective == Collective::kBroadcast ? fmt::format(" root=\"{}\"", schedule.root) : "";
  return fmt::format(
      "<algo name=\"{}\" proto=\"Simple\" nchannels=\"{}\" nchunksperloop=\"{}\" ngpus=\"{}\" coll=\"{}\"{} "
      "inplace=\"1\" outofplace=\"0\" minBytes=\"0\" maxBytes=\"0\">\n{}</algo>\n",
      escaped(schedule.algorithm), channels, schedule.chunks, schedule.ranks, collective, root, gpus);
}

}  // namespace ringwood
