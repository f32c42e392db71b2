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

Library built_in_library() {
  static constexpr const Combinator* kCombinators[] = {
#define COMBINATOR(file) &combinator_##file,
#include "algorithms/combinators.def"
#undef COMBINATOR
  };
  return {built_in_catalogue(), kCombinators};
}

}  // namespace ringwood
