#include "ringwood/mpi/request.hpp"

#include <utility>

#include "api/context.hpp"
#include "ringwood/error.hpp"

namespace ringwood {

Request::Request() noexcept = default;

Request::Request(std::shared_ptr<SteppedCall> call) noexcept : call_(std::move(call)) {}

Request::Request(Request&& other) noexcept = default;

Request& Request::operator=(Request&& other) noexcept {
  if (this != &other) {
    finish();
    call_ = std::move(other.call_);
  }
  return *this;
}

Request::~Request() {
  finish();
}

// Where an earlier failure has made the communicator useless, the others may never come: nobody waits for them.
void Request::finish() noexcept {
  if (!is_active()) {
    return;
  }
  try {
    call_->context()->stepped().finish(*call_);
  } catch (...) {
    // Whoever wants to know waits.
  }
}

bool Request::test() {
  return call_ == nullptr || call_->context()->stepped().test(*call_);
}

void Request::wait() {
  if (call_ != nullptr) {
    call_->context()->stepped().wait(*call_);
  }
}

bool Request::is_active() const noexcept {
  return call_ != nullptr && call_->is_active();
}

std::string_view Request::algorithm() const noexcept {
  return call_ == nullptr ? std::string_view() : std::string_view(call_->algorithm());
}

CollectivePlan::CollectivePlan() noexcept = default;

CollectivePlan::CollectivePlan(std::shared_ptr<SteppedCall> call, const CollectiveCall& made_of,
                               BufferSizes sizes) noexcept
    : request_(call), call_(std::move(call)), send_(made_of.send), receive_(made_of.receive), sizes_(sizes) {}

void CollectivePlan::bind(const void* send, void* receive, BufferSizes sizes) {
  if (sizes.send != sizes_.send || sizes.receive != sizes_.receive) {
    const auto described = [](BufferSizes of) {
      return std::to_string(of.send) + " bytes to send and " + std::to_string(of.receive) + " to receive";
    };
    throw Error(ErrorKind::kUsage, "a plan for " + described(sizes_) + " is started with " + described(sizes));
  }
  if (is_active()) {
    throw Error(ErrorKind::kUsage, "a plan is under way; wait for its end before it gets other buffers");
  }
  send_ = send;
  receive_ = receive;
}

void CollectivePlan::start() {
  if (call_ == nullptr) {
    throw Error(ErrorKind::kUsage, "a plan of nothing is started");
  }
  call_->context()->stepped().start(call_, send_, receive_);
}

bool Group::test() {
  bool all = true;
  for (Request& request : requests_) {
    all = request.test() && all;
  }
  return all;
}

void Group::wait() {
  auto ended = std::exchange(requests_, {});
  wait_all(ended);
}

}  // namespace ringwood
