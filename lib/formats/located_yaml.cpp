#include "formats/located_yaml.hpp"

#include <algorithm>

#include "base/nearest.hpp"
#include "base/units.hpp"
#include "base/yaml_limits.hpp"
#include "formats/input.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

[[nodiscard]] TextPlace place_of(const YAML::Mark& mark) {
  return mark.is_null() ? TextPlace{}
                        : TextPlace{static_cast<std::size_t>(mark.line) + 1, static_cast<std::size_t>(mark.column) + 1};
}

[[nodiscard]] std::string list_of(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "" : ", ") + name;
  }
  return text;
}

}  // namespace

LocatedYaml::LocatedYaml(std::string_view text, std::string name) : name_(std::move(name)) {
  if (const auto excess = yaml_excess(text)) {
    fail_at(name_, ringwood::place_of(text, excess->offset), excess->reason + ", which no workload needs");
  }
  try {
    root_ = YAML::Load(std::string(text));
  } catch (const YAML::Exception& error) {
    fail_at(name_, place_of(error.mark), "not YAML: " + error.msg);
  }
}

void LocatedYaml::fail(const YAML::Node& node, const std::string& message) const {
  fail_at(name_, place_of(node.Mark()), message);
}

void LocatedYaml::expect_keys(const YAML::Node& node, std::string_view what,
                              std::initializer_list<std::string_view> keys) const {
  const std::vector<std::string> names(keys.begin(), keys.end());
  if (!node.IsMap()) {
    fail(node, "expected " + std::string(what) + ", a map with keys of: " + list_of(names));
  }
  std::vector<std::string> seen;
  for (const auto& entry : node) {
    const std::string key = text(entry.first, "a key");
    if (std::find(names.begin(), names.end(), key) == names.end()) {
      fail(entry.first, std::string(what) + " has no key '" + key.substr(0, 40) + "'" + did_you_mean(key, names) +
                            "; accepted: " + list_of(names));
    }
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
      fail(entry.first, "'" + key + "' is there twice");
    }
    seen.push_back(key);
  }
}

void LocatedYaml::expect_list(const YAML::Node& node, std::string_view what) const {
  if (!node.IsSequence()) {
    fail(node, "expected " + std::string(what) + ", a list");
  }
}

std::string LocatedYaml::text(const YAML::Node& node, std::string_view what) const {
  if (!node.IsScalar()) {
    fail(node, "expected " + std::string(what) + ", a word");
  }
  return node.Scalar();
}

template <typename Parse>
auto LocatedYaml::located(const YAML::Node& node, Parse&& parse) const {
  try {
    return parse();
  } catch (const Error& error) {
    fail(node, error.what());
  }
}

std::int64_t LocatedYaml::integer(const YAML::Node& node, std::string_view what, std::int64_t least,
                                  std::int64_t most) const {
  const std::string value = text(node, what);
  return located(node, [&] { return parse_integer(value, {least, most}, what); });
}

Bytes LocatedYaml::bytes(const YAML::Node& node, std::string_view what) const {
  const std::string value = text(node, what);
  return located(node, [&] { return parse_bytes(value, what); });
}

Picoseconds LocatedYaml::time(const YAML::Node& node, std::string_view what) const {
  const std::string value = text(node, what);
  return located(node, [&] { return parse_time(value, what); });
}

bool LocatedYaml::boolean(const YAML::Node& node, std::string_view what) const {
  const std::string value = text(node, what);
  if (value != "true" && value != "false") {
    fail(node, "expected " + std::string(what) + ", true or false");
  }
  return value == "true";
}

}  // namespace ringwood
