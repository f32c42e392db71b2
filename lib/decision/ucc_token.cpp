#include "decision/ucc_token.hpp"

#include <fmt/format.h>

#include <utility>

#include "decision/ucc.hpp"

namespace ringwood::ucc {

namespace {

class TokenReader {
 public:
  explicit TokenReader(Findings& findings) : findings_(findings) {}

  [[nodiscard]] std::optional<Token> read(const Piece& text) {
    Token token;
    token.place = text.place;
    bool good = true;
    for (const Piece& part : split(text, ':')) {
      good = qualifier(part, token) && good;
    }
    if (!token.has_score && token.algorithm.empty() && good) {
      findings_.error(
          token.place, "no-effect",
          fmt::format("'{}' has neither a score nor an algorithm: UCC refuses the string", text.text.substr(0, 60)));
      good = false;
    }
    return good ? std::optional(std::move(token)) : std::nullopt;
  }

 private:
  /// Whether there is one of the kind already, which UCC refuses.
  [[nodiscard]] bool is_repeated(const Piece& part, bool there, std::string_view what) {
    if (there) {
      findings_.error(
          part.place, "repeated-qualifier",
          fmt::format("'{}': a second {} within one token: UCC refuses the string", part.text.substr(0, 40), what));
    }
    return there;
  }

  [[nodiscard]] bool qualifier(const Piece& part, Token& token) {
    if (part.text.starts_with('@')) {
      if (is_repeated(part, !token.algorithm.empty(), "algorithm")) {
        return false;
      }
      token.algorithm = part.text.substr(1);
      return true;
    }
    if (part.text.starts_with('[')) {
      return !is_repeated(part, !token.teams.empty(), "list of team sizes") &&
             ranges({part.text.ends_with(']') ? part.text.substr(1, part.text.size() - 2) : "", part.place},
                    token.teams);
    }
    if (part.text == "inf" ||
        (is_number_start(part.text) && part.text.find_first_not_of("0123456789") == std::string_view::npos)) {
      if (is_repeated(part, token.has_score, "score")) {
        return false;
      }
      token.has_score = true;
      if (part.text == "0") {
        findings_.note(part.place, "disabled", "score 0: this is switched off");
      }
      return true;
    }
    if (is_number_start(part.text)) {
      return !is_repeated(part, !token.sizes.empty(), "list of sizes") && sizes(part, token);
    }
    const bool are_collectives = is_collective(part.text.substr(0, part.text.find(',')));
    if (is_repeated(part, are_collectives ? !token.collectives.empty() : !token.memory.empty(),
                    are_collectives ? "list of collectives" : "list of memory types")) {
      return false;
    }
    for (const Piece& word : split(part, ',')) {
      if (!name(word, token)) {
        return false;
      }
    }
    return true;
  }

  /// One size alone is no range to UCC.
  [[nodiscard]] bool sizes(const Piece& part, Token& token) {
    for (const Piece& piece : split(part, ',')) {
      if (piece.text.find('-') == std::string_view::npos && range_of(piece.text)) {
        findings_.error(piece.place, "bad-range",
                        fmt::format("'{}' is one size and no range such as 0-4k: UCC refuses the string",
                                    piece.text.substr(0, 40)));
        return false;
      }
    }
    return ranges(part, token.sizes);
  }

  [[nodiscard]] bool ranges(const Piece& part, std::vector<CountRange>& result) {
    for (const Piece& piece : split(part, ',')) {
      const std::optional<CountRange> range = range_of(piece.text);
      if (!range) {
        findings_.error(
            piece.place, "bad-range",
            fmt::format("'{}' is no range such as 0-4k or 64k-inf: UCC refuses the string", piece.text.substr(0, 40)));
        return false;
      }
      if (range->empty()) {
        findings_.error(piece.place, "empty-range",
                        fmt::format("'{}' ends before it begins", piece.text.substr(0, 40)));
        return false;
      }
      result.push_back(*range);
    }
    return true;
  }

  [[nodiscard]] bool name(const Piece& word, Token& token) {
    if (is_collective(word.text)) {
      token.collectives.push_back(word.text);
      return true;
    }
    if (is_memory_type(word.text)) {
      token.memory.push_back(word.text);
      return true;
    }
    if (word.text == "cpu" || word.text == "cuda_managed" || word.text == "rocm_managed") {
      findings_.error(
          word.place, "memory-type",
          fmt::format("memory type '{}' is that of the user guide; UCC knows host, cuda, cuda-managed, rocm "
                      "and rocm-managed, and refuses the string",
                      word.text));
      return false;
    }
    findings_.error(word.place, "unknown-word",
                    fmt::format("'{}' is no collective, memory type, range, [team sizes], score or @algorithm: UCC "
                                "refuses the string",
                                word.text.substr(0, 40)));
    return false;
  }

  Findings& findings_;
};

}  // namespace

std::optional<Token> read_token(const Piece& text, Findings& findings) {
  return TokenReader(findings).read(text);
}

}  // namespace ringwood::ucc
