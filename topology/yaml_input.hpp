#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <string_view>

#include "topology/input_text.hpp"

namespace ringwood {

/// A document of yaml-cpp, and the places of its nodes in the text, for messages.
class YamlInput {
 public:
  /// Throws Error(kInput) with the place of what is no YAML, and for more of it than yaml_excess accepts.
  explicit YamlInput(const InputText& input);

  [[nodiscard]] const YAML::Node& root() const { return root_; }

  /// Throws Error(kInput) with the place of that node.
  [[noreturn]] void refuse(const YAML::Node& node, const std::string& reason) const;

  /// The scalar as a part of the text, for messages that point into it. Throws Error(kInput) for anything else.
  [[nodiscard]] std::string_view part(const YAML::Node& node) const;

 private:
  [[noreturn]] void refuse_at(const YAML::Mark& mark, const std::string& reason) const;

  const InputText& input_;
  YAML::Node root_;
};

}  // namespace ringwood
