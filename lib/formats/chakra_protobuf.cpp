#include <algorithm>
#include <limits>
#include <protozero/pbf_reader.hpp>
#include <protozero/varint.hpp>

#include "formats/chakra_node.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

namespace {

using Reader = protozero::pbf_reader;
using Wire = protozero::pbf_wire_type;

// Field numbers of et_def.proto.
enum NodeField : protozero::pbf_tag_type {
  kId = 1,
  kName = 2,
  kType = 3,
  kControlDependencies = 4,
  kDataDependencies = 5,
  kDuration = 7,
  kAttribute = 10
};

enum AttributeField : protozero::pbf_tag_type {
  kAttributeName = 1,
  kDouble = 3,
  kFloat = 5,
  kInt32 = 7,
  kInt64 = 9,
  kUint32 = 11,
  kUint64 = 13,
  kSint32 = 15,
  kSint64 = 17,
  kFixed32 = 19,
  kFixed64 = 21,
  kSfixed32 = 23,
  kSfixed64 = 25,
  kBool = 27,
  kString = 29
};

/// -1: beyond 2^63 - 1, or below 0 where it has a sign.
[[nodiscard]] std::int64_t number_of(std::uint64_t value) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  return value <= kMost ? static_cast<std::int64_t>(value) : -1;
}

/// Messages one after the other, each behind its length: GlobalMetadata, then nodes.
class ProtobufNodes final : public ChakraNodes {
 public:
  explicit ProtobufNodes(const NamedText& text) : name_(text.name), text_(text.text) {}

  [[nodiscard]] bool next(ChakraNode& node) override {
    return guarded([&] {
      if (at_ == 0) {
        skip_metadata();
      }
      if (at_ == text_.size()) {
        return false;
      }
      ++number_;
      read(take_message(), node);
      return true;
    });
  }

  [[noreturn]] void fail(const std::string& message, std::string_view /*key*/) const override {
    const std::string place = number_ == 0
                                  ? "byte " + std::to_string(begin_)
                                  : "node " + std::to_string(number_) + " (byte " + std::to_string(begin_) + ")";
    throw Error(ErrorKind::kInput, name_ + ": " + place + ": " + message);
  }

  [[nodiscard]] std::uint32_t line() const override { return 0; }

 private:
  /// The library throws what says nothing of the place.
  template <typename Work>
  auto guarded(Work&& work) -> decltype(work()) {
    try {
      return work();
    } catch (const protozero::exception& error) {
      fail(std::string("no message of Chakra's protocol buffers: ") + error.what(), {});
    }
  }

  void skip_metadata() {
    if (text_.starts_with("\x1f\x8b")) {
      fail("the trace is compressed; accepted: what gunzip makes of it", {});
    }
    Reader metadata = take_message();
    while (metadata.next()) {
      if (metadata.tag() > 2 || metadata.wire_type() != Wire::length_delimited) {
        fail("expected GlobalMetadata as the first message of a Chakra trace", {});
      }
      metadata.skip();
    }
  }

  [[nodiscard]] Reader take_message() {
    begin_ = at_;
    const char* at = text_.data() + at_;
    const char* const end = text_.data() + text_.size();
    const std::uint64_t length = protozero::decode_varint(&at, end);
    if (length > static_cast<std::uint64_t>(end - at)) {
      fail("a message of " + std::to_string(length) + " bytes, and " + std::to_string(end - at) + " are left", {});
    }
    at_ = static_cast<std::size_t>(at - text_.data()) + length;
    return {at, static_cast<std::size_t>(length)};
  }

  /// What the field at hand is encoded as; the library takes that for granted.
  void expect(const Reader& reader, Wire wire, const char* field) const {
    if (reader.wire_type() != wire) {
      fail(std::string(field) + " is not encoded as Chakra's schema says", {});
    }
  }

  [[nodiscard]] std::uint64_t number(Reader& reader, const char* field) const {
    expect(reader, Wire::varint, field);
    return reader.get_uint64();
  }

  void read(Reader reader, ChakraNode& node) const {
    node = {};
    std::int64_t type = 0;
    while (reader.next()) {
      switch (reader.tag()) {
        case kId:
          node.id = integer(number_of(number(reader, "id")), "id", 0);
          break;
        case kName:
          expect(reader, Wire::length_delimited, "name");
          node.name = reader.get_string();
          break;
        case kType:
          type = number_of(number(reader, "type"));
          break;
        case kControlDependencies:
          read_requirements(reader, "ctrl_deps", node);
          break;
        case kDataDependencies:
          read_requirements(reader, "data_deps", node);
          break;
        case kDuration:
          set_duration(number_of(number(reader, "duration_micros")), "duration_micros", node);
          break;
        case kAttribute:
          expect(reader, Wire::length_delimited, "attr");
          read_attribute(reader.get_message(), node);
          break;
        default:  // of a number, not of an enumeration of ours: fields that say nothing to a workload
          reader.skip();
      }
    }
    node.type = type_of(type);
  }

  /// Packed, as proto3 writes them, or one by one.
  void read_requirements(Reader& reader, const char* field, ChakraNode& node) const {
    if (reader.wire_type() == Wire::varint) {
      node.requires_ids.push_back(integer(number_of(reader.get_uint64()), field, 0));
      return;
    }
    expect(reader, Wire::length_delimited, field);
    for (const std::uint64_t id : reader.get_packed_uint64()) {
      node.requires_ids.push_back(integer(number_of(id), field, 0));
    }
  }

  void read_attribute(Reader reader, ChakraNode& node) const {
    std::string name;
    ChakraValue value{.number = 0};  // proto3 may leave out zeros
    while (reader.next()) {
      if (reader.tag() == kAttributeName) {
        expect(reader, Wire::length_delimited, "the name of an attribute");
        name = reader.get_string();
      } else {
        read_value(reader, value);
      }
    }
    if (name.empty()) {
      fail("expected an attribute with a name", {});
    }
    set_attribute(name, value, node);
  }

  void read_value(Reader& reader, ChakraValue& value) const {
    constexpr const char* kField = "the value of an attribute";
    switch (reader.tag()) {
      case kInt32:
      case kInt64:
      case kUint32:
      case kUint64:
      case kBool:
        set_number(number_of(number(reader, kField)), value);
        break;
      case kSint32:
      case kSint64:
        set_number(protozero::decode_zigzag64(number(reader, kField)), value);
        break;
      case kFixed32:
        expect(reader, Wire::fixed32, kField);
        set_number(reader.get_fixed32(), value);
        break;
      case kSfixed32:
        expect(reader, Wire::fixed32, kField);
        set_number(reader.get_sfixed32(), value);
        break;
      case kFixed64:
        expect(reader, Wire::fixed64, kField);
        set_number(number_of(reader.get_fixed64()), value);
        break;
      case kSfixed64:
        expect(reader, Wire::fixed64, kField);
        set_number(reader.get_sfixed64(), value);
        break;
      case kDouble:
        expect(reader, Wire::fixed64, kField);
        value = {.number = -1, .truth = reader.get_double() != 0};
        break;
      case kFloat:
        expect(reader, Wire::fixed32, kField);
        value = {.number = -1, .truth = reader.get_float() != 0};
        break;
      case kString:
        expect(reader, Wire::length_delimited, kField);
        value = {.text = reader.get_string()};
        break;
      default:  // of a number, not of an enumeration of ours: a list, or a description
        value.number = reader.tag() == 2 ? value.number : -1;
        reader.skip();
    }
  }

  static void set_number(std::int64_t number, ChakraValue& value) {
    value = {.number = std::max<std::int64_t>(number, -1), .truth = number != 0};
  }

  const std::string& name_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;   // of the last message
  std::size_t number_ = 0;  // of the last node, from 1
};

}  // namespace

std::unique_ptr<ChakraNodes> chakra_protobuf_nodes(const NamedText& text) {
  return std::make_unique<ProtobufNodes>(text);
}

bool is_chakra_protobuf(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char character) {
    const auto code = static_cast<unsigned char>(character);
    return code < ' ' && character != '\n' && character != '\r' && character != '\t';
  });
}

}  // namespace ringwood
