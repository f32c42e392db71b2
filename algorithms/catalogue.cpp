#include "algorithms/catalogue.hpp"

namespace ringwood {

Catalogue built_in_catalogue() {
  static constexpr const Algorithm* kAlgorithms[] = {
#define ALGORITHM(collective, file) &collective##_##file,
#include "algorithms/registry.def"
#undef ALGORITHM
  };
  return kAlgorithms;
}

}  // namespace ringwood
