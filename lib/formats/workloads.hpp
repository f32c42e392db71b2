#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "ringwood/formats.hpp"
#include "schedule/task_graph.hpp"
#include "schedule/workload_job.hpp"

namespace ringwood {

/// A program in the text form of GOAL, in which a `calc` of 1 takes `calc_unit`. Every rank is there once, in any
/// order; labels are defined before they are used.
[[nodiscard]] TaskGraph read_goal(std::string_view text, const std::string& name, Picoseconds calc_unit,
                                  const FormatLimits& limits = {});

/// The text of a file, and what it is called in messages.
struct NamedText {
  std::string name;
  std::string text;
};

/// Ranks by the name of their group.
using RankGroups = std::map<std::string, std::vector<Rank>, std::less<>>;

/// A JSON object whose members are lists of ranks, the members of groups by name: {"0": [0, 1], "1": [2, 3]}.
[[nodiscard]] RankGroups read_rank_groups(const NamedText& text, Rank ranks);

/// A Chakra execution trace (MLCommons; et_def.proto): protocol buffers, each behind its length, GlobalMetadata first
/// and then nodes, or the JSON form that Chakra's jsonizer writes: objects one after the other, or in one list, of
/// which those with an `id` are nodes; names with capitals or underscores. One text a rank, or one for all `ranks`,
/// which then all do the same. Collectives are those of the group that `pg_name` says, or of all ranks where it says
/// nothing. The whole vector is `comm_size` bytes, of allgather, gather and alltoall as many times as there are ranks.
[[nodiscard]] TaskGraph read_chakra(const std::vector<NamedText>& texts, Rank ranks, const RankGroups& groups,
                                    const FormatLimits& limits = {});

/// Whether a Chakra trace is in protocol buffers: their nodes have control characters that texts never have.
[[nodiscard]] bool is_chakra_protobuf(std::string_view text);

/// What a file says. Throws Error(kInput) that names it if it cannot be opened or has more than `most` bytes.
[[nodiscard]] std::string read_text_file(const std::string& path, std::size_t most);

/// ringwood.workload/1, YAML or JSON: sim/workload/README.md has its fields. Throws Error(kInput) as
/// "NAME:LINE:COLUMN: ...".
[[nodiscard]] std::vector<WorkloadJob> read_workload(std::string_view text, const std::string& name);

}  // namespace ringwood
