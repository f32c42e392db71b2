#include "interpret/mpi/transport.hpp"

#include <gtest/gtest.h>
#include <mpi.h>

#include <cstring>
#include <numeric>

#include "interpret/mpi/tcp_eager.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {
namespace {

constexpr Bytes kPiece = 64;

struct Ranks {
  Ranks() {
    MPI_Comm_rank(MPI_COMM_WORLD, &me);
    MPI_Comm_size(MPI_COMM_WORLD, &all);
  }

  [[nodiscard]] Rank next() const { return (me + 1) % all; }

  [[nodiscard]] Rank previous() const { return (me + all - 1) % all; }

  int me = 0;
  int all = 1;
};

std::vector<std::byte> message(Rank from, std::size_t index, std::size_t bytes) {
  std::vector<std::byte> data(bytes);
  for (std::size_t i = 0; i < bytes; ++i) {
    data[i] = static_cast<std::byte>(i * 7 + i / 251 + index * 13 + static_cast<std::size_t>(from) * 31);
  }
  return data;
}

/// Sends messages of these sizes around a ring, all on one lane and at once.
void send_around(MpiTransport& transport, const std::vector<std::size_t>& sizes, bool all_at_once) {
  const Ranks ranks;
  std::vector<std::vector<std::byte>> received;
  std::vector<std::vector<std::byte>> sent;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    received.emplace_back(sizes[i]);
    sent.push_back(message(ranks.me, i, sizes[i]));
  }
  transport.begin();
  for (std::vector<std::byte>& data : received) {
    transport.start_receive(ranks.previous(), 0, data);
  }
  for (const std::vector<std::byte>& data : sent) {
    transport.start_send(ranks.next(), 0, data);
  }
  if (all_at_once) {
    transport.wait_all(static_cast<std::uint32_t>(2 * sizes.size()));
  } else {
    std::vector<int> ended(2 * sizes.size());
    for (std::size_t i = 0; i < ended.size(); ++i) {
      ++ended[transport.wait_any()];
    }
    EXPECT_EQ(ended, std::vector<int>(ended.size(), 1));
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    EXPECT_EQ(received[i], message(ranks.previous(), i, sizes[i])) << "message " << i;
  }
}

const std::vector<std::size_t> kSizes{1,     63,      64,          65,      129, 64 * MpiTransport::kBlockPieces,
                                      40000, 64 * 64, 64 * 64 + 1, 100'001, 5,   30000};

TEST(MpiTransport, PiecesOfOneLaneStayInOrder) {
  for (const Waiting waiting : {Waiting::kSpin, Waiting::kYield}) {
    MpiTransport transport(MPI_COMM_WORLD, waiting, kPiece);
    send_around(transport, kSizes, true);
    send_around(transport, kSizes, false);
    send_around(transport, kSizes, true);
  }
}

TEST(MpiTransport, WholeMessagesWhereTheyMayBeLong) {
  MpiTransport transport(MPI_COMM_WORLD, Waiting::kYield);
  send_around(transport, kSizes, true);
}

// A rank that is late is not buried: whoever sends a long message waits for it after some blocks.
TEST(MpiTransport, ALongMessageWaitsForItsReceiver) {
  const Ranks ranks;
  if (ranks.all < 2) {
    GTEST_SKIP() << "needs two ranks";
  }
  constexpr std::size_t kBytes = 64 * 1000;
  MpiTransport transport(MPI_COMM_WORLD, Waiting::kYield, kPiece);
  transport.begin();
  if (ranks.me == 0) {
    const std::vector<std::byte> data = message(0, 0, kBytes);
    transport.start_send(1, 0, data);
    for (int looks = 0; looks < 2000; ++looks) {
      EXPECT_FALSE(transport.test_any().has_value()) << "sent, though nobody has received";
    }
    int unused = 0;
    MPI_Send(&unused, 1, MPI_INT, 1, 1, MPI_COMM_WORLD);
    transport.wait_all(1);
  } else if (ranks.me == 1) {
    int unused = 0;
    MPI_Recv(&unused, 1, MPI_INT, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
    std::vector<std::byte> data(kBytes);
    transport.start_receive(0, 0, data);
    transport.wait_all(1);
    EXPECT_EQ(data, message(0, 0, kBytes));
  }
  MPI_Barrier(MPI_COMM_WORLD);
}

TEST(MpiTransport, WhatIsAbandonedIsNoLongerWritten) {
  const Ranks ranks;
  MpiTransport transport(MPI_COMM_WORLD, Waiting::kYield, kPiece);
  transport.begin();
  std::vector<std::byte> data(64 * 1000);
  transport.start_receive(ranks.previous(), 7, data);
  EXPECT_TRUE(transport.abandon());
  MPI_Barrier(MPI_COMM_WORLD);
  send_around(transport, {100'000}, true);
}

TEST(TcpEager, IsAMessageThatFitsOrNothing) {
  const Bytes bytes = tcp_eager_bytes();
  EXPECT_GE(bytes, 0);
  EXPECT_LT(bytes, Bytes{1} << 31U);
  EXPECT_EQ(bytes, tcp_eager_bytes());
}

}  // namespace
}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
