// Requests of the C face.

#include "api/c_request.hpp"

#include <thread>

#include "api/c_call.hpp"
#include "api/c_repeat.hpp"
#include "api/c_serve.hpp"

namespace ringwood {

namespace {

/// What MPI says of a request of nothing.
void give_empty_status(MPI_Status* status) {
  if (status != MPI_STATUS_IGNORE) {
    MPI_Request nothing = MPI_REQUEST_NULL;
    int ended = 0;
    PMPI_Test(&nothing, &ended, status);
  }
}

bool is_active(const ringwood_request_state& state) {
  return state.stepped != nullptr ? state.stepped->is_active() : state.native != MPI_REQUEST_NULL;
}

int test_native(ringwood_request_state& state, bool& ended) {
  int flag = 0;
  const int code = PMPI_Test(&state.native, &flag, MPI_STATUS_IGNORE);
  ended = flag != 0 || code != MPI_SUCCESS;
  progress::turn();
  return code;
}

int wait_native(ringwood_request_state& state) {
  if (!progress::any()) {
    return PMPI_Wait(&state.native, MPI_STATUS_IGNORE);
  }
  bool ended = false;
  int code = test_native(state, ended);
  while (!ended) {
    std::this_thread::yield();
    code = test_native(state, ended);
  }
  return code;
}

/// One look, or until it has ended.
int follow(ringwood_request_state& state, bool waits, bool& ended) {
  if (!is_active(state)) {
    ended = true;
    return MPI_SUCCESS;
  }
  if (state.stepped == nullptr) {
    ended = waits;
    return waits ? wait_native(state) : test_native(state, ended);
  }
  const std::shared_ptr<Context> context = state.stepped->context();
  try {
    if (waits) {
      context->stepped().wait(*state.stepped);
      ended = true;
    } else {
      ended = context->stepped().test(*state.stepped);
    }
    if (ended) {
      state.call->unpack();
    }
    return MPI_SUCCESS;
  } catch (const std::exception& failure) {
    ended = true;
    return report_failure(state.call->comm(), context.get(), failure);
  }
}

int follow(ringwood_request* request, bool waits, bool& ended) {
  if (request == nullptr) {
    return refuse_argument(MPI_COMM_WORLD, MPI_ERR_REQUEST);
  }
  ended = true;
  if (*request == RINGWOOD_REQUEST_NULL) {
    return MPI_SUCCESS;
  }
  const int code = follow(**request, waits, ended);
  if (ended && !(*request)->persistent) {
    delete *request;
    *request = RINGWOOD_REQUEST_NULL;
  }
  return code;
}

int start(ringwood_request_state& state) {
  if (is_active(state)) {
    return refuse_argument(state.call->comm(), MPI_ERR_REQUEST);
  }
  if (state.stepped == nullptr) {
    return state.call->native(&state.native);
  }
  const std::shared_ptr<Context> context = state.stepped->context();
  try {
    state.call->pack();
    context->stepped().start(state.stepped, state.call->call().send, state.call->call().receive);
    return MPI_SUCCESS;
  } catch (const std::exception& failure) {
    return report_failure(state.call->comm(), context.get(), failure);
  }
}

/// A request for the call, not started: the library's, or the MPI library's own.
int make_request(std::unique_ptr<CCall> call, bool persistent, ringwood_request* request) {
  const MPI_Comm comm = call->comm();
  if (request == nullptr) {
    return refuse_argument(comm, MPI_ERR_ARG);
  }
  const Verdict verdict = call->verdict();
  if (verdict.kind == Verdict::Kind::kRefused) {
    return refuse_argument(comm, verdict.error_class);
  }
  try {
    call->keep();
  } catch (const std::exception& failure) {
    return report_failure(comm, nullptr, failure);
  }
  auto state = std::make_unique<ringwood_request_state>();
  state->persistent = persistent;
  const auto native = [&] {
    state->call = std::move(call);
    return MPI_SUCCESS;
  };
  const auto ours = [&](Context& context) {
    call->bind(context);
    state->stepped = persistent ? context.plan(call->call(), nullptr) : context.in_steps(call->call(), nullptr);
    state->call = std::move(call);
  };
  const int code = verdict.kind == Verdict::Kind::kNative ? native() : serve(comm, call->collective(), native, ours);
  if (code == MPI_SUCCESS) {
    *request = state.release();
  }
  return code;
}

int wait_for_all(int count, ringwood_request requests[], MPI_Status* statuses, bool waits, bool& all) {
  if (count < 0 || (count > 0 && requests == nullptr)) {
    return refuse_argument(MPI_COMM_WORLD, count < 0 ? MPI_ERR_COUNT : MPI_ERR_REQUEST);
  }
  int first = MPI_SUCCESS;
  all = true;
  for (int i = 0; i < count; ++i) {
    bool ended = false;
    const int code = follow(&requests[i], waits, ended);
    first = first == MPI_SUCCESS ? code : first;
    all = all && ended;
    if (statuses != MPI_STATUSES_IGNORE) {
      give_empty_status(&statuses[i]);
      statuses[i].MPI_ERROR = code;
    }
  }
  return first == MPI_SUCCESS || statuses == MPI_STATUSES_IGNORE ? first : MPI_ERR_IN_STATUS;
}

}  // namespace

int do_call(CCall& call, const CallKey* key) {
  const Verdict verdict = call.verdict();
  switch (verdict.kind) {
    case Verdict::Kind::kRefused:
      return refuse_argument(call.comm(), verdict.error_class);
    case Verdict::Kind::kNative:
      return call.native(nullptr);
    case Verdict::Kind::kOurs:
      break;
  }
  return serve(
      call.comm(), call.collective(), [&] { return call.native(nullptr); },
      [&](Context& context) {
        call.bind(context);
        call.pack();
        context.run(call.call());
        call.unpack();
        if (key != nullptr) {
          remember_call(*key, context, call.call());
        }
      });
}

int start_call(std::unique_ptr<CCall> call, ringwood_request* request) {
  const int code = make_request(std::move(call), false, request);
  if (code != MPI_SUCCESS) {
    return code;
  }
  const int started = start(**request);
  if (started != MPI_SUCCESS) {
    delete *request;
    *request = RINGWOOD_REQUEST_NULL;
  }
  return started;
}

int plan_call(std::unique_ptr<CCall> call, ringwood_request* request) {
  return make_request(std::move(call), true, request);
}

}  // namespace ringwood

using namespace ringwood;  // NOLINT(google-build-using-namespace): the functions below are C's, and outside

int ringwood_start(ringwood_request* request) {
  if (request == nullptr || *request == RINGWOOD_REQUEST_NULL || !(*request)->persistent) {
    return refuse_argument(MPI_COMM_WORLD, MPI_ERR_REQUEST);
  }
  return start(**request);
}

int ringwood_startall(int count, ringwood_request requests[]) {
  if (count < 0 || (count > 0 && requests == nullptr)) {
    return refuse_argument(MPI_COMM_WORLD, count < 0 ? MPI_ERR_COUNT : MPI_ERR_REQUEST);
  }
  int first = MPI_SUCCESS;
  for (int i = 0; i < count; ++i) {
    const int code = ringwood_start(&requests[i]);
    first = first == MPI_SUCCESS ? code : first;
  }
  return first;
}

int ringwood_wait(ringwood_request* request, MPI_Status* status) {
  bool ended = false;
  const int code = follow(request, true, ended);
  give_empty_status(status);
  return code;
}

int ringwood_test(ringwood_request* request, int* flag, MPI_Status* status) {
  if (flag == nullptr) {
    return refuse_argument(MPI_COMM_WORLD, MPI_ERR_ARG);
  }
  bool ended = false;
  const int code = follow(request, false, ended);
  *flag = ended ? 1 : 0;
  give_empty_status(status);
  return code;
}

int ringwood_waitall(int count, ringwood_request requests[], MPI_Status* statuses) {
  bool all = false;
  return wait_for_all(count, requests, statuses, true, all);
}

int ringwood_testall(int count, ringwood_request requests[], int* flag, MPI_Status* statuses) {
  if (flag == nullptr) {
    return refuse_argument(MPI_COMM_WORLD, MPI_ERR_ARG);
  }
  bool all = false;
  const int code = wait_for_all(count, requests, statuses, false, all);
  *flag = all ? 1 : 0;
  return code;
}

int ringwood_request_free(ringwood_request* request) {
  if (request == nullptr || *request == RINGWOOD_REQUEST_NULL) {
    return refuse_argument(MPI_COMM_WORLD, MPI_ERR_REQUEST);
  }
  if (is_active(**request)) {
    return refuse_argument((*request)->call->comm(), MPI_ERR_REQUEST);
  }
  delete *request;
  *request = RINGWOOD_REQUEST_NULL;
  return MPI_SUCCESS;
}
