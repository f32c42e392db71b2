#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/decision_files.hpp"

namespace ringwood {

/// A JSON value that knows where it stands. Members keep their order and may repeat, as readers of other systems differ
/// in what they make of that.
struct LocatedJson {
  enum class Kind { kNull, kBoolean, kInteger, kReal, kString, kArray, kObject };
  struct Member;

  Kind kind = Kind::kNull;
  FilePlace place;
  bool boolean = false;
  std::int64_t integer = 0;
  double real = 0;   ///< of integers too
  std::string text;  ///< of strings
  std::vector<LocatedJson> items;
  std::vector<Member> members;

  [[nodiscard]] bool is(Kind wanted) const { return kind == wanted; }

  /// The first member of that name, or nullptr.
  [[nodiscard]] const LocatedJson* find(std::string_view name) const;
};

struct LocatedJson::Member {
  std::string name;
  FilePlace place;
  LocatedJson value;
};

/// "an object", "a string".
[[nodiscard]] std::string_view name_of(LocatedJson::Kind kind);

inline constexpr std::size_t kMostDecisionFileBytes = std::size_t{64} << 20U;
inline constexpr std::size_t kMostJsonDepth = 200;

/// Throws Error(kInput) as "NAME:LINE:COLUMN: ..." for what is not JSON, more than kMostDecisionFileBytes, or nested
/// deeper than kMostJsonDepth.
[[nodiscard]] LocatedJson parse_located_json(std::string_view text, const std::string& name);

/// Throws Error(kInput) as "NAME:LINE:COLUMN: MESSAGE".
[[noreturn]] void refuse_at(const std::string& name, FilePlace place, const std::string& message);

/// Takes the message of such an error apart again; for a file without a name.
[[nodiscard]] std::pair<FilePlace, std::string> take_place(const std::string& message);

[[nodiscard]] FilePlace file_place_of(std::string_view text, std::size_t offset);

}  // namespace ringwood
