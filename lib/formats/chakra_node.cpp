#include "formats/chakra_node.hpp"

namespace ringwood {

namespace {

constexpr std::int64_t kMostMicroseconds = std::int64_t{1} << 40U;
constexpr Picoseconds kPicosecondsPerMicrosecond = 1'000'000;

}  // namespace

std::int64_t ChakraNodes::integer(std::int64_t number, std::string_view key, std::int64_t least) const {
  if (number < least) {
    fail("expected " + std::string(key) + ", a whole number from " + std::to_string(least) + " to 2^63 - 1", key);
  }
  return number;
}

ChakraNodeType ChakraNodes::type_of(std::int64_t number) const {
  if (number <= 0 || number >= kChakraNodeTypes) {
    fail(
        "expected a type: METADATA_NODE, MEM_LOAD_NODE, MEM_STORE_NODE, COMP_NODE, COMM_SEND_NODE, "
        "COMM_RECV_NODE or COMM_COLL_NODE",
        "type");
  }
  return static_cast<ChakraNodeType>(number);
}

void ChakraNodes::set_duration(std::int64_t microseconds, std::string_view key, ChakraNode& node) const {
  if (integer(microseconds, key, 0) > kMostMicroseconds) {
    fail(std::string(key) + " of " + std::to_string(microseconds) + "; accepted: up to " +
             std::to_string(kMostMicroseconds),
         key);
  }
  node.duration = microseconds * kPicosecondsPerMicrosecond;
}

void ChakraNodes::set_attribute(std::string_view name, const ChakraValue& value, ChakraNode& node) const {
  if (name == "comm_type") {
    node.comm_type = integer(value.number, name, 0);
  } else if (name == "comm_size") {
    node.bytes = integer(value.number, name, 0);
  } else if (name == "comm_src") {
    node.source = integer(value.number, name, 0);
  } else if (name == "comm_dst") {
    node.destination = integer(value.number, name, 0);
  } else if (name == "comm_tag") {
    node.tag = integer(value.number, name, 0);
  } else if (name == "is_cpu_op") {
    node.on_host = value.truth;
  } else if (name == "pg_name") {
    node.group = value.text ? *value.text : std::to_string(integer(value.number, name, 0));
  }
}

}  // namespace ringwood
