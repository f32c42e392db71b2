#include "tools/cli/real.hpp"

#include "ringwood/error.hpp"

namespace ringwood::cli {

std::string mpi_library() {
  return "";
}

std::unique_ptr<Crew> start_crew() {
  return solo_crew();
}

std::unique_ptr<RealWorld> start_real_world(NativeControl) {
  throw Error(ErrorKind::kUsage,
              "this ringwood was built without MPI and cannot measure; build it with RINGWOOD_WITH_MPI=ON, or use "
              "`ringwood simulate`");
}

}  // namespace ringwood::cli
