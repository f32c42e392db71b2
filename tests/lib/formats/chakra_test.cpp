// Chakra traces in protocol buffers: what they say is what the same trace says in JSON, however it is encoded; and what
// is wrong is one line with the place.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <protozero/pbf_writer.hpp>

#include "formats/workloads.hpp"
#include "ringwood/error.hpp"

namespace ringwood {
namespace {

using protozero::pbf_writer;
using ::testing::HasSubstr;

/// A message behind its length.
std::string framed(const std::string& message) {
  std::string framed;
  protozero::add_varint_to_buffer(&framed, message.size());
  return framed + message;
}

/// GlobalMetadata with a version and an attribute.
std::string metadata() {
  std::string message;
  pbf_writer writer(message);
  writer.add_string(1, "0.0.4");
  {
    pbf_writer attribute(writer, 2);
    attribute.add_string(1, "schema");
    attribute.add_string(29, "1.0.2-chakra.0.0.4");
  }
  return framed(message);
}

/// A message that `fill` writes.
template <typename Fill>
std::string node(Fill&& fill) {
  std::string message;
  pbf_writer writer(message);
  fill(writer);
  return framed(message);
}

template <typename Add>
void attribute(pbf_writer& node, const char* name, Add&& add) {
  pbf_writer writer(node, 10);
  writer.add_string(1, name);
  add(writer);
}

std::string work() {
  return node([](pbf_writer& writer) {
    writer.add_uint64(1, 1);
    writer.add_string(2, "forward");
    writer.add_enum(3, 4);
    writer.add_uint64(6, 77);  // start_time_micros: of no use here
    writer.add_uint64(7, 100);
    attribute(writer, "is_cpu_op", [](pbf_writer& value) { value.add_bool(27, true); });
  });
}

/// An allreduce behind `work`, its attributes in whatever types there are.
std::string sum(bool packed) {
  return node([&](pbf_writer& writer) {
    writer.add_uint64(1, 2);
    writer.add_string(2, "gradients");
    writer.add_enum(3, 7);
    if (packed) {
      const std::vector<std::uint64_t> ids{1};
      writer.add_packed_uint64(5, ids.begin(), ids.end());
      attribute(writer, "comm_size", [](pbf_writer& value) { value.add_sint64(17, 4096); });
      attribute(writer, "comm_type", [](pbf_writer&) {});  // proto3 leaves out zeros
    } else {
      writer.add_uint64(5, 1);
      attribute(writer, "comm_size", [](pbf_writer& value) { value.add_fixed32(19, 4096); });
      attribute(writer, "comm_type", [](pbf_writer& value) { value.add_int32(7, 0); });
    }
    attribute(writer, "pg_name", [](pbf_writer& value) { value.add_string(29, "0"); });
    attribute(writer, "sizes", [](pbf_writer& value) { value.add_bytes(10, "\x0a\x02\x01\x02"); });
  });
}

constexpr const char* kJson =
    R"({"version": "0.0.4"}{"id": 1, "name": "forward", "type": "COMP_NODE", "duration_micros": 100,
"attr": [{"name": "is_cpu_op", "boolVal": true}]}{"id": 2, "name": "gradients", "type": 7, "data_deps": [1],
"attr": [{"name": "comm_type", "int64Val": 0}, {"name": "comm_size", "int64Val": 4096}, {"name": "pg_name", "stringVal": "0"}]})";

void expect_same(const TaskGraph& left, const TaskGraph& right) {
  EXPECT_EQ(left.labels, right.labels);
  EXPECT_EQ(left.groups, right.groups);
  ASSERT_EQ(left.ranks.size(), right.ranks.size());
  ASSERT_EQ(left.calls.size(), right.calls.size());
  for (std::size_t i = 0; i < left.calls.size(); ++i) {
    EXPECT_EQ(left.calls[i].collective, right.calls[i].collective);
    EXPECT_EQ(left.calls[i].bytes, right.calls[i].bytes);
  }
  for (std::size_t rank = 0; rank < left.ranks.size(); ++rank) {
    const RankTasks& one = left.ranks[rank];
    const RankTasks& other = right.ranks[rank];
    ASSERT_EQ(one.tasks.size(), other.tasks.size());
    for (std::size_t i = 0; i < one.tasks.size(); ++i) {
      EXPECT_EQ(one.tasks[i].kind, other.tasks[i].kind);
      EXPECT_EQ(one.tasks[i].amount, other.tasks[i].amount);
      EXPECT_EQ(one.tasks[i].cpu, other.tasks[i].cpu);
      EXPECT_EQ(one.tasks[i].label, other.tasks[i].label);
    }
    ASSERT_EQ(one.requirements.size(), other.requirements.size());
    for (std::size_t i = 0; i < one.requirements.size(); ++i) {
      EXPECT_EQ(one.requirements[i].task, other.requirements[i].task);
      EXPECT_EQ(one.requirements[i].required, other.requirements[i].required);
    }
  }
}

TEST(Chakra, ProtocolBuffersSayWhatJsonSays) {
  const TaskGraph json = read_chakra({{"step.json", kJson}}, 4, {});
  for (const bool packed : {false, true}) {
    const std::string text = metadata() + work() + sum(packed);
    EXPECT_TRUE(is_chakra_protobuf(text));
    expect_same(read_chakra({{"step.et", text}}, 4, {}), json);
  }
  EXPECT_FALSE(is_chakra_protobuf(kJson));
}

TEST(Chakra, MessagesOfRanks) {
  const auto message = [](std::uint64_t type, const char* peer, std::int64_t other) {
    return metadata() + node([&](pbf_writer& writer) {
             writer.add_uint64(1, 9);
             writer.add_enum(3, static_cast<std::int32_t>(type));
             attribute(writer, "comm_size", [](pbf_writer& value) { value.add_uint64(13, 64); });
             attribute(writer, peer, [&](pbf_writer& value) { value.add_int64(9, other); });
             attribute(writer, "comm_tag", [](pbf_writer& value) { value.add_sfixed64(25, 3); });
           });
  };
  const TaskGraph graph = read_chakra({{"a", message(5, "comm_dst", 1)}, {"b", message(6, "comm_src", 0)}}, 2, {});
  EXPECT_EQ(graph.ranks[0].tasks.at(0).kind, TaskKind::kSend);
  EXPECT_EQ(graph.ranks[1].tasks.at(0).kind, TaskKind::kReceive);
  EXPECT_EQ(graph.ranks[0].tasks[0].peer, 1);
  EXPECT_EQ(graph.ranks[1].tasks[0].tag, 3);
  EXPECT_EQ(graph.ranks[1].tasks[0].amount, 64);
}

TEST(Chakra, WhatIsWrongIsOneLineWithThePlace) {
  const std::string whole = metadata() + work() + sum(true);
  const auto bad_node = [](auto fill) { return metadata() + work() + node(fill); };
  const auto typed = [](auto fill) {
    return [fill](pbf_writer& writer) {
      writer.add_uint64(1, 2);
      writer.add_enum(3, 7);
      fill(writer);
    };
  };
  const std::pair<std::string, const char*> cases[]{
      {whole.substr(0, whole.size() - 1), "trace: node 2 (byte "},
      {std::string("\x1f\x8b\x08", 3), "gunzip"},
      {work(), "expected GlobalMetadata"},
      {bad_node([](pbf_writer& writer) { writer.add_uint64(1, 2); }), "expected a type"},
      {bad_node([](pbf_writer& writer) { writer.add_enum(3, 9); }), "expected a type"},
      {bad_node([](pbf_writer& writer) { writer.add_string(1, "x"); }), "id is not encoded"},
      {bad_node(typed([](pbf_writer& writer) { writer.add_uint64(1, ~std::uint64_t{0}); })), "expected id"},
      {bad_node([](pbf_writer& writer) {
         writer.add_enum(3, 4);
         writer.add_uint64(4, 5);
       }),
       "node 2: a node depends on node 5"},
      {bad_node(typed([](pbf_writer& writer) {
         attribute(writer, "comm_size", [](pbf_writer& value) { value.add_int64(9, -1); });
       })),
       "expected comm_size"},
      {bad_node(typed([](pbf_writer& writer) {
         attribute(writer, "comm_size", [](pbf_writer& value) { value.add_double(3, 1.5); });
       })),
       "expected comm_size"},
      {bad_node(typed([](pbf_writer& writer) { writer.add_message(10, std::string()); })), "an attribute with a name"},
      {metadata() + work() + work(), "id 1 is there twice"},
      {whole + "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "node 3 (byte"},
      {bad_node([](pbf_writer& writer) { writer.add_message(2, std::string("\x07", 1)); }), "expected a type"}};
  for (const auto& [text, expected] : cases) {
    try {
      static_cast<void>(read_chakra({{"trace", text}}, 2, {}));
      ADD_FAILURE() << "accepted, instead of: " << expected;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kInput);
      EXPECT_THAT(error.what(), HasSubstr(expected));
      EXPECT_THAT(error.what(), ::testing::Not(HasSubstr("\n")));
    }
  }
}

}  // namespace
}  // namespace ringwood
