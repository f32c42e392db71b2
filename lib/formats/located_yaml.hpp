#pragma once

#include <yaml-cpp/yaml.h>

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "ringwood/ids.hpp"

namespace ringwood {

/// A YAML document (or JSON, which is YAML) whose readers name file, line and column.
class LocatedYaml {
 public:
  /// Throws Error(kInput) for what is no YAML, and for more of it than yaml_excess accepts.
  LocatedYaml(std::string_view text, std::string name);

  [[nodiscard]] const YAML::Node& root() const { return root_; }

  /// Throws Error(kInput) "NAME:LINE:COLUMN: MESSAGE" for what stands there.
  [[noreturn]] void fail(const YAML::Node& node, const std::string& message) const;

  /// The node is a map, and has no keys but these.
  void expect_keys(const YAML::Node& node, std::string_view what, std::initializer_list<std::string_view> keys) const;

  void expect_list(const YAML::Node& node, std::string_view what) const;

  [[nodiscard]] std::string text(const YAML::Node& node, std::string_view what) const;
  [[nodiscard]] std::int64_t integer(const YAML::Node& node, std::string_view what, std::int64_t least,
                                     std::int64_t most) const;
  [[nodiscard]] Bytes bytes(const YAML::Node& node, std::string_view what) const;
  [[nodiscard]] Picoseconds time(const YAML::Node& node, std::string_view what) const;
  [[nodiscard]] bool boolean(const YAML::Node& node, std::string_view what) const;

 private:
  /// Runs a parser of values, and says where what it refuses stands.
  template <typename Parse>
  [[nodiscard]] auto located(const YAML::Node& node, Parse&& parse) const;

  std::string name_;
  YAML::Node root_;
};

}  // namespace ringwood
