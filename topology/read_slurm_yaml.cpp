#include "topology/machine_formats.hpp"
#include "topology/slurm_records.hpp"
#include "topology/yaml_input.hpp"

namespace ringwood {

namespace {

/// topology.yaml of Slurm (25.05): a list of topologies, of which the cluster's default one is read, else the first.
class SlurmYamlReader {
 public:
  explicit SlurmYamlReader(const YamlInput& yaml) : yaml_(yaml) {}

  [[nodiscard]] SlurmRecords read() {
    const YAML::Node topology = chosen();
    const YAML::Node tree = topology["tree"];
    const YAML::Node block = topology["block"];
    if (static_cast<bool>(tree) == static_cast<bool>(block)) {
      yaml_.refuse(topology, "expected one of tree and block in this topology; flat ones tell nothing of a network");
    }
    SlurmRecords read;
    read.blocks = static_cast<bool>(block);
    const YAML::Node list = read.blocks ? entries(block, "blocks") : entries(tree, "switches");
    for (std::size_t i = 0; i < list.size(); ++i) {
      read.records.push_back(record(list[i], read.blocks));
    }
    return read;
  }

 private:
  [[nodiscard]] YAML::Node chosen() const {
    const YAML::Node& all = yaml_.root();
    if (!all.IsSequence() || all.size() == 0) {
      yaml_.refuse(all, "expected a list of topologies");
    }
    YAML::Node found = all[0];
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!all[i].IsMap()) {
        yaml_.refuse(all[i], "expected a topology: its name, and tree or block");
      }
      const YAML::Node is_default = all[i]["cluster_default"];
      if (is_default && is_default.IsScalar() && is_default.as<bool>(false)) {
        found.reset(all[i]);
        break;
      }
    }
    return found;
  }

  [[nodiscard]] YAML::Node entries(const YAML::Node& parent, const char* key) const {
    const YAML::Node list = parent.IsMap() ? parent[key] : YAML::Node();
    if (!list || !list.IsSequence() || list.size() == 0) {
      yaml_.refuse(parent, std::string("expected ") + key + ": a list");
    }
    return list;
  }

  [[nodiscard]] SlurmRecord record(const YAML::Node& entry, bool block) const {
    if (!entry.IsMap()) {
      yaml_.refuse(entry, block ? "expected block and nodes" : "expected switch, and nodes or children");
    }
    const YAML::Node name = entry[block ? "block" : "switch"];
    if (!name || !name.IsScalar() || name.Scalar().empty()) {
      yaml_.refuse(entry, std::string("expected ") + (block ? "block" : "switch") + ": a name");
    }
    SlurmRecord record{.name = yaml_.part(name), .nodes = {}, .switches = {}};
    for (const auto& pair : entry) {
      const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : "";
      if (key == "nodes") {
        record.nodes = yaml_.part(pair.second);
      } else if (key == "children" && !block) {
        record.switches = yaml_.part(pair.second);
      } else if (key != (block ? "block" : "switch")) {
        yaml_.refuse(pair.first, "unknown key " + shown(key) + "; accepted are switch, children, block, nodes");
      }
    }
    return record;
  }

  const YamlInput& yaml_;
};

}  // namespace

Machine read_slurm_yaml(const InputText& input) {
  const YamlInput yaml(input);
  return slurm_machine(input, SlurmYamlReader(yaml).read());
}

}  // namespace ringwood
