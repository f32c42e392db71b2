#pragma once

#include <string>

#include "topology/machine.hpp"

namespace ringwood {

/// Reads a machine from a file in any of machine_formats(). That of ringwood.machine/1 (JSON) has: "hosts" and
/// "switches" with "id"; "links" with "a", "b", "bw_Bps", "lat_s", "lat_back_s" (from b to a, if different) and
/// "count"; and if wanted "ranks_per_host", "inside_host" and "between_hosts" with L_s, o_s, g_s, G_s_per_byte,
/// O_s_per_byte, S_bytes and "corrections" by size (loggops.hpp; "bytes", "s", "cpu_s"; "burst_bytes"), and
/// "gamma_s_per_byte"; "reductions" with "cache_bytes" and "times", each with "type", "op", "cache_s_per_byte" and
/// "memory_s_per_byte" (reduction_costs.hpp). Routes are the shortest (graph.hpp). Throws Error(kInput) with the file
/// and the place in it.
[[nodiscard]] Machine read_machine_file(const std::string& name);

/// Writes that format, whole or not at all. Routing is not written: shortest ones are used by who reads it. What
/// `replaced` overrides is not written either. Throws Error(kSystem) if it cannot be written.
void write_machine_file(const Machine& machine, const std::string& name);

}  // namespace ringwood
