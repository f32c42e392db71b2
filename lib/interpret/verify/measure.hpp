#pragma once

#include <cstdint>
#include <vector>

#include "ringwood/ids.hpp"
#include "ringwood/verify.hpp"

namespace ringwood {

/// Counts what a schedule does, in synchronous rounds: a message is in round 1 + the later of what its two ends have
/// behind them. Rounds of a rank without messages take no time.
class Measure {
 public:
  explicit Measure(Rank ranks) : ranks_(ranks) {}

  void add_message(Rank source, Rank destination, std::int64_t round, Chunk chunks);
  void add_reduction(Rank rank, std::int64_t round, Chunk chunks);

  /// Messages that one rank starts at once in one direction, whichever synchronous rounds they end up in.
  void add_ports(std::int32_t messages);

  /// Chunks of partial sums that the rank keeps that keeps most.
  void set_partial_sums(Chunk most) { partial_sums_ = most; }

  /// Fills rounds, messages, ports and the quantities in chunks, apart from scratch.
  void fill(VerifyReport& report) const;

 private:
  struct Use {
    Chunk sent = 0;
    Chunk received = 0;
    Chunk reduced = 0;
    std::int32_t sends = 0;
    std::int32_t receives = 0;
  };

  [[nodiscard]] Use& use(Rank rank, std::int64_t round);

  Rank ranks_;
  std::int32_t ports_ = 0;
  Chunk partial_sums_ = 0;
  std::vector<std::vector<Use>> rounds_;  // by synchronous round (0: before any message) and rank
};

}  // namespace ringwood
