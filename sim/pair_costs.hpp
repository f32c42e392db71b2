#pragma once

#include <array>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "topology/machine.hpp"

namespace ringwood {

/// Names a set of parameters that pairs of ranks share.
using CostClass = std::uint32_t;

/// The parameters between ranks, looked up fast: few pairs differ, and a rank often asks for the same peer again.
class PairCosts {
 public:
  /// `largest` is the longest message that will be asked about; both arguments must outlive this. Throws
  /// Error(kUsage) where a message of that size would take longer than 64 bits of picoseconds can say.
  PairCosts(const Machine& machine, const Mapping& mapping, Bytes largest);

  [[nodiscard]] CostClass class_of(Rank from, Rank to) {
    if (only_class_ != kSeveral) {
      return only_class_;
    }
    if (uniform_) {
      return host(from) == host(to) ? kInside : kBetween;
    }
    const LastPeer& last = last_peer_[static_cast<std::size_t>(from)];
    return last.peer == to ? last.cost_class : look_up(from, to);
  }

  /// Whether all pairs of ranks are of one class.
  [[nodiscard]] bool one_class() const { return only_class_ != kSeveral; }

  [[nodiscard]] const LogGops& operator[](CostClass cost_class) const { return classes_[cost_class]; }

  /// Whether any message of up to `largest` bytes may have to wait for its receive.
  [[nodiscard]] bool may_wait_for_receives() const { return may_wait_for_receives(machine_, largest_); }

  [[nodiscard]] static bool may_wait_for_receives(const Machine& machine, Bytes largest);

 private:
  static constexpr CostClass kSeveral = ~CostClass{0};
  static constexpr CostClass kInside = 0;
  static constexpr CostClass kBetween = 1;

  struct LastPeer {
    Rank peer = -1;
    CostClass cost_class = 0;
  };

  struct Hash {
    std::size_t operator()(const LogGops& costs) const;
  };

  [[nodiscard]] Host host(Rank rank) const { return mapping_[static_cast<std::size_t>(rank)]; }

  struct KnownPath {
    Picoseconds latency = -1;
    double bandwidth = 0;
    CostClass cost_class = 0;
  };

  static constexpr unsigned kPathBits = 8;

  [[nodiscard]] CostClass look_up(Rank from, Rank to);
  [[nodiscard]] CostClass class_with(const LogGops& costs);
  void prepare_uniform();
  void check(const LogGops& costs) const;

  const Machine& machine_;
  const Mapping& mapping_;
  Bytes largest_;
  CostClass only_class_ = kSeveral;
  bool uniform_ = false;
  std::vector<LogGops> classes_;
  std::vector<LastPeer> last_peer_;
  std::array<KnownPath, std::size_t{1} << kPathBits> known_paths_;
  std::unordered_map<LogGops, CostClass, Hash> known_;
};

}  // namespace ringwood
