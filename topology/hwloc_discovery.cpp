#include "topology/hwloc_discovery.hpp"

#include "ringwood/error.hpp"
#include "topology/catalogue.hpp"
#include "topology/machine_formats.hpp"
#include "topology/tree.hpp"
#include "topology/xml_input.hpp"

#ifdef RINGWOOD_WITH_HWLOC
#include <hwloc.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#endif

namespace ringwood {

#ifdef RINGWOOD_WITH_HWLOC

namespace {

struct DestroyTopology {
  void operator()(hwloc_topology_t topology) const { hwloc_topology_destroy(topology); }
};

using Discovery = std::unique_ptr<hwloc_topology, DestroyTopology>;

[[nodiscard]] Discovery new_discovery() {
  hwloc_topology_t raw = nullptr;
  if (hwloc_topology_init(&raw) != 0) {
    throw Error(ErrorKind::kSystem, "hwloc could not start; name a generator or a preset");
  }
  return Discovery(raw);
}

/// Objects that ranks run on.
[[nodiscard]] hwloc_obj_type_t place_type(hwloc_topology_t topology) {
  return hwloc_get_nbobjs_by_type(topology, HWLOC_OBJ_CORE) > 0 ? HWLOC_OBJ_CORE : HWLOC_OBJ_PU;
}

[[nodiscard]] std::int32_t usable_cores() {
  const Discovery topology = new_discovery();
  if (hwloc_topology_load(topology.get()) != 0) {
    throw Error(ErrorKind::kSystem, "hwloc could not look at this computer; name another machine than local");
  }
  return hwloc_get_nbobjs_by_type(topology.get(), place_type(topology.get()));
}

/// "l3", "package", "numa" (hwloc groups what shares a memory controller).
[[nodiscard]] std::string kind_of(hwloc_obj_t object) {
  if (object->type == HWLOC_OBJ_GROUP && object->memory_arity > 0) {
    return "numa";
  }
  std::array<char, 64> text{};
  hwloc_obj_type_snprintf(text.data(), text.size(), object, 0);
  std::string kind = text.data();
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return kind;
}

/// Placeholders: what numa.cpp takes for the same cable.
struct Cost {
  double bandwidth;
  Picoseconds latency;
};

[[nodiscard]] Cost cost_below(hwloc_obj_t above) {
  if (hwloc_obj_type_is_cache(above->type) != 0) {
    return {10e9, 20'000};
  }
  return above->type == HWLOC_OBJ_MACHINE ? Cost{40e9, 50'000} : Cost{100e9, 30'000};
}

/// The next object outwards that joins several, or the outermost.
[[nodiscard]] hwloc_obj_t joint_above(hwloc_obj_t object) {
  hwloc_obj_t above = object->parent;
  while (above != nullptr && above->parent != nullptr && above->arity < 2) {
    above = above->parent;
  }
  return above;
}

[[nodiscard]] std::vector<hwloc_obj_t> places_of(hwloc_topology_t topology) {
  constexpr int kMostPlaces = 1'000'000;
  const hwloc_obj_type_t type = place_type(topology);
  const int places = hwloc_get_nbobjs_by_type(topology, type);
  if (places < 1 || places > kMostPlaces) {
    throw Error(ErrorKind::kInput, "a computer of " + std::to_string(places) + " cores; accepted are 1 to 1000000");
  }
  std::vector<hwloc_obj_t> objects;
  for (int i = 0; i < places; ++i) {
    objects.push_back(hwloc_get_obj_by_type(topology, type, static_cast<unsigned>(i)));
  }
  return objects;
}

/// Cores and what joins them, as a tree; levels are hwloc's depths.
[[nodiscard]] Machine machine_of(hwloc_topology_t topology) {
  std::vector<hwloc_obj_t> objects = places_of(topology);
  const auto hosts = static_cast<Host>(objects.size());
  std::map<hwloc_obj_t, Vertex> numbers;
  std::map<int, std::string, std::greater<>> kinds;  // by depth, innermost first
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const hwloc_obj_t above = joint_above(objects[i]);
    if (above != nullptr && numbers.emplace(above, static_cast<Vertex>(objects.size())).second) {
      objects.push_back(above);
      kinds.emplace(above->depth, kind_of(above));
    }
  }
  std::vector<std::string> levels;
  std::map<int, std::size_t> level_of;
  for (const auto& [depth, kind] : kinds) {
    level_of.emplace(depth, levels.size());
    const bool taken = std::find(levels.begin(), levels.end(), kind) != levels.end();
    levels.push_back(taken ? kind + "-" + std::to_string(levels.size()) : kind);
  }
  std::vector<TreeVertex> vertices;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const bool host = i < static_cast<std::size_t>(hosts);
    TreeVertex vertex{.name = kind_of(objects[i]) + " " + std::to_string(objects[i]->logical_index)};
    vertex.level = host ? 0 : level_of.at(objects[i]->depth);
    if (const hwloc_obj_t above = joint_above(objects[i])) {
      const Cost cost = cost_below(above);
      vertex.parent = numbers.at(above);
      vertex.bandwidth = cost.bandwidth;
      vertex.latency = cost.latency;
    }
    vertices.push_back(std::move(vertex));
  }
  if (!levels.empty()) {
    levels.pop_back();  // the whole computer
  }
  return machine_on(make_tree(std::move(vertices), hosts, std::move(levels)), 1);
}

}  // namespace

Machine local_machine() {
  const TopologyKeys keys(MachineSpec::parse("crossbar:hosts=1"), topology_crossbar.keys);
  return machine_on(topology_crossbar.make(keys), usable_cores());
}

namespace {

/// hwloc 2.9 follows a null pointer if an object that holds processors lacks one of its sets. Files of hwloc 1 on a
/// computer without NUMA have no sets of nodes anywhere, which it understands.
void check_sets(const XmlInput& xml, const pugi::xml_node& parent, bool with_nodes) {
  static constexpr std::array<std::string_view, 4> kWithoutSets = {"Bridge", "PCIDev", "OSDev", "Misc"};
  for (const pugi::xml_node& object : parent.children("object")) {
    const std::string type = xml.required(object, "type");
    if (std::find(kWithoutSets.begin(), kWithoutSets.end(), type) == kWithoutSets.end()) {
      for (const char* set : {"cpuset", "complete_cpuset", "nodeset", "complete_nodeset"}) {
        if (with_nodes || std::string_view(set).find("cpuset") != std::string_view::npos) {
          (void)xml.required(object, set);
        }
      }
    }
    check_sets(xml, object, with_nodes);
  }
}

/// hwloc makes all objects of a synthetic string, however many, before anybody can count them.
void check_size(const std::string& description) {
  constexpr double kMostObjects = 1e6;
  double objects = 1;
  int brackets = 0;
  for (std::size_t i = 0; i < description.size(); ++i) {
    const char letter = description[i];
    brackets += letter == '(' || letter == '[' ? 1 : letter == ')' || letter == ']' ? -1 : 0;
    const bool begins = i == 0 || description[i - 1] == ':' || description[i - 1] == ' ';
    if (brackets == 0 && begins && letter >= '0' && letter <= '9') {
      objects *= std::strtod(description.c_str() + i, nullptr);
    }
    if (objects > kMostObjects) {
      throw Error(ErrorKind::kUsage,
                  "machine 'hwloc:" + description.substr(0, 80) + "': more than 1000000 objects of a kind");
    }
  }
}

}  // namespace

Machine read_hwloc_xml(const InputText& input) {
  const XmlInput well_formed(input);
  const bool version_1 = !well_formed.root().attribute("version");
  check_sets(well_formed, well_formed.root(), !version_1 || input.text().find("nodeset=") != std::string_view::npos);
  const Discovery topology = new_discovery();
  const std::string text(input.text());
  // hwloc counts the terminating zero.
  if (hwloc_topology_set_xmlbuffer(topology.get(), text.c_str(), static_cast<int>(text.size() + 1)) != 0 ||
      hwloc_topology_load(topology.get()) != 0) {
    well_formed.refuse(well_formed.root(), "hwloc cannot read this as one of its files");
  }
  try {
    return machine_of(topology.get());
  } catch (const Error& error) {
    well_formed.refuse(well_formed.root(), error.what());
  }
}

Machine hwloc_synthetic_machine(const std::string& description) {
  check_size(description);
  const Discovery topology = new_discovery();
  if (hwloc_topology_set_synthetic(topology.get(), description.c_str()) != 0 ||
      hwloc_topology_load(topology.get()) != 0) {
    throw Error(
        ErrorKind::kUsage,
        "machine 'hwloc:" + description.substr(0, 80) +
            "': hwloc does not take that; accepted are its synthetic strings, as hwloc:pack:2 l3:2 core:4 pu:1");
  }
  return machine_of(topology.get());
}

#else

Machine local_machine() {
  throw Error(ErrorKind::kUsage,
              "machine 'local' needs hwloc, and this build has none; name a generator, a preset or a file");
}

Machine read_hwloc_xml(const InputText& input) {
  input.refuse(std::size_t{0}, "a file of hwloc, and this build needs hwloc to read it");
}

Machine hwloc_synthetic_machine(const std::string& description) {
  throw Error(ErrorKind::kUsage,
              "machine 'hwloc:" + description.substr(0, 80) + "' needs hwloc, and this build has none");
}

#endif

}  // namespace ringwood
