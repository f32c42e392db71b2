#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "formats/json_stream.hpp"
#include "formats/workloads.hpp"

namespace ringwood {

// In the order of et_def.proto.
enum class ChakraNodeType : std::uint8_t {
  kInvalid,
  kMetadata,
  kMemoryLoad,
  kMemoryStore,
  kCompute,
  kSend,
  kReceive,
  kCollective
};

/// One node as far as a workload depends on it.
struct ChakraNode {
  std::int64_t id = 0;
  std::string name;
  ChakraNodeType type = ChakraNodeType::kInvalid;
  Picoseconds duration = 0;
  bool on_host = false;
  std::vector<std::int64_t> requires_ids;
  std::int64_t comm_type = -1;
  Bytes bytes = -1;
  std::int64_t source = -1;
  std::int64_t destination = -1;
  std::int64_t tag = 0;
  std::string group;
};

/// Reads the nodes of one rank.
class ChakraNodes {
 public:
  explicit ChakraNodes(const NamedText& text) : stream_(text.text, text.name) {}

  /// False: there are no more. Throws Error(kInput) with the place.
  [[nodiscard]] bool next(ChakraNode& node);

  [[nodiscard]] const JsonStream& stream() const { return stream_; }

 private:
  void read(const nlohmann::json& json, ChakraNode& node);
  [[nodiscard]] ChakraNodeType type_of(const nlohmann::json& json) const;
  void read_attributes(const nlohmann::json& json, ChakraNode& node) const;
  void read_attribute(const std::string& name, const nlohmann::json& value, ChakraNode& node) const;
  [[nodiscard]] std::int64_t integer(const nlohmann::json& value, std::string_view key, std::int64_t least) const;

  JsonStream stream_;
};

}  // namespace ringwood
