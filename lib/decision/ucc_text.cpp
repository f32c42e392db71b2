#include "decision/ucc_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/nearest.hpp"
#include "decision/ucc.hpp"

namespace ringwood::ucc {

namespace {

constexpr std::string_view kMemoryTypes[] = {"host", "cuda", "cuda-managed", "rocm", "rocm-managed"};

constexpr std::string_view kLayers[] = {"UCC_TL_UCP_",   "UCC_TL_NCCL_", "UCC_TL_RCCL_", "UCC_TL_CUDA_",
                                        "UCC_TL_SHARP_", "UCC_TL_SELF_", "UCC_TL_MLX5_", "UCC_CL_HIER_",
                                        "UCC_CL_BASIC_", "UCC_CL_DOCA_"};

/// "4k", "inf".
[[nodiscard]] std::optional<std::int64_t> number_of(std::string_view text) {
  if (text == "inf") {
    return CountRange::kUnlimited;
  }
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (status != std::errc() || value < 0) {
    return std::nullopt;
  }
  std::string unit(end, text.data() + text.size());
  std::transform(unit.begin(), unit.end(), unit.begin(),
                 [](char letter) { return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + 32) : letter; });
  const int shift = unit.empty() || unit == "b"   ? 0
                    : unit == "k" || unit == "kb" ? 10
                    : unit == "m" || unit == "mb" ? 20
                    : unit == "g" || unit == "gb" ? 30
                                                  : -1;
  if (shift < 0 || value > (CountRange::kUnlimited >> (shift + 1))) {
    return std::nullopt;
  }
  return value << shift;
}

}  // namespace

Piece trimmed(Piece piece) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t start = std::min(piece.text.find_first_not_of(kBlanks), piece.text.size());
  piece.text.remove_prefix(start);
  piece.place.column += start;
  piece.text = piece.text.substr(0, piece.text.find_last_not_of(kBlanks) + 1);
  return piece;
}

std::vector<Piece> split(const Piece& whole, char separator) {
  std::vector<Piece> pieces;
  std::size_t begin = 0;
  while (true) {
    const std::size_t end = std::min(whole.text.find(separator, begin), whole.text.size());
    pieces.push_back({whole.text.substr(begin, end - begin), {whole.place.line, whole.place.column + begin}});
    if (end == whole.text.size()) {
      return pieces;
    }
    begin = end + 1;
  }
}

bool is_number_start(std::string_view text) {
  return !text.empty() && text.front() >= '0' && text.front() <= '9';
}

std::optional<CountRange> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto least = number_of(text.substr(0, dash));
  const auto most = dash == std::string_view::npos ? least : number_of(text.substr(dash + 1));
  if (!least || !most) {
    return std::nullopt;
  }
  return CountRange{*least, *most};
}

bool is_memory_type(std::string_view text) {
  return std::find(std::begin(kMemoryTypes), std::end(kMemoryTypes), text) != std::end(kMemoryTypes);
}

void check_layer(std::string_view name, FilePlace place, Findings& findings) {
  const std::vector<std::string> names(std::begin(kLayers), std::end(kLayers));
  const std::string layer(name.substr(0, name.size() - 4));
  if (std::find(names.begin(), names.end(), layer) == names.end()) {
    findings.warn(place, "unknown-variable",
                  fmt::format("'{}': no component of UCC is known that reads it{}", name.substr(0, 60),
                              did_you_mean(layer, names)));
  }
}

void check_radix(std::string_view name, FilePlace place, const Piece& value, Findings& findings) {
  if (!is_radix_variable(name.substr(11)) && name.find("_KN_") == std::string_view::npos) {
    findings.warn(place, "unknown-variable", fmt::format("'{}': tl/ucp has no such radix", name.substr(0, 60)));
  }
  for (const Piece& range : split(value, ',')) {
    for (const Piece& part : split(range, ':')) {
      const bool is_memory = is_memory_type(part.text);
      const bool is_last = part.text.data() + part.text.size() == range.text.data() + range.text.size();
      const bool is_number = !part.text.empty() && part.text.find_first_not_of("0123456789") == std::string_view::npos;
      const bool good = is_last ? is_number || part.text == "auto" || part.text == "inf"
                                : is_memory || (part.text.find('-') != std::string_view::npos && range_of(part.text));
      if (!good) {
        findings.error(part.place, "bad-value",
                       fmt::format("'{}' is no radix such as 4 or 0-8k:host:8", part.text.substr(0, 40)));
      }
    }
  }
}

}  // namespace ringwood::ucc
