// How much memory the ranks of a node share, and when it is taken.

#include "interpret/mpi/node_segment.hpp"

#include <gtest/gtest.h>
#include <mpi.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <algorithm>
#include <vector>

#include "interpret/mpi/node_endpoint.hpp"
#include "interpret/mpi/shared_pages.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

constexpr std::size_t kPage = 4096;

/// Pages that exist, whoever sees them.
std::size_t pages_of(const NodeSegment::Area& area) {
  std::vector<unsigned char> exists((area.memory.size() + kPage - 1) / kPage);
  EXPECT_EQ(::mincore(area.memory.data(), area.memory.size(), exists.data()), 0);
  return static_cast<std::size_t>(std::ranges::count_if(exists, [](unsigned char one) { return (one & 1U) != 0; }));
}

long faults() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

void expect(NodeEndpoint& endpoint, Rank from, std::span<const std::byte> data) {
  const NodeEndpoint::Piece piece = endpoint.await(from, 0);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), piece.data, piece.data + piece.bytes));
  endpoint.release(from);
}

/// Rank 0 sends to all others, and hears that they have read it, in no slot. Where there is only one, slots that go to
/// and fro run out first.
void spread(NodeEndpoint& endpoint, std::span<const std::byte> data) {
  std::vector<Rank> others;
  for (Rank rank = 1; rank < endpoint.shape().ranks; ++rank) {
    others.push_back(rank);
  }
  const std::byte answer[] = {std::byte{1}};
  if (endpoint.rank() == 0) {
    endpoint.push(others, 0, data);
    for (const Rank rank : others) {
      expect(endpoint, rank, answer);
    }
  } else {
    const Rank zero = 0;
    expect(endpoint, 0, data);
    endpoint.push({&zero, 1}, 0, answer);
  }
}

void spread_in_slots_that_go_to_and_fro(NodeEndpoint& endpoint) {
  const std::vector<std::byte> data(100, std::byte{3});
  for (std::size_t slot = 0; slot < HandedSlots::kOfRank; ++slot) {
    spread(endpoint, data);
  }
}

/// Rank 0 and the last one.
void swap_with_last(NodeEndpoint& endpoint, std::span<const std::byte> data) {
  const Rank last = endpoint.shape().ranks - 1;
  if (endpoint.rank() == 0 || endpoint.rank() == last) {
    const Rank peer = last - endpoint.rank();
    endpoint.push({&peer, 1}, 0, data);
    expect(endpoint, peer, data);
  }
}

struct Segment {
  Segment() : memory(NodeSegment::create(MPI_COMM_WORLD)) { MPI_Comm_rank(MPI_COMM_WORLD, &me); }

  [[nodiscard]] std::size_t pages() const {
    MPI_Barrier(MPI_COMM_WORLD);
    const std::size_t pages = pages_of(memory->waiting());
    MPI_Barrier(MPI_COMM_WORLD);
    return pages;
  }

  std::unique_ptr<NodeSegment> memory;
  Rank me = 0;
};

TEST(NodeSegment, memory_of_larger_slots_is_taken_when_they_are_used) {
  const Segment segment;
  if (segment.memory == nullptr || segment.memory->waiting().shape.ranks < 2 || !pages_come_on_request()) {
    GTEST_SKIP() << "one rank, or a system without pages on request";
  }
  const NodeSegment::Area& area = segment.memory->waiting();
  const std::size_t all = area.memory.size() / kPage;
  EXPECT_LT(segment.pages(), all / 10);
  NodeEndpoint endpoint(area.memory, area.shape, segment.me, {.timeout = std::chrono::seconds(30)});
  const std::vector<std::byte> data(area.shape.large_bytes, std::byte{7});
  spread_in_slots_that_go_to_and_fro(endpoint);
  spread(endpoint, std::span(data).first(1000));
  const std::size_t before = segment.pages();
  EXPECT_LT(before, all / 10);
  const std::size_t ring = area.shape.large_slots * area.shape.large_bytes / kPage;
  spread(endpoint, std::span(data).first(5000));
  EXPECT_LT(segment.pages(), before + ring / 2);
  endpoint.streams(true);
  spread(endpoint, data);
  EXPECT_GE(segment.pages(), before + ring);
}

TEST(NodeSegment, slots_that_go_to_and_fro_take_what_is_used_of_them) {
  const Segment segment;
  if (segment.memory == nullptr || segment.memory->waiting().shape.ranks < 2 || !pages_come_on_request()) {
    GTEST_SKIP() << "one rank, or a system without pages on request";
  }
  const NodeSegment::Area& area = segment.memory->waiting();
  NodeEndpoint endpoint(area.memory, area.shape, segment.me, {.timeout = std::chrono::seconds(30)});
  const std::vector<std::byte> data(area.shape.handed_bytes, std::byte{7});
  const std::size_t before = segment.pages();
  for (int again = 0; again < 100; ++again) {
    swap_with_last(endpoint, std::span(data).first(100));
  }
  EXPECT_LE(segment.pages(), before + 4 * HandedSlots::kOfRank);
  swap_with_last(endpoint, data);
  const long faults_before = faults();
  for (int again = 0; again < 100; ++again) {
    swap_with_last(endpoint, data);
  }
  // A rank may find its peer's slot before its own has come back, until both have seen all of them.
  EXPECT_LT(faults() - faults_before, static_cast<long>(2 * HandedSlots::kOfRank * (data.size() / kPage + 2)));
  const long faults_then = faults();
  for (int again = 0; again < 100; ++again) {
    swap_with_last(endpoint, data);
  }
  EXPECT_LT(faults() - faults_then, 16);
}

TEST(NodeSegment, only_the_first_message_of_a_ring_waits_for_memory) {
  const Segment segment;
  if (segment.memory == nullptr || segment.memory->waiting().shape.ranks < 2) {
    GTEST_SKIP() << "one rank";
  }
  const NodeSegment::Area& area = segment.memory->waiting();
  NodeEndpoint endpoint(area.memory, area.shape, segment.me, {.timeout = std::chrono::seconds(30)});
  const std::vector<std::byte> data(area.shape.large_bytes, std::byte{7});
  spread_in_slots_that_go_to_and_fro(endpoint);
  for (const bool streams : {true, false}) {
    endpoint.streams(streams);
    spread(endpoint, data);
    const long before = faults();
    // Not so many that another ring is tried.
    const std::size_t more = streams ? area.shape.large_slots : area.shape.large_slots / 4;
    for (std::size_t slot = 0; slot < more; ++slot) {
      spread(endpoint, data);
    }
    EXPECT_LT(faults() - before, 16);
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
