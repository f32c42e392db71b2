#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "formats/chakra_node.hpp"
#include "formats/json_stream.hpp"

namespace ringwood {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::string_view, kChakraNodeTypes> kNodeTypes{"INVALID_NODE",   "METADATA_NODE", "MEM_LOAD_NODE",
                                                                    "MEM_STORE_NODE", "COMP_NODE",     "COMM_SEND_NODE",
                                                                    "COMM_RECV_NODE", "COMM_COLL_NODE"};

/// Whatever its type is: the member besides the name. Proto3 leaves out zeros.
[[nodiscard]] Json value_of(const Json& attribute) {
  for (const auto& [key, value] : attribute.items()) {
    if (key != "name" && key != "docString" && key != "doc_string") {
      return value;
    }
  }
  return Json(0);
}

/// JSON of protocol buffers writes numbers of 64 bits as strings. -1: none from 0 to 2^63 - 1.
[[nodiscard]] std::int64_t number_of(const Json& value) {
  std::int64_t number = -1;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    return status == std::errc{} && end == text.data() + text.size() ? number : -1;
  }
  if (value.is_number_unsigned()) {
    const auto found = value.get<std::uint64_t>();
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    return found <= kMost ? static_cast<std::int64_t>(found) : -1;
  }
  return value.is_number_integer() ? value.get<std::int64_t>() : -1;
}

class JsonNodes final : public ChakraNodes {
 public:
  explicit JsonNodes(const NamedText& text) : stream_(text.text, text.name) {}

  [[nodiscard]] bool next(ChakraNode& node) override {
    for (;;) {
      const std::optional<Json> found = stream_.next();
      if (!found) {
        return false;
      }
      if (found->contains("id")) {
        read(*found, node);
        return true;
      }
    }
  }

  [[noreturn]] void fail(const std::string& message, std::string_view key) const override {
    stream_.fail(message, key);
  }

  [[nodiscard]] std::uint32_t line() const override { return stream_.line(); }

 private:
  void read(const Json& json, ChakraNode& node) {
    node = {};
    node.id = integer(number_of(json.at("id")), "id", 0);
    node.name = json.contains("name") && json["name"].is_string() ? json["name"].get<std::string>() : "";
    node.type = type_of_node(json);
    for (const auto& [camel, snake] : {std::pair("ctrlDeps", "ctrl_deps"), std::pair("dataDeps", "data_deps")}) {
      read_requirements(json, json.contains(camel) ? camel : snake, node);
    }
    const char* const key = json.contains("durationMicros") ? "durationMicros" : "duration_micros";
    if (json.contains(key)) {
      set_duration(number_of(json[key]), key, node);
    }
    read_attributes(json, node);
  }

  void read_requirements(const Json& json, const char* key, ChakraNode& node) const {
    if (!json.contains(key)) {
      return;
    }
    if (!json[key].is_array()) {
      fail(std::string("expected ") + key + ", a list of ids", key);
    }
    for (const Json& one : json[key]) {
      node.requires_ids.push_back(integer(number_of(one), key, 0));
    }
  }

  [[nodiscard]] ChakraNodeType type_of_node(const Json& json) const {
    const Json type = json.value("type", Json());
    if (type.is_string()) {
      const auto* const found = std::find(kNodeTypes.begin(), kNodeTypes.end(), type.get<std::string>());
      return type_of(found - kNodeTypes.begin());
    }
    return type_of(type.is_number_integer() ? number_of(type) : 0);
  }

  void read_attributes(const Json& json, ChakraNode& node) const {
    if (!json.contains("attr")) {
      return;
    }
    if (!json["attr"].is_array()) {
      fail("expected attr, a list", "attr");
    }
    for (const Json& attribute : json["attr"]) {
      if (!attribute.is_object() || !attribute.contains("name") || !attribute["name"].is_string()) {
        fail("expected an attribute with a name", "attr");
      }
      const Json value = value_of(attribute);
      ChakraValue read{.number = number_of(value)};
      read.truth = (value.is_boolean() && value.get<bool>()) || (value.is_number() && value.get<double>() != 0);
      if (value.is_string()) {
        read.text = value.get<std::string>();
      }
      set_attribute(attribute["name"].get_ref<const std::string&>(), read, node);
    }
  }

  JsonStream stream_;
};

}  // namespace

std::unique_ptr<ChakraNodes> chakra_json_nodes(const NamedText& text) {
  return std::make_unique<JsonNodes>(text);
}

}  // namespace ringwood
