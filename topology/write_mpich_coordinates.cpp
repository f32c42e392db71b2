#include <ostream>

#include "topology/machine_writers.hpp"
#include "topology/mapping_file.hpp"

namespace ringwood {

void write_mpich_coordinates(const Machine& machine, std::span<const Host> mapping, std::ostream& out) {
  const std::vector<HostCoordinates> coordinates = coordinates_of(*machine.network);
  out << "rank: group switch port\n";
  for (std::size_t rank = 0; rank < mapping.size(); ++rank) {
    const HostCoordinates& at = coordinates[static_cast<std::size_t>(mapping[rank])];
    out << rank << ": " << at.group << ' ' << at.leaf << ' ' << at.port << '\n';
  }
}

}  // namespace ringwood
