#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>

#include "ringwood/error.hpp"

namespace ringwood {

/// Memory that only grows, aligned to 64 bytes. For one call after the other; contents do not survive growing.
class Scratch {
 public:
  /// Throws Error(kSystem) if there is none.
  std::byte* at_least(std::size_t bytes) {
    if (bytes > bytes_) {
      grow(bytes);
    }
    return memory_.get();
  }

  /// Never frees what there is: somebody may still read it.
  void leave() noexcept {
    (void)memory_.release();
    bytes_ = 0;
  }

 private:
  static constexpr std::size_t kAlignment = 64;

  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  void grow(std::size_t bytes) {
    const std::size_t rounded = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    memory_.reset();
    bytes_ = 0;
    memory_.reset(static_cast<std::byte*>(std::aligned_alloc(kAlignment, rounded)));
    if (memory_ == nullptr) {
      throw Error(ErrorKind::kSystem, "no memory for " + std::to_string(rounded) + " bytes of scratch");
    }
    bytes_ = rounded;
  }

  std::unique_ptr<std::byte, Free> memory_;
  std::size_t bytes_ = 0;
};

}  // namespace ringwood
