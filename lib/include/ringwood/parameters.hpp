#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What an algorithm says about one of its parameters; every value is a list of integers ("segments=4", "dims=8x8").
struct ParameterInfo {
  std::string_view name;
  std::string_view meaning;
  std::int64_t fallback;  ///< used where the user gives none
  std::int64_t minimum;
  std::int64_t maximum;
  bool is_list = false;
};

/// The parameters that a user gave an algorithm.
class Parameters {
 public:
  Parameters() = default;

  void set(std::string name, std::vector<std::int64_t> values);

  /// The values given for `name`, or nullptr.
  [[nodiscard]] const std::vector<std::int64_t>* find(std::string_view name) const;

  [[nodiscard]] const std::vector<std::pair<std::string, std::vector<std::int64_t>>>& all() const { return values_; }

  /// As users write them: "segments=4,dims=8x8"; empty if there are none.
  [[nodiscard]] std::string to_string() const;

  friend bool operator==(const Parameters&, const Parameters&) = default;

 private:
  std::vector<std::pair<std::string, std::vector<std::int64_t>>> values_;
};

}  // namespace ringwood
