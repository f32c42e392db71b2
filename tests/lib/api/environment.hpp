#pragma once

#include <mpi.h>

#include <cstdlib>

namespace ringwood {

/// A communicator whose context is made while the environment has a value.
class Environment {
 public:
  Environment(const char* variable, const char* value) : variable_(variable) {
    ::setenv(variable, value, 1);
    MPI_Comm_dup(MPI_COMM_WORLD, &communicator_);
  }

  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

  ~Environment() {
    ::unsetenv(variable_);
    MPI_Comm_free(&communicator_);
  }

  [[nodiscard]] MPI_Comm get() const { return communicator_; }

 private:
  const char* variable_;
  MPI_Comm communicator_ = MPI_COMM_NULL;
};

}  // namespace ringwood
