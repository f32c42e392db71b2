#include "schedule/checked_transport.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "ringwood/error.hpp"

namespace ringwood {
namespace {

std::vector<std::byte> random_bytes(std::mt19937& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) {
    byte = static_cast<std::byte>(random());
  }
  return bytes;
}

TEST(Checksum, any_one_bit_changes_it) {
  std::mt19937 random(48);
  for (std::size_t size = 1; size <= 80; ++size) {
    std::vector<std::byte> bytes = random_bytes(random, size);
    const std::uint64_t whole = checksum_of(bytes);
    for (std::size_t bit = 0; bit < 8 * size; ++bit) {
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
      EXPECT_NE(checksum_of(bytes), whole) << "bit " << bit << " of " << size << " bytes";
      bytes[bit / 8] ^= std::byte{1} << (bit % 8);
    }
  }
}

TEST(Checksum, order_and_length_change_it) {
  std::mt19937 random(49);
  const std::vector<std::byte> bytes = random_bytes(random, 256);
  for (std::size_t word = 8; word < bytes.size(); word += 8) {
    std::vector<std::byte> swapped = bytes;
    std::swap_ranges(swapped.begin(), swapped.begin() + 8, swapped.begin() + static_cast<std::ptrdiff_t>(word));
    EXPECT_NE(checksum_of(swapped), checksum_of(bytes));
  }
  const std::vector<std::byte> zeros(100);
  for (std::size_t size = 1; size < zeros.size(); ++size) {
    EXPECT_NE(checksum_of(std::span(zeros).first(size)), checksum_of(std::span(zeros).first(size - 1)));
  }
}

/// What is sent to oneself; each message can be changed on its way. Reports the latest end first.
class Loop final : public Transport {
 public:
  std::int64_t changes = -1;  ///< the first byte of this message

  Ticket start_send(Rank, Lane lane, std::span<const std::byte> data) override {
    std::vector<std::byte> sent(data.begin(), data.end());
    if (messages_++ == changes) {
      sent.front() ^= std::byte{4};
    }
    sent_[lane].push_back(std::move(sent));
    ended_.push_back(next_);
    return next_++;
  }

  Ticket start_receive(Rank, Lane lane, std::span<std::byte> data) override {
    EXPECT_EQ(sent_[lane].front().size(), data.size());
    std::copy(sent_[lane].front().begin(), sent_[lane].front().end(), data.begin());
    sent_[lane].pop_front();
    ended_.push_back(next_);
    return next_++;
  }

  Ticket wait_any() override { return test_any().value(); }

  std::optional<Ticket> test_any() override {
    if (ended_.empty()) {
      return std::nullopt;
    }
    const Ticket ticket = ended_.back();
    ended_.pop_back();
    return ticket;
  }

 private:
  std::map<Lane, std::deque<std::vector<std::byte>>> sent_;
  std::vector<Ticket> ended_;
  std::int64_t messages_ = 0;
  Ticket next_ = 0;
};

/// Two messages of 100 bytes in a lane each, all ends taken; what was received, or what was thrown.
std::string exchange(std::int64_t changes, bool waits) {
  Loop loop;
  loop.changes = changes;
  CheckedTransport transport(loop);
  transport.begin();
  const std::vector<std::byte> first(100, std::byte{1});
  const std::vector<std::byte> second(100, std::byte{2});
  std::vector<std::byte> got_first(100);
  std::vector<std::byte> got_second(100);
  EXPECT_EQ(transport.start_send(7, 0, first), 0U);
  EXPECT_EQ(transport.start_send(7, 1, second), 1U);
  EXPECT_EQ(transport.start_receive(7, 1, got_second), 2U);
  EXPECT_EQ(transport.start_receive(7, 0, got_first), 3U);
  std::vector<Transport::Ticket> ended;
  try {
    for (int i = 0; i < 4; ++i) {
      ended.push_back(waits ? transport.wait_any() : transport.test_any().value());
    }
  } catch (const Error& error) {
    return error.what();
  }
  EXPECT_EQ(ended, (std::vector<Transport::Ticket>{3, 2, 1, 0}));
  EXPECT_FALSE(transport.test_any().has_value());
  return got_first == first && got_second == second ? "right" : "wrong";
}

TEST(CheckedTransport, what_was_changed_on_its_way_is_told) {
  for (const bool waits : {true, false}) {
    EXPECT_EQ(exchange(-1, waits), "right");
    for (std::int64_t message = 0; message < 4; ++message) {  // the checksums too
      EXPECT_EQ(exchange(message, waits),
                "receiving from rank 7: of 100 bytes some are not those that were sent: the checksums differ");
    }
  }
}

}  // namespace
}  // namespace ringwood
