#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "topology/machine.hpp"

namespace ringwood {

/// Collects hosts, switches and cables in any order for make_graph.
class MachineGraphBuilder {
 public:
  enum class Kind { kHost, kSwitch };

  /// One direction of a cable.
  struct Direction {
    double bandwidth = 0;  ///< bytes per second
    Picoseconds latency = 0;
  };

  /// False if the name is taken.
  [[nodiscard]] bool add(const std::string& name, Kind kind);

  /// The number of that name in the order of add().
  [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;

  void connect(std::size_t a, std::size_t b, const Direction& there, const Direction& back);

  [[nodiscard]] std::size_t vertices() const { return kinds_.size(); }

  [[nodiscard]] std::size_t cables() const { return cables_.size(); }

  /// Throws as make_graph.
  [[nodiscard]] Machine build() const;

 private:
  struct Cable {
    std::size_t a = 0;
    std::size_t b = 0;
    Direction there;
    Direction back;
  };

  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::vector<std::string> names_;
  std::vector<Kind> kinds_;
  std::vector<Cable> cables_;
};

}  // namespace ringwood
