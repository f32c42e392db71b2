#include "topology/catalogue.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

constexpr KeyInfo kCommonKeys[] = {
    {"bandwidth", "of every cable, in each direction", "25GB/s"},
    {"latency", "time on every cable", "500ns"},
    {"hop", "time through the switch or router at the end of a cable", "100ns"},
    {"per-host", "ranks on a host", "1"},
};

[[nodiscard]] std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

}  // namespace

MachineSpec MachineSpec::parse(std::string_view text) {
  MachineSpec spec;
  const std::size_t colon = text.find(':');
  spec.name = text.substr(0, colon);
  if (spec.name.empty()) {
    throw Error(ErrorKind::kUsage, "machine '" + std::string(text) + "' has no name; write NAME:key=value,key=value");
  }
  std::string_view rest = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  while (colon != std::string_view::npos) {
    const std::size_t comma = rest.find(',');
    const std::string_view pair = rest.substr(0, comma);
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals == 0) {
      throw Error(ErrorKind::kUsage,
                  "machine '" + std::string(text) + "': '" + std::string(pair) + "' is not of the form key=value");
    }
    const std::string key(pair.substr(0, equals));
    if (std::any_of(spec.values.begin(), spec.values.end(), [&](const auto& known) { return known.first == key; })) {
      throw Error(ErrorKind::kUsage, "machine '" + std::string(text) + "': key '" + key + "' is given twice");
    }
    spec.values.emplace_back(key, pair.substr(equals + 1));
    if (comma == std::string_view::npos) {
      break;
    }
    rest.remove_prefix(comma + 1);
  }
  return spec;
}

TopologyKeys::TopologyKeys(const MachineSpec& spec, std::span<const KeyInfo> family_keys) : family_(spec.name) {
  for (const std::span<const KeyInfo> keys : {family_keys, common_keys()}) {
    for (const KeyInfo& key : keys) {
      if (std::none_of(values_.begin(), values_.end(), [&](const auto& known) { return known.first == key.name; })) {
        values_.emplace_back(key.name, key.fallback);
      }
    }
  }
  given_.assign(values_.size(), false);
  for (const auto& [key, value] : spec.values) {
    const auto known = std::find_if(values_.begin(), values_.end(),
                                    [&, &name = key](const auto& entry) { return entry.first == name; });
    if (known == values_.end()) {
      std::vector<std::string> names;
      for (const auto& entry : values_) {
        names.push_back(entry.first);
      }
      refuse("unknown key '" + key + "'" + did_you_mean(key, names) + "; accepted are " + listed(names));
    }
    known->second = value;
    given_[static_cast<std::size_t>(known - values_.begin())] = true;
  }
}

bool TopologyKeys::given(std::string_view key) const {
  for (std::size_t i = 0; i < values_.size(); ++i) {
    if (values_[i].first == key) {
      return given_[i];
    }
  }
  return false;
}

const std::string& TopologyKeys::text(std::string_view key) const {
  const auto found =
      std::find_if(values_.begin(), values_.end(), [&](const auto& entry) { return entry.first == key; });
  if (found == values_.end()) {
    throw std::logic_error("family " + family_ + " asks for a key that it does not declare: " + std::string(key));
  }
  return found->second;
}

void TopologyKeys::refuse(const std::string& reason) const {
  throw Error(ErrorKind::kUsage, "machine " + family_ + ": " + reason);
}

std::int64_t TopologyKeys::count(std::string_view key, IntegerRange range) const {
  return parse_integer(text(key), range, family_ + ": " + std::string(key));
}

std::vector<std::int64_t> TopologyKeys::counts(std::string_view key, IntegerRange range) const {
  return parse_dimensions(text(key), range, family_ + ": " + std::string(key));
}

double TopologyKeys::rate(std::string_view key) const {
  return parse_rate(text(key), family_ + ": " + std::string(key));
}

Picoseconds TopologyKeys::time(std::string_view key) const {
  return parse_time(text(key), family_ + ": " + std::string(key));
}

double TopologyKeys::ratio(std::string_view key) const {
  return parse_ratio(text(key), family_ + ": " + std::string(key));
}

std::uint64_t TopologyKeys::seed(std::string_view key) const {
  return parse_seed(text(key));
}

std::size_t TopologyKeys::word(std::string_view key, std::span<const std::string_view> words) const {
  const auto found = std::find(words.begin(), words.end(), text(key));
  if (found == words.end()) {
    const std::vector<std::string> names(words.begin(), words.end());
    refuse("unknown " + std::string(key) + " '" + text(key) + "'" + did_you_mean(text(key), names) + "; accepted are " +
           listed(names));
  }
  return static_cast<std::size_t>(found - words.begin());
}

std::span<const KeyInfo> common_keys() {
  return kCommonKeys;
}

std::span<const TopologyFamily* const> topology_families() {
  static constexpr const TopologyFamily* kFamilies[] = {
#define TOPOLOGY(file) &topology_##file,
#include "topology/registry.def"
#undef TOPOLOGY
  };
  return kFamilies;
}

const TopologyFamily* find_topology_family(std::string_view name) {
  for (const TopologyFamily* family : topology_families()) {
    if (family->name == name) {
      return family;
    }
  }
  return nullptr;
}

}  // namespace ringwood
