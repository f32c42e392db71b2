#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decision/findings.hpp"
#include "ringwood/decision.hpp"

/// The words of UCC's strings.
namespace ringwood::ucc {

struct Piece {
  std::string_view text;
  FilePlace place;
};

/// Without blanks at its ends.
[[nodiscard]] Piece trimmed(Piece piece);

[[nodiscard]] std::vector<Piece> split(const Piece& whole, char separator);

[[nodiscard]] bool is_number_start(std::string_view text);

[[nodiscard]] bool is_memory_type(std::string_view text);

/// "0-4k", "64k-inf", "8".
[[nodiscard]] std::optional<CountRange> range_of(std::string_view text);

/// Tells if no component reads a variable "UCC_..._TUNE" of that name.
void check_layer(std::string_view name, FilePlace place, Findings& findings);

/// Tells what is wrong with "4", "auto", or "0-8k:host:8,8k-inf:host:2" for a variable of tl/ucp.
void check_radix(std::string_view name, FilePlace place, const Piece& value, Findings& findings);

}  // namespace ringwood::ucc
