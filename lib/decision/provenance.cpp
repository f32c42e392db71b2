#include <algorithm>

#include "ringwood/decision.hpp"

namespace ringwood {

bool knows_host(const DecisionProvenance& provenance, std::string_view host) {
  const std::string_view all = provenance.machine;
  if (provenance.source != "measured" || all.empty()) {
    return true;
  }
  // Names of hosts, with blanks between them.
  for (std::size_t begin = 0; begin < all.size();) {
    const std::size_t end = std::min(all.find(' ', begin), all.size());
    if (all.substr(begin, end - begin) == host) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

std::string differences(const DecisionProvenance& provenance, const DecisionSurroundings& here) {
  std::string text;
  if (!provenance.mpi.empty() && provenance.mpi != here.mpi) {
    text = "it is for " + provenance.mpi + ", and this is " + here.mpi;
  }
  if (!here.strange_host.empty()) {
    text += (text.empty() ? "" : "; ") + std::string("it was measured on '") + provenance.machine + "', and this is '" +
            here.strange_host + "'";
  }
  return text;
}

}  // namespace ringwood
