// Every algorithm of the catalogue, and MPI's own, over MPI with real bytes: the contract of each collective is kept
// for all sizes, in place or not, for operations that commute and one that does not.

#include "tests/lib/api/mpi_case.hpp"
#include "tests/lib/api/mpi_main.hpp"

#include "algorithms/catalogue.hpp"
#include "ringwood/schedule.hpp"

namespace ringwood {

namespace {

class OverMpi : public testing::Test {
 protected:
  /// A kind that commutes, another one each time.
  const Kind& next_commutative() { return commutative_[next_++ % commutative_.size()]; }

  void run(const Kind& kind, CollectiveCall call) {
    const auto ranks = static_cast<std::size_t>(world_.size());
    if (call.collective == Collective::kAlltoall && call.algorithm == "native" &&
        call.elements % (ranks * ranks) != 0) {
      call.in_place = false;  // MPI has no such thing
    }
    if (call.collective == Collective::kReduce && call.algorithm == "native" && call.root != 0) {
      call.in_place = false;  // MPICH 4.0 crashes (pmodels/mpich#6540)
    }
    MpiCase(kind, call, world_.rank(), world_.size()).run(world_);
  }

  /// All sizes, in place or not; each with the kinds that the algorithm takes.
  void run_all(Collective collective, const std::string& algorithm, bool commutative_only) {
    const auto ranks = static_cast<std::size_t>(world_.size());
    for (const std::size_t elements :
         {std::size_t{0}, std::size_t{1}, ranks - 1, ranks, ranks + 1, std::size_t{1000}}) {
      for (const bool in_place : {false, true}) {
        const Rank root = static_cast<Rank>(next_ % ranks);
        const CollectiveCall call{
            .collective = collective, .in_place = in_place, .elements = elements, .root = root, .algorithm = algorithm};
        run(next_commutative(), call);
        if (!commutative_only) {
          run(matrices_, call);
        }
      }
    }
    // Above the eager limits: messages of a rendezvous.
    run(next_commutative(),
        {.collective = collective, .in_place = next_ % 2 == 0, .elements = 76'801, .algorithm = algorithm});
  }

  static std::vector<std::vector<std::size_t>> count_lists(std::size_t ranks) {
    std::vector<std::vector<std::size_t>> lists(3);
    for (std::size_t rank = 0; rank < ranks; ++rank) {
      lists[0].push_back(rank * 37 % 5);
      lists[1].push_back(rank == ranks / 2 ? 211 : 0);
      lists[2].push_back(rank % 2 == 0 ? 0 : 40 + rank);
    }
    return lists;
  }

  Communicator world_{MPI_COMM_WORLD};
  std::vector<Kind> commutative_{sum_of<std::int32_t>(), sum_of<double>(), sum_of<std::uint8_t>()};
  Kind matrices_ = matrix_product();
  std::size_t next_ = 0;
};

TEST_F(OverMpi, contracts_are_kept) {
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (why_not(*algorithm, {.ranks = world_.size()}).empty()) {
      run_all(algorithm->collective, std::string(algorithm->name), algorithm->needs.commutative);
    }
  }
}

TEST_F(OverMpi, the_same_by_the_library_itself) {
  for (const Collective collective : kAllCollectives) {
    run_all(collective, "native", true);
  }
}

TEST_F(OverMpi, the_same_by_the_first_choice) {
  for (const Collective collective : kAllCollectives) {
    run_all(collective, "", false);
  }
}

TEST_F(OverMpi, one_count_a_rank) {
  const auto lists = count_lists(static_cast<std::size_t>(world_.size()));
  for (const Algorithm* algorithm : built_in_catalogue()) {
    const Collective collective = algorithm->collective;
    if ((collective != Collective::kReduceScatter && collective != Collective::kAllgather) ||
        !why_not(*algorithm, {.ranks = world_.size()}).empty()) {
      continue;
    }
    for (const auto& counts : lists) {
      std::size_t elements = 0;
      for (const std::size_t count : counts) {
        elements += count;
      }
      for (const bool in_place : {false, true}) {
        CollectiveCall call{.collective = collective, .in_place = in_place, .elements = elements, .counts = counts};
        run(next_commutative(), (call.algorithm = "native", call));
        run(next_commutative(), (call.algorithm = algorithm->name, call));
        if (!algorithm->needs.commutative) {
          run(matrices_, call);
        }
      }
    }
  }
}

TEST_F(OverMpi, those_that_need_to_commute_refuse_what_does_not) {
  Matrix value{};
  for (const Algorithm* algorithm : built_in_catalogue()) {
    if (!algorithm->needs.commutative || !why_not(*algorithm, {.ranks = world_.size()}).empty()) {
      continue;
    }
    ByteVector in(sizeof value * static_cast<std::size_t>(world_.size()));
    ByteVector out(in.size());
    const CollectiveCall call{.collective = algorithm->collective,
                              .send = in.data(),
                              .receive = out.data(),
                              .elements = static_cast<std::size_t>(world_.size()),
                              .element_size = sizeof value,
                              .reduction = &matrices_.reduction,
                              .algorithm = algorithm->name};
    try {
      world_.run(call);
      ADD_FAILURE() << algorithm->name << " took an operation that does not commute";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::kUsage);
      EXPECT_NE(std::string(error.what()).find(algorithm->name), std::string::npos) << error.what();
    }
  }
}

TEST_F(OverMpi, expressions_are_taken_where_names_are) {
  for (const char* expression :
       {"lanes(2, ring)", "lanes(3, circulant)", "then(circulant, bruck)", "then(ring, ring)"}) {
    run_all(Collective::kAllreduce, expression, true);
  }
  run_all(Collective::kAllgather, "lanes(2, ring)", true);
  run_all(Collective::kReduceScatter, "lanes(2, circulant)", true);
  run_all(Collective::kAllreduce, "hier(node=ring, network=ring)", true);
}

TEST_F(OverMpi, a_placement_can_be_given) {
  MPI_Comm other = MPI_COMM_NULL;
  MPI_Comm_dup(MPI_COMM_WORLD, &other);
  {
    Communicator pairs(other);
    Placement::Level nodes{.name = "node", .group_of = {}};
    for (Rank rank = 0; rank < pairs.size(); ++rank) {
      nodes.group_of.push_back(rank / 2);
    }
    pairs.place(Placement({nodes}));
    EXPECT_THROW(pairs.place(Placement({{.name = "node", .group_of = std::vector<Rank>(1000)}})), Error);
    for (const std::size_t elements : {0U, 1U, 9U, 1000U}) {
      const CollectiveCall call{.elements = elements, .algorithm = "hier(node=ring, network=ring)"};
      MpiCase(commutative_[0], call, pairs.rank(), pairs.size()).run(pairs);
    }
  }
  MPI_Comm_free(&other);
}

}  // namespace

}  // namespace ringwood

int main(int argc, char** argv) {
  return ringwood::run_mpi_tests(argc, argv);
}
