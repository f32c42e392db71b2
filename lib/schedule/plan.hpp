#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "ringwood/layout.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

/// Whether the input of a collective lies in a buffer of its own, or where the result goes.
///
/// In place as MPI has it: allreduce and reduce (root) find their input in the receive buffer; reduce-scatter finds
/// the whole vector there and puts the result at its beginning (the rest of the buffer is then undefined); allgather
/// and gather (root) find their own block in its place; scatter leaves the root's block where it is; alltoall finds its
/// p blocks there. The other ranks of rooted collectives use the buffers as if not in place. A broadcast has one
/// buffer, the receive buffer, either way.
enum class BufferUse : std::uint8_t { kSeparate, kInPlace };

/// Who owns the bytes that a plan touches.
enum class Memory : std::uint8_t {
  kSend,     ///< the user's send buffer: never written
  kReceive,  ///< the user's receive buffer
  kScratch,  ///< one block of Plan::scratch_bytes
};

struct Address {
  Memory memory = Memory::kSend;
  Bytes offset = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

/// One message, contiguous and not empty.
struct Transfer {
  Bytes bytes = 0;
  Address address;
  Rank peer = 0;
  bool staged = false;  ///< received only to be read by effects of the same round
};

/// A local change of memory: result := left (+) right, or result := left. `result` of a reduction is `left`, `right` or
/// overlaps neither; a copy's may overlap in any way.
struct Effect {
  enum class Kind : std::uint8_t { kCopy, kReduce };

  Kind kind = Kind::kCopy;
  Address left;
  Address right;
  Address result;
  Bytes bytes = 0;
};

/// Entries begin .. end - 1 of one of a plan's tables.
struct PlanRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  [[nodiscard]] bool empty() const { return begin == end; }
};

/// What a rank does between two waits: starts `receives`, carries out `packs`, starts `sends`, waits for all of them,
/// carries out `effects` in order; then runs the strands of `fork` (usually none) side by side and waits for them.
struct PlanRound {
  PlanRange receives;
  PlanRange sends;
  PlanRange packs;
  PlanRange effects;
  PlanRange fork;  ///< of strands()
};

/// Rounds that follow each other.
struct PlanStrand {
  PlanRange rounds;
  Lane lane = 0;
};

/// One rank's part of a schedule in bytes: made once by `compile`, then carried out any number of times on different
/// buffers of the same sizes (executor.hpp). Immutable; several threads may execute one at once.
class Plan {
 public:
  [[nodiscard]] Rank rank() const { return rank_; }

  /// Bytes that the buffers must have at least; 0: the buffer is not touched and may be nullptr.
  [[nodiscard]] Bytes send_bytes() const { return send_bytes_; }

  [[nodiscard]] Bytes receive_bytes() const { return receive_bytes_; }

  [[nodiscard]] Bytes scratch_bytes() const { return scratch_bytes_; }

  /// Strand 0 is where the rank starts; the others are lanes, named by PlanRound::fork.
  [[nodiscard]] std::span<const PlanStrand> strands() const { return strands_; }

  [[nodiscard]] std::span<const PlanRound> rounds(const PlanStrand& strand) const { return of(rounds_, strand.rounds); }

  [[nodiscard]] std::span<const PlanStrand> lanes(PlanRange fork) const { return of(strands_, fork); }

  [[nodiscard]] std::span<const Transfer> transfers(PlanRange range) const { return of(transfers_, range); }

  [[nodiscard]] std::span<const Effect> effects(PlanRange range) const { return of(effects_, range); }

  /// Sends and receives of one execution; a transport's tickets are smaller.
  [[nodiscard]] std::size_t transfer_count() const { return transfers_.size(); }

  /// Whether an execution needs a reduction.
  [[nodiscard]] bool reduces() const { return reduces_; }

  /// What comes before the first round and after the last; local.
  [[nodiscard]] std::span<const Effect> start() const { return of(effects_, start_); }

  [[nodiscard]] std::span<const Effect> finish() const { return of(effects_, finish_); }

 private:
  friend class PlanCompiler;

  template <typename Entry>
  [[nodiscard]] static std::span<const Entry> of(const std::vector<Entry>& table, PlanRange range) {
    return std::span(table).subspan(range.begin, range.end - range.begin);
  }

  Rank rank_ = 0;
  Bytes send_bytes_ = 0;
  Bytes receive_bytes_ = 0;
  Bytes scratch_bytes_ = 0;
  bool reduces_ = false;
  PlanRange start_;
  PlanRange finish_;
  std::vector<PlanStrand> strands_;
  std::vector<PlanRound> rounds_;
  std::vector<Transfer> transfers_;
  std::vector<Effect> effects_;
};

/// The plan of rank `me`. The layout has the schedule's chunks (for a barrier: one byte will do, equal_layout(schedule,
/// 1, 1); its buffers are not used). Throws Error(kUsage) that names rank and round if the rank would pass on bytes
/// that it does not hold; what else breaks a contract is the verifier's business.
[[nodiscard]] Plan compile(const Schedule& schedule, const Layout& layout, Rank me,
                           BufferUse use = BufferUse::kSeparate);

}  // namespace ringwood
