#include "api/c_calls.hpp"

#include <algorithm>
#include <numeric>

namespace ringwood {

namespace {

bool any_negative(const int* counts, Rank ranks) {
  return std::any_of(counts, counts + ranks, [](int count) { return count < 0; });
}

std::size_t index(Rank rank) {
  return static_cast<std::size_t>(rank);
}

std::vector<int> copy_of(const int* values, Rank count) {
  return values == nullptr ? std::vector<int>() : std::vector<int>(values, values + count);
}

}  // namespace

ReducingCall::ReducingCall(Form form, const Arguments& arguments, MPI_Comm comm)
    : CCall(comm), form_(form), arguments_(arguments), reduction_(arguments.type, arguments.op) {}

Collective ReducingCall::collective() const {
  switch (form_) {
    case Form::kAllreduce:
      return Collective::kAllreduce;
    case Form::kReduce:
      return Collective::kReduce;
    case Form::kReduceScatter:
    case Form::kReduceScatterBlock:
      break;
  }
  return Collective::kReduceScatter;
}

int ReducingCall::counts_error(Rank ranks) const {
  if (form_ == Form::kReduceScatter) {
    return arguments_.counts == nullptr || any_negative(arguments_.counts, ranks) ? MPI_ERR_COUNT : MPI_SUCCESS;
  }
  if (arguments_.count < 0) {
    return MPI_ERR_COUNT;
  }
  return form_ == Form::kReduce && (arguments_.root < 0 || arguments_.root >= ranks) ? MPI_ERR_ROOT : MPI_SUCCESS;
}

/// What is null, in place where it cannot be, or the same as the other.
int ReducingCall::buffer_error() const {
  const bool receives = form_ != Form::kReduce || rank_in(comm()) == arguments_.root;
  const auto total = form_ != Form::kReduceScatter
                         ? static_cast<std::int64_t>(arguments_.count)
                         : std::accumulate(arguments_.counts, arguments_.counts + ranks_of(comm()), std::int64_t{0});
  const bool in_place = arguments_.send == MPI_IN_PLACE;
  const bool no_result = form_ == Form::kReduceScatter && arguments_.counts[rank_in(comm())] == 0 && !in_place;
  if (total == 0) {
    return MPI_SUCCESS;
  }
  const bool wrong = (receives && !no_result &&
                      (arguments_.receive == nullptr || arguments_.receive == MPI_IN_PLACE ||
                       arguments_.receive == arguments_.send)) ||
                     (in_place ? !receives : arguments_.send == nullptr);
  return wrong ? MPI_ERR_BUFFER : MPI_SUCCESS;
}

// An intercommunicator is the MPI library's: the others find that out when they look for what the library has of it.
Verdict ReducingCall::verdict() const {
  const bool needs_ranks = form_ == Form::kReduceScatter || form_ == Form::kReduce;
  if (reduction_.get() == nullptr || (needs_ranks && is_inter(comm()))) {
    return Verdict::native();
  }
  int error = counts_error(needs_ranks ? ranks_of(comm()) : 0);
  if (error == MPI_SUCCESS) {
    error = buffer_error();
  }
  return error == MPI_SUCCESS ? Verdict::ours() : Verdict::refused(error);
}

int ReducingCall::native(MPI_Request* request) const {
  const Arguments& a = arguments_;
  switch (form_) {
    case Form::kAllreduce:
      return request == nullptr ? PMPI_Allreduce(a.send, a.receive, a.count, a.type, a.op, comm())
                                : PMPI_Iallreduce(a.send, a.receive, a.count, a.type, a.op, comm(), request);
    case Form::kReduce:
      return request == nullptr ? PMPI_Reduce(a.send, a.receive, a.count, a.type, a.op, a.root, comm())
                                : PMPI_Ireduce(a.send, a.receive, a.count, a.type, a.op, a.root, comm(), request);
    case Form::kReduceScatter:
      return request == nullptr ? PMPI_Reduce_scatter(a.send, a.receive, a.counts, a.type, a.op, comm())
                                : PMPI_Ireduce_scatter(a.send, a.receive, a.counts, a.type, a.op, comm(), request);
    case Form::kReduceScatterBlock:
      return request == nullptr ? PMPI_Reduce_scatter_block(a.send, a.receive, a.count, a.type, a.op, comm())
                                : PMPI_Ireduce_scatter_block(a.send, a.receive, a.count, a.type, a.op, comm(), request);
  }
  return MPI_ERR_ARG;
}

void ReducingCall::keep() {
  reduction_.keep();
  arguments_.type = reduction_.type();
  if (form_ == Form::kReduceScatter && comm() != MPI_COMM_NULL && arguments_.counts != nullptr) {
    kept_counts_ = copy_of(arguments_.counts, ranks_of(comm()));
    arguments_.counts = kept_counts_.data();
  }
}

void ReducingCall::bind(Context& context) {
  const bool in_place = arguments_.send == MPI_IN_PLACE;
  call_ = {.collective = collective(),
           .send = in_place ? nullptr : arguments_.send,
           .receive = arguments_.receive,
           .in_place = in_place,
           .elements = index(arguments_.count),
           .element_size = reduction_.get()->element_size,
           .root = arguments_.root,
           .reduction = reduction_.get()};
  if (form_ == Form::kReduceScatterBlock) {
    call_.elements *= index(context.ranks());
  } else if (form_ == Form::kReduceScatter) {
    counts_.assign(arguments_.counts, arguments_.counts + context.ranks());
    call_.elements = std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
    call_.counts = counts_;
  }
}

BroadcastCall::BroadcastCall(void* buffer, int count, MPI_Datatype type, int root, MPI_Comm comm)
    : CCall(comm),
      buffer_(buffer),
      count_(count),
      type_(type),
      root_(root),
      data_(buffer, index(std::max(count, 0)), type) {}

Verdict BroadcastCall::verdict() const {
  if (is_inter(comm()) || type_.get() == MPI_DATATYPE_NULL) {
    return Verdict::native();
  }
  if (count_ < 0 || root_ < 0 || root_ >= ranks_of(comm())) {
    return Verdict::refused(count_ < 0 ? MPI_ERR_COUNT : MPI_ERR_ROOT);
  }
  if (buffer_ == MPI_IN_PLACE || (buffer_ == nullptr && data_.bytes() > 0 && !data_.is_packed())) {
    return Verdict::refused(MPI_ERR_BUFFER);
  }
  return data_.bytes() > kMostPackedBytes ? Verdict::native() : Verdict::ours();
}

int BroadcastCall::native(MPI_Request* request) const {
  return request == nullptr ? PMPI_Bcast(buffer_, count_, type_.get(), root_, comm())
                            : PMPI_Ibcast(buffer_, count_, type_.get(), root_, comm(), request);
}

void BroadcastCall::keep() {
  type_.keep();
  data_ = DataBlock(buffer_, index(count_), type_.get());
}

void BroadcastCall::bind(Context& context) {
  is_root_ = context.rank() == root_;
  call_ = {.collective = Collective::kBroadcast,
           .receive = buffer_,
           .in_place = true,
           .elements = data_.bytes(),
           .root = root_};
  if (data_.is_packed()) {
    staged_.resize(data_.bytes());
    call_.receive = staged_.data();
  }
}

void BroadcastCall::pack() {
  if (data_.is_packed() && is_root_) {
    data_.pack(staged_.data(), comm());
  }
}

void BroadcastCall::unpack() {
  if (data_.is_packed() && !is_root_) {
    data_.unpack(staged_.data());
  }
}

AllgatherCall::AllgatherCall(const Input& input, const Output& output, bool has_counts, MPI_Comm comm)
    : CCall(comm),
      input_(input),
      output_(output),
      has_counts_(has_counts),
      input_type_(input.type),
      output_type_(output.type) {}

Verdict AllgatherCall::verdict() const {
  if (is_inter(comm()) || (!is_in_place() && input_type_.get() == MPI_DATATYPE_NULL) ||
      output_type_.get() == MPI_DATATYPE_NULL) {
    return Verdict::native();
  }
  const Rank ranks = ranks_of(comm());
  const bool bad_counts =
      has_counts_ ? output_.counts == nullptr || any_negative(output_.counts, ranks) : output_.count < 0;
  if ((!is_in_place() && input_.count < 0) || bad_counts) {
    return Verdict::refused(MPI_ERR_COUNT);
  }
  if (has_counts_ && output_.displacements == nullptr) {
    return Verdict::refused(MPI_ERR_ARG);
  }
  const std::size_t bytes = total_bytes(ranks);
  const bool aliased = input_.memory == output_.memory && bytes > 0 && input_.memory != nullptr && input_.count > 0;
  if (output_.memory == MPI_IN_PLACE || aliased) {
    return Verdict::refused(MPI_ERR_BUFFER);
  }
  return bytes > kMostPackedBytes ? Verdict::native() : Verdict::ours();
}

int AllgatherCall::native(MPI_Request* request) const {
  const MPI_Datatype in = input_type_.get();
  const MPI_Datatype out = output_type_.get();
  if (has_counts_) {
    return request == nullptr ? PMPI_Allgatherv(input_.memory, input_.count, in, output_.memory, output_.counts,
                                                output_.displacements, out, comm())
                              : PMPI_Iallgatherv(input_.memory, input_.count, in, output_.memory, output_.counts,
                                                 output_.displacements, out, comm(), request);
  }
  return request == nullptr
             ? PMPI_Allgather(input_.memory, input_.count, in, output_.memory, output_.count, out, comm())
             : PMPI_Iallgather(input_.memory, input_.count, in, output_.memory, output_.count, out, comm(), request);
}

void AllgatherCall::keep() {
  if (!is_in_place()) {
    input_type_.keep();
  }
  output_type_.keep();
  if (has_counts_ && comm() != MPI_COMM_NULL && output_.counts != nullptr) {
    const Rank ranks = ranks_of(comm());
    kept_counts_ = copy_of(output_.counts, ranks);
    kept_displacements_ = copy_of(output_.displacements, ranks);
    output_.counts = kept_counts_.data();
    output_.displacements = kept_displacements_.data();
  }
}

std::size_t AllgatherCall::count(Rank rank) const {
  return index(has_counts_ ? output_.counts[index(rank)] : output_.count);
}

/// In elements of the datatype from the buffer's beginning.
MPI_Aint AllgatherCall::start(Rank rank) const {
  return has_counts_ ? MPI_Aint{output_.displacements[index(rank)]} : MPI_Aint{output_.count} * rank;
}

DataBlock AllgatherCall::block(Rank rank) const {
  return {static_cast<std::byte*>(output_.memory) + start(rank) * extent_, count(rank), output_type_.get()};
}

/// The same on all ranks, whatever their datatypes.
std::size_t AllgatherCall::total_bytes(Rank ranks) const {
  std::size_t elements = 0;
  for (Rank rank = 0; rank < ranks; ++rank) {
    elements += count(rank);
  }
  return DataBlock(output_.memory, elements, output_type_.get()).bytes();
}

/// Whether the receive buffer is what the library makes of it: blocks one after the other, without gaps.
bool AllgatherCall::is_direct() const {
  MPI_Aint next = 0;
  for (Rank rank = 0; rank < ranks_; ++rank) {
    if (count(rank) > 0 && start(rank) != next) {
      return false;
    }
    next += static_cast<MPI_Aint>(count(rank));
  }
  return next == 0 || contiguous_size(output_type_.get());
}

void AllgatherCall::bind(Context& context) {
  rank_ = context.rank();
  ranks_ = context.ranks();
  MPI_Aint lower = 0;
  PMPI_Type_get_extent(output_type_.get(), &lower, &extent_);
  byte_counts_.clear();
  for (Rank rank = 0; rank < ranks_; ++rank) {
    byte_counts_.push_back(block(rank).bytes());
  }
  call_ = {.collective = Collective::kAllgather,
           .send = is_in_place() ? nullptr : input_.memory,
           .receive = output_.memory,
           .in_place = is_in_place(),
           .elements = std::accumulate(byte_counts_.begin(), byte_counts_.end(), std::size_t{0})};
  if (has_counts_) {
    call_.counts = byte_counts_;
  }
  is_staged_ = !is_direct();
  if (is_staged_) {
    staged_.resize(call_.elements);
    call_.receive = staged_.data();
  }
  if (!is_in_place()) {
    const DataBlock own(input_.memory, index(input_.count), input_type_.get());
    if (own.is_packed()) {
      sent_.resize(own.bytes());
      call_.send = sent_.data();
    }
  }
}

void AllgatherCall::pack() {
  if (!sent_.empty()) {
    DataBlock(input_.memory, index(input_.count), input_type_.get()).pack(sent_.data(), comm());
  }
  if (is_staged_ && is_in_place()) {
    const auto offset = std::accumulate(byte_counts_.begin(), byte_counts_.begin() + rank_, std::size_t{0});
    block(rank_).pack(staged_.data() + offset, comm());
  }
}

void AllgatherCall::unpack() {
  std::size_t offset = 0;
  for (Rank rank = 0; is_staged_ && rank < ranks_; ++rank) {
    block(rank).unpack(staged_.data() + offset);
    offset += byte_counts_[index(rank)];
  }
}

int BarrierCall::native(MPI_Request* request) const {
  return request == nullptr ? PMPI_Barrier(comm()) : PMPI_Ibarrier(comm(), request);
}

void BarrierCall::bind(Context& /*context*/) {
  call_ = {.collective = Collective::kBarrier};
}

}  // namespace ringwood
