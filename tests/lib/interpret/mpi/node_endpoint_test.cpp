// The channels of a node between the threads of one process.

#include "interpret/mpi/node_endpoint.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <thread>

#ifdef __linux__
#include <sched.h>
#endif

#include "ringwood/error.hpp"

namespace ringwood {

namespace {

struct Unmap {
  void operator()(std::byte* memory) const { ::operator delete (memory, std::align_val_t{4096}); }
};

/// What a segment is between processes.
class Memory {
 public:
  explicit Memory(Rank ranks)
      : shape_(ranks), memory_(static_cast<std::byte*>(::operator new (shape_.total_bytes(), std::align_val_t{4096}))) {
    std::memset(memory_.get(), 0, shape_.total_bytes());
  }

  NodeEndpoint endpoint(Rank me, std::chrono::milliseconds timeout = std::chrono::seconds(30)) {
    return {{memory_.get(), shape_.total_bytes()}, shape_, me, {.spins = 20, .yields = true, .timeout = timeout}};
  }

 private:
  NodeShape shape_;
  std::unique_ptr<std::byte, Unmap> memory_;
};

std::vector<std::byte> message(std::size_t bytes, int number) {
  std::vector<std::byte> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    data[i] = static_cast<std::byte>(i * 31 + static_cast<std::size_t>(number));
  }
  return data;
}

std::vector<std::byte> received(NodeEndpoint& endpoint, Rank from, Lane lane) {
  const NodeEndpoint::Piece piece = endpoint.await(from, lane);
  std::vector<std::byte> data(piece.data, piece.data + piece.bytes);
  endpoint.release(from);
  return data;
}

TEST(NodeShape, nothing_overlaps) {
  for (const Rank ranks : {2, 3, 8, 64, 200}) {
    const NodeShape shape(ranks);
    EXPECT_GE(shape.slots_begin(0), shape.channel(ranks - 1, ranks - 1) + sizeof(NodeChannel));
    EXPECT_GE(shape.channel(0, 0), shape.progress(ranks - 1) + sizeof(NodeProgress));
    const std::size_t last = shape.large_slot(0, shape.large_slots - 1) + shape.large_bytes;
    EXPECT_LE(last, shape.handed_slot(0, 0, 0));
    EXPECT_LE(shape.handed_slot(0, 0, 1), shape.handed_slot(0, 1, 0));
    EXPECT_LE(shape.handed_slot(0, 0, 0) + shape.handed_bytes, shape.handed_slot(0, 0, 1));
    EXPECT_LE(shape.handed_slot(0, ranks - 1, HandedSlots::kOfRank - 1) + shape.handed_bytes,
              shape.slots_begin(0) + shape.slots_bytes());
    EXPECT_EQ(shape.handed_slot(1, 0, 1) % kCacheLine, 0U);
    EXPECT_GE(shape.large_slots, static_cast<std::size_t>(ranks));
    EXPECT_EQ(shape.channel(1, 0) % kCacheLine, 0U);
    EXPECT_EQ(shape.large_slot(1, 1) % kCacheLine, 0U);
  }
}

TEST(NodeEndpoint, a_piece_may_be_looked_at_again_before_it_is_released) {
  Memory memory(2);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint receiver = memory.endpoint(1);
  const Rank to = 1;
  for (const Lane lane : {5, 6, 5}) {
    sender.push({&to, 1}, lane, message(100, lane));
  }
  receiver.drain();
  for (const Lane lane : {6, 5, 5}) {
    const NodeEndpoint::Piece first = receiver.poll(0, lane);
    const NodeEndpoint::Piece again = receiver.poll(0, lane);
    ASSERT_NE(first.data, nullptr);
    EXPECT_EQ(first.data, again.data);
    EXPECT_EQ(std::memcmp(again.data, message(100, lane).data(), again.bytes), 0);
    receiver.release(0);
  }
  EXPECT_EQ(receiver.poll(0, 5).data, nullptr);
}

#ifdef __linux__
// Both ranks have to be told apart from those that run elsewhere, or each would keep the core from the other for long.
TEST(NodeEndpoint, ranks_of_one_core_see_it_and_get_their_turns) {
  Memory memory(3);
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  CPU_SET(static_cast<unsigned>(::sched_getcpu()), &allowed);
  constexpr int kMessages = 1000;
  const auto job = [&](Rank me, Rank other) {
    ASSERT_EQ(::sched_setaffinity(0, sizeof allowed, &allowed), 0);
    NodeEndpoint endpoint = memory.endpoint(me);
    const Rank wanted[] = {2, other};
    for (int number = 0; number < kMessages; ++number) {
      endpoint.push({&other, 1}, 0, message(8, number));
      EXPECT_EQ(endpoint.await(other, 0, wanted).bytes, 8U);
      endpoint.release(other);
    }
    EXPECT_EQ(endpoint.own().core.load(), endpoint.progress(other).core.load());
    EXPECT_NE(endpoint.own().core.load(), 0U);
  };
  std::thread first([&] { job(0, 1); });
  std::thread second([&] { job(1, 0); });
  first.join();
  second.join();
}
#endif

TEST(NodeEndpoint, says_when_there_is_no_room) {
  Memory memory(2);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint receiver = memory.endpoint(1);
  const Rank to = 1;
  std::size_t pushed = 0;
  for (; sender.has_room({&to, 1}, 4097); ++pushed) {
    sender.push({&to, 1}, 0, message(4097, 1));
  }
  EXPECT_EQ(pushed, std::min(sender.shape().large_slots, NodeChannel::kEntries));
  (void)received(receiver, 0, 0);
  EXPECT_TRUE(sender.has_room({&to, 1}, 4097));
}

// Where cores are shared they keep to fewer slots than there are; a series of messages that are whole goes before, so
// that they begin anywhere in the ring.
TEST(NodeEndpoint, parts_of_longer_messages_keep_to_few_slots) {
  Memory memory(3);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint receivers[] = {memory.endpoint(1), memory.endpoint(2)};
  const Rank both[] = {1, 2};
  const std::size_t slots = sender.slots_of_streams();
  EXPECT_GE(slots, 6U);
  EXPECT_LT(slots, sender.shape().large_slots);
  for (std::size_t before = 0; before < 3 * slots; ++before) {
    sender.streams(false);
    sender.push(both, 0, message(4097, 1));
    for (NodeEndpoint& receiver : receivers) {
      EXPECT_EQ(received(receiver, 0, 0), message(4097, 1));
    }
    sender.streams(true);
    std::size_t pushed = 0;
    for (; sender.has_room(both, 5000); ++pushed) {
      sender.push(both, 0, message(5000, static_cast<int>(pushed)));
    }
    EXPECT_GE(pushed, slots);
    EXPECT_LE(pushed, slots + 1);
    for (std::size_t number = 0; number < pushed; ++number) {
      for (NodeEndpoint& receiver : receivers) {
        ASSERT_EQ(received(receiver, 0, 0), message(5000, static_cast<int>(number)));
      }
    }
  }
}

TEST(NodeEndpoint, messages_of_all_sizes_arrive_in_order) {
  constexpr int kMessages = 400;
  Memory memory(2);
  const auto bytes_of = [&](int number) {
    constexpr std::size_t kSizes[] = {1, 47, 48, 49, 4096, 4097, 30000};
    return kSizes[number % 7];
  };
  std::thread sender([&] {
    NodeEndpoint endpoint = memory.endpoint(0);
    const Rank to = 1;
    for (int number = 0; number < kMessages; ++number) {
      endpoint.push({&to, 1}, 0, message(bytes_of(number), number));
    }
  });
  NodeEndpoint endpoint = memory.endpoint(1);
  for (int number = 0; number < kMessages; ++number) {
    ASSERT_EQ(received(endpoint, 0, 0), message(bytes_of(number), number)) << number;
  }
  sender.join();
}

// 8 MiB: all manners of writing are tried. Two readers, of which one comes late, and parts of longer messages between.
TEST(NodeEndpoint, messages_that_share_slots_keep_their_bytes) {
  constexpr int kMessages = 500;
  Memory memory(3);
  const auto bytes_of = [](int number) {
    constexpr std::size_t kSizes[] = {4100, 9000, 16384, 30001, 65536, 5000, 12288};
    return kSizes[number % 7];
  };
  const auto is_part = [](int number) { return number % 50 > 46; };
  std::thread sender([&] {
    NodeEndpoint endpoint = memory.endpoint(0);
    const Rank both[] = {1, 2};
    for (int number = 0; number < kMessages; ++number) {
      endpoint.streams(is_part(number));
      endpoint.push(both, 0, message(bytes_of(number), number));
    }
  });
  const auto read = [&](Rank me, int every) {
    NodeEndpoint endpoint = memory.endpoint(me);
    for (int number = 0; number < kMessages; ++number) {
      if (every > 0 && number % every == 0) {
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      EXPECT_EQ(received(endpoint, 0, 0), message(bytes_of(number), number)) << me << ' ' << number;
    }
  };
  std::thread late([&] { read(1, 20); });
  read(2, 0);
  late.join();
  sender.join();
}

// Each side has bursts of its own, so that slots pile up on one side and run out on the other.
TEST(NodeEndpoint, slots_go_to_and_fro) {
  constexpr int kMessages = 3000;
  Memory memory(2);
  const auto bytes_of = [](int number) { return static_cast<std::size_t>(number % 5 == 0 ? 65536 : 49 + number % 97); };
  const auto both = [&](Rank me) {
    NodeEndpoint endpoint = memory.endpoint(me);
    const Rank peer = 1 - me;
    int sent = 0;
    for (int number = 0; number < kMessages; ++number) {
      const int ahead = 1 + (number * 7 + 3 * me) % 11;
      for (; sent < std::min(number + ahead, kMessages); ++sent) {
        endpoint.push({&peer, 1}, 0, message(bytes_of(sent), sent + me));
      }
      ASSERT_EQ(received(endpoint, peer, 0), message(bytes_of(number), number + peer)) << me << ' ' << number;
    }
  };
  std::thread other([&] { both(1); });
  both(0);
  other.join();
}

TEST(NodeEndpoint, who_has_read_a_slot_sends_in_it) {
  Memory memory(2);
  NodeEndpoint first = memory.endpoint(0);
  NodeEndpoint second = memory.endpoint(1);
  const Rank zero = 0;
  const Rank one = 1;
  for (const bool drains : {false, true}) {
    first.push({&one, 1}, 0, message(5000, 1));
    const std::byte* there = second.poll(0, 0).data;
    if (drains) {
      second.drain();
    }
    EXPECT_EQ(received(second, 0, 0), message(5000, 1));
    second.push({&zero, 1}, 0, message(100, 2));
    EXPECT_EQ(first.poll(1, 0).data, there);
    EXPECT_EQ(received(first, 1, 0), message(100, 2));
  }
}

// What several read stays the sender's.
TEST(NodeEndpoint, one_message_for_several) {
  Memory memory(3);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint first = memory.endpoint(1);
  NodeEndpoint second = memory.endpoint(2);
  const Rank both[] = {1, 2};
  for (const std::size_t bytes : {10U, 10000U}) {
    sender.push(both, 0, message(bytes, 3));
    EXPECT_EQ(received(first, 0, 0), message(bytes, 3));
    EXPECT_EQ(received(second, 0, 0), message(bytes, 3));
  }
}

TEST(NodeEndpoint, lanes_do_not_wait_for_each_other) {
  Memory memory(2);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint receiver = memory.endpoint(1);
  const Rank to = 1;
  for (const Lane lane : {0, 5, 0, 5}) {
    sender.push({&to, 1}, lane, message(100, lane));
  }
  EXPECT_EQ(received(receiver, 0, 5), message(100, 5));
  EXPECT_EQ(received(receiver, 0, 5), message(100, 5));
  EXPECT_EQ(received(receiver, 0, 0), message(100, 0));
  EXPECT_EQ(received(receiver, 0, 0), message(100, 0));
  EXPECT_EQ(receiver.poll(0, 0).data, nullptr);
}

TEST(NodeEndpoint, without_room_nothing_is_lost) {
  Memory memory(2);
  NodeEndpoint sender = memory.endpoint(0);
  NodeEndpoint receiver = memory.endpoint(1);
  int sent = 0;
  while (sender.try_push(1, 0, message(20000, sent))) {
    ++sent;
  }
  EXPECT_GE(sent, 4);
  receiver.drain();
  EXPECT_TRUE(sender.try_push(1, 0, message(20000, sent)));
  for (int number = 0; number <= sent; ++number) {
    EXPECT_EQ(received(receiver, 0, 0), message(20000, number));
  }
}

TEST(NodeEndpoint, whoever_waits_too_long_says_so) {
  Memory memory(2);
  NodeEndpoint endpoint = memory.endpoint(0, std::chrono::milliseconds(20));
  EXPECT_THROW((void)endpoint.await(1, 0), Error);
}

}  // namespace

}  // namespace ringwood
