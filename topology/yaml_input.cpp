#include "topology/yaml_input.hpp"

#include <algorithm>

#include "base/yaml_limits.hpp"

namespace ringwood {

YamlInput::YamlInput(const InputText& input) : input_(input) {
  if (const auto excess = yaml_excess(input.text())) {
    input.refuse(excess->offset, excess->reason + ", which no network needs");
  }
  try {
    root_ = YAML::Load(std::string(input.text()));
  } catch (const YAML::Exception& error) {
    refuse_at(error.mark, "not YAML: " + error.msg);
  }
}

void YamlInput::refuse_at(const YAML::Mark& mark, const std::string& reason) const {
  // A null mark is at -1.
  input_.refuse_at(static_cast<std::size_t>(mark.line + 1), static_cast<std::size_t>(mark.column + 1), reason);
}

void YamlInput::refuse(const YAML::Node& node, const std::string& reason) const {
  refuse_at(node.Mark(), reason);
}

std::string_view YamlInput::part(const YAML::Node& node) const {
  if (!node.IsScalar()) {
    refuse(node, "expected a word");
  }
  const auto from = static_cast<std::size_t>(std::max(node.Mark().pos, 0));
  const std::size_t found = input_.text().find(node.Scalar(), std::min(from, input_.text().size()));
  if (found == std::string_view::npos) {
    refuse(node, "expected a word without escapes");
  }
  return input_.text().substr(found, node.Scalar().size());
}

}  // namespace ringwood
