#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>

#include "ringwood/chunk_set.hpp"
#include "ringwood/ids.hpp"
#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// The closed set of things a rank can do in a round. Every interpreter handles every one; adding one breaks the build
/// until it does.
enum class OperationKind : std::uint8_t {
  kSend,           ///< chunks go to `peer` as they were when the round began
  kReceive,        ///< chunks from `peer` replace what was there
  kReceiveReduce,  ///< chunks from `peer` are combined with what was there
  kReduce,         ///< chunks of plane `plane` are combined into `target_plane`; no peer
  kCopy,           ///< chunks of plane `plane` replace those of `target_plane`; no peer
};

/// On which side of the operator the operand goes that comes in: left means `incoming (+) own`.
enum class Side : std::uint8_t { kLeft, kRight };

/// Which copy of the vector an operation touches: 0 is the vector itself, others are scratch copies of the rank,
/// chunk for chunk as large as the vector's chunks, and undefined until written.
using Plane = std::uint8_t;

/// One operation of one rank. Sender and receiver name a message's chunks alike.
struct Operation {
  ChunkSet chunks;
  Rank peer = -1;
  OperationKind kind = OperationKind::kSend;
  Side side = Side::kLeft;
  Plane plane = 0;
  Plane target_plane = 0;
};

[[nodiscard]] constexpr Operation send(Rank peer, ChunkSet chunks, Plane from = 0) {
  return {chunks, peer, OperationKind::kSend, Side::kLeft, from, from};
}

[[nodiscard]] constexpr Operation receive(Rank peer, ChunkSet chunks, Plane into = 0) {
  return {chunks, peer, OperationKind::kReceive, Side::kLeft, into, into};
}

[[nodiscard]] constexpr Operation receive_reduce(Rank peer, ChunkSet chunks, Side side = Side::kLeft, Plane into = 0) {
  return {chunks, peer, OperationKind::kReceiveReduce, side, into, into};
}

/// A local reduction: into := from (+) into for Side::kLeft, into (+) from for Side::kRight.
[[nodiscard]] constexpr Operation reduce(ChunkSet chunks, Plane from, Plane into, Side side) {
  return {chunks, -1, OperationKind::kReduce, side, from, into};
}

[[nodiscard]] constexpr Operation copy(ChunkSet chunks, Plane from, Plane into) {
  return {chunks, -1, OperationKind::kCopy, Side::kLeft, from, into};
}

/// All that a rank does between two points at which it waits. Sends read what was there when the round began; all
/// others take effect when it ends, in the order in which they are listed. A rank goes on to its next round when its
/// own operations of this one are done; there is no global barrier.
template <std::size_t kCount>
struct Round {
  static_assert(kCount > 0, "a round of no operations: yield an empty span");
  Operation operations[kCount];
};

template <std::same_as<Operation>... Operations>
Round(Operations...) -> Round<sizeof...(Operations)>;

}  // namespace ringwood
