#include "topology/machine_file.hpp"

#include "ringwood/error.hpp"

namespace ringwood {

Machine read_machine_file(const std::string& name) {
  throw Error(ErrorKind::kInput, name + ":1:1: the content is no machine format that is known");
}

}  // namespace ringwood
