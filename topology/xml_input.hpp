#pragma once

#include <new>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "topology/input_text.hpp"

namespace ringwood {

/// A document of pugixml, which reads no DTD, no entities but the five of XML and no other files; and the places of its
/// elements in the text, for messages.
class XmlInput {
 public:
  /// Throws Error(kInput) with the place of what is no XML, and for elements nested more than 100 deep.
  explicit XmlInput(const InputText& input);

  [[nodiscard]] pugi::xml_node root() const { return document_.document_element(); }

  /// Throws Error(kInput) with the place of that element.
  [[noreturn]] void refuse(const pugi::xml_node& element, const std::string& reason) const;

  /// The value of an attribute that must be there. Throws Error(kInput).
  [[nodiscard]] std::string required(const pugi::xml_node& element, const char* attribute) const;

  /// What `parse` makes of `text`; its Error(kUsage) becomes Error(kInput) with the place of the element.
  template <typename Parse>
  [[nodiscard]] auto parsed(const pugi::xml_node& element, const std::string& text, Parse parse) const {
    try {
      return parse(text);
    } catch (const std::bad_alloc&) {
      throw;  // the text is not to blame
    } catch (const std::exception& error) {
      refuse(element, error.what());
    }
  }

 private:
  const InputText& input_;
  pugi::xml_document document_;
};

}  // namespace ringwood
