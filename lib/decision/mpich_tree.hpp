#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "decision/located_json.hpp"
#include "decision/mpich.hpp"

namespace ringwood::mpich {

/// What a key of a selection file asks.
enum class TestKind {
  kCollective,
  kCommType,
  kCommSize,  ///< below a number
  kCommSizePow2,
  kCommSizeNode,  ///< all ranks are on one node
  kHierarchy,
  kNodeConsecutive,
  kAveragePerNode,  ///< below a number
  kMultiThreaded,
  kAverageSize,  ///< below a number
  kTotalSize,    ///< below a number
  kCount,        ///< below a number
  kCountPow2,
  kCommutative,
  kBuiltIn,
  kInPlace,
  kRegular,
  kAny,
  kLeaf,  ///< "algorithm=" or "composition="
  kUnknown,
};

/// A key, taken apart.
struct Test {
  TestKind kind = TestKind::kUnknown;
  std::string text;                    ///< without blanks
  std::string value;                   ///< behind '=', '<' or "<="
  std::optional<std::int64_t> number;  ///< the largest value that passes; nothing where it is no number
  bool strict = false;                 ///< "<"
};

[[nodiscard]] Test parse_test(const std::string& key);

/// Whether it is asked when a communicator is made (others are asked at every call).
[[nodiscard]] bool is_about_communicator(TestKind kind);

/// Whether it compares with a number.
[[nodiscard]] bool is_numeric(TestKind kind);

/// Whether "yes" and "no" together are all there is.
[[nodiscard]] bool is_yes_or_no(TestKind kind);

/// What is in effect for intra-communicators, operators that commute and are built in, and calls that are not in place.
[[nodiscard]] DecisionTable table_of(const LocatedJson& root, const DecisionTarget& target);

/// Ringwood's name for a leaf, or nothing.
[[nodiscard]] std::optional<std::string> expression_of(const TheirAlgorithm& algorithm, const LocatedJson& leaf);

}  // namespace ringwood::mpich
