// Results past the caches and to several places: every byte, and none beside them.

#include "base/streaming.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <vector>

namespace ringwood {

namespace {

constexpr std::byte kUntouched{0x5A};

/// As large as an element is: adds byte by byte.
struct Wide {
  std::size_t size;
};

void add_bytes(const std::byte* left, const std::byte* right, std::byte* result, std::size_t count,
               const void* context) {
  const std::size_t bytes = count * static_cast<const Wide*>(context)->size;
  for (std::size_t i = 0; i < bytes; ++i) {
    result[i] = static_cast<std::byte>(std::to_integer<int>(left[i]) + std::to_integer<int>(right[i]));
  }
}

/// Memory of so many bytes at any place of a line, and what surrounds them.
class Place {
 public:
  Place(std::size_t bytes, std::size_t offset) : memory_(bytes + 256, kUntouched), bytes_(bytes) {
    const std::size_t misaligned = reinterpret_cast<std::uintptr_t>(memory_.data()) % 64;
    begin_ = 64 + (64 - misaligned) % 64 + offset;
  }

  std::byte* data() { return memory_.data() + begin_; }

  [[nodiscard]] bool surroundings_are_untouched() const {
    for (std::size_t i = 0; i < memory_.size(); ++i) {
      if ((i < begin_ || i >= begin_ + bytes_) && memory_[i] != kUntouched) {
        return false;
      }
    }
    return true;
  }

 private:
  std::vector<std::byte> memory_;
  std::size_t bytes_;
  std::size_t begin_ = 0;
};

struct Case {
  std::size_t element;
  std::size_t count;
  std::array<bool, 2> past_cache;
  std::array<std::size_t, 2> offsets;
  bool in_place;
};

void check(const Case& one) {
  Wide wide{one.element};
  const Reduction reduction{
      .apply = add_bytes, .context = &wide, .element_size = static_cast<Bytes>(one.element), .commutative = true};
  const std::size_t bytes = one.element * one.count;
  Place right(bytes, 3);
  Place first(bytes, one.offsets[0]);
  Place second(bytes, one.offsets[1]);
  Place separate(bytes, 5);
  std::byte* const left = one.in_place ? second.data() : separate.data();
  std::vector<std::byte> expected(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    left[i] = static_cast<std::byte>(i * 7);
    right.data()[i] = static_cast<std::byte>(i / 64);
    expected[i] = static_cast<std::byte>(i * 7 + i / 64);
  }
  const std::array targets{Target{first.data(), one.past_cache[0]}, Target{second.data(), one.past_cache[1]}};
  reduce_to(reduction, left, right.data(), targets, bytes);
  settle_streams();
  for (Place* place : {&first, &second}) {
    EXPECT_EQ(std::memcmp(place->data(), expected.data(), bytes), 0);
    EXPECT_TRUE(place->surroundings_are_untouched());
  }
}

TEST(Streaming, a_result_goes_to_two_places) {
  for (const std::size_t element : {1U, 3U, 4U, 8U, 16U, 700U, 1500U, 5000U}) {
    for (const std::size_t bytes : {std::size_t{1}, std::size_t{63}, std::size_t{1024}, std::size_t{9001}}) {
      for (int flags = 0; flags < 8; ++flags) {
        for (const std::array<std::size_t, 2> offsets : {std::array<std::size_t, 2>{0, 0}, {0, 16}, {48, 1}}) {
          SCOPED_TRACE(testing::Message() << element << ", " << bytes << ", " << flags << ", " << offsets[1]);
          check({element,
                 (bytes + element - 1) / element,
                 {(flags & 1) != 0, (flags & 2) != 0},
                 offsets,
                 (flags & 4) != 0});
        }
      }
    }
  }
}

TEST(Streaming, one_place_past_the_caches_is_one_of_the_operands) {
  Wide wide{4};
  const Reduction reduction{.apply = add_bytes, .context = &wide, .element_size = 4, .commutative = true};
  Place both(20000, 20);
  Place right(20000, 0);
  std::memset(both.data(), 3, 20000);
  std::memset(right.data(), 4, 20000);
  reduce_past_cache(reduction, both.data(), right.data(), both.data(), 20000);
  settle_streams();
  for (std::size_t i = 0; i < 20000; ++i) {
    ASSERT_EQ(both.data()[i], std::byte{7}) << i;
  }
  EXPECT_TRUE(both.surroundings_are_untouched());
}

TEST(Streaming, nothing_is_nothing) {
  Wide wide{4};
  const Reduction reduction{.apply = add_bytes, .context = &wide, .element_size = 4, .commutative = true};
  Place none(0, 0);
  const Target target{none.data(), true};
  reduce_to(reduction, none.data(), none.data(), {&target, 1}, 0);
  copy_past_cache(none.data(), none.data(), 0);
  EXPECT_TRUE(none.surroundings_are_untouched());
}

}  // namespace

}  // namespace ringwood
