#include "topology/hwloc_discovery.hpp"

#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"

#ifdef RINGWOOD_WITH_HWLOC
#include <hwloc.h>

#include <memory>
#endif

namespace ringwood {

#ifdef RINGWOOD_WITH_HWLOC

namespace {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};

[[nodiscard]] std::int32_t usable_cores() {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) {
    throw Error(ErrorKind::kSystem, "hwloc could not start; name another machine than local");
  }
  const std::unique_ptr<hwloc_topology, DestroyTopology> topology(raw);
  if (hwloc_topology_load(raw) != 0) {
    throw Error(ErrorKind::kSystem, "hwloc could not look at this computer; name another machine than local");
  }
  const int cores = hwloc_get_nbobjs_by_type(raw, HWLOC_OBJ_CORE);
  return cores > 0 ? cores : hwloc_get_nbobjs_by_type(raw, HWLOC_OBJ_PU);
}

}  // namespace

Machine local_machine() {
  const TopologyKeys keys(MachineSpec::parse("crossbar:hosts=1"), topology_crossbar.keys);
  return machine_on(topology_crossbar.make(keys), usable_cores());
}

#else

Machine local_machine() {
  throw Error(ErrorKind::kUsage,
              "machine 'local' needs hwloc, and this build has none; name a generator, a preset or a file");
}

#endif

}  // namespace ringwood
