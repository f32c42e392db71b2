#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "base/huge_pages.hpp"
#include "sim/chunk_bytes.hpp"
#include "sim/engine.hpp"
#include "sim/pair_costs.hpp"

namespace ringwood {

/// Operations of one kind between ranks equally far apart, that carry equally many bytes, by slow CPUs or others: they
/// are charged alike at every point.
struct OperationClass {
  std::vector<Bytes> bytes;        ///< at each point
  Rank from = 0;                   ///< of a message: two ranks as far apart as its ends are
  Rank to = 0;                     ///<
  std::int64_t cpu_percent = 100;  ///< of the rank that serves it (Straggler)
};

/// A schedule written down for evaluation: one entry an operation, level by level (all that can be served at once, then
/// what becomes ready by that), in an order in which every message is sent before it is received. What a message brings
/// is kept in a slot from its send to its receive. 12 bytes an operation, 24 a message, and a few for the slots.
struct LevelTable {
  enum class Kind : std::uint8_t {
    kSend,
    kReceive,
    kReceiveReduce,
    kReduce,
    kBeginRound,  ///< only where sends may have to wait for their receives
    kEndRound,    ///< the same
  };

  struct Entry {
    Rank rank = 0;
    std::uint32_t slot = 0;
    std::uint32_t kind_and_class = 0;  ///< kind in the lowest three bits

    [[nodiscard]] Kind kind() const { return static_cast<Kind>(kind_and_class & 7U); }

    [[nodiscard]] std::size_t class_number() const { return kind_and_class >> 3U; }
  };

  /// Entries in order. They are added to parts that do not move, so that there is neither copying nor twice the memory.
  class Entries {
   public:
    using Part = std::vector<Entry, HugePageAllocator<Entry>>;

    void push_back(const Entry& entry) {
      if (parts_.empty() || parts_.back().size() == parts_.back().capacity()) [[unlikely]] {
        const std::size_t last = parts_.empty() ? kFirstPart / 2 : parts_.back().capacity();
        parts_.emplace_back().reserve(std::min(2 * last, kLargestPart));
      }
      parts_.back().push_back(entry);
    }

    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

    /// Bytes that they take.
    [[nodiscard]] std::size_t bytes() const {
      std::size_t places = 0;
      for (const Part& part : parts_) {
        places += part.capacity();
      }
      return places * sizeof(Entry);
    }

   private:
    static constexpr std::size_t kFirstPart = 4096;
    static constexpr std::size_t kLargestPart = std::size_t{1} << 20U;

    std::vector<Part> parts_;
  };

  Entries entries;
  std::vector<OperationClass> classes;
  std::size_t slots = 0;
  std::int64_t messages = 0;
  std::int64_t rounds = 0;
  bool may_wait = false;   ///< sends may have to wait for their receives at some point
  std::size_t memory = 0;  ///< that writing it down took
};

/// Most points that are evaluated in one pass.
inline constexpr std::size_t kPointsInAPass = 8;

/// Whether one table can serve all points: they have one network, and differ in sizes and in LogGOPS parameters that
/// hold for all distances.
[[nodiscard]] bool share_a_table(std::span<const SimulationPoint> points);

/// Writes the schedule down. The input's layout and machine are those of the first point. Nothing if a program forks,
/// if a message is empty at some points and not at others, or, where sends may have to wait, if it is no schedule when
/// all of them do.
[[nodiscard]] std::optional<LevelTable> compile_table(const SimulationInput& input,
                                                      std::span<const SimulationPoint> points);

/// When the ranks finish, at each point; at most kPointsInAPass of them.
[[nodiscard]] std::vector<SimulationReport> evaluate_table(const LevelTable& table, const SimulationInput& input,
                                                           std::span<const SimulationPoint> points);

}  // namespace ringwood
