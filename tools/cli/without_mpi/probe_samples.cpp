#include "tools/cli/probe_samples.hpp"

#include "ringwood/error.hpp"

namespace ringwood::cli {

ProbeResult probe_ranks(double /*budget*/) {
  throw Error(ErrorKind::kUsage, "this ringwood was built without MPI (RINGWOOD_WITH_MPI=OFF) and cannot probe");
}

}  // namespace ringwood::cli
