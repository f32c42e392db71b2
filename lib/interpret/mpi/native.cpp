#include "interpret/mpi/native.hpp"

#include <limits>
#include <string>
#include <vector>

#include "interpret/mpi/mpi_error.hpp"
#include "ringwood/layout.hpp"

namespace ringwood {

namespace {

int to_int(std::size_t count) {
  if (count > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
    throw Error(ErrorKind::kUsage, "native collectives take at most 2147483647 elements, not " + std::to_string(count));
  }
  return static_cast<int>(count);
}

struct Counts {
  std::vector<int> counts;
  std::vector<int> starts;
};

/// One native collective on its way: sizes as MPI wants them.
class NativeCall {
 public:
  NativeCall(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks)
      : call_(call), communicator_(communicator), me_(me), ranks_(ranks) {
    if (call.type == MPI_DATATYPE_NULL) {
      type_ = MPI_BYTE;
      unit_ = static_cast<std::size_t>(call.element_size);
    } else {
      type_ = call.type;
    }
  }

  int allreduce() const {
    check_reduction();
    return PMPI_Allreduce(input(true), call_.receive, whole(), type_, call_.op, communicator_);
  }

  int reduce_scatter() const {
    check_reduction();
    if (is_equal()) {
      return PMPI_Reduce_scatter_block(input(true), call_.receive, equal(), type_, call_.op, communicator_);
    }
    return PMPI_Reduce_scatter(input(true), call_.receive, blocks().counts.data(), type_, call_.op, communicator_);
  }

  int allgather() const {
    if (is_equal()) {
      return PMPI_Allgather(input(true), equal(), type_, call_.receive, equal(), type_, communicator_);
    }
    const Counts all = blocks();
    return PMPI_Allgatherv(input(true), all.counts[index(me_)], type_, call_.receive, all.counts.data(),
                           all.starts.data(), type_, communicator_);
  }

  int broadcast() const { return PMPI_Bcast(call_.receive, whole(), type_, call_.root, communicator_); }

  int reduce() const {
    check_reduction();
    return PMPI_Reduce(input(is_root()), call_.receive, whole(), type_, call_.op, call_.root, communicator_);
  }

  int gather() const {
    const Counts all = blocks();
    return PMPI_Gatherv(input(is_root()), all.counts[index(me_)], type_, call_.receive, all.counts.data(),
                        all.starts.data(), type_, call_.root, communicator_);
  }

  int scatter() const {
    const Counts all = blocks();
    void* result = call_.in_place && is_root() ? MPI_IN_PLACE : call_.receive;
    return PMPI_Scatterv(call_.send, all.counts.data(), all.starts.data(), type_, result, all.counts[index(me_)], type_,
                         call_.root, communicator_);
  }

  int alltoall() const {
    const Chunk pairs = Chunk{ranks_} * ranks_;
    if (call_.in_place && call_.elements % static_cast<std::size_t>(pairs) != 0) {
      throw Error(ErrorKind::kUsage, "a native alltoall in place needs equal blocks; " +
                                         std::to_string(call_.elements) + " elements are none for " +
                                         std::to_string(pairs) + " pairs of ranks");
    }
    const Layout layout = Layout::equal(static_cast<Bytes>(call_.elements), static_cast<Bytes>(unit_), pairs, pairs);
    Counts out;
    Counts in;
    for (Rank other = 0; other < ranks_; ++other) {
      append(out, layout.bytes({Chunk{me_} * ranks_ + other, 1}));
      append(in, layout.bytes({Chunk{other} * ranks_ + me_, 1}));
    }
    return PMPI_Alltoallv(input(true), out.counts.data(), out.starts.data(), type_, call_.receive, in.counts.data(),
                          in.starts.data(), type_, communicator_);
  }

 private:
  static std::size_t index(Rank rank) { return static_cast<std::size_t>(rank); }

  static void append(Counts& counts, Bytes count) {
    counts.starts.push_back(counts.starts.empty() ? 0
                                                  : to_int(static_cast<std::size_t>(counts.starts.back()) +
                                                           static_cast<std::size_t>(counts.counts.back())));
    counts.counts.push_back(to_int(static_cast<std::size_t>(count)));
  }

  bool is_root() const { return me_ == call_.root; }

  const void* input(bool in_place_counts) const {
    return call_.in_place && in_place_counts ? MPI_IN_PLACE : call_.send;
  }

  int whole() const { return to_int(call_.elements * unit_); }

  bool is_equal() const { return call_.counts.empty() && call_.elements % index(ranks_) == 0; }

  int equal() const { return to_int(call_.elements / index(ranks_) * unit_); }

  Counts blocks() const {
    const Layout layout = call_.counts.empty() ? Layout::equal(static_cast<Bytes>(call_.elements), 1, ranks_, ranks_)
                                               : Layout::counts(call_.counts, 1, ranks_);
    Counts all;
    for (Rank rank = 0; rank < ranks_; ++rank) {
      append(all, layout.bytes({rank, 1}) * static_cast<Bytes>(unit_));
    }
    return all;
  }

  void check_reduction() const {
    if (call_.op == MPI_OP_NULL || call_.type == MPI_DATATYPE_NULL) {
      throw Error(ErrorKind::kUsage, "a native " + std::string(name_of(call_.collective)) +
                                         " needs an operation of MPI; a custom one runs over the library's algorithms");
    }
  }

  const CollectiveCall& call_;
  MPI_Comm communicator_;
  Rank me_;
  Rank ranks_;
  MPI_Datatype type_ = MPI_BYTE;
  std::size_t unit_ = 1;  // of type_ in an element
};

int start_native(const NativeCall& call, Collective collective, MPI_Comm communicator) {
  switch (collective) {
    case Collective::kAllreduce:
      return call.allreduce();
    case Collective::kReduceScatter:
      return call.reduce_scatter();
    case Collective::kAllgather:
      return call.allgather();
    case Collective::kBroadcast:
      return call.broadcast();
    case Collective::kReduce:
      return call.reduce();
    case Collective::kBarrier:
      return PMPI_Barrier(communicator);
    case Collective::kGather:
      return call.gather();
    case Collective::kScatter:
      return call.scatter();
    case Collective::kAlltoall:
      return call.alltoall();
  }
  return MPI_ERR_ARG;
}

}  // namespace

void run_native(const CollectiveCall& call, MPI_Comm communicator, Rank me, Rank ranks) {
  const NativeCall native(call, communicator, me, ranks);
  check_mpi(start_native(native, call.collective, communicator), name_of(call.collective).data());
}

}  // namespace ringwood
