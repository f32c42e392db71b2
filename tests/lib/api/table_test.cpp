// RINGWOOD_TABLE: what rank 0's table says is what all ranks run.

#include <sys/stat.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "ringwood/error.hpp"
#include "ringwood/mpi/communicator.hpp"
#include "tests/lib/api/mpi_main.hpp"

namespace ringwood {

namespace {

/// A file of rank 0 only: other ranks name one that is not there.
class TableOfRankZero {
 public:
  explicit TableOfRankZero(const std::string& text) {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    if (rank == 0) {
      char name[] = "/tmp/ringwood-table-XXXXXX";
      const int file = mkstemp(name);
      EXPECT_GE(file, 0);
      path_ = name;
      std::ofstream(path_) << text;
    }
    setenv("RINGWOOD_TABLE", rank == 0 ? path_.c_str() : "/nonexistent/table", 1);
  }

  ~TableOfRankZero() {
    unsetenv("RINGWOOD_TABLE");
    if (!path_.empty()) {
      std::remove(path_.c_str());
    }
  }

  void let_everybody_write() const {
    if (!path_.empty()) {
      EXPECT_EQ(chmod(path_.c_str(), S_IRUSR | S_IWUSR | S_IWOTH), 0);
    }
  }

  TableOfRankZero(const TableOfRankZero&) = delete;
  TableOfRankZero& operator=(const TableOfRankZero&) = delete;

 private:
  std::string path_;
};

/// A communicator of its own, since what is known of one is kept.
class Duplicate {
 public:
  Duplicate() { MPI_Comm_dup(MPI_COMM_WORLD, &handle_); }

  ~Duplicate() { MPI_Comm_free(&handle_); }

  Duplicate(const Duplicate&) = delete;
  Duplicate& operator=(const Duplicate&) = delete;

  [[nodiscard]] MPI_Comm handle() const { return handle_; }

 private:
  MPI_Comm handle_ = MPI_COMM_NULL;
};

std::string algorithm_for(Communicator& communicator, std::size_t elements, std::string_view wanted = {}) {
  const Reduction sum = built_in_reduction(ElementType::kInt32, ReduceOperator::kSum).value();
  CollectiveCall call;
  call.collective = Collective::kAllreduce;
  call.elements = elements;
  call.element_size = 4;
  call.reduction = &sum;
  call.in_place = true;
  call.algorithm = wanted;
  return communicator.algorithm_for(call);
}

TEST(Table, of_rank_zero_decides_for_all_by_size) {
  const TableOfRankZero table(
      R"({"schema": "ringwood.decisions/1", "collectives": [{"collective": "allreduce", "rules": [
    {"ranks": [1, null], "bytes": [0, 1023], "algorithm": "binomial"},
    {"ranks": [1, null], "bytes": [1024, 65535], "algorithm": "ring"},
    {"ranks": [1, null], "bytes": [65536, null], "algorithm": "native"}]}]})");
  const Duplicate duplicate;
  Communicator communicator(duplicate.handle());
  EXPECT_EQ(algorithm_for(communicator, 255), "binomial");
  EXPECT_EQ(algorithm_for(communicator, 256), "ring");
  EXPECT_EQ(algorithm_for(communicator, 16384), "native");
  EXPECT_EQ(algorithm_for(communicator, 256, "two-shot"), "two-shot");
}

TEST(Table, gives_way_where_it_has_nothing_that_can) {
  const TableOfRankZero table(
      R"({"schema": "ringwood.decisions/1", "collectives": [{"collective": "allreduce", "rules": [
    {"ranks": [1000000, null], "bytes": [0, null], "algorithm": "ring"}]}]})");
  const Duplicate duplicate;
  Communicator communicator(duplicate.handle());
  EXPECT_FALSE(algorithm_for(communicator, 4).empty());
}

TEST(Table, that_everybody_may_write_is_refused_on_all_ranks) {
  const TableOfRankZero table(R"({"schema": "ringwood.decisions/1", "collectives": []})");
  const auto refusal = [] {
    const Duplicate duplicate;
    Communicator communicator(duplicate.handle());
    try {
      static_cast<void>(algorithm_for(communicator, 4));
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(refusal(), "");
  table.let_everybody_write();
  EXPECT_NE(refusal().find("can be written by everybody"), std::string::npos);
}

TEST(Table, that_is_corrupt_is_an_error_with_its_place_on_all_ranks) {
  const TableOfRankZero table("{\"schema\": \"ringwood.decisions/1\",\n \"collectives\": [{]}");
  const Duplicate duplicate;
  Communicator communicator(duplicate.handle());
  try {
    static_cast<void>(algorithm_for(communicator, 4));
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("RINGWOOD_TABLE="), std::string::npos) << message;
    EXPECT_NE(message.find(":2:19: "), std::string::npos) << message;
  }
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
