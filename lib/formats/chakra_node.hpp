#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

inline constexpr std::int64_t kChakraNodeTypes = 8;

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

/// What an attribute says, whatever the type of its value.
struct ChakraValue {
  std::int64_t number = -1;           ///< if it is a whole number from 0 to 2^63 - 1, or text that is one
  bool truth = false;                 ///< true, or a number that is not 0
  std::optional<std::string> text{};  ///< if it is text
};

/// Reads the nodes of one rank. Both forms say the same: what they have in common is here.
class ChakraNodes {
 public:
  ChakraNodes() = default;
  ChakraNodes(const ChakraNodes&) = delete;
  ChakraNodes& operator=(const ChakraNodes&) = delete;
  virtual ~ChakraNodes() = default;

  /// False: there are no more. Throws Error(kInput) with the place.
  [[nodiscard]] virtual bool next(ChakraNode& node) = 0;

  /// Throws Error(kInput) for something about the last node: where it says `key`, if the form has such a place.
  [[noreturn]] virtual void fail(const std::string& message, std::string_view key = {}) const = 0;

  /// The line on which the last node begins; 0: the form has no lines.
  [[nodiscard]] virtual std::uint32_t line() const = 0;

 protected:
  /// The number, which must be as large as that.
  [[nodiscard]] std::int64_t integer(std::int64_t number, std::string_view key, std::int64_t least) const;

  [[nodiscard]] ChakraNodeType type_of(std::int64_t number) const;
  void set_duration(std::int64_t microseconds, std::string_view key, ChakraNode& node) const;
  void set_attribute(std::string_view name, const ChakraValue& value, ChakraNode& node) const;
};

/// The nodes of a text in JSON, which must outlive them.
[[nodiscard]] std::unique_ptr<ChakraNodes> chakra_json_nodes(const NamedText& text);

/// The same for protocol buffers.
[[nodiscard]] std::unique_ptr<ChakraNodes> chakra_protobuf_nodes(const NamedText& text);

}  // namespace ringwood
