#include "ringwood/parameters.hpp"

#include <algorithm>

namespace ringwood {

void Parameters::set(std::string name, std::vector<std::int64_t> values) {
  values_.emplace_back(std::move(name), std::move(values));
  std::sort(values_.begin(), values_.end());
}

const std::vector<std::int64_t>* Parameters::find(std::string_view name) const {
  for (const auto& [known, values] : values_) {
    if (known == name) {
      return &values;
    }
  }
  return nullptr;
}

std::string Parameters::to_string() const {
  std::string text;
  for (const auto& [name, values] : values_) {
    text.append(text.empty() ? "" : ",").append(name).append("=");
    const char* separator = "";
    for (const std::int64_t value : values) {
      text.append(separator).append(std::to_string(value));
      separator = "x";
    }
  }
  return text;
}

}  // namespace ringwood
