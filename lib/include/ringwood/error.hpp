#pragma once

#include <stdexcept>
#include <string>

#include "ringwood/visibility.hpp"

namespace RINGWOOD_PUBLIC ringwood {

/// What kind of failure an Error reports; the command line's exit code follows from it.
enum class ErrorKind {
  kUsage,   ///< an argument, option or request that cannot be met (exit code 2)
  kInput,   ///< a file that cannot be understood (exit code 2)
  kSystem,  ///< memory, disk, network or MPI failed (exit code 3)
};

/// The one exception of the library: wrong input or a failed system call. A schedule that breaks its contract is not
/// an error but a result (verify.hpp). Messages start in lower case, name the offending value and what is accepted.
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}

  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

}  // namespace ringwood
