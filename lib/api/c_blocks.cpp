#include "api/c_blocks.hpp"

namespace ringwood {

namespace {

bool is_null(const DataBlock& data, const void* memory) {
  return memory == nullptr && data.bytes() > 0 && !data.is_packed();
}

}  // namespace

BlocksCall::BlocksCall(Collective collective, const Side& send, const Side& receive, int root, MPI_Comm comm)
    : CCall(comm),
      collective_(collective),
      send_(send),
      receive_(receive),
      root_(root),
      send_type_(send.type),
      receive_type_(receive.type) {}

bool BlocksCall::is_root() const {
  return collective_ == Collective::kAlltoall || rank_in(comm()) == root_;
}

bool BlocksCall::sends() const {
  return send_.memory != MPI_IN_PLACE && (collective_ != Collective::kScatter || is_root());
}

bool BlocksCall::receives() const {
  return receive_.memory != MPI_IN_PLACE && (collective_ != Collective::kGather || is_root());
}

DataBlock BlocksCall::sent() const {
  const int blocks = collective_ == Collective::kGather ? 1 : ranks_of(comm());
  return {send_.memory, static_cast<std::size_t>(send_.count) * static_cast<std::size_t>(blocks), send_type_.get()};
}

DataBlock BlocksCall::received() const {
  const int blocks = collective_ == Collective::kScatter ? 1 : ranks_of(comm());
  return {receive_.memory, static_cast<std::size_t>(receive_.count) * static_cast<std::size_t>(blocks),
          receive_type_.get()};
}

/// The same on all ranks, whatever their datatypes: whichever side counts on this one.
std::size_t BlocksCall::block_bytes() const {
  const bool by_send = sends();
  return DataBlock(nullptr, static_cast<std::size_t>(by_send ? send_.count : receive_.count),
                   by_send ? send_type_.get() : receive_type_.get())
      .bytes();
}

Verdict BlocksCall::verdict() const {
  if (is_inter(comm())) {
    return Verdict::native();
  }
  if (root_ < 0 || root_ >= ranks_of(comm())) {
    return Verdict::refused(MPI_ERR_ROOT);
  }
  if ((sends() && send_type_.get() == MPI_DATATYPE_NULL) || (receives() && receive_type_.get() == MPI_DATATYPE_NULL)) {
    return Verdict::native();
  }
  if ((sends() && send_.count < 0) || (receives() && receive_.count < 0)) {
    return Verdict::refused(MPI_ERR_COUNT);
  }
  const bool aliased =
      sends() && receives() && send_.memory == receive_.memory && send_.memory != nullptr && block_bytes() > 0;
  if (aliased || (!sends() && !receives()) || (sends() && is_null(sent(), send_.memory)) ||
      (receives() && is_null(received(), receive_.memory))) {
    return Verdict::refused(MPI_ERR_BUFFER);
  }
  return block_bytes() * static_cast<std::size_t>(ranks_of(comm())) > kMostPackedBytes ? Verdict::native()
                                                                                       : Verdict::ours();
}

int BlocksCall::native_now() const {
  const MPI_Datatype in = send_type_.get();
  const MPI_Datatype out = receive_type_.get();
  if (collective_ == Collective::kAlltoall) {
    return PMPI_Alltoall(send_.memory, send_.count, in, receive_.memory, receive_.count, out, comm());
  }
  return collective_ == Collective::kGather
             ? PMPI_Gather(send_.memory, send_.count, in, receive_.memory, receive_.count, out, root_, comm())
             : PMPI_Scatter(send_.memory, send_.count, in, receive_.memory, receive_.count, out, root_, comm());
}

int BlocksCall::native_later(MPI_Request* request) const {
  const MPI_Datatype in = send_type_.get();
  const MPI_Datatype out = receive_type_.get();
  if (collective_ == Collective::kAlltoall) {
    return PMPI_Ialltoall(send_.memory, send_.count, in, receive_.memory, receive_.count, out, comm(), request);
  }
  return collective_ == Collective::kGather
             ? PMPI_Igather(send_.memory, send_.count, in, receive_.memory, receive_.count, out, root_, comm(), request)
             : PMPI_Iscatter(send_.memory, send_.count, in, receive_.memory, receive_.count, out, root_, comm(),
                             request);
}

int BlocksCall::native(MPI_Request* request) const {
  return request == nullptr ? native_now() : native_later(request);
}

void BlocksCall::keep() {
  if (!is_inter(comm())) {
    sends() ? send_type_.keep() : void();
    receives() ? receive_type_.keep() : void();
  }
}

void BlocksCall::bind(Context& context) {
  const auto ranks = static_cast<std::size_t>(context.ranks());
  const std::size_t blocks = collective_ == Collective::kAlltoall ? ranks * ranks : ranks;
  call_ = {.collective = collective_,
           .send = sends() ? send_.memory : nullptr,
           .receive = receives() ? receive_.memory : nullptr,
           .in_place = send_.memory == MPI_IN_PLACE || receive_.memory == MPI_IN_PLACE,
           .elements = block_bytes() * blocks,
           .root = root_};
  if (sends() && sent().is_packed()) {
    packed_.resize(sent().bytes());
    call_.send = packed_.data();
  }
  if (receives() && received().is_packed()) {
    staged_.resize(received().bytes());
    call_.receive = staged_.data();
  }
}

void BlocksCall::pack() {
  if (!packed_.empty()) {
    sent().pack(packed_.data(), comm());
  }
  // What is not received from elsewhere is there already.
  if (!staged_.empty() && call_.in_place) {
    received().pack(staged_.data(), comm());
  }
}

void BlocksCall::unpack() {
  if (!staged_.empty()) {
    received().unpack(staged_.data());
  }
}

}  // namespace ringwood
