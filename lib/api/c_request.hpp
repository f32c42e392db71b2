#pragma once

#include <memory>

#include "ringwood.h"
#include "ringwood/mpi/request.hpp"

namespace ringwood {

class CCall;
class Context;
class SteppedCall;

}  // namespace ringwood

/// What ringwood_request points to.
struct ringwood_request_state {
  std::unique_ptr<ringwood::CCall> call;
  bool persistent = false;
  std::shared_ptr<ringwood::SteppedCall> stepped;  // none: the MPI library's own
  MPI_Request native = MPI_REQUEST_NULL;
};
