#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ringwood/decision_files.hpp"

namespace ringwood {

/// `text` with '?' for what a terminal would obey, and for bytes that are no UTF-8: files may hold anything.
[[nodiscard]] std::string printable(std::string_view text);

/// Collects what is to be said of a file.
class Findings {
 public:
  void add(FindingLevel level, FilePlace place, std::string code, const std::string& message) {
    all_.push_back({place, level, std::move(code), printable(message)});
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
    std::stable_sort(all_.begin(), all_.end(), [](const Finding& a, const Finding& b) { return a.place < b.place; });
    return std::move(all_);
  }

 private:
  std::vector<Finding> all_;
};

}  // namespace ringwood
