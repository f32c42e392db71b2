#pragma once

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/decision_files.hpp"

namespace ringwood {

/// `text` with '?' for what a terminal would obey, and for bytes that are no UTF-8: files may hold anything.
[[nodiscard]] std::string printable(std::string_view text);

/// Collects what is to be said of a file. Of a kind that is found more than a thousand times the rest is counted only:
/// a file of another sort may have as many as it has bytes.
class Findings {
 public:
  void add(FindingLevel level, FilePlace place, std::string code, const std::string& message) {
    Kind& kind = kinds_[code];
    if (++kind.found <= kMostOfAKind) {
      all_.push_back({place, level, std::move(code), printable(message)});
    } else if (kind.found == kMostOfAKind + 1) {
      kind.first_left_out = place;
      kind.level = level;
    }
  }

  void note(FilePlace place, std::string code, const std::string& message) {
    add(FindingLevel::kNote, place, std::move(code), message);
  }

  void warn(FilePlace place, std::string code, const std::string& message) {
    add(FindingLevel::kWarning, place, std::move(code), message);
  }

  void error(FilePlace place, std::string code, const std::string& message) {
    add(FindingLevel::kError, place, std::move(code), message);
  }

  /// In the order of their places.
  [[nodiscard]] std::vector<Finding> take() {
    for (const auto& [code, kind] : kinds_) {
      if (kind.found > kMostOfAKind) {
        all_.push_back({kind.first_left_out, kind.level, code,
                        "and " + std::to_string(kind.found - kMostOfAKind) + " more of this kind, from here on"});
      }
    }
    kinds_.clear();
    std::stable_sort(all_.begin(), all_.end(), [](const Finding& a, const Finding& b) { return a.place < b.place; });
    return std::move(all_);
  }

 private:
  static constexpr std::size_t kMostOfAKind = 1000;

  struct Kind {
    std::size_t found = 0;
    FilePlace first_left_out;
    FindingLevel level = FindingLevel::kNote;
  };

  std::map<std::string, Kind> kinds_;
  std::vector<Finding> all_;
};

}  // namespace ringwood
