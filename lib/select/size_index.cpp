#include <algorithm>
#include <bit>

#include "ringwood/choose.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

[[nodiscard]] std::size_t bits_of(Bytes bytes) noexcept {
  return static_cast<std::size_t>(std::bit_width(static_cast<std::uint64_t>(bytes)));
}

}  // namespace

SizeIndex::SizeIndex(std::span<const Bytes> borders) : borders_(borders.begin(), borders.end()) {
  if (borders_.size() > 65534 || !std::is_sorted(borders_.begin(), borders_.end()) ||
      (!borders_.empty() && borders_.front() <= 0)) {
    throw Error(ErrorKind::kUsage, "borders between sizes are ascending and above 0, and at most 65534");
  }
  for (std::size_t bits = 0; bits < first_.size(); ++bits) {
    const auto border = std::find_if(borders_.begin(), borders_.end(), [&](Bytes one) { return bits_of(one) >= bits; });
    first_[bits] = static_cast<std::uint16_t>(border - borders_.begin());
  }
  borders_.push_back(std::numeric_limits<Bytes>::max());
}

std::size_t SizeIndex::find(Bytes bytes) const noexcept {
  if (bytes < 0) {
    return 0;
  }
  std::size_t index = first_[bits_of(bytes)];
  while (index + 1 < borders_.size() && borders_[index] <= bytes) {
    ++index;
  }
  return index;
}

}  // namespace ringwood
