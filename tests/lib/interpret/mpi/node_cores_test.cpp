// Where ranks say that they run, and who moves. The other ranks are only what this one reads of them.

#include "interpret/mpi/node_cores.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <thread>

#ifdef __linux__
#include <sched.h>
#include <unistd.h>

namespace ringwood {

namespace {

constexpr Rank kRanks = 4;
constexpr Rank kMe = 1;
constexpr int kMoreThanALook = 20;

/// In a thread of its own, whose binding is nobody else's.
template <typename Work>
void in_thread(Work work) {
  std::thread(work).join();
}

cpu_set_t allowed_now() {
  cpu_set_t allowed;
  EXPECT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  return allowed;
}

bool may_run_everywhere() {
  const cpu_set_t allowed = allowed_now();
  return CPU_COUNT(&allowed) > 1 && CPU_COUNT(&allowed) == sysconf(_SC_NPROCESSORS_ONLN);
}

class Node {
 public:
  Node() : memory_(new (std::align_val_t{4096}) std::byte[shape_.channel(0, 0)]) {
    std::memset(memory_.get(), 0, shape_.channel(0, 0));
  }

  [[nodiscard]] NodeCores cores() { return {memory_.get(), shape_, kMe}; }

  [[nodiscard]] std::uint32_t core(Rank rank) { return progress(rank).core.load(); }

  void others_are_on(std::uint32_t core) {
    for (Rank rank = 0; rank < kRanks; ++rank) {
      if (rank != kMe) {
        progress(rank).core.store(core);
      }
    }
  }

  void is_on(Rank rank, std::uint32_t core) { progress(rank).core.store(core); }

 private:
  struct Free {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t{4096}); }
  };

  NodeProgress& progress(Rank rank) { return *reinterpret_cast<NodeProgress*>(memory_.get() + shape_.progress(rank)); }

  NodeShape shape_{kRanks};
  std::unique_ptr<std::byte[], Free> memory_;
};

void give_up_core_often(NodeCores& cores) {
  for (int turn = 0; turn < kMoreThanALook; ++turn) {
    cores.spread();
  }
}

void bind_to(std::uint32_t core) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core - 1, &one);
  ASSERT_EQ(::sched_setaffinity(0, sizeof one, &one), 0);
}

void free_again(const cpu_set_t& before) {
  ASSERT_EQ(::sched_setaffinity(0, sizeof before, &before), 0);
}

TEST(NodeCores, says_where_this_rank_is) {
  in_thread([] {
    const auto here = static_cast<std::uint32_t>(::sched_getcpu() + 1);
    bind_to(here);
    Node node;
    const NodeCores cores = node.cores();
    EXPECT_EQ(node.core(kMe), here);
    node.is_on(0, here);
    node.is_on(2, here + 1);
    EXPECT_TRUE(cores.shared_with(0));
    EXPECT_FALSE(cores.shared_with(2));
    EXPECT_FALSE(cores.shared_with(3)) << "that has not said anything yet";
  });
}

/// This rank starts on some core, with others there as `place` says; where it ends, and where it began.
template <typename Place>
std::pair<std::uint32_t, std::uint32_t> moved(Place place) {
  std::pair<std::uint32_t, std::uint32_t> result;
  in_thread([&] {
    const cpu_set_t before = allowed_now();
    const auto here = static_cast<std::uint32_t>(::sched_getcpu() + 1);
    bind_to(here);
    Node node;
    NodeCores cores = node.cores();
    free_again(before);
    place(node, here);
    give_up_core_often(cores);
    const cpu_set_t after = allowed_now();
    EXPECT_TRUE(CPU_EQUAL(&before, &after));
    result = {here, node.core(kMe)};
  });
  return result;
}

TEST(NodeCores, the_lowest_rank_of_a_crowded_core_moves_and_stays_free) {
  if (!may_run_everywhere()) {
    GTEST_SKIP() << "this process is bound, or there is one core";
  }
  const auto [from, to] = moved([](Node& node, std::uint32_t here) {
    node.others_are_on(here);
    node.is_on(0, here == 1 ? 2 : 1);  // on the only other core, or one of many
  });
  EXPECT_NE(from, to);
}

TEST(NodeCores, others_of_a_crowded_core_stay) {
  if (!may_run_everywhere()) {
    GTEST_SKIP() << "this process is bound, or there is one core";
  }
  const auto [from, to] = moved([](Node& node, std::uint32_t here) { node.others_are_on(here); });
  EXPECT_EQ(from, to) << "rank 0 is there too";
  const auto [before, after] = moved([](Node& node, std::uint32_t here) {
    node.others_are_on(here);
    node.is_on(0, 0);
  });
  EXPECT_EQ(before, after) << "rank 0 has not said where it is";
}

TEST(NodeCores, who_is_bound_stays) {
  in_thread([] {
    if (!may_run_everywhere()) {
      GTEST_SKIP() << "this process is bound, or there is one core";
    }
    const auto here = static_cast<std::uint32_t>(::sched_getcpu() + 1);
    bind_to(here);
    Node node;
    NodeCores cores = node.cores();
    node.others_are_on(here);
    node.is_on(0, here == 1 ? 2 : 1);
    give_up_core_often(cores);
    EXPECT_EQ(node.core(kMe), here);
    const cpu_set_t after = allowed_now();
    EXPECT_EQ(CPU_COUNT(&after), 1);
  });
}

}  // namespace

}  // namespace ringwood

#endif
