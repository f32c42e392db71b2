#include "topology/xml_input.hpp"

namespace ringwood {

namespace {

/// Refuses documents that readers would have to follow too deep.
class DepthCheck final : public pugi::xml_tree_walker {
 public:
  bool for_each(pugi::xml_node& node) override {
    constexpr int kDeepest = 100;
    if (depth() > kDeepest) {
      too_deep = node;
      return false;
    }
    return true;
  }

  pugi::xml_node too_deep;
};

}  // namespace

XmlInput::XmlInput(const InputText& input) : input_(input) {
  if (const std::size_t entity = input.text().find("<!ENTITY"); entity != std::string_view::npos) {
    input.refuse(entity, "entities of its own are not accepted");
  }
  const pugi::xml_parse_result result =
      document_.load_buffer(input.text().data(), input.text().size(), pugi::parse_default, pugi::encoding_utf8);
  if (!result) {
    input.refuse(static_cast<std::size_t>(result.offset), std::string("not XML: ") + result.description());
  }
  DepthCheck check;
  document_.traverse(check);
  if (check.too_deep) {
    refuse(check.too_deep, "elements are nested more than 100 deep");
  }
}

void XmlInput::refuse(const pugi::xml_node& element, const std::string& reason) const {
  input_.refuse(static_cast<std::size_t>(std::max<std::ptrdiff_t>(element.offset_debug(), 0)),
                "<" + std::string(element.name()).substr(0, 40) + ">: " + reason);
}

std::string XmlInput::required(const pugi::xml_node& element, const char* attribute) const {
  const pugi::xml_attribute found = element.attribute(attribute);
  if (!found || found.value()[0] == '\0') {
    refuse(element, "the attribute " + std::string(attribute) + " is missing");
  }
  return found.value();
}

}  // namespace ringwood
