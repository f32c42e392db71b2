#include "formats/chakra_node.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace ringwood {

namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMostMicroseconds = std::int64_t{1} << 40U;
constexpr Picoseconds kPicosecondsPerMicrosecond = 1'000'000;

constexpr std::array<std::string_view, 8> kNodeTypes{"INVALID_NODE",   "METADATA_NODE", "MEM_LOAD_NODE",
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

}  // namespace

bool ChakraNodes::next(ChakraNode& node) {
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

void ChakraNodes::read(const Json& json, ChakraNode& node) {
  node = {};
  node.id = integer(json.at("id"), "id", 0);
  node.name = json.contains("name") && json["name"].is_string() ? json["name"].get<std::string>() : "";
  node.type = type_of(json);
  for (const auto& [camel, snake] : {std::pair("ctrlDeps", "ctrl_deps"), std::pair("dataDeps", "data_deps")}) {
    const char* const key = json.contains(camel) ? camel : snake;
    if (!json.contains(key)) {
      continue;
    }
    if (!json[key].is_array()) {
      stream_.fail(std::string("expected ") + key + ", a list of ids", key);
    }
    for (const Json& one : json[key]) {
      node.requires_ids.push_back(integer(one, key, 0));
    }
  }
  const char* const key = json.contains("durationMicros") ? "durationMicros" : "duration_micros";
  if (json.contains(key)) {
    const std::int64_t micros = integer(json[key], key, 0);
    if (micros > kMostMicroseconds) {
      stream_.fail(
          std::string(key) + " of " + std::to_string(micros) + "; accepted: up to " + std::to_string(kMostMicroseconds),
          key);
    }
    node.duration = micros * kPicosecondsPerMicrosecond;
  }
  read_attributes(json, node);
}

ChakraNodeType ChakraNodes::type_of(const Json& json) const {
  const Json type = json.value("type", Json());
  if (type.is_string()) {
    const auto* const found = std::find(kNodeTypes.begin(), kNodeTypes.end(), type.get<std::string>());
    if (found != kNodeTypes.begin() && found != kNodeTypes.end()) {
      return static_cast<ChakraNodeType>(found - kNodeTypes.begin());
    }
  } else if (type.is_number_integer() && type.get<std::int64_t>() > 0 &&
             type.get<std::int64_t>() < static_cast<std::int64_t>(kNodeTypes.size())) {
    return static_cast<ChakraNodeType>(type.get<std::int64_t>());
  }
  stream_.fail(
      "expected a type: METADATA_NODE, MEM_LOAD_NODE, MEM_STORE_NODE, COMP_NODE, COMM_SEND_NODE, "
      "COMM_RECV_NODE or COMM_COLL_NODE",
      "type");
}

void ChakraNodes::read_attributes(const Json& json, ChakraNode& node) const {
  if (!json.contains("attr")) {
    return;
  }
  if (!json["attr"].is_array()) {
    stream_.fail("expected attr, a list", "attr");
  }
  for (const Json& attribute : json["attr"]) {
    if (!attribute.is_object() || !attribute.contains("name") || !attribute["name"].is_string()) {
      stream_.fail("expected an attribute with a name", "attr");
    }
    read_attribute(attribute["name"].get<std::string>(), value_of(attribute), node);
  }
}

void ChakraNodes::read_attribute(const std::string& name, const Json& value, ChakraNode& node) const {
  if (name == "comm_type") {
    node.comm_type = integer(value, name, 0);
  } else if (name == "comm_size") {
    node.bytes = integer(value, name, 0);
  } else if (name == "comm_src") {
    node.source = integer(value, name, 0);
  } else if (name == "comm_dst") {
    node.destination = integer(value, name, 0);
  } else if (name == "comm_tag") {
    node.tag = integer(value, name, 0);
  } else if (name == "is_cpu_op") {
    node.on_host = (value.is_boolean() && value.get<bool>()) || (value.is_number() && value.get<double>() != 0);
  } else if (name == "pg_name") {
    node.group = value.is_string() ? value.get<std::string>() : std::to_string(integer(value, name, 0));
  }
}

/// JSON of protocol buffers writes numbers of 64 bits as strings.
std::int64_t ChakraNodes::integer(const Json& value, std::string_view key, std::int64_t least) const {
  std::int64_t number = -1;
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), number);
    number = status == std::errc{} && end == text.data() + text.size() ? number : -1;
  } else if (value.is_number_unsigned()) {
    const auto found = value.get<std::uint64_t>();
    constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    number = found <= kMost ? static_cast<std::int64_t>(found) : -1;
  } else if (value.is_number_integer()) {
    number = value.get<std::int64_t>();
  }
  if (number < least) {
    stream_.fail("expected " + std::string(key) + ", a whole number from " + std::to_string(least) + " to 2^63 - 1",
                 key);
  }
  return number;
}

}  // namespace ringwood
