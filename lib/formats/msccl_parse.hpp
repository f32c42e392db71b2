#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "formats/input.hpp"

namespace ringwood::msccl {

/// What a step does; the names in the file are s, r, rrc, rrs, rrcs, rcs, cpy, re, nop.
enum class StepKind {
  kSend,
  kReceive,
  kReceiveReduceCopy,
  kReceiveReduceSend,
  kReceiveReduceCopySend,
  kReceiveCopySend,
  kCopy,
  kReduce,
  kNothing,
};

[[nodiscard]] constexpr bool receives(StepKind kind) {
  return kind == StepKind::kReceive || kind == StepKind::kReceiveReduceCopy || kind == StepKind::kReceiveReduceSend ||
         kind == StepKind::kReceiveReduceCopySend || kind == StepKind::kReceiveCopySend;
}

[[nodiscard]] constexpr bool forwards(StepKind kind) {
  return kind == StepKind::kReceiveReduceSend || kind == StepKind::kReceiveReduceCopySend ||
         kind == StepKind::kReceiveCopySend;
}

[[nodiscard]] constexpr bool reduces_incoming(StepKind kind) {
  return kind == StepKind::kReceiveReduceCopy || kind == StepKind::kReceiveReduceSend ||
         kind == StepKind::kReceiveReduceCopySend;
}

enum class Buffer { kInput, kOutput, kScratch };

struct Step {
  StepKind kind = StepKind::kNothing;
  Buffer source = Buffer::kInput;
  Buffer target = Buffer::kInput;
  std::int32_t source_offset = 0;
  std::int32_t target_offset = 0;
  std::int32_t count = 0;
  std::int32_t awaited_block = -1;  ///< -1: none
  std::int32_t awaited_step = -1;
  TextPlace place;
};

struct Block {
  Rank send_peer = -1;
  Rank receive_peer = -1;
  std::int32_t channel = 0;
  TextPlace place{.line = 0};  ///< line 0: it has not been read
  std::vector<Step> steps;
};

struct Gpu {
  std::int32_t scratch = 0;  ///< chunks
  TextPlace place;
  std::vector<Block> blocks;
};

struct Program {
  std::string name;
  Collective collective = Collective::kAllreduce;
  Rank root = 0;
  Chunk chunks = 1;              ///< of the vector: nchunksperloop
  bool in_place = false;         ///< input and output are one buffer
  bool may_be_in_place = false;  ///< the file claims to be right either way
  std::vector<Gpu> gpus;
};

/// The file as it stands; numbers are in range, what refers to something refers to something that is there.
[[nodiscard]] Program parse(std::string_view text, const std::string& name, const FormatLimits& limits);

}  // namespace ringwood::msccl
