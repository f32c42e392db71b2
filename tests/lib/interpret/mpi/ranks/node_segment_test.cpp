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

/// Every rank sends to the next one.
void send_around(NodeEndpoint& endpoint, std::span<const std::byte> data) {
  const Rank ranks = endpoint.shape().ranks;
  const Rank next = (endpoint.rank() + 1) % ranks;
  const Rank previous = (endpoint.rank() + ranks - 1) % ranks;
  endpoint.push({&next, 1}, 0, data);
  const NodeEndpoint::Piece piece = endpoint.await(previous, 0);
  EXPECT_TRUE(std::equal(data.begin(), data.end(), piece.data, piece.data + piece.bytes));
  endpoint.release(previous);
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
  send_around(endpoint, std::span(data).first(1000));
  EXPECT_LT(segment.pages(), all / 10);
  send_around(endpoint, std::span(data).first(5000));
  EXPECT_LT(segment.pages(), all / 2);
  endpoint.streams(true);
  send_around(endpoint, data);
  EXPECT_GT(segment.pages(), all - all / 10);
}

TEST(NodeSegment, only_the_first_message_of_a_ring_waits_for_memory) {
  const Segment segment;
  if (segment.memory == nullptr || segment.memory->waiting().shape.ranks < 2) {
    GTEST_SKIP() << "one rank";
  }
  const NodeSegment::Area& area = segment.memory->waiting();
  NodeEndpoint endpoint(area.memory, area.shape, segment.me, {.timeout = std::chrono::seconds(30)});
  const std::vector<std::byte> data(area.shape.large_bytes, std::byte{7});
  for (const bool streams : {true, false}) {
    endpoint.streams(streams);
    send_around(endpoint, data);
    const long before = faults();
    // Not so many that another ring is tried.
    const std::size_t more = streams ? area.shape.large_slots : area.shape.large_slots / 4;
    for (std::size_t slot = 0; slot < more; ++slot) {
      send_around(endpoint, data);
    }
    EXPECT_LT(faults() - before, 16);
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
