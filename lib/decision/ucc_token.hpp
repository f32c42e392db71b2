#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "decision/findings.hpp"
#include "decision/ucc_text.hpp"
#include "ringwood/decision.hpp"

namespace ringwood::ucc {

/// A token of a score string, understood: what stands between two #. Views are into the text.
struct Token {
  std::vector<std::string_view> collectives;
  std::vector<CountRange> sizes;
  std::vector<CountRange> teams;
  std::vector<std::string_view> memory;
  std::string_view algorithm;
  bool has_score = false;
  FilePlace place;
};

/// The token that stands there, or nothing if UCC refuses the string for it; `findings` are told why.
[[nodiscard]] std::optional<Token> read_token(const Piece& text, Findings& findings);

}  // namespace ringwood::ucc
